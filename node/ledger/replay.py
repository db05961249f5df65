# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Makes past decisions again, from what they were made of and by the rules of then, and tells every difference.

Entries are gone through feed by feed in batches, each from one state of the store, so that memory stays flat and
whoever writes is not held up. A decision agrees when the same comes out byte for byte; what cannot be made again is
counted under its reason, and never with those that agree.

    findings    something was altered or lost: a row, an entry, an act, a payload, a file of rules
    apart       the law or the program's age is the reason: a payload destroyed by order, a decision that is older than
                the history, one that an erasure has made due at this moment, one on more than is written down
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from federation.log.leaf import LeafKind
from federation.records.list_entry import ListKind
from federation.standards.calendar import china_date
from node.entry.holding import Acts, Decision, HeldEntry
from node.entry.lineage import void_places
from node.ledger.grounds import Against, grounds_of, may_be_suspended
from node.ledger.history import Broken, DecidedFeed, HistoryReader, HistorySnapshot, Past
from node.ledger.judging import judge
from node.ledger.ledger import against_each
from node.ledger.lineage import rests_on_erased
from node.ledger.rules import Rules, read_rules
from node.ledger.stated import DESTROYED, DIFFERENT, Inputs, Stated, inputs_of, read_grounds

BATCH_ENTRIES = 500
MAX_FINDINGS_LISTED = 1000
"""Findings that are listed; all are counted."""
DUE = "REPLAY_DUE"
APART = frozenset({DESTROYED, DUE, "REPLAY_BEFORE_HISTORY", "REPLAY_GROUNDS_CUT"})
"""Why a decision cannot be made again though nothing is wrong."""
COMPARED = ("standing", "reasons", "measures", "versions", "review_on", "list_kind")


@dataclass(frozen=True, slots=True)
class Finding:
    """A decision that did not agree.

    Attributes:
        reason: why.
        fields: what came out otherwise; empty where nothing came out.
        stored: standing as it is stored; empty where no row can be read.
        again: standing as it came out; likewise.
    """

    origin: str
    index: int
    turn: int
    reason: str
    fields: tuple[str, ...] = ()
    stored: str = ""
    again: str = ""


