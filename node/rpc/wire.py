# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Conversions between our values and wire messages, in pairs `x_to_wire` / `x_from_wire`. Wire types stay behind here.

Reading is strict: an enumeration number that is not known is a FieldFault with the field's name, never the zero value.
Bytes (leaves, payloads, notes, signed payloads) pass through untouched. Safe from any thread.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar, assert_never

from creditexchange.v1 import answer_pb2, feed_policy_pb2, identity_pb2, local_service_pb2, schema_pb2
from creditexchange.v1.envelope_pb2 import Envelope as WireEnvelope
from creditexchange.v1.feed_service_pb2 import Feed as WireFeed
from creditexchange.v1.local_service_pb2 import Holding as WireHolding
from creditexchange.v1.local_service_pb2 import HoldingBeside as WireBeside
from creditexchange.v1.local_service_pb2 import Outcome as WireOutcome
from creditexchange.v1.local_service_pb2 import Submission as WireSubmission
from creditexchange.v1.node_service_pb2 import GetNodeResponse
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

from federation.errors import CallerFault, FieldFault
from federation.records.exchange import Freshness, Standing
from federation.records.feed_policy import Dataset
from federation.standards.identity import CodeKind
from node.exchange.dialogue import Envelope
from node.intake import Accepted, Duplicate, Outcome, Refused, Submission
from node.publish import FeedView
from node.query.seen import Beside, Holding

Member = TypeVar("Member", bound=StrEnum)
KEY_ID_BYTES = 4
SIGNATURE_BYTES = 64
CONDITION_KEY = "xinqiao-read-only"
"""Trailing metadata of health at the own ports: why the node is read-only; empty while it may write."""
MAX_TOLD_FEEDS = 32


class _Enumeration(Generic[Member]):
    """One enumeration on the wire: names go out, numbers come in."""

    def __init__(self, wire: EnumTypeWrapper, names: dict[Member, str]) -> None:
        self._names = names
        self._members: dict[int, Member] = {wire.Value(name): member for member, name in names.items()}

    def to_wire(self, member: Member) -> str:
        return self._names[member]

    def from_wire(self, field: str, number: int) -> Member:
        member = self._members.get(number)
        if member is None:
            raise FieldFault(field, "VALUE_UNKNOWN" if number else "FIELD_MISSING")
        return member


def _by_rule(wire: EnumTypeWrapper, prefix: str, members: Iterable[Member]) -> _Enumeration[Member]:
    """An enumeration whose members have the contract's names."""
    return _Enumeration(wire, {member: prefix + member.name for member in members})


_DATASETS: _Enumeration[Dataset] = _by_rule(feed_policy_pb2.Dataset, "DATASET_", Dataset)
_FRESHNESS: _Enumeration[Freshness] = _by_rule(answer_pb2.Freshness, "FRESHNESS_", Freshness)
_CODE_KINDS = _Enumeration(
    identity_pb2.CodeKind,
    {
        CodeKind.USCC: "CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE",
        CodeKind.CITIZEN: "CODE_KIND_CITIZEN_NUMBER",
        CodeKind.OTHER: "CODE_KIND_OTHER_DOCUMENT",
    },
)


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """A feed as a node lists it. Trust: the server's word. `dataset` is None while the node does not know it."""

    origin: str
    dataset: Dataset | None
    size: int


def listed(view: FeedView) -> ListedFeed:
    """What is said of a feed to those who may read it."""
    return ListedFeed(view.origin, view.dataset, view.size)


def feed_to_wire(feed: ListedFeed) -> WireFeed:
    """A feed as it is listed."""
    return WireFeed(origin=feed.origin, dataset=_dataset_to_wire(feed.dataset), size=feed.size)


def feed_from_wire(message: WireFeed) -> ListedFeed:
    """A feed as listed.

    Raises:
        FieldFault: the dataset is unknown.
    """
    return ListedFeed(message.origin, _dataset_from_wire(message.dataset), message.size)


@dataclass(frozen=True, slots=True)
class NodeStatement:
    """What a node says of itself. Trust: only the TLS identity is proven."""

    node_id: str
    federation: str
    software: str
    revisions: tuple[str, ...]
    roles: tuple[str, ...]


def node_to_wire(node: NodeStatement) -> GetNodeResponse:
    """Who a node says it is."""
    return GetNodeResponse(
        node_id=node.node_id,
        federation=node.federation,
        software=node.software,
        revisions=node.revisions,
        roles=node.roles,
    )


def node_from_wire(message: GetNodeResponse) -> NodeStatement:
    """Who a node says it is."""
    revisions, roles = tuple(message.revisions), tuple(message.roles)
    return NodeStatement(message.node_id, message.federation, message.software, revisions, roles)


def envelope_to_wire(envelope: Envelope) -> WireEnvelope:
    """An envelope, its signed bytes untouched."""
    return WireEnvelope(
        payload_type=envelope.payload_type,
        payload=envelope.payload,
        key_id=envelope.key_id,
        signature=envelope.signature,
    )


def envelope_from_wire(message: WireEnvelope) -> Envelope:
    """An envelope, its signed bytes untouched.

    Raises:
        CallerFault: SIGNATURE_INVALID, key id or signature cannot be one.
    """
    if len(message.key_id) != KEY_ID_BYTES or len(message.signature) != SIGNATURE_BYTES:
        raise CallerFault("SIGNATURE_INVALID")
    return Envelope(message.payload_type, message.payload, message.key_id, message.signature)


