# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Questions to members, and their answers, between the node and its own systems; pairs as in `node/rpc/wire.py`."""

from creditexchange.v1.answer_pb2 import Answer as WireAnswer
from creditexchange.v1.local_service_pb2 import InquireRequest, InquireResponse
from creditexchange.v1.question_pb2 import Authorisation as WireAuthorisation

from federation.errors import FieldFault
from federation.records.codec import decode_as, encode
from federation.records.exchange import Answer, Authorisation
from node.exchange.inquire import Answered, Matter
from node.rpc.wire import (
    code_kind_from_wire,
    code_kind_to_wire,
    dataset_from_wire,
    dataset_to_wire,
    envelope_from_wire,
    envelope_to_wire,
)


def answer_to_wire(answer: Answer) -> WireAnswer:
    """An answer for the local caller, who needs no signature."""
    return WireAnswer.FromString(encode(answer))


def answer_from_wire(message: WireAnswer) -> Answer:
    """An answer that the own node has verified.

    Raises:
        FieldFault: a field breaks a rule.
    """
    return decode_as(Answer, message.SerializeToString())


def answered_to_wire(answered: Answered, *, signed: bool) -> InquireResponse:
    """An answer for the local caller: decoded, or as it was signed, never both, since it may be long."""
    if signed:
        question, answer = envelope_to_wire(answered.question), envelope_to_wire(answered.signed)
        return InquireResponse(question=question, signed_answer=answer)
    return InquireResponse(answer=answer_to_wire(answered.answer))


def answered_from_wire(message: InquireResponse) -> Answered:
    """An answer that the own node has verified, as it was signed.

    Raises:
        FieldFault: a field breaks a rule.
        CallerFault: SIGNATURE_INVALID, there is no envelope.
    """
    question, signed = envelope_from_wire(message.question), envelope_from_wire(message.signed_answer)
    return Answered(decode_as(Answer, signed.payload), question, signed)


def matter_to_wire(member: str, matter: Matter) -> InquireRequest:
    """A question for a named member."""
    authority = matter.authorisation
    return InquireRequest(
        member=member,
        purpose=matter.purpose,
        legal_basis=matter.legal_basis,
        case_number=matter.case_number,
        code_kind=code_kind_to_wire(matter.code_kind),
        code=matter.code,
        officer=matter.officer,
        office=matter.office,
        authorisation=None if authority is None else WireAuthorisation.FromString(encode(authority)),
        batch=matter.batch,
        datasets=map(dataset_to_wire, matter.datasets),
        max_age_s=matter.max_age_s,
        timeout_ms=matter.timeout_ms,
    )


def matter_from_wire(message: InquireRequest) -> tuple[str, Matter]:
    """The member to ask, and what; texts are judged when the question is made.

    Raises:
        FieldFault: the member is missing, the kind of number or a dataset unknown, or the authorisation broken.
    """
    if not message.member:
        raise FieldFault("member", "FIELD_MISSING")
    return message.member, Matter(
        message.purpose,
        message.legal_basis,
        message.case_number,
        code_kind_from_wire(message.code_kind),
        message.code,
        message.officer,
        message.office,
        _authorisation(message),
        message.batch,
        tuple(dataset_from_wire(number) for number in message.datasets),
        message.max_age_s,
        message.timeout_ms,
    )


def _authorisation(message: InquireRequest) -> Authorisation | None:
    if not message.HasField("authorisation"):
        return None
    try:
        return decode_as(Authorisation, message.authorisation.SerializeToString())
    except FieldFault as fault:
        raise FieldFault(f"authorisation.{fault.field}", fault.reason) from None
