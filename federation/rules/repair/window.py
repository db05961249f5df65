# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""From which day an act can be repaired, and until which it is displayed at most, by the versions of the rules; pure.

The version in force on the day of application decides (standards document, sections 4.1 and 10). For an act decided
under an earlier version, where the file says so, both periods are those of whichever is shorter: new rules never
lengthen what was displayed under the old. A period leaves out its first day and ends at 24:00 of its last: repair is
possible from the day after the shortest one, and display ends with the last day of the longest.
"""

from dataclasses import dataclass, replace
from datetime import date

from federation.records.feed_policy import Dataset
from federation.records.list_entry import ListEntry, ListKind
from federation.rules.agreement import ListStandard
from federation.rules.catalogue.repair import Document, RepairClass, RepairRules, Scope, Severity, Start, Transition
from federation.rules.repair.severity import NOTHING_STATED, Deed, Repaired, Stated, Unclassified, severity_of
from federation.rules.rule_book import RuleBook
from federation.standards.bundle import Standards
from federation.standards.calendar import WorkingDays, day_after, months_later


@dataclass(frozen=True, slots=True)
class Act:
    """An act that somebody wants repaired, or not displayed longer than it may be.

    Attributes:
        record: the penalty or list entry.
        home: node id of whoever decided on it, whose region's rules hold.
        stated: what the deciding authority states of it.
        scope: which clock it is about. A region without rules for its archive goes by those for display.
    """

    record: Repaired
    home: str
    stated: Stated = NOTHING_STATED
    scope: Scope = Scope.DISPLAY


@dataclass(frozen=True, slots=True)
class Window:
    """The days of an act under the rules of one day.

    Attributes:
        severity: its class; None for a list entry that its list standard alone speaks of.
        shown: whether it is displayed at all.
        first: first day on which it can be repaired; None where it never can.
        limit: last day on which the rules allow display; None where they set none.
        last: last day of display, which the record itself may set earlier; None where nothing sets one.
        documents: what an applicant hands in.
        rules: the version of the day.
        versions: pinned names of the versions, list standard and severity rules used.
    """

    severity: Severity | None
    shown: bool
    first: date | None
    limit: date | None
    last: date | None
    documents: tuple[Document, ...]
    rules: RepairRules
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoWindow:
    """Nothing can be said.

    Attributes:
        reason: REPAIR_RULES_MISSING, no version is in force; RECORD_NOT_REPAIRABLE, a red entry; SEVERITY_UNKNOWN or
            REPAIR_FIELD_UNSTATED, the authority must state more; SEVERITY_UNRULED, the version knows no such class;
            LIST_EXIT_UNKNOWN, the list standard, which alone decides, does not say.
        versions: pinned names of what was used.
    """

    reason: str
    versions: tuple[str, ...]


def window_of(act: Act, as_of: date, book: RuleBook, standards: Standards) -> Window | NoWindow:
    """Tells the days of an act.

    Args:
        act: the act.
        as_of: the day of application, in China Standard Time.
        book: the rules.
        standards: the tables, working days among them.
    """
    rules = _rules_on(act, as_of, book)
    if rules is None:
        return NoWindow("REPAIR_RULES_MISSING", ())
    if isinstance(act.record, ListEntry) and act.record.kind is ListKind.RED:
        return NoWindow("RECORD_NOT_REPAIRABLE", (rules.version.name,))
    deed = Deed(act.record, act.stated, book)
    found = _under(deed, rules, as_of, standards.working_days)
    if isinstance(found, NoWindow):
        return found
    decided_on = act.record.decided_on
    before = _rules_on(act, decided_on, book)
    if rules.version.transition is Transition.SHORTER and before is not None and before is not rules:
        found = _shorter(found, _under(deed, before, decided_on, standards.working_days))
    return replace(found, last=_earliest(found.limit, *_own_last_days(act)))


def _rules_on(act: Act, day: date, book: RuleBook) -> RepairRules | None:
    return book.repair_on(act.home, day, act.scope) or book.repair_on(act.home, day)


def _under(deed: Deed, rules: RepairRules, day: date, working_days: WorkingDays) -> Window | NoWindow:
    """The window under one version alone."""
    used: tuple[str, ...] = (rules.version.name,)
    standard = deed.book.standards.get(deed.record.standard) if isinstance(deed.record, ListEntry) else None
    if isinstance(deed.record, ListEntry) and Dataset.LISTS not in rules.version.datasets:
        return _by_standard(deed.record, rules, standard, working_days)
    judged = severity_of(deed, rules.version.scheme, day)
    if isinstance(judged, Unclassified):
        return NoWindow(judged.reason, used)
    used = (*used, *judged.rules)
    term = rules.classes.get(judged.severity)
    if term is None:
        return NoWindow("SEVERITY_UNRULED", used)
    least = _least_months(deed, rules, term)
    if least is None:
        return NoWindow("REPAIR_FIELD_UNSTATED", used)
    most = term.max_months
    if standard is not None:
        used = (*used, standard.name)
        least = standard.earliest_exit_months or least
        most = min((each for each in (most, standard.max_period_months) if each is not None), default=None)
    first, limit = _days(deed.record, rules, least, most, working_days)
    first = first if term.repairable else None
    return Window(judged.severity, term.displayed, first, limit, limit, term.documents, rules, used)


def _by_standard(
    record: ListEntry, rules: RepairRules, standard: ListStandard | None, working_days: WorkingDays
) -> Window | NoWindow:
    """The window of a list entry under a version that leaves lists to their standards."""
    if standard is None or standard.earliest_exit_months is None:
        return NoWindow("LIST_EXIT_UNKNOWN", (rules.version.name,))
    first, limit = _days(record, rules, standard.earliest_exit_months, standard.max_period_months, working_days)
    used = (rules.version.name, standard.name)
    return Window(None, True, first, limit, limit, (Document.PERFORMANCE,), rules, used)


def _least_months(deed: Deed, rules: RepairRules, term: RepairClass) -> int | None:
    """The shortest period of a class; None where it depends on a field that nobody has stated."""
    for exception in rules.exceptions:
        if exception.holds(term.severity):
            lies_in = deed.lies_in(exception.fields)
            if lies_in is None:
                return None
            if lies_in:
                return exception.min_months
    return term.min_months


def _days(
    record: Repaired, rules: RepairRules, least: int, most: int | None, working_days: WorkingDays
) -> tuple[date | None, date | None]:
    """The first day of repair and the last of display; no first one where the calendar ends before."""
    effective = rules.version.counted_from is Start.EFFECTIVE and isinstance(record, ListEntry)
    start = record.valid_from if effective and isinstance(record, ListEntry) else record.decided_on

    def end(months: int) -> date:
        last = months_later(start, months)
        return working_days.rolled(last).day if rules.version.last_day_rolls else last

    return day_after(end(least)) if least else start, None if most is None else end(most)


def _shorter(found: Window, before: Window | NoWindow) -> Window:
    """Of the days under two versions the earlier ones; what the older one cannot tell lengthens nothing."""
    if isinstance(before, NoWindow):
        return found
    first = found.first if found.first is None else _earliest(found.first, before.first)
    return replace(
        found,
        shown=found.shown and before.shown,
        first=first,
        limit=_earliest(found.limit, before.limit),
        versions=(*found.versions, *(name for name in before.versions if name not in found.versions)),
    )


def _own_last_days(act: Act) -> tuple[date | None, ...]:
    """The last days that the record names itself; they say nothing of an archive."""
    if act.scope is Scope.ARCHIVE:
        return ()
    if isinstance(act.record, ListEntry):
        return (act.record.valid_until,)
    return act.record.valid_until, act.record.published_until


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
