# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Fetches the index of a member, from it or from a hub, and takes nothing that the member did not sign as it is."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from federation.errors import PeerFault
from federation.rules.holders.statement import require_bits
from node.exchange.dialogue import Envelope
from node.holders.index import Expected, HeldIndex, pieces_of


class IndexSource(Protocol):
    """A peer that can be asked for indexes."""

    def holder_index(self, node_id: str, known_bits_sha256: bytes) -> AsyncGenerator[Envelope | bytes]:
        """The header, then the filter in order unless it is known; nothing when the peer has none.

        Raises:
            UnreachableFault: refused (with the peer's reason), broken off, or nothing came in time.
            PeerFault: ANSWER_MALFORMED.
        """
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """An index that came and was verified.

    Attributes:
        held: to be kept.
        pieces: its filter; None where it is that of the index held before.
    """

    held: HeldIndex
    pieces: Sequence[bytes] | None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """What came is what is held."""


@dataclass(frozen=True, slots=True)
class NoIndex:
    """The peer has none."""


async def fetch(
    source: IndexSource, expected: Expected, held: HeldIndex | None, now_ms: int
) -> Fetched | Unchanged | NoIndex:
    """Asks a peer for the index of a node.

    Args:
        source: the peer.
        expected: what the index must keep.
        held: the one that is held.
        now_ms: the clock.

    Raises:
        PeerFault: it is refused, and what is held stays: as `Expected.verified` and `require_bits`.
        UnreachableFault: it did not come.
    """
    known = b"" if held is None else held.index.bits_sha256
    async with aclosing(source.holder_index(expected.node_id, known)) as messages:
        header = await anext(messages, None)
        if header is None:
            return NoIndex()
        if not isinstance(header, Envelope):
            raise PeerFault("ANSWER_MALFORMED", f"{expected.node_id}: a filter without its header")
        index = expected.verified(header, held, now_ms)
        if held is not None and index == held.index:
            return Unchanged()
        new = HeldIndex(expected.node_id, header.to_bytes(), now_ms)
        if index.bits_sha256 == known:
            return Fetched(new, None)
        bits = bytearray()
        async for chunk in messages:
            if isinstance(chunk, Envelope) or not chunk or len(bits) + len(chunk) > index.bits // 8:
                raise PeerFault("HOLDER_INDEX_ALTERED", f"{expected.node_id}: more than the filter that was signed")
            bits += chunk
    require_bits(index, bytes(bits))
    return Fetched(new, pieces_of(bytes(bits)))
