# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What `intake` keeps: pending rows, and what is known of each idempotency key."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import BindParameter, Connection, bindparam, select, type_coerce
from sqlalchemy.types import NullType

from federation.errors import FieldFault, StoreFault
from federation.log.leaf import Leaf, LeafKind
from federation.log.merkle import MAX_SIZE
from federation.records.agency_filing import AgencyFiling
from federation.rules.filing.again import Elsewhere
from node.entry.life import Written
from node.entry.pending import Pending, seal_of
from node.intake import Known
from node.storage.dialect.rows import insert_rows, replace_rows
from node.storage.read.chunks import key_chunks
from node.storage.read.decided import recognised_filings
from node.storage.read.held import held_at
from node.storage.schema import ACT, ENTRY, PENDING, SUBMISSION
from node.storage.write.feed_table import FeedTable

_KNOWN = select(SUBMISSION.c.key, SUBMISSION.c.digest, SUBMISSION.c.idx).where(
    SUBMISSION.c.feed == bindparam("feed"),
    # of no type: bytes go to the drivers as they are, and a file has as many keys as rows
    type_coerce(SUBMISSION.c.key, NullType).in_(bindparam("keys", expanding=True, type_=NullType)),
)
_INDEXES: BindParameter[Sequence[int]] = bindparam("indexes", expanding=True)
_ENTRIES = select(ENTRY.c.idx, ENTRY.c.leaf, ENTRY.c.payload).where(
    ENTRY.c.feed == bindparam("feed"), ENTRY.c.idx.in_(_INDEXES)
)
_ACTS = (
    select(ACT.c.ref, ENTRY.c.leaf, ENTRY.c.payload)
    .join(ENTRY, (ENTRY.c.feed == ACT.c.feed) & (ENTRY.c.idx == ACT.c.idx))
    .where(ACT.c.feed == bindparam("feed"), ACT.c.ref.in_(_INDEXES))
    .order_by(ACT.c.ref, ACT.c.idx)
)
_WAITING = (
    select(PENDING.c.ref, PENDING.c.kind, PENDING.c.schema, PENDING.c.payload)
    .where(PENDING.c.feed == bindparam("feed"), PENDING.c.ref.in_(_INDEXES))
    .order_by(PENDING.c.place)
)


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

    def written(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[Written]]:
        """Sequenced entries, each followed by the acts on it: those sequenced, in order, then those that wait."""
        feed = self._feeds.own(origin).feed
        found: dict[int, list[Written]] = {}
        for chunk in key_chunks(index for index in indexes if 0 <= index < MAX_SIZE):  # no column holds more
            wanted = {"feed": feed, "indexes": chunk}
            for index, leaf, payload in self._connection.execute(_ENTRIES, wanted):
                found[index] = [_written(leaf, payload)]
            for ref, leaf, payload in self._connection.execute(_ACTS, wanted):
                found[ref].append(_written(leaf, payload))
            for ref, kind, schema, payload in self._connection.execute(_WAITING, wanted):
                found[ref].append(Written(LeafKind(kind), schema, payload))
        return found

    def filed_elsewhere(self, subjects: Sequence[str]) -> Sequence[Elsewhere]:
        """The foreign filings of some agencies that count here, by origin and index."""
        places: defaultdict[str, dict[int, tuple[str, ...]]] = defaultdict(dict)
        for decision in recognised_filings(self._connection, subjects):
            places[decision.origin][decision.index] = decision.versions
        found = []
        for origin, versions in sorted(places.items()):
            for entry in held_at(self._connection, origin, sorted(versions)):
                filing = entry.record()
                if isinstance(filing, AgencyFiling):
                    found.append(Elsewhere(origin, entry.index, filing, versions[entry.index]))
        return found

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


def _written(leaf: bytes, payload: bytes | None) -> Written:
    """An own entry as it was written; StoreFault STORE_CORRUPT when its leaf is none."""
    try:
        read = Leaf.decode(leaf)
    except FieldFault as fault:
        raise StoreFault("STORE_CORRUPT", f"a stored leaf cannot be read: {fault.reason}") from fault
    return Written(read.kind, read.schema, payload or b"")
