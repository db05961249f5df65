# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What business systems ask: which measures follow for one subject, or for thousands at once. Cannot write.

An unknown number and one that fails its check are told as such, never as one that nothing counts against. Measures are
those of this region's catalogue alone, whatever the entries say; on request only those of one body, or a single one.
A batch is answered from one state of what is held, with a few statements for all of its codes and nothing for each.
What stands under another code of a subject counts for it, as in `check`. A batch speaks of list entries and filings, on
which decisions are kept; `check` tells the other records, too.

Limits: 10000 codes at once, 100 entries shown of each, 100000 in all.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Protocol

from federation.errors import CallerFault, FieldFault
from federation.log.checkpoint import freshness
from federation.records.exchange import Freshness, Standing
from federation.records.feed_policy import Dataset
from federation.rules.agreement import Measure
from federation.standards.bundle import Standards
from federation.standards.calendar import china_date
from federation.standards.identify import check_code, identify
from federation.standards.identity import CodeAccepted, CodeKind, CodeRefused
from node.entry.holding import Decision
from node.publish import FeedView
from node.query.seen import Checked, cosigned_at

MAX_CODES = 10_000
MAX_DECISIONS_EACH = 100
MAX_DECISIONS = 100_000
DECIDED = frozenset({Dataset.LISTS, Dataset.FILINGS})


class SubjectState(StrEnum):
    """What is known of a subject."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which measures are asked for; None for all.

    Attributes:
        department: unified code of an implementing body.
        measure: code of a measure.
    """

    department: str | None = None
    measure: str | None = None


ANY = Wanted()


@dataclass(frozen=True, slots=True)
class SubjectChecked:
    """What is held about one subject, whether anything is, and what the measures that follow are."""

    checked: Checked
    state: SubjectState
    catalogued: Sequence[Measure]


@dataclass(frozen=True, slots=True)
class SubjectResult:
    """What is decided about one subject of a batch.

    Attributes:
        reason: why the code is refused; empty for a sound one.
        decisions: at most 100, ordered by origin and index.
        measures: codes of the measures that follow from all of them, each once, ordered.
        truncated: whether there are more decisions.
    """

    code: str
    state: SubjectState
    reason: str = ""
    decisions: Sequence[Decision] = ()
    measures: Sequence[str] = ()
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class BatchChecked:
    """The answer to a batch, in the order of its codes.

    Attributes:
        freshness: of each feed that is decided on, by origin.
    """

    results: Sequence[SubjectResult]
    catalogued: Sequence[Measure]
    freshness: Mapping[str, Freshness]


