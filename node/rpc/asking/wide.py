# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Questions to many members, between the node and its own systems; pairs as in `node/rpc/wire.py`."""

from creditexchange.v1.local_service_pb2 import InquireRequest
from creditexchange.v1.wide_inquiry_pb2 import InquireWidelyRequest, InquireWidelyResponse

from federation.errors import FieldFault
from federation.records.codec import decode_as
from federation.records.exchange import Answer
from federation.rules.routing.outcome import Became, MemberOutcome
from federation.rules.routing.plan import Place
from node.exchange.inquire import Answered, Matter
from node.routing.widely import Reply
from node.rpc.asking.wire import matter_from_wire, matter_to_wire
from node.rpc.wire import envelope_from_wire, envelope_to_wire

_MATTER = (
    *("purpose", "legal_basis", "case_number", "code_kind", "code", "officer", "office"),
    *("batch", "datasets", "max_age_s", "timeout_ms"),
)
"""Fields that a question to many has in common with one to a named member."""


def wide_to_wire(matter: Matter, *, everywhere: bool) -> InquireWidelyRequest:
    """A question to many."""
    one = matter_to_wire("", matter)
    same = {name: getattr(one, name) for name in _MATTER}
    authority = one.authorisation if one.HasField("authorisation") else None
    return InquireWidelyRequest(**same, authorisation=authority, everywhere=everywhere)


def wide_from_wire(message: InquireWidelyRequest) -> tuple[Matter, bool]:
    """What is asked, and whether everywhere.

    Raises:
        FieldFault: as `matter_from_wire`.
    """
    same = {name: getattr(message, name) for name in _MATTER}
    authority = message.authorisation if message.HasField("authorisation") else None
    _, matter = matter_from_wire(InquireRequest(**same, member="-", authorisation=authority))
    return matter, message.everywhere


def reply_to_wire(reply: Reply) -> InquireWidelyResponse:
    """What became of one member."""
    outcome, answered = reply.outcome, reply.answered
    return InquireWidelyResponse(
        member=outcome.member,
        place=outcome.place.value if outcome.place is not None else "",
        became=outcome.became.value,
        reason=outcome.reason,
        through=outcome.through,
        stands_for=outcome.stands_for,
        as_of_ms=outcome.as_of_ms,
        short=outcome.short,
        question=None if answered is None else envelope_to_wire(answered.question),
        answer=None if answered is None else envelope_to_wire(answered.signed),
        evidence=reply.evidence,
    )


def reply_from_wire(message: InquireWidelyResponse) -> Reply:
    """What became of one member, as the own node says.

    Raises:
        FieldFault: a word is unknown, or an answer cannot be read.
    """
    try:
        place = Place(message.place) if message.place else None
        became = Became(message.became)
    except ValueError:
        raise FieldFault("became", "VALUE_UNKNOWN") from None
    told = (message.reason, message.through, message.stands_for, message.as_of_ms, message.short)
    answered = None
    if message.HasField("answer"):
        question, signed = envelope_from_wire(message.question), envelope_from_wire(message.answer)
        answered = Answered(decode_as(Answer, signed.payload), question, signed)
    return Reply(MemberOutcome(message.member, place, became, *told), answered, message.evidence)
