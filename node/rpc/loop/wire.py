# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Conversions of what business systems ask and say, in pairs `x_to_wire` / `x_from_wire`, as `node.rpc.wire` has them.

An answer to a batch is cut into messages of some hundred kilobytes, so that none comes near the limit of one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from creditexchange.v1 import feedback_pb2, local_service_pb2
from creditexchange.v1.authority_pb2 import Authority as WireAuthority
from creditexchange.v1.local_service_pb2 import (
    BatchCheckRequest,
    BatchCheckResponse,
    CataloguedMeasure,
    CheckRequest,
    FeedbackStatement,
)
from creditexchange.v1.local_service_pb2 import SubjectResult as WireResult

from federation.errors import FieldFault
from federation.records.exchange import Freshness
from federation.records.loop.feedback import FeedbackResponse
from federation.rules.agreement import Measure
from federation.rules.loop.feedback import NotTaken, Statement
from node.entry.holding import Decision
from node.query.business import BatchChecked, SubjectResult, SubjectState, Wanted
from node.rpc.wire import ShownHolding, holding_from_wire, holding_to_wire

PART_BYTES = 256 * 1024
MAX_CODE_CHARACTERS = 64
_STATES: Mapping[SubjectState, str] = {state: f"SUBJECT_STATE_{state.name}" for state in SubjectState}
_STATE_NUMBERS = {state: local_service_pb2.SubjectState.Value(name) for state, name in _STATES.items()}
_STATES_READ = {number: state for state, number in _STATE_NUMBERS.items()}
_RESPONSES: Mapping[FeedbackResponse, str] = {
    response: f"FEEDBACK_RESPONSE_{response.name}" for response in FeedbackResponse
}
_RESPONSES_READ = {feedback_pb2.FeedbackResponse.Value(name): response for response, name in _RESPONSES.items()}
_DAYS = ("received_on", "responded_on", "implemented_on")
_TEXTS = ("reason", "result", "reported_period")


@dataclass(frozen=True, slots=True)
class ShownMeasure:
    """A measure as business systems see it; `implementers` are name and unified code of the bodies."""

    code: str
    title_zh: str
    title_en: str
    basis: str
    implementers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ShownResult:
    """One subject of a batch as business systems see it."""

    code: str
    state: SubjectState
    reason: str
    holdings: tuple[ShownHolding, ...]
    measures: tuple[str, ...]
    truncated: bool


def wanted_from_wire(message: CheckRequest | BatchCheckRequest) -> Wanted:
    """Which measures are asked for."""
    department = message.department if message.HasField("department") else None
    return Wanted(department, message.measure if message.HasField("measure") else None)


def wanted_to_wire(wanted: Wanted) -> Mapping[str, str]:
    """Which measures are asked for, as fields of a request."""
    given = {"department": wanted.department, "measure": wanted.measure}
    return {name: value for name, value in given.items() if value is not None}


def measure_to_wire(measure: Measure) -> CataloguedMeasure:
    """A measure as the catalogue has it."""
    bodies = [WireAuthority(name=body.name, code=body.code) for body in measure.implementing_bodies]
    return CataloguedMeasure(
        code=measure.code,
        title_zh=measure.title_zh,
        title_en=measure.title_en,
        basis=measure.basis,
        implementers=bodies,
    )


def measure_from_wire(message: CataloguedMeasure) -> ShownMeasure:
    """A measure as the own node has it."""
    bodies = tuple((body.name, body.code) for body in message.implementers)
    return ShownMeasure(message.code, message.title_zh, message.title_en, message.basis, bodies)


def state_to_wire(state: SubjectState) -> str:
    """What is known of a subject."""
    return _STATES[state]


def state_from_wire(number: int) -> SubjectState:
    """What is known of a subject.

    Raises:
        FieldFault: unspecified or unknown.
    """
    if number not in _STATES_READ:
        raise FieldFault("state", "VALUE_UNKNOWN" if number else "FIELD_MISSING")
    return _STATES_READ[number]


def codes_from_wire(message: BatchCheckRequest) -> Sequence[str]:
    """The codes of a batch.

    Raises:
        FieldFault: one is too long.
    """
    codes = list(message.codes)
    longest = max(map(len, codes), default=0)
    if longest > MAX_CODE_CHARACTERS:
        raise FieldFault("codes", "FIELD_TOO_LONG", f"a code has at most {MAX_CODE_CHARACTERS} characters")
    return codes