class DecidedSnapshot(Protocol):
    """One consistent state of what is decided. For one thread, inside the block that opened it."""

    def feeds(self) -> Sequence[FeedView]:
        """Every feed held, ordered by origin."""
        ...

    def kin(self, codes: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """All codes of the subject, for those of some codes at least that have others."""
        ...

    def decided(self, subjects: Sequence[str], most: int) -> Sequence[Decision]:
        """The decisions on entries about some subjects, at most `most` in all, in no order to rely on."""
        ...

    def known(self, subjects: Sequence[str]) -> Collection[str]:
        """Those of some subjects about which anything is held."""
        ...


class DecidedReader(Protocol):
    """Reads decisions; safe from any thread."""

    def snapshot(self) -> AbstractContextManager[DecidedSnapshot]:
        """What is decided now, for several reads."""
        ...


class HoldingsQuery(Protocol):
    """Knows everything held about one subject."""

    def check(self, subject: str) -> Checked:
        """What is held, counting or not."""
        ...


@dataclass(frozen=True, slots=True)
class Ground:
    """What answers rest on beside what is held.

    Attributes:
        home: this node's id.
        measures: every measure that the rules know.
        standards: the tables that codes are checked with.
        now_ms: the clock.
        max_age_s: agreed age of a fresh feed.
    """

    home: str
    measures: Sequence[Measure]
    standards: Standards
    now_ms: Callable[[], int]
    max_age_s: int

    @property
    def today(self) -> date:
        """The day, in China Standard Time."""
        return china_date(self.now_ms())

    def catalogue(self) -> Mapping[str, Measure]:
        """The home region's measures in force, by code."""
        return {measure.code: measure for measure in self.measures if measure.applies(self.home, self.today)}


class Business:
    """Answers for the node's own business systems. Safe from any thread."""

    def __init__(self, holdings: HoldingsQuery, reader: DecidedReader, ground: Ground) -> None:
        self._holdings = holdings
        self._reader = reader
        self._ground = ground

    def check(self, kind: CodeKind, code: str, wanted: Wanted = ANY) -> SubjectChecked:
        """What counts for one subject here, now.

        Raises:
            FieldFault: the code fails its check, by the reason it does; DEPARTMENT_UNKNOWN or MEASURE_UNKNOWN.
        """
        judged = check_code(kind, code, self._ground.standards, self._ground.today)
        if isinstance(judged, CodeRefused):
            raise FieldFault("code", judged.reason)
        catalogue = self._ground.catalogue()
        shown = _shown(wanted, catalogue)
        found = self._holdings.check(judged.value)
        holdings = [replace(held, measures=_only(held.measures, shown)) for held in found.holdings]
        checked = replace(found, holdings=holdings, measures=_only(found.measures, shown))
        state = SubjectState.KNOWN if holdings else SubjectState.UNKNOWN
        return SubjectChecked(checked, state, _catalogued(checked.measures, catalogue))

    def batch(self, codes: Sequence[str], wanted: Wanted = ANY) -> BatchChecked:
        """What counts for many subjects here, now; all of one state.

        Args:
            codes: 1 to 10000 numbers; one that stands twice is answered twice.
            wanted: which measures.

        Raises:
            FieldFault: FIELD_MISSING or FIELD_TOO_LONG for the number of codes; DEPARTMENT_UNKNOWN or MEASURE_UNKNOWN.
            CallerFault: LIMIT_EXCEEDED, more is held about them than one answer may have.
        """
        if not 1 <= len(codes) <= MAX_CODES:
            raise FieldFault("codes", "FIELD_TOO_LONG" if codes else "FIELD_MISSING")
        catalogue = self._ground.catalogue()
        shown = _shown(wanted, catalogue)
        answers, sound = self._judged(codes)
        with self._reader.snapshot() as seen:
            held = _held(seen, frozenset(sound.values()), self._ground.today)
            fresh = {view.origin: self._freshness(view) for view in seen.feeds() if view.dataset in DECIDED}
        named: set[str] = set()
        for code, value in sound.items():
            made = held.decisions(value)
            if not made:
                state = SubjectState.KNOWN if held.knows(value) else SubjectState.UNKNOWN
                answers[code] = SubjectResult(code, state)
                continue
            answers[code] = result = _result(code, made, shown)
            named.update(result.measures)
        return BatchChecked([answers[code] for code in codes], _catalogued(sorted(named), catalogue), fresh)

    def _judged(self, codes: Sequence[str]) -> tuple[dict[str, SubjectResult], Mapping[str, str]]:
        """The answers about the codes that are refused; and under which code each of the others is looked for."""
        standards, today = self._ground.standards, self._ground.today
        refused: dict[str, SubjectResult] = {}
        sound: dict[str, str] = {}
        for code in dict.fromkeys(codes):
            judged = identify(code, standards, today)
            if isinstance(judged, CodeAccepted):
                sound[code] = judged.value
            else:
                refused[code] = SubjectResult(code, SubjectState.REFUSED, judged.reason)
        return refused, sound

    def _freshness(self, view: FeedView) -> Freshness:
        return Freshness(freshness(cosigned_at(view), self._ground.now_ms(), self._ground.max_age_s).value)


def _shown(wanted: Wanted, catalogue: Mapping[str, Measure]) -> frozenset[str] | None:
    """Codes of the measures that are wanted; None for all."""
    if wanted == ANY:
        return None
    if wanted.measure is not None and wanted.measure not in catalogue:
        raise FieldFault("measure", "MEASURE_UNKNOWN")
    shown = catalogue.keys() if wanted.measure is None else {wanted.measure}
    if wanted.department is not None:
        theirs = {
            code
            for code, measure in catalogue.items()
            if any(body.code == wanted.department for body in measure.implementing_bodies)
        }
        if not theirs:
            raise FieldFault("department", "DEPARTMENT_UNKNOWN")
        shown = shown & theirs
    return frozenset(shown)


def _only(measures: Sequence[str], shown: frozenset[str] | None) -> tuple[str, ...]:
    return tuple(measures) if shown is None else tuple(code for code in measures if code in shown)


def _catalogued(codes: Sequence[str], catalogue: Mapping[str, Measure]) -> Sequence[Measure]:
    return [catalogue[code] for code in codes if code in catalogue]


@dataclass(frozen=True, slots=True)
class _Held:
    """What is held about the subjects of a batch.

    Attributes:
        kin: all codes of the subject, by those of its codes that are asked for, where it has several.
        decided: the decisions by code, as they stand on the day.
        known: the codes about which anything is held.
    """

    kin: Mapping[str, frozenset[str]]
    decided: Mapping[str, Sequence[Decision]]
    known: Collection[str]

    def decisions(self, subject: str) -> Sequence[Decision]:
        """The decisions on a subject, under each of its codes."""
        if subject not in self.kin:
            return self.decided.get(subject, ())
        return [_under(made, subject) for code in self.kin[subject] for made in self.decided.get(code, ())]

    def knows(self, subject: str) -> bool:
        """Whether anything is held about a subject on which nothing is decided, under any of its codes."""
        return subject in self.known or not self.kin.get(subject, _NONE).isdisjoint(self.known)


_NONE: frozenset[str] = frozenset()


def _held(seen: DecidedSnapshot, asked: frozenset[str], today: date) -> _Held:
    """What is held about some subjects on a day.

    Raises:
        CallerFault: LIMIT_EXCEEDED.
    """
    kin = seen.kin(sorted(asked))
    subjects = sorted(asked.union(*kin.values()))
    found = seen.decided(subjects, MAX_DECISIONS + 1)
    if len(found) > MAX_DECISIONS:
        raise CallerFault("LIMIT_EXCEEDED", f"over {MAX_DECISIONS} entries are held about these codes; ask for fewer")
    decided: defaultdict[str, list[Decision]] = defaultdict(list)
    for made in found:
        decided[made.subject].append(_standing(made, today))
    known = seen.known([subject for subject in subjects if subject not in decided])
    return _Held(kin, decided, known)


def _standing(made: Decision, today: date) -> Decision:
    """A decision as it may be told on a day: one that the day may have ended gives no measure until it is reviewed.

    So what lapses stops at legal midnight, and not at the review that follows within a minute.
    """
    if not made.counts or made.review_on is None or made.review_on > today:
        return made
    return replace(made, standing=Standing.HELD, reasons=("REVIEW_DUE",), measures=())


def _under(made: Decision, subject: str) -> Decision:
    """A decision as it is told to whoever asked for a code: one under another code of the subject says so."""
    return made if made.subject == subject else replace(made, reasons=(*made.reasons, "UNDER_OTHER_CODE"))


def _result(code: str, decisions: Sequence[Decision], shown: frozenset[str] | None) -> SubjectResult:
    """The answer about a subject on which something is decided."""
    ordered = sorted(decisions, key=lambda made: (made.origin, made.index))
    measures = sorted({measure for made in ordered for measure in _only(made.measures, shown)})
    told = ordered[:MAX_DECISIONS_EACH]
    if shown is not None:
        told = [replace(made, measures=_only(made.measures, shown)) for made in told]
    return SubjectResult(code, SubjectState.KNOWN, "", told, measures, len(ordered) > MAX_DECISIONS_EACH)
