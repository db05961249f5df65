# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether an own record may be published: what its structure alone cannot tell, because it needs tables and a day.

What the 2018 layouts demand (standards document, sections 2.2 to 2.4) and what makes a record useless elsewhere refuses
it; what is only doubtful in law is a warning, for whoever submitted it to look at. Checks run in the order of the
record's fields, those of the subject first; the first refusal ends them. Last comes what must not be collected about
natural persons, by the files in `prohibited/`.

Codes of authorities and sources may fail the embedded check of GB 11714, as old registers do (EMBEDDED_ORG_CHECK);
codes of subjects may not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import assert_never

from federation.records.act import Annotation, Ending
from federation.records.agency_filing import AgencyFiling
from federation.records.codec import Record
from federation.records.exchange import Access, Exchange, LateAcknowledgement
from federation.records.feed_policy import FeedPolicy
from federation.records.licence import Licence, LicenceState
from federation.records.list_entry import ListEntry, ListKind
from federation.records.loop.feedback import Feedback
from federation.records.penalty import Penalty
from federation.records.subject import Authority, Identity, Subject
from federation.rules.agreement import Asked
from federation.rules.catalogue.prohibited import Ban, ProhibitedRules
from federation.rules.repair.window import Act, Window, window_of
from federation.rules.rule_book import RuleBook
from federation.standards.bundle import Standards
from federation.standards.catalogue import Code
from federation.standards.identify import check_code
from federation.standards.identity import CodeAccepted, CodeKind, CodeRefused, LegacyCodeKind, SubjectClass
from federation.standards.numbers.citizen_number import birth_date


@dataclass(frozen=True, slots=True)
class Admitted:
    """It may be published; `warnings` are reason codes of what is doubtful, each once, in the order of the checks."""

    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """It may not; `field` is the dotted name of the field at fault, `reason` a stable code.

    `detail` says more in one English sentence, free of personal data, where the reason does not say all.
    """

    field: str
    reason: str
    detail: str = ""


