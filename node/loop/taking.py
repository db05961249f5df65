# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Takes feedback in from its feeds, own and foreign, as the ledger comes to it: the newest statement is what is kept.

What a foreign node says about an entry that is not this node's, that never was, or about another subject is kept with
the reason and has no effect; the feed goes on. What is ended or erased is dropped.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from federation.errors import FieldFault
from federation.log.checkpoint import Origin
from federation.log.leaf import LeafKind
from federation.records.list_entry import ListEntry
from federation.records.loop.feedback import Feedback
from federation.rules.loop.feedback import unfounded
from node.entry.feedback import FeedbackRow, feedback_row
from node.entry.holding import HeldEntry

_REPLACING = frozenset({LeafKind.AMEND, LeafKind.END, LeafKind.ERASE})
NOT_OURS = "FEEDBACK_NOT_OURS"
"""Why feedback that a hub hands on has no effect at the hub."""
Place = tuple[str, int]


class FeedbackUnit(Protocol):
    """One transaction in which feedback is taken in."""

    def held_at(self, origin: str, indexes: Sequence[int]) -> Sequence[HeldEntry]:
        """The entries at some indexes, in order of index; missing ones, and those of feeds not held, are left out."""
        ...

    def keep_feedback(self, rows: Sequence[FeedbackRow]) -> None:
        """Adds or replaces rows."""
        ...

    def drop_feedback(self, origin: str, indexes: Sequence[int]) -> None:
        """Takes rows away; those that are not there are left out."""
        ...


def take(unit: FeedbackUnit, home: str, origin: str, entries: Sequence[HeldEntry]) -> None:
    """Takes in new entries of a feed of feedback.

    Args:
        unit: the ledger's transaction.
        home: this node's id.
        origin: the feed.
        entries: in order.
    """
    said = {entry.index: record for entry in entries if isinstance(record := entry.record(), Feedback)}
    gone = [entry.leaf.ref for entry in entries if entry.leaf is not None and entry.leaf.kind in _REPLACING]
    replaced = {ref for ref in gone if ref is not None}
    publisher = Origin.parse(origin).node_id
    about = {} if publisher == home else _own_entries(unit, home, said.values())
    rows = []
    for index, record in said.items():
        fault = None if publisher == home else _fault(record, publisher, home, about)
        rows.append(feedback_row(origin, index, record, fault))
    unit.keep_feedback([row for row in rows if row.index not in replaced])
    unit.drop_feedback(origin, sorted(replaced - said.keys()))


def _fault(said: Feedback, publisher: str, home: str, about: Mapping[Place, ListEntry]) -> str | None:
    if _owner(said.entry_origin) != home:
        return NOT_OURS
    return unfounded(said, publisher, about.get((said.entry_origin, said.entry_index)))


def _own_entries(unit: FeedbackUnit, home: str, said: Iterable[Feedback]) -> Mapping[Place, ListEntry]:
    """The own list entries that statements name, read once for each feed."""
    places: defaultdict[str, set[int]] = defaultdict(set)
    for record in said:
        if _owner(record.entry_origin) == home:
            places[record.entry_origin].add(record.entry_index)
    found: dict[Place, ListEntry] = {}
    for origin, indexes in places.items():
        for entry in unit.held_at(origin, sorted(indexes)):
            if isinstance(listed := entry.record(), ListEntry):
                found[origin, entry.index] = listed
    return found


def _owner(origin: str) -> str:
    """Node id of an origin that somebody else wrote; empty when it is none."""
    try:
        return Origin.parse(origin).node_id
    except FieldFault:
        return ""
