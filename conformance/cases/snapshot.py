# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One feed as of one checkpoint, read whole and judged by nobody yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from creditexchange.v1 import entry_pb2
from creditexchange.v1 import feed_service_pb2 as feed

from conformance.breach import Breach, Untestable
from conformance.proof.note import Head, head_of
from conformance.session import READ_ENTRIES, Session

MAX_ENTRIES = 200_000


@dataclass(frozen=True)
class Snapshot:
    """A feed as of one size.

    Attributes:
        note: the checkpoint as served.
        head: what it says.
        chunks: the answer's messages, in order.
    """

    note: bytes
    head: Head
    chunks: Sequence[feed.ReadEntriesResponse]

    @property
    def entries(self) -> list[entry_pb2.Entry]:
        """Every entry, in order."""
        return [entry for chunk in self.chunks for entry in chunk.entries]

    @property
    def leaves(self) -> list[bytes]:
        """Every leaf, in order."""
        return [entry.leaf for entry in self.entries]


async def read(session: Session, origin: str, at_least: int = 1) -> Snapshot:
    """Read a feed whole.

    Args:
        session: the run.
        origin: the feed.
        at_least: how many entries the case needs.

    Returns:
        The feed as of its newest checkpoint.

    Raises:
        Untestable: the feed is too small for the case, or too large for the suite.
        Breach: it cannot be read, or the number of entries is not the size.
    """
    note = await session.note(origin)
    head = head_of(note)
    if not at_least <= head.size <= MAX_ENTRIES:
        raise Untestable(f"{origin} holds {head.size} entries: name a feed of {at_least} to {MAX_ENTRIES}")
    request = feed.ReadEntriesRequest(origin=origin, checkpoint_size=head.size)
    chunks = await session.read(READ_ENTRIES, request, head.size + 1)
    snapshot = Snapshot(note, head, chunks)
    count = sum(len(chunk.entries) for chunk in chunks)
    if count != head.size:
        raise Breach("ENTRIES_MISSING", f"{head.size} entries of {origin}", f"{count}")
    return snapshot
