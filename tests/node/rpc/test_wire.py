# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Conversions as pairs: what goes to the wire comes back the same, and what the wire cannot mean is refused."""

from datetime import date
from typing import TypeVar

import pytest
from creditexchange.v1.answer_pb2 import Answer as WireAnswer
from creditexchange.v1.envelope_pb2 import Envelope as WireEnvelope
from creditexchange.v1.feed_service_pb2 import Feed as WireFeed
from creditexchange.v1.local_service_pb2 import Holding as WireHolding
from creditexchange.v1.local_service_pb2 import InquireRequest
from creditexchange.v1.local_service_pb2 import Outcome as WireOutcome
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from federation.errors import CallerFault, FieldFault
from federation.records.exchange import Answer, Authorisation, AuthorisationKind, Freshness, Standing
from federation.records.feed_policy import Dataset
from federation.standards.identity import CodeKind
from node.exchange.dialogue import Envelope
from node.exchange.inquire import Matter
from node.intake import Accepted, Duplicate, Outcome, Refused, Submission
from node.rpc import wire
from node.rpc.asking import wire as asking

Wire = TypeVar("Wire", bound=Message)
AUTHORISED = Authorisation(
    kind=AuthorisationKind.CONSENT,
    reference="授权书 1 号",
    sha256=bytes(32),
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
TUPLES = st.lists(TEXTS, max_size=3).map(tuple)


def carried(message: Wire) -> Wire:
    """The message after a journey as bytes."""
    return type(message).FromString(message.SerializeToString())


@pytest.mark.parametrize("dataset", [None, *Dataset])
def test_feeds(dataset: Dataset | None) -> None:
    """Every dataset has its number, and one that is not known has none."""
    feed = wire.ListedFeed("origin", dataset, 7)

    assert feed == wire.feed_from_wire(carried(wire.feed_to_wire(feed)))


@given(TEXTS, TUPLES, TUPLES)
def test_node_statements(text: str, revisions: tuple[str, ...], roles: tuple[str, ...]) -> None:
    """What a node says of itself arrives as it is."""
    node = wire.NodeStatement(text, "delta.example", "x/1", revisions, roles)

    assert node == wire.node_from_wire(carried(wire.node_to_wire(node)))


@given(TEXTS, st.binary())
def test_envelopes(payload_type: str, payload: bytes) -> None:
    """Signed bytes arrive untouched."""
    envelope = Envelope(payload_type, payload, b"abcd", bytes(range(64)))

    assert envelope == wire.envelope_from_wire(carried(wire.envelope_to_wire(envelope)))


@pytest.mark.parametrize(("key_id", "signature"), [(3, 64), (5, 64), (4, 63), (4, 65), (0, 0)])
def test_an_envelope_with_other_lengths_is_no_envelope(key_id: int, signature: int) -> None:
    """A key id of other than 4 bytes, a signature of other than 64: SIGNATURE_INVALID."""
    with pytest.raises(CallerFault, match="SIGNATURE_INVALID"):
        wire.envelope_from_wire(WireEnvelope(key_id=bytes(key_id), signature=bytes(signature)))


def test_answers() -> None:
    """A verified answer reaches the local caller whole."""
    exchange_id = "01890a5d-ac96-774b-bcce-b302099a8057"
    answer = Answer(exchange_id=exchange_id, question_sha256=bytes(32), responder="330100", answered_at_ms=5)

    assert answer == asking.answer_from_wire(carried(asking.answer_to_wire(answer)))


@given(TEXTS, st.integers(0, 9), st.binary(), st.none() | st.integers(0, 2**63))
def test_submissions(key: str, schema: int, payload: bytes, ref: int | None) -> None:
    """An absent reference stays absent; index 0 is not absent."""
    submission = Submission(key, schema, payload, ref)

    assert submission == wire.submission_from_wire(carried(wire.submission_to_wire(submission)))


def test_a_schema_that_the_contract_lacks_is_not_sent() -> None:
    """SCHEMA_UNKNOWN before anything leaves."""
    with pytest.raises(FieldFault, match="SCHEMA_UNKNOWN"):
        wire.submission_to_wire(Submission("key", 999, b""))


@pytest.mark.parametrize(
    "outcome", [Accepted(), Accepted(("DATE_OPEN",)), Duplicate(), Refused("name", "FIELD_MISSING")]
)
def test_outcomes(outcome: Outcome) -> None:
    """Each outcome arrives as it is."""
    assert outcome == wire.outcome_from_wire(carried(wire.outcome_to_wire(outcome)))


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("freshness", Freshness)
def test_holdings(standing: Standing, freshness: Freshness) -> None:
    """Every standing and freshness arrives."""
    holding = wire.ShownHolding("origin", 3, Dataset.LISTS, standing, ("WHY",), ("M1", "M2"), freshness)

    assert holding == wire.holding_from_wire(carried(wire.holding_to_wire(holding)))


@pytest.mark.parametrize("kind", CodeKind)
def test_matters(kind: CodeKind) -> None:
    """Member and matter of a question arrive as they are."""
    matter = Matter(
        "purpose",
        "basis",
        "case",
        kind,
        "code",
        "officer-1",
        "office-1",
        AUTHORISED,
        "batch-1",
        (Dataset.LISTS,),
        60,
        2000,
    )

    assert ("330100", matter) == asking.matter_from_wire(carried(asking.matter_to_wire("330100", matter)))


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        (lambda: wire.feed_from_wire(WireFeed.FromString(b"\x10\x63")), "dataset"),
        (lambda: wire.outcome_from_wire(WireOutcome()), "kind"),
        (lambda: wire.holding_from_wire(WireHolding(standing="GUESSED")), "standing"),
        (lambda: wire.holding_from_wire(WireHolding(standing="OWN")), "freshness"),
        (lambda: asking.matter_from_wire(InquireRequest(code_kind="CODE_KIND_CITIZEN_NUMBER")), "member"),
        (lambda: asking.matter_from_wire(InquireRequest(member="330100")), "code_kind"),
        (lambda: asking.answer_from_wire(WireAnswer()), "exchange_id"),
    ],
)
def test_what_the_wire_cannot_mean_is_refused(broken: object, field: str) -> None:
    """Missing and unknown numbers are named, never read as the zero value."""
    assert callable(broken)
    with pytest.raises(FieldFault) as caught:
        broken()

    assert field == caught.value.field
