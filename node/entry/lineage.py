# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether an amendment came to stand: one of an entry that had ended, or was replaced before, is nothing.

So is a version of a filing whose standing cannot follow that of the version before.

Else an origin could bring back what it ended by amending it, and have two versions of one record count at once. Acts
have their effect in the order of the feed: only those before an amendment matter to it, and what is found once never
changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from federation.log.leaf import LeafKind
from federation.rules.transition.course import AMENDED, Fact, entered, table_of, why_not_after
from federation.rules.transition.table import Illegal
from node.entry.holding import HeldEntry, acts_of

MAX_VERSIONS_BACK = 100
"""An amendment is nothing when one of so many versions before it is; further back nobody looks."""


class LineageReader(Protocol):
    """One consistent state of what is held."""

    def held_at(self, origin: str, indexes: Sequence[int]) -> Sequence[HeldEntry]:
        """The entries at some indexes, in order of index; missing ones are left out."""
        ...

    def acts(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
        """The acts on some entries, by the index acted on, each in the order of the feed."""
        ...


def void_places(reader: LineageReader, entries: Iterable[HeldEntry]) -> Mapping[tuple[str, int], str]:
    """Why some entries are nothing, by origin and index; those that stand are absent.

    Args:
        reader: where earlier versions, and the acts on them, are read; not asked when no entry amends another.
        entries: of any feeds.
    """
    amending: defaultdict[str, dict[int, HeldEntry]] = defaultdict(dict)
    for entry in entries:
        if _before(entry) is not None:
            amending[entry.origin][entry.index] = entry
    return {
        (origin, index): reason
        for origin, newest in amending.items()
        for index, reason in _void(reader, origin, newest).items()
        if index in newest
    }


def _before(entry: HeldEntry) -> int | None:
    """Index of the version that an entry replaces; None when it replaces none."""
    leaf = entry.leaf
    if leaf is None or leaf.kind is not LeafKind.AMEND or leaf.ref is None or leaf.ref >= entry.index:
        return None
    return leaf.ref


def _void(reader: LineageReader, origin: str, newest: Mapping[int, HeldEntry]) -> Mapping[int, str]:
    """Why some amendments, and versions before them, are nothing; those that stand are absent."""
    before = {index: ref for index, entry in newest.items() if (ref := _before(entry)) is not None}
    versions: dict[int, HeldEntry] = {}
    wanted = set(before.values())
    for _ in range(MAX_VERSIONS_BACK):
        found = reader.held_at(origin, sorted(wanted))
        versions |= {entry.index: entry for entry in found}
        before |= {entry.index: ref for entry in found if (ref := _before(entry)) is not None}
        wanted = {before[entry.index] for entry in found if entry.index in before} - versions.keys()
        if not wanted:
            break
    acts = reader.acts(origin, sorted(versions))
    found_back: dict[int, tuple[str, int]] = {}  # the nearest amendment that was nothing, and how many versions back
    for index in sorted(before):
        version = versions.get(before[index])
        if version is None:
            continue
        amendment = newest.get(index) or versions[index]
        reason, back = _why_not(version, acts.get(version.index, ()), amendment), 0
        if not reason:
            reason, back = found_back.get(version.index, ("", 0))
        if reason and back < MAX_VERSIONS_BACK:
            found_back[index] = (reason, back + 1)
    return {index: reason for index, (reason, _) in found_back.items()}


def _why_not(version: HeldEntry, acts: Sequence[HeldEntry], amendment: HeldEntry) -> str:
    """Why a version could not be amended by a later entry; empty when it could."""
    earlier = acts_of(version, [act for act in acts if act.index < amendment.index])
    record, after = version.record(), amendment.record()
    fact = record if isinstance(record, Fact) else None
    state = earlier.course.state if earlier.entries else entered(fact)
    reached = table_of(fact).after(state, AMENDED)
    if isinstance(reached, Illegal):
        return reached.reason
    return why_not_after(fact, None if isinstance(after, str) else after)