def batch_to_wire(batch: BatchChecked) -> Sequence[BatchCheckResponse]:
    """The answer to a batch in parts."""
    stale = sorted(origin for origin, fresh in batch.freshness.items() if fresh is not Freshness.FRESH)
    first = BatchCheckResponse(catalogued=map(measure_to_wire, batch.catalogued), not_fresh=stale)
    parts, size = [first], first.ByteSize()
    for result in batch.results:
        if size > PART_BYTES:
            parts.append(BatchCheckResponse())
            size = 0
        size += _put(result, batch.freshness, parts[-1]).ByteSize()
    return parts


def _put(result: SubjectResult, fresh: Mapping[str, Freshness], part: BatchCheckResponse) -> WireResult:
    """One subject of a batch, made where it belongs: to put it there later would be to copy it."""
    message = part.results.add(code=result.code, state=_STATE_NUMBERS[result.state], reason=result.reason)
    if result.decisions:
        message.holdings.extend(holding_to_wire(_holding(made, fresh)) for made in result.decisions)
        message.measures.extend(result.measures)
        message.truncated = result.truncated
    return message


def _holding(made: Decision, fresh: Mapping[str, Freshness]) -> ShownHolding:
    known = fresh.get(made.origin, Freshness.UNKNOWN)
    return ShownHolding(made.origin, made.index, made.dataset, made.standing, made.reasons, made.measures, known)


def result_from_wire(message: WireResult) -> ShownResult:
    """One subject of a batch.

    Raises:
        FieldFault: state or a holding is unknown.
    """
    return ShownResult(
        message.code,
        state_from_wire(message.state),
        message.reason,
        tuple(map(holding_from_wire, message.holdings)),
        tuple(message.measures),
        message.truncated,
    )


def statement_to_wire(said: Statement) -> FeedbackStatement:
    """What an implementing body says."""
    message = FeedbackStatement(
        case_id=said.case_id,
        origin=said.entry_origin,
        index=said.entry_index,
        measure=said.measure,
        implementer=said.implementer,
        evidence_sha256=said.evidence_sha256,
        response=_RESPONSES[said.response],
    )
    for name, value in _given(said):
        setattr(message, name, value)
    return message


def _given(said: Statement) -> Iterator[tuple[str, str]]:
    for name in _DAYS:
        day: date | None = getattr(said, name)
        if day is not None:
            yield name, day.isoformat()
    for name in _TEXTS:
        text: str | None = getattr(said, name)
        if text is not None:
            yield name, text


def statement_from_wire(message: FeedbackStatement) -> Statement:
    """What an implementing body says; whether it may, is judged by the stage.

    Raises:
        FieldFault: the response is missing or unknown, or a day is no day.
    """
    response = _RESPONSES_READ.get(message.response)
    if response is None:
        raise FieldFault("response", "VALUE_UNKNOWN" if message.response else "FIELD_MISSING")
    return Statement(
        message.case_id,
        message.origin,
        message.index,
        message.measure,
        message.implementer,
        response,
        reason=message.reason if message.HasField("reason") else None,
        received_on=_day(message, "received_on"),
        responded_on=_day(message, "responded_on"),
        implemented_on=_day(message, "implemented_on"),
        result=message.result if message.HasField("result") else None,
        evidence_sha256=message.evidence_sha256,
        reported_period=message.reported_period if message.HasField("reported_period") else None,
    )


def statement_or_refusal(message: FeedbackStatement) -> Statement | NotTaken:
    """What an implementing body says; a statement that cannot be read is refused alone."""
    try:
        return statement_from_wire(message)
    except FieldFault as fault:
        return NotTaken(fault.field, fault.reason)


def _day(message: FeedbackStatement, field: Literal["received_on", "responded_on", "implemented_on"]) -> date | None:
    if not message.HasField(field):
        return None
    text: str = getattr(message, field)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise FieldFault(field, "DATE_MALFORMED") from None
    if day.isoformat() != text:
        raise FieldFault(field, "DATE_MALFORMED")
    return day