def submission_to_wire(submission: Submission) -> WireSubmission:
    """One record to publish.

    Raises:
        FieldFault: SCHEMA_UNKNOWN, the contract has no such schema.
    """
    if submission.schema not in schema_pb2.Schema.values():
        raise FieldFault("schema", "SCHEMA_UNKNOWN")
    schema = schema_pb2.Schema.Name(submission.schema)
    return WireSubmission(key=submission.key, schema=schema, payload=submission.payload, ref=submission.ref)


def submission_from_wire(message: WireSubmission) -> Submission:
    """One record to publish; the intake judges it."""
    ref = message.ref if message.HasField("ref") else None
    return Submission(message.key, message.schema, message.payload, ref)


def outcome_to_wire(outcome: Outcome) -> WireOutcome:
    """What became of a submission."""
    match outcome:
        case Accepted(warnings=warnings):
            return WireOutcome(kind=local_service_pb2.OUTCOME_KIND_ACCEPTED, warnings=warnings)
        case Duplicate():
            return WireOutcome(kind=local_service_pb2.OUTCOME_KIND_DUPLICATE)
        case Refused(field=field, reason=reason, detail=detail):
            refused = local_service_pb2.OUTCOME_KIND_REFUSED
            return WireOutcome(kind=refused, reason=reason, field=field, detail=detail)
        case _:
            assert_never(outcome)


def outcome_from_wire(message: WireOutcome) -> Outcome:
    """What became of a submission.

    Raises:
        FieldFault: the kind is unspecified or unknown.
    """
    match message.kind:
        case local_service_pb2.OUTCOME_KIND_ACCEPTED:
            return Accepted(tuple(message.warnings))
        case local_service_pb2.OUTCOME_KIND_DUPLICATE:
            return Duplicate()
        case local_service_pb2.OUTCOME_KIND_REFUSED:
            return Refused(message.field, message.reason, message.detail)
        case _:
            raise FieldFault("kind", "VALUE_UNKNOWN")


@dataclass(frozen=True, slots=True)
class ShownHolding:
    """One thing held about a subject, as business systems see it."""

    origin: str
    index: int
    dataset: Dataset | None
    standing: Standing
    reasons: tuple[str, ...]
    measures: tuple[str, ...]
    freshness: Freshness


def shown(holding: Holding) -> ShownHolding:
    """What business systems see of a holding."""
    return ShownHolding(
        origin=holding.entry.origin,
        index=holding.entry.index,
        dataset=holding.dataset,
        standing=holding.standing,
        reasons=holding.reasons,
        measures=holding.measures,
        freshness=holding.freshness,
    )


def holding_to_wire(holding: ShownHolding) -> WireHolding:
    """One thing held about a subject."""
    return WireHolding(
        origin=holding.origin,
        index=holding.index,
        dataset=_dataset_to_wire(holding.dataset),
        standing=holding.standing,
        reasons=holding.reasons,
        measures=holding.measures,
        freshness=_FRESHNESS.to_wire(holding.freshness),
    )


def beside_to_wire(beside: Beside) -> WireBeside:
    """One thing held about a branch or the head office of a subject."""
    held = holding_to_wire(shown(beside.holding))
    return WireBeside(relation=beside.relation.value, code=beside.code, holding=held)


def holding_from_wire(message: WireHolding) -> ShownHolding:
    """One thing held about a subject.

    Raises:
        FieldFault: dataset, standing or freshness is unknown.
    """
    if message.standing not in Standing.__members__:
        raise FieldFault("standing", "VALUE_UNKNOWN")
    return ShownHolding(
        origin=message.origin,
        index=message.index,
        dataset=_dataset_from_wire(message.dataset),
        standing=Standing[message.standing],
        reasons=tuple(message.reasons),
        measures=tuple(message.measures),
        freshness=_FRESHNESS.from_wire("freshness", message.freshness),
    )


def code_kind_to_wire(kind: CodeKind) -> str:
    """The kind of a number, by its name in the contract."""
    return _CODE_KINDS.to_wire(kind)


def code_kind_from_wire(number: int) -> CodeKind:
    """The kind of a number.

    Raises:
        FieldFault: unspecified or unknown.
    """
    return _CODE_KINDS.from_wire("code_kind", number)


def dataset_to_wire(dataset: Dataset) -> str:
    """A kind of record, by its name in the contract."""
    return _DATASETS.to_wire(dataset)


def dataset_from_wire(number: int) -> Dataset:
    """A kind of record.

    Raises:
        FieldFault: unspecified or unknown.
    """
    return _DATASETS.from_wire("dataset", number)


def _dataset_to_wire(dataset: Dataset | None) -> str:
    return "DATASET_UNSPECIFIED" if dataset is None else _DATASETS.to_wire(dataset)


def _dataset_from_wire(number: int) -> Dataset | None:
    return dataset_from_wire(number) if number else None


def condition_to_text(faults: Mapping[str, str]) -> str:
    """The reason for each own feed that cannot be signed: `ORIGIN=REASON`, with spaces between; the first 32 feeds."""
    return " ".join(f"{origin}={reason}" for origin, reason in list(faults.items())[:MAX_TOLD_FEEDS])


def condition_from_text(text: str) -> dict[str, str]:
    """What `condition_to_text` said."""
    told = (part.partition("=") for part in text.split(" ") if part)
    return {origin: reason for origin, _, reason in told}