_About = Subject | Licence | Penalty | ListEntry | AgencyFiling | Feedback
Step = NotAdmitted | str
"""One finding: a refusal, or the code of a warning."""


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every check is given."""

    standards: Standards
    book: RuleBook
    as_of: date
    home: str


def admit(record: Record, standards: Standards, book: RuleBook, as_of: date, home: str) -> Admitted | NotAdmitted:
    """Decides whether an own record may be published.

    Args:
        record: the record; feed policies and exchange entries, which the node makes itself, are always admitted.
        standards: the node's tables.
        book: the node's rules, list standards that only it has registered among them.
        as_of: today, in China Standard Time.
        home: the node's id.
    """
    warnings: dict[str, None] = {}
    desk = _Desk(standards, book, as_of, home)
    for step in chain(_steps(record, desk), _prohibited(record, desk)):
        if isinstance(step, NotAdmitted):
            return step
        warnings[step] = None
    return Admitted(tuple(warnings))


def judge_identity(identity: Identity, standards: Standards, day: date) -> CodeAccepted | CodeRefused:
    """Whether a subject is named by the code that its class demands, and the code agrees with the class.

    Persons have a citizen number or another document, everybody else a unified code whose first two characters tell the
    class (92 a sole trader, 91 and 93 an enterprise, …).

    Args:
        identity: whom a record is about.
        standards: the tables to check with.
        day: the day the code must be good on.

    Returns:
        What the check of the code says, or CodeRefused with PERSON_HAS_USCC, USCC_REQUIRED or SUBJECT_CLASS_MISMATCH.
    """
    person = identity.subject_class is SubjectClass.NATURAL_PERSON
    if person and identity.code_kind is CodeKind.USCC:
        return CodeRefused("PERSON_HAS_USCC", "natural persons have no unified social credit code")
    if not person and identity.code_kind is not CodeKind.USCC:
        return CodeRefused("USCC_REQUIRED", "this class of subject is named by its unified social credit code")
    judged = check_code(identity.code_kind, identity.code, standards, day)
    if isinstance(judged, CodeAccepted):
        if judged.subject_class not in (None, identity.subject_class):
            return CodeRefused("SUBJECT_CLASS_MISMATCH", "the code belongs to another class of subject")
        if judged.value != identity.code:
            return CodeRefused("CODE_LENGTH", "records hold the 18-character form")
    return judged


def _steps(record: Record, desk: _Desk) -> Iterator[Step]:
    match record:
        case Subject():
            yield from _subject(record, desk)
        case Licence():
            yield from _licence(record, desk)
        case Penalty():
            yield from _penalty(record, desk)
        case ListEntry():
            yield from _list_entry(record, desk)
        case AgencyFiling():
            yield from _filing(record, desk)
        case Ending():
            yield from _act(record.authority, "decided_on", record.decided_on, desk)
        case Annotation():
            yield from _act(record.authority, "dated_on", record.dated_on, desk)
        case Feedback():
            yield from _feedback(record, desk)
        case FeedPolicy() | Exchange() | Access() | LateAcknowledgement():
            return
        case _:
            assert_never(record)


def _subject(record: Subject, desk: _Desk) -> Iterator[Step]:
    yield from _identity(record.identity, desk)
    for legacy in record.identity.legacy_codes:
        if isinstance(check_code(legacy.kind, legacy.code, desk.standards, desk.as_of), CodeRefused):
            yield "LEGACY_CODE_INVALID"
        elif legacy.kind is LegacyCodeKind.UNIFIED_CODE and legacy.code == record.identity.code:
            yield NotAdmitted("identity.legacy_codes", "FORMER_CODE_IS_OWN")
    if record.head_office is not None:
        yield from _head_office(record.head_office, record, desk)
    yield from _authority("source", record.source, desk)
    yield from _not_in_future("reported_on", record.reported_on, desk)


def _head_office(code: str, record: Subject, desk: _Desk) -> Iterator[Step]:
    judged = check_code(CodeKind.USCC, code, desk.standards, desk.as_of, legacy=True)
    if isinstance(judged, CodeRefused):
        yield NotAdmitted("head_office", judged.reason)
    elif code == record.identity.code:
        yield NotAdmitted("head_office", "HEAD_OFFICE_IS_SELF")


def _licence(record: Licence, desk: _Desk) -> Iterator[Step]:
    yield from _identity(record.identity, desk)
    yield from _representative(record.identity)
    yield from _decision(record.authority, record.source, record.decided_on, desk)
    if desk.standards.licence_kinds.by_text(record.category) is None:
        yield "LICENCE_KIND_UNKNOWN"
    if record.valid_from < record.decided_on:
        yield "LICENCE_BEFORE_DECISION"
    if record.state is LicenceState.VALID and record.valid_until is not None and record.valid_until < desk.as_of:
        yield "LICENCE_STATE_DOUBTFUL"


def _penalty(record: Penalty, desk: _Desk) -> Iterator[Step]:
    yield from _identity(record.identity, desk)
    yield from _representative(record.identity)
    yield from _penalty_kinds(record, desk)
    yield from _decision(record.authority, record.source, record.decided_on, desk)
    yield from _display(record, desk)


def _penalty_kinds(record: Penalty, desk: _Desk) -> Iterator[Step]:
    """Conditional fields: what a kind of penalty demands, and amounts that no kind stands for."""
    known = [desk.standards.penalty_kinds.by_text(kind) for kind in record.kinds]
    if None in known:
        yield "PENALTY_KIND_UNKNOWN"
    demands = _demanded(known)
    if "fine" in demands and record.fine_fen is None:
        yield NotAdmitted("fine_fen", "FINE_AMOUNT_MISSING")
    if "confiscation" in demands and record.confiscated_fen is None:
        yield NotAdmitted("confiscated_fen", "CONFISCATED_AMOUNT_MISSING")
    if "licence" in demands and record.affected_licence is None:
        yield NotAdmitted("affected_licence", "AFFECTED_LICENCE_MISSING")
    if None not in known and record.fine_fen and "fine" not in demands:
        yield "FINE_WITHOUT_KIND"


def _display(record: Penalty, desk: _Desk) -> Iterator[Step]:
    """Whether it is to be displayed longer than the repair rules in force let acts of its class be.

    Where its class cannot be told from the record alone, nothing is said. The national rules are asked: no region has
    others for display.
    """
    if record.published_until is None:
        return
    window = window_of(Act(record, ""), desk.as_of, desk.book, desk.standards)
    if isinstance(window, Window) and window.limit is not None and record.published_until > window.limit:
        yield "DISPLAY_OVER_MAXIMUM"


def _demanded(known: list[Code | None]) -> frozenset[str]:
    return frozenset(demand for code in known if code is not None for demand in code.demands)


def _list_entry(record: ListEntry, desk: _Desk) -> Iterator[Step]:
    yield from _identity(record.identity, desk)
    if not desk.standards.fields.knows(record.field):
        yield NotAdmitted("field", "FIELD_UNKNOWN")
    yield from _list_standard(record, desk)
    for field in ("reason", "basis", "document_number"):
        if not getattr(record, field).strip():
            yield NotAdmitted(field, "FIELD_MISSING")
    yield from _decision(record.authority, record.source, record.decided_on, desk)
    if not any(record.field in body.fields for body in desk.book.competent(record.authority.code, record.decided_on)):
        yield "ISSUER_NOT_AUTHORISED"
    if record.kind is ListKind.BLACK:
        yield from _black(record)
    yield from _stated_measures(record, desk)


def _list_standard(record: ListEntry, desk: _Desk) -> Iterator[Step]:
    standard = desk.book.standards.get(record.standard)
    if standard is None:
        yield NotAdmitted("standard", "STANDARD_UNREGISTERED")
    else:
        yield from (NotAdmitted("standard", reason) for reason in standard.mismatches(record))
        yield from standard.not_valid(record.decided_on)
        yield from standard.exceeded(record)
        if (lack := standard.omitted(record)) is not None:
            field, reason, asked = lack
            yield NotAdmitted(field, reason) if asked is Asked.REQUIRED else reason


def _stated_measures(record: ListEntry, desk: _Desk) -> Iterator[Step]:
    """Only what the own region has published may be applied (Zhejiang regulation, article 28)."""
    for code in record.measures:
        published = [measure for measure in desk.book.measures if measure.code == code]
        if not any(measure.applies(desk.home, record.decided_on) for measure in published):
            yield NotAdmitted("measures", "MEASURE_UNPUBLISHED")
        if not any(measure.suits(record) for measure in published):
            yield NotAdmitted("measures", "MEASURE_UNSUITED")


def _black(record: ListEntry) -> Iterator[Step]:
    """What a black entry should have (Zhejiang regulation, articles 16 and 27)."""
    if record.valid_until is None:
        yield "VALID_UNTIL_MISSING"
    if record.identity.subject_class is not SubjectClass.NATURAL_PERSON and not record.responsible_persons:
        yield "RESPONSIBLE_PERSONS_MISSING"


def _filing(record: AgencyFiling, desk: _Desk) -> Iterator[Step]:
    yield from _identity(record.identity, desk)
    if not all(desk.standards.agency_categories.knows(category) for category in record.categories):
        yield NotAdmitted("categories", "CATEGORY_UNKNOWN")
    if not all(desk.standards.regions.knows(code) for code in record.regions):
        yield NotAdmitted("regions", "REGION_UNKNOWN")
    yield from _not_in_future("filed_on", record.filed_on, desk)
    yield from _not_in_future("standing_since", record.standing_since, desk)
    for event in record.events:
        yield from _not_in_future("events", max(event.occurred_on, event.reported_on or event.occurred_on), desk)
    if record.exit is not None and record.exit.handed_over_to is not None:
        yield from _of_heir(record.exit.handed_over_to, desk)
    if record.reviewed_year is not None and record.reviewed_year > desk.as_of.year:
        yield NotAdmitted("reviewed_year", "REVIEW_IN_FUTURE")
    yield from _authority("authority", record.authority, desk)
    yield from _authority("source", record.source, desk)
    if not any(body.filing for body in desk.book.competent(record.authority.code, record.filed_on)):
        yield "ISSUER_NOT_AUTHORISED"


def _of_heir(heir: Authority, desk: _Desk) -> Iterator[Step]:
    """Whoever takes over an agency's data has a sound code; it need not be a public body."""
    judged = check_code(CodeKind.USCC, heir.code, desk.standards, desk.as_of, legacy=True)
    if isinstance(judged, CodeRefused):
        yield NotAdmitted("exit.handed_over_to.code", judged.reason)


