# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a question may be answered, decided before anything is looked up; pure.

In this order: form, clock, purpose, right to batches, authority, withdrawal, bar. So no refusal can tell anything of
the subject: whether it is known plays no part. Whether the question was signed, and by whom brought, is checked before.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, timedelta

from federation.records.exchange import Authorisation, AuthorisationKind, Question
from federation.rules.asking.anomalies import AnomalyRule
from federation.rules.asking.terms import AskingRules
from federation.rules.disclosure import Granted, Inquiry, PurposeGrant, grant_of, may_ask
from federation.standards.bundle import Standards
from federation.standards.calendar import china_date
from federation.standards.identify import check_code
from federation.standards.identity import CodeKind, CodeRefused

_WILDCARDS = frozenset("*?%_[]\\")
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Admitted:
    """The question may be answered."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It may not.

    Attributes:
        reason: stable code.
        field: the field of the question that is at fault, where one is.
        retry_after_s: when another question may be asked, where waiting helps.
    """

    reason: str
    field: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Barring:
    """What is in force against questions now.

    Attributes:
        withdrawn: SHA-256 of the documents of authorisations that were withdrawn.
        barred: officers that may not ask, by member and officer.
    """

    withdrawn: Set[bytes] = field(default_factory=frozenset)
    barred: Set[tuple[str, str]] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class AskedBy:
    """What is known of those who ask.

    Attributes:
        grants: what each member may ask for, by node id.
        barring: what is in force against their questions.
    """

    grants: Mapping[str, PurposeGrant]
    barring: Barring


@dataclass(frozen=True, slots=True)
class AskingTerms:
    """What questions are judged by on a day.

    Attributes:
        rules: the terms of the region.
        standards: the tables that codes, purposes and days are looked up in.
        anomalies: what is unusual.
    """

    rules: AskingRules
    standards: Standards
    anomalies: tuple[AnomalyRule, ...] = ()


def is_personal(question: Question) -> bool:
    """Whether a question is about a natural person; a sole trader, who has a unified code, is none here."""
    return question.code_kind is not CodeKind.USCC


def admit_question(question: Question, asked_by: AskedBy, terms: AskingTerms, now_ms: int) -> Admitted | Refused:
    """Decides whether a member's question may be answered.

    Returns:
        Admitted; or Refused with QUESTION_INVALID and the field, QUESTION_CLOCK_SKEW, QUESTION_EXPIRED,
        PURPOSE_NOT_GRANTED, BATCH_NOT_GRANTED, AUTHORISATION_MISSING, AUTHORISATION_UNSUITED,
        AUTHORISATION_NOT_YET_VALID, AUTHORISATION_EXPIRED, AUTHORISATION_TOO_LONG, AUTHORISATION_WITHDRAWN or
        OFFICER_BARRED.
    """
    return _first(
        lambda: _form(question, terms, now_ms),
        lambda: _clock(question, terms, now_ms),
        lambda: _right(question, asked_by.grants, terms),
        lambda: _authority(question, terms, now_ms),
        lambda: _barring(question, asked_by.barring),
    )


def admit_own_question(question: Question, barring: Barring, terms: AskingTerms, now_ms: int) -> Admitted | Refused:
    """Decides whether an own question may be sent: as `admit_question`, but for rights, which are others' to grant."""
    return _first(
        lambda: _form(question, terms, now_ms),
        lambda: _clock(question, terms, now_ms),
        lambda: _authority(question, terms, now_ms),
        lambda: _barring(question, barring),
    )


def _first(*checks: Callable[[], Refused | None]) -> Admitted | Refused:
    """The first refusal; later checks may rest on what earlier ones have found."""
    for check in checks:
        refused = check()
        if refused is not None:
            return refused
    return Admitted()


def _form(question: Question, terms: AskingTerms, now_ms: int) -> Refused | None:
    """What the question's own values cannot tell: what may be empty in earlier revisions, and the code."""
    told = {
        "officer": bool(question.officer),
        "office": bool(question.office),
        "legal_basis": bool(question.legal_basis.strip()),
        "case_number": bool(question.case_number.strip()),
        "reply_key": len(question.reply_key) in (0, _KEY_BYTES),
        "deadline_ms": not question.deadline_ms or question.deadline_ms >= question.asked_at_ms,
        "code": _is_sound(question, terms, china_date(now_ms)),
    }
    wrong = next((name for name, right in told.items() if not right), "")
    return Refused("QUESTION_INVALID", wrong) if wrong else None


def _is_sound(question: Question, terms: AskingTerms, today: date) -> bool:
    """Whether the code can be somebody's: it passes the check of its kind, and is no name and no pattern."""
    code = question.code
    if isinstance(check_code(question.code_kind, code, terms.standards, today, legacy=True), CodeRefused):
        return False
    digits = sum(character.isdigit() for character in code)
    return _WILDCARDS.isdisjoint(code) and digits >= terms.rules.version.least_digits


def _clock(question: Question, terms: AskingTerms, now_ms: int) -> Refused | None:
    if abs(question.asked_at_ms - now_ms) > terms.rules.version.clock_skew_s * 1000:
        return Refused("QUESTION_CLOCK_SKEW")
    return Refused("QUESTION_EXPIRED") if question.deadline_ms and question.deadline_ms < now_ms else None


def _right(question: Question, grants: Mapping[str, PurposeGrant], terms: AskingTerms) -> Refused | None:
    inquiry = Inquiry(question.requester, question.purpose, is_personal(question))
    if not isinstance(may_ask(inquiry, grants, terms.standards.purposes), Granted):
        return Refused("PURPOSE_NOT_GRANTED")
    in_batch = not question.batch or question.purpose in grant_of(grants, question.requester).batches
    return None if in_batch else Refused("BATCH_NOT_GRANTED")


def _authority(question: Question, terms: AskingTerms, now_ms: int) -> Refused | None:
    """What a question about a natural person rests on; where one about another says that it rests on it, that too."""
    authority = question.authorisation
    if authority is None:
        return Refused("AUTHORISATION_MISSING") if is_personal(question) else None
    purpose, version, today = terms.rules.purposes.get(question.purpose), terms.rules.version, china_date(now_ms)
    consent = authority.kind is AuthorisationKind.CONSENT
    if purpose is None or authority.kind not in purpose.accepts:
        return Refused("AUTHORISATION_UNSUITED")
    longest = timedelta(days=version.longest_consent_days if consent else version.longest_duty_days)
    return _dates(authority, longest, today)


def _dates(authority: Authorisation, longest: timedelta, today: date) -> Refused | None:
    if today < authority.valid_from:
        return Refused("AUTHORISATION_NOT_YET_VALID")
    if authority.valid_until < today:
        return Refused("AUTHORISATION_EXPIRED")
    return Refused("AUTHORISATION_TOO_LONG") if authority.valid_until - authority.valid_from >= longest else None


def _barring(question: Question, barring: Barring) -> Refused | None:
    if question.authorisation is not None and question.authorisation.sha256 in barring.withdrawn:
        return Refused("AUTHORISATION_WITHDRAWN")
    return Refused("OFFICER_BARRED") if (question.requester, question.officer) in barring.barred else None
