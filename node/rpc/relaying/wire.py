# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of questions that are handed on; pairs as in `node/rpc/wire.py`."""

from collections.abc import Sequence

from creditexchange.v1.fault_pb2 import FaultReason
from creditexchange.v1.relay_pb2 import RelayFault, RelayRequest, RelayResponse

from federation.errors import CallerFault, Fault, FieldFault, PeerFault, UnreachableFault
from node.exchange.dialogue import Envelope
from node.routing.ways import Relayed
from node.rpc.faults import TABLE, reason_of
from node.rpc.wire import envelope_from_wire, envelope_to_wire

_PREFIX = "FAULT_REASON_"
_NAMES = {number: name.removeprefix(_PREFIX) for name, number in FaultReason.items()}


def parcel_to_wire(questions: Sequence[Envelope], passed: Sequence[str]) -> RelayRequest:
    """Questions to be handed on."""
    return RelayRequest(questions=map(envelope_to_wire, questions), passed=passed)


def relayed_to_wire(relayed: Relayed) -> RelayResponse:
    """What became of one question. The reason is the responder's where it gave one that the contract knows."""
    fault = relayed.outcome
    if isinstance(fault, Envelope):
        return RelayResponse(place=relayed.place, answer=envelope_to_wire(fault))
    reason = fault.reason if fault.reason in TABLE else reason_of(fault)
    field = fault.field if isinstance(fault, FieldFault) else ""
    return RelayResponse(place=relayed.place, fault=RelayFault(reason=_PREFIX + reason, field=field))


def relayed_from_wire(message: RelayResponse) -> Relayed:
    """What a hub says became of one question; an answer is still to be verified.

    Raises:
        FieldFault: VALUE_UNKNOWN, it says neither.
    """
    match message.WhichOneof("outcome"):
        case "answer":
            return Relayed(message.place, _answer(message))
        case "fault":
            return Relayed(message.place, _fault(message.fault))
        case _:
            raise FieldFault("outcome", "FIELD_MISSING")


def _answer(message: RelayResponse) -> Envelope | Fault:
    try:
        return envelope_from_wire(message.answer)
    except CallerFault as fault:
        return PeerFault("ANSWER_MALFORMED", fault.reason, (message.SerializeToString(),))


def _fault(message: RelayFault) -> Fault:
    reason = _NAMES.get(message.reason, "")
    row = TABLE.get(reason)
    if row is None:
        return UnreachableFault("MEMBER_UNREACHABLE", "for a reason that this version does not know")
    if row.fault is FieldFault:
        return FieldFault(message.field, reason)
    return row.fault(reason, row.text)