def _act(authority: Authority, field: str, day: date, desk: _Desk) -> Iterator[Step]:
    yield from _authority("authority", authority, desk)
    yield from _not_in_future(field, day, desk)


def _prohibited(record: Record, desk: _Desk) -> Iterator[Step]:
    """Data about natural persons that must not be collected, and persons too young, where the rules say so.

    Of an act it is not known whom it is about: what is never allowed stands in none.
    """
    about = record if isinstance(record, _About) else None
    personal = about is not None and about.identity.subject_class is SubjectClass.NATURAL_PERSON
    if not (personal or isinstance(record, Ending | Annotation)):
        return
    texts = {name: text for name, text in record if isinstance(text, str)}
    together = "\n".join(texts.values())
    for rules in desk.book.prohibited:
        if not rules.version.in_force(desk.as_of):
            continue
        if about is not None and about.identity.code_kind is CodeKind.CITIZEN:
            yield from _age(about, rules, desk)
        if rules.found_in(together) is not None:
            yield from _prohibited_texts(texts, rules, personal)


def _prohibited_texts(texts: Mapping[str, str], rules: ProhibitedRules, personal: bool) -> Iterator[Step]:
    for name, text in texts.items():
        found = rules.found_in(text)
        if found is not None and found.ban is Ban.NEVER:
            yield NotAdmitted(name, "PROHIBITED_DATA")
        elif found is not None and personal:
            yield "CONSENT_DOUBTFUL"