@dataclass(slots=True)
class Replayed:
    """What a replay came to.

    Attributes:
        decisions: how many were looked at.
        agreed: how many came out the same.
        apart: how many could not be made again though nothing is wrong, by reason.
        found: how many did not agree, by reason.
        findings: the first of them.
    """

    decisions: int = 0
    agreed: int = 0
    apart: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing was altered or lost."""
        return not self.found

    def add(self, outcome: Finding | None) -> None:
        """Counts one decision."""
        self.decisions += 1
        if outcome is None:
            self.agreed += 1
        elif outcome.reason in APART:
            self.apart[outcome.reason] += 1
        else:
            self.missed(outcome)

    def missed(self, finding: Finding) -> None:
        """Counts what should be there and is not, or is not as it was."""
        self.found[finding.reason] += 1
        if len(self.findings) < MAX_FINDINGS_LISTED:
            self.findings.append(finding)


@dataclass(frozen=True, slots=True)
class Progress:
    """Entries gone through, of how many."""

    done: int
    total: int


class Replay:
    """One replay.

    Args:
        reader: the store.
        as_of: last day on which a decision was in force that is to be made again; None for every one ever made.
        told: told how far it has come after each batch.
    """

    def __init__(self, reader: HistoryReader, as_of: date | None, told: Callable[[Progress], None]) -> None:
        self._reader = reader
        self._as_of = as_of
        self._told = told
        self._rules: dict[int, Rules | str] = {}
        self._result = Replayed()

    def run(self, origins: Sequence[str] | None = None) -> Replayed:
        """Makes the decisions on some feeds again, or on all."""
        feeds = [feed for feed in self._reader.decided_feeds() if origins is None or feed.origin in origins]
        total, done = sum(feed.applied for feed in feeds), 0
        for feed in feeds:
            start = 0
            while start < feed.applied:
                with self._reader.deciding() as seen:
                    count = self._batch(seen, feed, start)
                if not count:
                    break
                start += count
                done += count
                self._told(Progress(done, total))
        return self._result

    def _batch(self, seen: HistorySnapshot, feed: DecidedFeed, start: int) -> int:
        """Goes through one batch of entries; returns how many those are."""
        entries = seen.held(feed.origin, start, min(BATCH_ENTRIES, feed.applied - start))
        if not entries:
            return 0
        last = entries[-1].index
        page = _Page(seen, feed, entries, partial(self._rules_of, seen))
        now = seen.decisions_between(feed.origin, start, last)
        turns: Counter[int] = Counter()
        after = start, -1
        while past := seen.past_decisions(feed.origin, last, after, BATCH_ENTRIES):
            after = past[-1].place[1], past[-1].place[2]
            turns.update(each.place[1] for each in past)
            self._again(page, past)
        self._again(page, list(now.values()))
        for entry in entries:
            for finding in page.gaps(entry, now.get(entry.index), turns[entry.index]):
                self._result.missed(finding)
        return len(entries)

    def _again(self, page: "_Page", made: Sequence[Past | Broken]) -> None:
        wanted = [each for each in made if isinstance(each, Broken) or self._in_force(each)]
        page.prepare([each.decision for each in wanted if isinstance(each, Past) and each.replaced_at_ms is None])
        for each in wanted:
            self._result.add(page.again(each))

    def _in_force(self, past: Past) -> bool:
        """Whether a decision was in force at the end of the day asked for."""
        if self._as_of is None:
            return True
        ended = past.replaced_at_ms
        made = china_date(past.decision.decided_at_ms)
        return made <= self._as_of and (ended is None or china_date(ended) > self._as_of)

    def _rules_of(self, seen: HistorySnapshot, number: int) -> Rules | str:
        """The rules of a number, read once; or why they cannot be."""
        if number not in self._rules:
            digest = seen.rules_digests().get(number)
            self._rules[number] = read_rules(digest, seen.rule_bytes) if digest is not None else "RULES_NOT_KEPT"
        return self._rules[number]


class _Page:
    """The decisions on one batch of entries, with all that they were made of."""

    def __init__(
        self,
        seen: HistorySnapshot,
        feed: DecidedFeed,
        entries: Sequence[HeldEntry],
        rules_of: Callable[[int], Rules | str],
    ) -> None:
        self._seen = seen
        self._feed = feed
        self._entries = {entry.index: entry for entry in entries}
        self._acts = seen.acts(feed.origin, sorted(self._entries))
        self._void = void_places(seen, entries)
        self._rules_of = rules_of
        self._against: Mapping[str, Against] = {}

    def prepare(self, now: Sequence[Decision]) -> None:
        """Finds what stands against the red entries among decisions in force."""
        subjects = {each.subject for each in now if each.list_kind == ListKind.RED and each.subject}
        self._against = against_each(self._seen, subjects) if subjects else {}

    def again(self, past: Past | Broken) -> Finding | None:
        """Makes a decision again; None when it agrees."""
        if isinstance(past, Broken):
            return Finding(*past.place, "REPLAY_ROW_DAMAGED")
        found = self._made(past)
        decision = past.decision
        if isinstance(found, str):
            return Finding(*past.place, found, stored=decision.standing.value)
        fields = tuple(name for name in COMPARED if getattr(found, name) != getattr(decision, name))
        if past.replaced_at_ms is None and (found.subject, self._feed.dataset) != (decision.subject, decision.dataset):
            fields = (*fields, "subject")
        if not fields:
            return None
        return Finding(*past.place, "REPLAY_DIFFERS", fields, decision.standing.value, found.standing.value)

    def _made(self, past: Past) -> Decision | str:
        """The decision made again; or why it cannot be."""
        decision = past.decision
        entry, stated = self._entries.get(decision.index), read_grounds(decision.grounds)
        why = _not_again(past, stated)
        if why or entry is None or stated is None:
            return why or DIFFERENT
        rules, inputs = self._rules_of(decision.rules), inputs_of(stated, entry, self._acts.get(entry.index, ()))
        if isinstance(rules, str) or isinstance(inputs, str):
            return inputs if isinstance(inputs, str) else str(rules)
        as_of, black = china_date(decision.decided_at_ms), inputs.black is not None
        wrong = self._unstated(entry, stated.void) or self._unfounded(past, inputs)
        return wrong or judge(rules, inputs.entry, inputs.acts, black_elsewhere=black, as_of=as_of)

    def _unfounded(self, past: Past, inputs: Inputs) -> str:
        """Why a decision cannot have been made of its inputs; empty when it can."""
        decision = past.decision
        wrong = self._left_out(decision, inputs.acts) if past.replaced_at_ms is None else ""
        grounds = grounds_of(inputs.entry, inputs.acts, inputs.black)
        if wrong or (grounds.lines, grounds.digest) != (decision.grounds, decision.inputs):
            return wrong or DIFFERENT
        return "" if inputs.black is None or self._counted(inputs.black) else "REPLAY_BLACK_UNFOUNDED"

    def _unstated(self, entry: HeldEntry, void: str) -> str:
        """Why the versions before an entry say something else of it now; empty when they say the same."""
        if self._void.get((entry.origin, entry.index), "") == void:
            return ""
        return DESTROYED if rests_on_erased(self._seen, entry) else DIFFERENT

    def _left_out(self, decision: Decision, acts: Acts) -> str:
        """What a decision in force should rest on besides; empty for nothing."""
        last = acts.entries[-1].index if acts.entries else -1
        later = [act for act in self._acts.get(decision.index, ()) if last < act.index < self._feed.applied]
        if later:
            return "REPLAY_ACT_LEFT_OUT"
        red = decision.list_kind == ListKind.RED and decision.subject and may_be_suspended(acts)
        blackened = any(line.startswith("black ") for line in decision.grounds)
        return "REPLAY_BLACK_LEFT_OUT" if red and not blackened and decision.subject in self._against else ""

    def _counted(self, black: Against) -> bool:
        """Whether the decision that stands against a red entry was black, and counted."""
        found = self._seen.decision_in_turn((black.origin, black.index, black.turn))
        return isinstance(found, Past) and found.decision.is_black and found.decision.counts

    def gaps(self, entry: HeldEntry, now: Past | Broken | None, past: int) -> Sequence[Finding]:
        """What is missing of the history of an entry: the decision in force, or one before it."""
        place = entry.origin, entry.index
        if now is None:
            fact = entry.leaf is None or entry.leaf.kind in {LeafKind.ADD, LeafKind.AMEND}
            return [Finding(*place, past, "REPLAY_DECISION_MISSING")] if fact or past else []
        turn = now.place[2]
        return [Finding(*place, turn, "REPLAY_HISTORY_BROKEN")] if turn != past else []


def _not_again(past: Past, stated: Stated | None) -> str:
    """Why a decision cannot be made again whatever is held; empty when it can."""
    if not past.decision.rules:
        return "REPLAY_BEFORE_HISTORY"
    if past.replaced_at_ms is None and past.decision.review_on == date.min:
        return DUE
    return "REPLAY_GROUNDS_CUT" if stated is not None and not stated.whole else ""
