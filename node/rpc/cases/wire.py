# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Applications, steps and outcomes of letters, as values and as wire messages; reading is strict."""

from datetime import date
from enum import StrEnum
from typing import TypeVar

from creditexchange.v1 import case_pb2, case_status_pb2
from creditexchange.v1.case_filing_pb2 import (
    FileCaseRequest,
    FileCaseResponse,
    HandleCaseRequest,
    HandleCaseResponse,
)
from creditexchange.v1.case_service_pb2 import LetterOutcome

from federation.errors import CallerFault, FieldFault
from federation.records.case import CaseDocument, CaseKind, CaseOutcome, CaseState
from node.cases.docket import NotDone, Step
from node.cases.letter import CaseName
from node.cases.post import NotTaken, Taken
from node.cases.window import Application, Filed, NotFiled
from node.exchange.dialogue import Envelope
from node.rpc.wire import envelope_from_wire, envelope_to_wire

MAX_REASON_CHARACTERS = 64
_Member = TypeVar("_Member", bound=StrEnum)
_KINDS = {kind: case_pb2.CaseKind.Value(f"CASE_KIND_{kind.name}") for kind in CaseKind}
_STATES = {state: case_status_pb2.CaseState.Value(f"CASE_STATE_{state.name}") for state in CaseState}
_OUTCOMES = {outcome: case_status_pb2.CaseOutcome.Value(f"CASE_OUTCOME_{outcome.name}") for outcome in CaseOutcome}


def taken_to_wire(taken: Taken) -> LetterOutcome:
    """What became of a letter."""
    if isinstance(taken, Envelope):
        return LetterOutcome(receipt=envelope_to_wire(taken))
    return LetterOutcome(reason=taken.reason)


def taken_from_wire(message: LetterOutcome) -> Taken:
    """What became of a letter.

    Raises:
        FieldFault: neither a receipt nor a reason, or one that cannot be one.
    """
    if message.HasField("receipt"):
        try:
            return envelope_from_wire(message.receipt)
        except CallerFault as fault:
            raise FieldFault("receipt", fault.reason) from None
    reason = message.reason
    if not 1 <= len(reason) <= MAX_REASON_CHARACTERS or not reason.isascii() or not reason.isprintable():
        raise FieldFault("reason", "FIELD_MALFORMED")
    return NotTaken(reason)


def application_to_wire(application: Application) -> FileCaseRequest:
    """What somebody files."""
    documents = [case_pb2.CaseDocument(name=each.name, sha256=each.sha256) for each in application.documents]
    return FileCaseRequest(
        kind=case_pb2.CaseKind.Name(_KINDS[application.kind]),
        origin=application.origin,
        index=application.index,
        applicant=application.applicant,
        applicant_code=application.code,
        grounds=application.grounds,
        documents=documents,
    )


def application_from_wire(message: FileCaseRequest) -> Application:
    """What somebody files; texts are judged when the case is made.

    Raises:
        FieldFault: the kind is unknown, or a document breaks a rule.
    """
    return Application(
        kind=_member("kind", _KINDS, message.kind),
        origin=message.origin,
        index=message.index,
        applicant=message.applicant,
        code=message.applicant_code,
        grounds=message.grounds,
        documents=tuple(CaseDocument(name=each.name, sha256=each.sha256) for each in message.documents),
    )


def step_to_wire(name: CaseName, step: Step) -> HandleCaseRequest:
    """A step on a case."""
    outcome = None if step.outcome is None else case_status_pb2.CaseOutcome.Name(_OUTCOMES[step.outcome])
    return HandleCaseRequest(
        filed_at=name.filed_at,
        case_id=name.case_id,
        step=case_status_pb2.CaseState.Name(_STATES[step.state]),
        outcome=outcome,
        explanation=step.explanation,
        document_number=step.document_number,
        decided_on=None if step.decided_on is None else step.decided_on.isoformat(),
    )


def step_from_wire(message: HandleCaseRequest) -> tuple[CaseName, Step]:
    """A step on a case; what it lacks or has too much is judged by who takes it.

    Raises:
        FieldFault: step or outcome is unknown, or the day is none.
    """
    name = CaseName(message.filed_at, message.case_id)
    return name, Step(
        state=_member("step", _STATES, message.step),
        outcome=_member("outcome", _OUTCOMES, message.outcome) if message.HasField("outcome") else None,
        explanation=message.explanation if message.HasField("explanation") else None,
        document_number=message.document_number if message.HasField("document_number") else None,
        decided_on=_day(message.decided_on) if message.HasField("decided_on") else None,
    )


def filed_to_wire(filed: Filed | NotFiled) -> FileCaseResponse:
    """What became of filing a case."""
    if isinstance(filed, Filed):
        return FileCaseResponse(case_id=filed.case_id)
    day = None if filed.not_before is None else filed.not_before.isoformat()
    return FileCaseResponse(reasons=filed.reasons, field=filed.field, not_before=day)


def filed_from_wire(message: FileCaseResponse) -> Filed | NotFiled:
    """What became of filing a case; FieldFault: the day is none."""
    if message.case_id:
        return Filed(message.case_id)
    day = _day(message.not_before) if message.HasField("not_before") else None
    return NotFiled(tuple(message.reasons), message.field, day)


def not_done_to_wire(not_done: NotDone | None) -> HandleCaseResponse:
    """What became of a step; None when it was taken."""
    return (
        HandleCaseResponse() if not_done is None else HandleCaseResponse(reason=not_done.reason, field=not_done.field)
    )


def not_done_from_wire(message: HandleCaseResponse) -> NotDone | None:
    """What became of a step; None when it was taken."""
    return NotDone(message.field, message.reason) if message.reason else None


def _member(field: str, members: dict[_Member, int], number: int) -> _Member:
    found = next((member for member, value in members.items() if value == number), None)
    if found is None:
        raise FieldFault(field, "VALUE_UNKNOWN" if number else "FIELD_MISSING")
    return found


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise FieldFault("decided_on", "DATE_MALFORMED")
    return day
