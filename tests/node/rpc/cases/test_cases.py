# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""CaseService and the cases of the local port over the wire: what goes out comes in, and limits refuse."""

from datetime import date
from typing import TYPE_CHECKING

import grpc
import pytest
from creditexchange.v1.case_filing_pb2 import HandleCaseRequest, HandleCaseResponse
from creditexchange.v1.case_service_pb2 import DeliverResponse, LetterOutcome
from creditexchange.v1.envelope_pb2 import Envelope as WireEnvelope

from federation.errors import FieldFault, PeerFault
from federation.records.case import CaseDocument, CaseKind, CaseOutcome, CaseState
from node.cases.docket import NotDone, Step
from node.cases.letter import MAX_LETTER_BYTES, CaseName
from node.cases.post import NotTaken
from node.cases.window import Application, Filed, NotFiled
from node.exchange.dialogue import Envelope
from node.rpc.cases.servicer import MAX_LETTERS
from node.rpc.cases.wire import step_from_wire, taken_from_wire

if TYPE_CHECKING:
    from tests.node.rpc.conftest import Lab
    from tests.node.rpc.liar import Liar

APPLICATION = Application(
    CaseKind.OBJECTION, "delta.example/330100/lists/1", 0, "某公司", "91330100716105852F", "虚构的理由",
    (CaseDocument(name="ruling.pdf", sha256=b"h" * 32),),
)  # fmt: skip


def letter(payload: bytes, signature: bytes = b"s" * 64, kind: str = "a letter") -> Envelope:
    """An envelope."""
    return Envelope(kind, payload, b"k" * 4, signature)


async def test_each_letter_has_its_own_outcome_in_order(lab: "Lab") -> None:
    """One that cannot even be an envelope gets its reason, and stops no other."""
    client = lab.peer()
    taken = await client.deliver([letter(b"one"), letter(b"two", b"short"), letter(b"bad"), letter(b"four")])
    await client.close()

    assert [letter(b"one"), NotTaken("SIGNATURE_INVALID"), NotTaken("CASE_ID_REUSED"), letter(b"four")] == taken
    assert [("310000", (b"one", b"bad", b"four"))] == lab.stages.taken


@pytest.mark.parametrize(
    "letters",
    [
        [],
        [letter(b"x")] * (MAX_LETTERS + 1),
        [letter(bytes(MAX_LETTER_BYTES + 1))],
        [letter(b"x", kind="t" * 129)],
        [letter(bytes(MAX_LETTER_BYTES))] * 22,
    ],
    ids=["none", "too many", "too long", "type too long", "too much"],
)
async def test_a_delivery_over_its_limits_is_refused_whole(lab: "Lab", letters: list[Envelope]) -> None:
    """And nothing reaches the stage."""
    client = lab.peer()
    with pytest.raises(FieldFault, match="FIELD_INVALID"):
        await client.deliver(letters)
    await client.close()

    assert [] == lab.stages.taken


@pytest.mark.parametrize(
    "answer",
    [
        DeliverResponse(),
        DeliverResponse(outcomes=[LetterOutcome()]),
        DeliverResponse(outcomes=[LetterOutcome(reason="A\nB")]),
        DeliverResponse(outcomes=[LetterOutcome(reason="R" * 65)]),
        DeliverResponse(outcomes=[LetterOutcome(reason="FINE")] * 2),
    ],
    ids=["no outcome", "says nothing", "control character", "long reason", "too many"],
)
async def test_a_peer_that_answers_nonsense_is_caught(lab: "Lab", liar: "Liar", answer: DeliverResponse) -> None:
    """Its bytes are the evidence, and the letter counts as not handed on."""

    async def lying(_request: bytes, _context: object) -> bytes:
        return answer.SerializeToString()

    liar.answers["Deliver"] = lying
    client = lab.peer_at(liar.address, 30)
    with pytest.raises(PeerFault, match="ANSWER_MALFORMED"):
        await client.deliver([letter(b"one")])
    await client.close()


async def test_an_application_comes_in_as_it_went_out(lab: "Lab") -> None:
    """And so do the id, the reasons and the day that come back."""
    client = lab.local()
    filed = await client.file_case(APPLICATION)
    not_filed = await client.file_case(Application(CaseKind.REPAIR, "o", 7, "甲", "c", "g"))
    await client.close()

    assert Filed("an id") == filed
    assert NotFiled(("REPAIR_NOT_YET",), "", date(2027, 1, 1)) == not_filed
    assert [APPLICATION, Application(CaseKind.REPAIR, "o", 7, "甲", "c", "g")] == lab.stages.filed


async def test_a_step_comes_in_as_it_went_out(lab: "Lab") -> None:
    """Whole or bare; a refusal comes back with its reason and field."""
    whole = Step(CaseState.DECIDED, CaseOutcome.DISCLOSURE_ENDED, "说明", "1号", date(2026, 11, 2))
    client = lab.local()
    done = await client.handle_case(CaseName("310000", "an id"), whole)
    not_done = await client.handle_case(CaseName("310000", "another"), Step(CaseState.ACCEPTED))
    await client.close()

    assert (None, NotDone("case_id", "CASE_UNKNOWN")) == (done, not_done)
    expected = [("310000", "an id", whole), ("310000", "another", Step(CaseState.ACCEPTED))]
    assert expected == [(*name, step) for name, step in lab.stages.steps]


async def test_business_systems_take_no_steps(lab: "Lab") -> None:
    """They may file; deciding is for whoever runs the node."""
    async with lab.channel("tills", "local", "tax") as channel:
        call = channel.unary_unary(
            "/creditexchange.v1.LocalService/HandleCase",
            HandleCaseRequest.SerializeToString,
            HandleCaseResponse.FromString,
        )
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(HandleCaseRequest(filed_at="310000", case_id="an id", step="CASE_STATE_ACCEPTED"), timeout=30)

    assert grpc.StatusCode.PERMISSION_DENIED is refused.value.code()
    assert [] == lab.stages.steps


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (HandleCaseRequest(), "step"),
        (HandleCaseRequest(step=99), "step"),  # type: ignore[arg-type]
        (HandleCaseRequest(step="CASE_STATE_DECIDED", outcome=99), "outcome"),  # type: ignore[arg-type]
        (HandleCaseRequest(step="CASE_STATE_DECIDED", decided_on="2026-2-1"), "decided_on"),
        (HandleCaseRequest(step="CASE_STATE_DECIDED", decided_on="tomorrow"), "decided_on"),
    ],
)
def test_a_step_that_is_none_is_never_guessed(request_: HandleCaseRequest, field: str) -> None:
    """Unknown numbers and days in another form name their field."""
    with pytest.raises(FieldFault) as refused:
        step_from_wire(request_)

    assert field == refused.value.field


def test_a_receipt_that_cannot_be_an_envelope_is_none() -> None:
    """Its signature has another length."""
    with pytest.raises(FieldFault, match="receipt"):
        taken_from_wire(LetterOutcome(receipt=WireEnvelope(payload=b"x")))
