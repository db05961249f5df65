# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Recognition of a foreign list entry, version 1: the same inputs give the same verdict, for ever.

The rules are those of the standards document, section 5.2, and of the list registry of section 3.3 (Zhejiang
regulation, articles 24, 25 and 28). Grounds are collected in this order, all that apply:

    refusals  RECORD_INVALID and the log's or the record's own fault code · BAD_SUBJECT_CODE ·
              NO_STANDARD (not in the registry that members share) · STANDARD_FIELD_MISMATCH · STANDARD_KIND_MISMATCH ·
              ISSUER_NOT_AUTHORISED (for this field, in the origin's territory, on the day of decision)
    holds     NO_AGREEMENT · AGREEMENT_NOT_IN_FORCE · FIELD_NOT_COVERED · KIND_NOT_COVERED ·
              STANDARD_NOT_YET_VALID · STANDARD_EXPIRED (both on the day of decision) ·
              ENDED_REMOVED, ENDED_REVOKED, ENDED_REPAIRED, ENDED_CORRECTED · SUSPENDED · NOT_YET_VALID ·
              PERIOD_LAPSED · CONFLICT_RED_BLACK
    remarks   OBJECTION_UNDER_WAY · REPAIR_UNDER_WAY · PERIOD_OVER_STANDARD · PERSON_NOT_PUBLIC ·
              MEASURE_NOT_LOCAL (the origin names measures that do not follow here: they are shown, and no more)

What was true on the day of decision (code, standard, competence) is asked for that day, so it never changes; agreement,
term and measures are asked for the day of the decision to recognise. Signatures and proofs are not checked here: an
entry that comes this far was verified by the log. What is checked nowhere: whether the facts are true.
"""

from dataclasses import dataclass
from datetime import date

from federation.errors import OrderFault
from federation.records.list_entry import ListEntry, ListKind
from federation.rules.admission import judge_identity
from federation.rules.agreement import SHARED, ListStandard
from federation.rules.conflict.table import shipped_conflicts
from federation.rules.coverage import Coverage, LocalMeasures, between, local_measures, versions_used
from federation.rules.life_cycle import Life, Term, life_of, next_turn
from federation.rules.rule_book import RuleBook
from federation.rules.transition.course import UNTOUCHED, Course
from federation.rules.verdict import Effect, Grounds, Held, Refused, Verdict, verdict_of
from federation.standards.bundle import Standards
from federation.standards.identity import CodeRefused, SubjectClass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A verified entry of another member's list feed, with what acts on it.

    Attributes:
        origin_node: node id of the feed's origin, never that of the hub it came through.
        entry: the record; None when its bytes are withheld, erased, or no record at all (then `fault` says so).
        course: where acts have brought it.
        black_elsewhere: whether another black entry on the same subject counts at home, own or foreign.
        fault: the log's or the record's fault code, when the entry is quarantined.
    """

    origin_node: str
    entry: ListEntry | None
    course: Course = UNTOUCHED
    black_elsewhere: bool = False
    fault: str | None = None


def recognise(candidate: Candidate, home: str, book: RuleBook, standards: Standards, as_of: date) -> Verdict:
    """Decides whether a foreign list entry counts at home on a day.

    Args:
        candidate: the entry, and what acts on it.
        home: node id of the member that decides.
        book: its rules.
        standards: its tables.
        as_of: the day, in China Standard Time.

    Returns:
        Recognised, Held or Refused. An entry without a readable record is Refused with RECORD_INVALID and its fault
        code, or Held with PAYLOAD_ABSENT when nothing is wrong with it.

    Raises:
        OrderFault: OWN_ENTRY, when the entry is the member's own; `standing` answers for those.
    """
    if candidate.origin_node == home:
        raise OrderFault("OWN_ENTRY", "an own entry needs no recognition")
    entry = candidate.entry
    if entry is None or candidate.fault is not None:
        return unreadable(candidate.fault, versions_used(book, standards))
    standard = _shared_standard(book, entry)
    coverage = _coverage(book, home, candidate.origin_node, entry, as_of)
    measures = list_measures(book, home, entry, as_of)
    term = Term(entry.valid_from, entry.valid_until)
    life = life_of(term, candidate.course, as_of)
    not_valid = standard.not_valid(entry.decided_on) if standard is not None else ()
    grounds = Grounds(
        _refusals(entry, candidate.origin_node, standard, book, standards),
        (*coverage.holds, *not_valid, *life.holds, *red_black(entry, candidate.black_elsewhere)),
        _remarks(entry, standard, life, measures),
    )
    named = (*coverage.names, standard.name) if standard is not None else coverage.names
    review_on = next_turn(as_of, *term.turns(), *coverage.turns, *measures.turns)
    return verdict_of(grounds, Effect(measures.codes), versions_used(book, standards, *named), review_on)


def unreadable(fault: str | None, versions: tuple[str, ...]) -> Verdict:
    """The verdict on an entry without a readable record."""
    if fault is None:
        return Held(("PAYLOAD_ABSENT",), versions, None)
    return Refused(("RECORD_INVALID", fault), versions, None)


def list_measures(book: RuleBook, home: str, entry: ListEntry, as_of: date) -> LocalMeasures:
    """Measures that the home region takes on entries like this one; none that publishes a natural person."""
    return local_measures(book, home, as_of, lambda measure: measure.suits(entry))


def red_black(entry: ListEntry, black_elsewhere: bool) -> tuple[str, ...]:
    """What the table of conflicts says of an entry whose subject is black elsewhere, under any code that is its own."""
    return shipped_conflicts().suspended(entry.kind, {ListKind.BLACK} if black_elsewhere else frozenset())


def _shared_standard(book: RuleBook, entry: ListEntry) -> ListStandard | None:
    standard = book.standards.get(entry.standard)
    return standard if standard is not None and standard.registry == SHARED else None


def _coverage(book: RuleBook, home: str, origin: str, entry: ListEntry, as_of: date) -> Coverage:
    found = between(book, (home, origin), as_of, lambda agreement: bool(agreement.list_fields))
    found = found.narrowed("FIELD_NOT_COVERED", lambda agreement: entry.field in agreement.list_fields)
    return found.narrowed("KIND_NOT_COVERED", lambda agreement: entry.kind in agreement.list_kinds)


def _refusals(
    entry: ListEntry, origin: str, standard: ListStandard | None, book: RuleBook, standards: Standards
) -> tuple[str, ...]:
    found = []
    if isinstance(judge_identity(entry.identity, standards, entry.decided_on), CodeRefused):
        found.append("BAD_SUBJECT_CODE")
    found.extend(("NO_STANDARD",) if standard is None else standard.mismatches(entry))
    competent = book.competent(entry.authority.code, entry.decided_on, origin)
    if not any(entry.field in body.fields for body in competent):
        found.append("ISSUER_NOT_AUTHORISED")
    return tuple(found)


def _remarks(entry: ListEntry, standard: ListStandard | None, life: Life, measures: LocalMeasures) -> tuple[str, ...]:
    found = [*life.remarks, *(standard.exceeded(entry) if standard is not None else ())]
    if entry.identity.subject_class is SubjectClass.NATURAL_PERSON:
        found.append("PERSON_NOT_PUBLIC")
    if not set(entry.measures) <= set(measures.codes):
        found.append("MEASURE_NOT_LOCAL")
    return tuple(found)
