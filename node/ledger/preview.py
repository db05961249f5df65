# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What other rules would change, told before they are put in force; nothing is written.

Every entry that they touch is decided on by them for today, and held against the decision in force. A red entry is
looked at again wherever a black one on its subject would begin or cease to count. Batches, each from one state of the
store; memory stays flat.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from federation.log.checkpoint import Origin
from federation.records.list_entry import ListKind
from federation.rules.touch import Touch
from node.entry.holding import Acts, Decision, HeldEntry, acts_of
from node.entry.lineage import void_places
from node.ledger.history import DecidedFeed, HistoryReader, HistorySnapshot, Past
from node.ledger.judging import judge, list_kind
from node.ledger.ledger import touched_entry
from node.ledger.replay import Progress
from node.ledger.rules import Rules, touched_by

BATCH_ENTRIES = 500
MAX_CHANGES_LISTED = 1000
"""Entries that are listed; all are counted."""


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that other rules decide otherwise.

    Attributes:
        before: standing and measures now; None where nothing is decided on it yet.
        after: standing, reasons and measures by the other rules.
    """

    origin: str
    index: int
    before: Decision | None
    after: Decision

    @property
    def step(self) -> tuple[str, str]:
        """From which standing to which; the same one where only measures or reasons change."""
        return self.before.standing.value if self.before is not None else "", self.after.standing.value


@dataclass(slots=True)
class Previewed:
    """What other rules would change.

    Attributes:
        looked_at: entries that they touch.
        steps: how many would go from one standing to another; the same one where only measures or reasons change.
        changes: the first of them.
    """

    looked_at: int = 0
    steps: Counter[tuple[str, str]] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)

    def add(self, change: Change) -> None:
        """Counts an entry, if anything that matters to anybody changes about it."""
        self.looked_at += 1
        before, after = change.before, change.after
        same = ("standing", "reasons", "measures")
        if before is not None and all(getattr(before, name) == getattr(after, name) for name in same):
            return
        self.steps[change.step] += 1
        if len(self.changes) < MAX_CHANGES_LISTED:
            self.changes.append(change)


class Preview:
    """One look ahead.

    Args:
        reader: the store.
        rules: those in force, and those that might take their place.
        today: the day that both are judged for.
        told: told how far it has come after each batch.
    """

    def __init__(
        self, reader: HistoryReader, rules: tuple[Rules, Rules], today: date, told: Callable[[Progress], None]
    ) -> None:
        self._reader = reader
        self._after = rules[1]
        self._touch: Touch = touched_by(*rules)
        self._today = today
        self._told = told

    def run(self) -> Previewed:
        """Looks at every feed that decisions are made on."""
        found = Previewed()
        feeds = self._reader.decided_feeds()
        total, done = sum(feed.applied for feed in feeds), 0
        for feed in feeds:
            for start in range(0, feed.applied, BATCH_ENTRIES):
                count = min(BATCH_ENTRIES, feed.applied - start)
                with self._reader.deciding() as seen:
                    for change in self._changes(seen, feed, start, count):
                        found.add(change)
                done += count
                self._told(Progress(done, total))
        return found

    def _changes(self, seen: HistorySnapshot, feed: DecidedFeed, start: int, count: int) -> Iterator[Change]:
        """What one batch of entries would be, as far as it can be touched."""
        made = seen.decisions_between(feed.origin, start, start + count - 1)
        now = {index: past.decision for index, past in made.items() if isinstance(past, Past)}
        if self._touch.reaches(Origin.parse(feed.origin).node_id):
            entries = seen.held(feed.origin, start, count)
        else:
            entries = seen.held_at(
                feed.origin, [index for index, each in now.items() if each.list_kind == ListKind.RED]
            )
        touched = {entry.index for entry in entries if touched_entry(self._touch, entry)}
        reds = [entry for entry in entries if list_kind(entry.record()) == ListKind.RED]
        black = self._blackened(seen, {entry.subject for entry in reds if entry.subject})
        red = {entry.index: black.get(entry.subject, False) for entry in reds}
        turned = {index for index, is_black in red.items() if index in now and is_black != _suspended(now[index])}
        wanted = [entry for entry in entries if entry.index in touched | turned]
        for entry, acts in _with_acts(seen, feed.origin, wanted):
            blackened = red.get(entry.index, False)
            after = judge(self._after, entry, acts, black_elsewhere=blackened, as_of=self._today)
            yield Change(entry.origin, entry.index, now.get(entry.index), after)

    def _blackened(self, seen: HistorySnapshot, subjects: set[str]) -> Mapping[str, bool]:
        """On which of some subjects a black entry would count, under any code that is theirs."""
        if not subjects:
            return {}
        kin = seen.one_subject(sorted(subjects))
        counts = self._counting(seen, sorted(frozenset[str]().union(*kin.values())))
        return {subject: not codes.isdisjoint(counts) for subject, codes in kin.items()}

    def _counting(self, seen: HistorySnapshot, codes: Sequence[str]) -> frozenset[str]:
        """The codes on which a black entry would count; one that nothing touches counts as it does now."""
        found: set[str] = set()
        by_origin: defaultdict[str, dict[int, Decision]] = defaultdict(dict)
        for decision in seen.black_decisions(codes):
            by_origin[decision.origin][decision.index] = decision
        for origin, known in by_origin.items():
            for entry, acts in _with_acts(seen, origin, seen.held_at(origin, sorted(known))):
                decision = known[entry.index]
                if touched_entry(self._touch, entry):
                    decision = judge(self._after, entry, acts, black_elsewhere=False, as_of=self._today)
                if decision.counts and decision.is_black:
                    found.add(decision.subject)
        return frozenset(found)


def _suspended(decision: Decision) -> bool:
    """Whether a decision on a red entry rests on a black one."""
    return any(line.startswith("black ") for line in decision.grounds)


def _with_acts(seen: HistorySnapshot, origin: str, entries: Sequence[HeldEntry]) -> Iterator[tuple[HeldEntry, Acts]]:
    """Entries of one feed, each with what has happened to it since."""
    acts = seen.acts(origin, [entry.index for entry in entries])
    void = void_places(seen, entries)
    for entry in entries:
        yield entry, acts_of(entry, acts.get(entry.index, ()), void.get((origin, entry.index), ""))
