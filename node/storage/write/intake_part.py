# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What `intake` keeps: pending rows, and what is known of each idempotency key."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, exists, select, type_coerce
from sqlalchemy.types import NullType

from federation.log.leaf import LeafKind
from federation.log.merkle import MAX_SIZE
from node.entry.pending import Pending, seal_of
from node.intake import Known
from node.storage.dialect.rows import insert_rows, replace_rows
from node.storage.read.chunks import key_chunks
from node.storage.schema import ACT, ENTRY, PENDING, SUBMISSION
from node.storage.write.feed_table import FeedTable

_KIND_BYTE = 1
_KNOWN = select(SUBMISSION.c.key, SUBMISSION.c.digest, SUBMISSION.c.idx).where(
    SUBMISSION.c.feed == bindparam("feed"),
    # of no type: bytes go to the drivers as they are, and a file has as many keys as rows
    type_coerce(SUBMISSION.c.key, NullType).in_(bindparam("keys", expanding=True, type_=NullType)),
)
_ENDINGS = (int(LeafKind.AMEND), int(LeafKind.END), int(LeafKind.ERASE))


class IntakePart:
    """The methods of an `IntakeUnit`."""

    def __init__(self, connection: Connection, feeds: FeedTable) -> None:
        self._connection = connection
        self._feeds = feeds

    def known(self, origin: str, keys: Sequence[bytes]) -> Mapping[bytes, Known]:
        """What is known of each of the keys; unknown ones are absent."""
        feed = self._feeds.own(origin).feed
        found: dict[bytes, Known] = {}
        for chunk in key_chunks(dict.fromkeys(keys)):
            rows = self._connection.execute(_KNOWN, {"feed": feed, "keys": chunk})
            found |= {key: Known(digest, index) for key, digest, index in rows}
        return found

    def entry_kind(self, origin: str, index: int) -> LeafKind | None:
        """The kind of a sequenced entry.

        None when there is none, or when an END, AMEND or ERASE acts on it already, sequenced or still pending.
        """
        feed = self._feeds.own(origin).feed
        if not 0 <= index < MAX_SIZE:  # whatever a caller names; no column holds more
            return None
        acted = exists().where(ACT.c.feed == feed, ACT.c.ref == index, ACT.c.kind.in_(_ENDINGS))
        waits = exists().where(PENDING.c.feed == feed, PENDING.c.ref == index, PENDING.c.kind.in_(_ENDINGS))
        wanted = select(ENTRY.c.leaf).where(ENTRY.c.feed == feed, ENTRY.c.idx == index, ~acted, ~waits)
        leaf = self._connection.execute(wanted).scalar_one_or_none()
        return None if leaf is None else LeafKind(leaf[_KIND_BYTE])

    def add_pending(self, origin: str, pending: Sequence[Pending]) -> None:
        """Adds pending rows in order, sealed; replaces what is known of their keys."""
        row = self._feeds.own(origin)
        feed, first = row.feed, row.next_place
        insert_rows(
            self._connection,
            PENDING,
            [
                (
                    feed,
                    first + offset,
                    item.key,
                    seal_of(item),
                    int(item.kind),
                    item.schema,
                    item.ref,
                    item.salt,
                    item.payload,
                    item.subject or None,
                    item.personal,
                )
                for offset, item in enumerate(pending)
            ],
        )
        replace_rows(self._connection, SUBMISSION, [(feed, item.key, item.digest, None) for item in pending])
        self._feeds.change(feed, next_place=first + len(pending))