def _age(record: _About, rules: ProhibitedRules, desk: _Desk) -> Iterator[Step]:
    """Whether the person was too young on the day of what is reported."""
    match record:
        case AgencyFiling():
            day = record.filed_on
        case Subject():
            day = record.reported_on or desk.as_of
        case Feedback():
            day = record.received_on
        case _:
            day = record.decided_on
    born = birth_date(record.identity.code)
    ban = rules.too_young(born, day) if born is not None else None
    if ban is Ban.NEVER:
        yield NotAdmitted("identity.code", "SUBJECT_TOO_YOUNG")
    elif ban is not None:
        yield "SUBJECT_AGE_DOUBTFUL"


def _feedback(record: Feedback, desk: _Desk) -> Iterator[Step]:
    """That it fits its entry is asked by whoever makes it; here what holds for every record."""
    yield from _authority("initiator", record.initiator, desk)
    yield from _authority("implementer", record.implementer, desk)
    yield from _not_in_future("responded_on", record.responded_on, desk)
    yield from _not_in_future("implemented_on", record.implemented_on, desk)
    yield from _not_in_future("lifted_on", record.lifted_on, desk)


def _identity(identity: Identity, desk: _Desk) -> Iterator[Step]:
    judged = judge_identity(identity, desk.standards, desk.as_of)
    if isinstance(judged, CodeRefused):
        yield NotAdmitted("identity.code", judged.reason)
    else:
        yield from judged.warnings
    if identity.subject_class is SubjectClass.NATURAL_PERSON and identity.representative is not None:
        yield NotAdmitted("identity.representative", "REPRESENTATIVE_UNEXPECTED")


def _representative(identity: Identity) -> Iterator[Step]:
    """Licences and penalties of everybody but natural persons name the representative or proprietor."""
    if identity.subject_class is not SubjectClass.NATURAL_PERSON and identity.representative is None:
        yield NotAdmitted("identity.representative", "REPRESENTATIVE_MISSING")


def _decision(authority: Authority, source: Authority, decided_on: date, desk: _Desk) -> Iterator[Step]:
    yield from _not_in_future("decided_on", decided_on, desk)
    yield from _authority("authority", authority, desk)
    yield from _authority("source", source, desk)


def _authority(field: str, authority: Authority, desk: _Desk) -> Sequence[Step]:
    return _of_authority(field, authority.code, desk.standards, desk.as_of)


@lru_cache(maxsize=4096)
def _of_authority(field: str, code: str, standards: Standards, as_of: date) -> tuple[Step, ...]:
    """What is to be said of a public body; remembered, since a file names few of them in many rows."""
    judged = check_code(CodeKind.USCC, code, standards, as_of, legacy=True)
    if isinstance(judged, CodeRefused):
        return (NotAdmitted(f"{field}.code", judged.reason),)
    if judged.subject_class not in (SubjectClass.GOVERNMENT, SubjectClass.PUBLIC_INSTITUTION):
        return (*judged.warnings, "AUTHORITY_NOT_PUBLIC")
    return judged.warnings


def _not_in_future(field: str, day: date | None, desk: _Desk) -> Iterator[Step]:
    if day is not None and day > desk.as_of:
        yield NotAdmitted(field, "DATE_IN_FUTURE")
