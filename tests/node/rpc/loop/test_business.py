# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Batches and feedback over the wire: what business systems send and get, and where a message is cut."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from creditexchange.v1 import local_service_pb2 as local
from creditexchange.v1.report_check_pb2 import REPORT_OUTCOME_VALID, CheckReportRequest, CheckReportResponse

from federation.errors import CallerFault, FieldFault, UnreachableFault
from federation.records.exchange import Freshness, Standing
from federation.records.feed_policy import Dataset
from federation.records.loop.feedback import FeedbackResponse
from federation.rules.filing.report import IssuedReport
from federation.rules.loop.feedback import NotTaken, Statement
from federation.rules.rule_book import parse_rule_book, shipped_rules
from federation.standards.identity import CodeKind
from node.entry.holding import Decision
from node.intake import Accepted, Refused
from node.query.business import BatchChecked, SubjectResult, SubjectState, Wanted
from node.rpc.filings.wire import report_from_wire
from node.rpc.loop.wire import PART_BYTES, batch_to_wire, statement_from_wire, statement_to_wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.node.rpc.conftest import Lab

CODE = "91330100716105852F"
FEED = "delta.example/330100/lists/1"
MEASURES = [measure for measure in parse_rule_book(shipped_rules()).measures if measure.region == "310000"][:2]
DECISION = Decision(
    FEED, 3, Dataset.LISTS, CODE, "black", Standing.RECOGNISED, ("RECOGNISED",), ("funds-limit",), (), None, 0
)


def statement(**changes: object) -> Statement:
    """A full statement, but for what is changed."""
    full: dict[str, Any] = {
        "case_id": "沪联惩〔2026〕1号",
        "entry_origin": FEED,
        "entry_index": 3,
        "measure": "funds-limit",
        "implementer": "11310000PDY003114N",
        "response": FeedbackResponse.REFUSED,
        "reason": "依据不足",
        "received_on": date(2026, 3, 2),
        "responded_on": date(2026, 3, 3),
        "implemented_on": date(2026, 3, 4),
        "result": "无",
        "evidence_sha256": bytes(32),
        "reported_period": "202603",
    }
    return Statement(**{**full, **changes})


REPORT: dict[str, Any] = {"agency": CODE, "category": "credit-rating", "issued_at_ms": 5}


def check_report(channel: grpc.aio.Channel) -> Callable[[CheckReportRequest], Awaitable[CheckReportResponse]]:
    """The call, as a business system makes it."""
    path = "/creditexchange.v1.LocalService/CheckReport"
    to_bytes = CheckReportRequest.SerializeToString
    return channel.unary_unary(path, to_bytes, CheckReportResponse.FromString)


async def test_a_report_is_asked_about_with_the_filing_that_it_names_or_without(lab: Lab) -> None:
    """What it says of itself goes to the stage; the answer comes back with its marks and place."""
    async with lab.channel("tills", "local", "tax") as channel:
        call = check_report(channel)
        named: dict[str, Any] = {"origin": FEED, "index": 3}
        answers = [await call(CheckReportRequest(**REPORT, **names)) for names in ({}, named)]

    report = IssuedReport(CODE, "credit-rating", 5)
    assert [(report, None), (report, (FEED, 3))] == lab.stages.reported
    assert ["tax", "tax"] == [caller.rpartition("/")[2] for caller in lab.stages.callers]
    assert [("", 0), (FEED, 3)] == [(answer.origin, answer.index) for answer in answers]
    assert [(REPORT_OUTCOME_VALID, ["FILING_CANCELLED"])] * 2 == [
        (answer.outcome, list(answer.marks)) for answer in answers
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"agency": ""}, "FIELD_MISSING"),
        ({"agency": "9" * 65}, "FIELD_TOO_LONG"),
        ({"category": ""}, "FIELD_MISSING"),
        ({"category": "c" * 65}, "FIELD_TOO_LONG"),
        ({"issued_at_ms": 0}, "FIELD_MISSING"),
        ({"origin": "o" * 513}, "FIELD_TOO_LONG"),
    ],
)
def test_a_report_that_says_too_little_or_too_much_is_refused(change: dict[str, Any], reason: str) -> None:
    """By the field."""
    with pytest.raises(FieldFault, match=reason) as caught:
        report_from_wire(CheckReportRequest(**{**REPORT, **change}))
    assert [caught.value.field] == list(change)


async def test_a_batch_is_answered_in_the_order_of_its_codes(lab: Lab) -> None:
    """With what is held, what is unknown and what is refused; the catalogue and stale feeds once."""
    results = [
        SubjectResult(CODE, SubjectState.KNOWN, "", [DECISION], ["funds-limit"], truncated=True),
        SubjectResult("91", SubjectState.REFUSED, "CODE_LENGTH"),
        SubjectResult("92", SubjectState.UNKNOWN),
    ]
    lab.stages.batched = BatchChecked(results, MEASURES, {FEED: Freshness.STALE, "other": Freshness.FRESH})
    client = lab.local()
    batch = await client.batch_check([CODE, "91", "92"], Wanted("dep", "m"))
    await client.close()

    assert [((CODE, "91", "92"), Wanted("dep", "m"))] == lab.stages.wanted
    assert [(result.code, result.state, result.reason) for result in results] == [
        (told.code, told.state, told.reason) for told in batch.results
    ]
    (holding,) = batch.results[0].holdings
    assert (FEED, 3, Freshness.STALE, ("RECOGNISED",)) == (
        holding.origin,
        holding.index,
        holding.freshness,
        holding.reasons,
    )
    assert batch.results[0].truncated
    assert [measure.code for measure in MEASURES] == [measure.code for measure in batch.catalogued]
    assert MEASURES[0].implementing_bodies[0].code == batch.catalogued[0].implementers[0][1]
    assert (FEED,) == batch.not_fresh


async def test_ten_thousand_codes_come_in_small_parts(lab: Lab) -> None:
    """No message is near the limit of one, and none is lost between them."""
    codes = [f"{number:018}" for number in range(10_000)]
    results = [SubjectResult(code, SubjectState.KNOWN, "", [DECISION] * 5, ["funds-limit"]) for code in codes]
    lab.stages.batched = BatchChecked(results, MEASURES, {FEED: Freshness.FRESH})
    client = lab.local()
    batch = await client.batch_check(codes)
    await client.close()

    assert codes == [told.code for told in batch.results]
    sizes = [part.ByteSize() for part in batch_to_wire(lab.stages.batched)]
    assert len(sizes) > 1
    assert max(sizes) < PART_BYTES + 4096


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        (FieldFault("measure", "MEASURE_UNKNOWN"), FieldFault, "MEASURE_UNKNOWN"),
        (CallerFault("LIMIT_EXCEEDED", "too much"), UnreachableFault, "LIMIT_EXCEEDED"),
    ],
)
async def test_a_refused_batch_is_told_as_the_caller_meant_it(
    lab: Lab, fault: Exception, kind: type[Exception], reason: str
) -> None:
    """A refusal is not a broken stream."""
    lab.stages.fault = fault
    client = lab.local()
    with pytest.raises(kind, match=reason):
        await client.batch_check([CODE])
    await client.close()


async def test_a_code_over_its_length_is_refused_before_anything_is_looked_up(lab: Lab) -> None:
    """The field is named, the code is not."""
    client = lab.local()
    with pytest.raises(FieldFault) as caught:
        await client.batch_check(["9" * 65])
    await client.close()

    assert ("codes", [], False) == (caught.value.field, lab.stages.wanted, "999" in caught.value.detail)


async def test_a_check_says_what_the_measures_are(lab: Lab) -> None:
    """And the filter reaches the stage."""
    lab.stages.catalogued = MEASURES
    client = lab.local()
    checked = await client.check(CodeKind.USCC, CODE, Wanted("dep"))
    await client.close()

    assert [((CODE,), Wanted("dep"))] == lab.stages.wanted
    assert [measure.title_zh for measure in MEASURES] == [measure.title_zh for measure in checked.catalogued]


@pytest.mark.parametrize(
    "said",
    [
        statement(),
        statement(response=FeedbackResponse.ACCEPTED, reason=None, result=None, evidence_sha256=b""),
        statement(received_on=None, responded_on=None, implemented_on=None, reported_period=None),
    ],
)
def test_a_statement_is_read_as_it_was_said(said: Statement) -> None:
    """With everything in it, and with as little as there may be."""
    assert said == statement_from_wire(statement_to_wire(said))


async def test_statements_get_their_outcomes_in_order(lab: Lab) -> None:
    """One that cannot be read is refused alone."""
    client = lab.local()
    outcomes = await client.give_feedback([statement(), statement(case_id="2")])
    await client.close()

    assert [Accepted(), Accepted()] == outcomes
    assert [statement(), statement(case_id="2")] == lab.stages.given


@pytest.mark.parametrize(
    ("spoilt", "field", "reason"),
    [
        ({"response": 0}, "response", "FIELD_MISSING"),
        ({"response": 9}, "response", "VALUE_UNKNOWN"),
        ({"received_on": "2026-3-2"}, "received_on", "DATE_MALFORMED"),
        ({"responded_on": "20260302"}, "responded_on", "DATE_MALFORMED"),
        ({"implemented_on": ""}, "implemented_on", "DATE_MALFORMED"),
    ],
)
async def test_a_statement_that_cannot_be_read_stops_no_other(
    lab: Lab, spoilt: dict[str, Any], field: str, reason: str
) -> None:
    """Its own outcome says why."""
    bad = statement_to_wire(statement())
    for name, value in spoilt.items():
        setattr(bad, name, value)
    channel = lab.channel("tills", "local", "tax")
    give = channel.unary_unary(
        "/creditexchange.v1.LocalService/GiveFeedback",
        request_serializer=local.GiveFeedbackRequest.SerializeToString,
        response_deserializer=local.GiveFeedbackResponse.FromString,
    )
    response = await give(local.GiveFeedbackRequest(statements=[bad, statement_to_wire(statement())]))
    await channel.close()

    assert [Refused(field, reason), Accepted()] == [
        Refused(one.field, one.reason) if one.reason else Accepted() for one in response.outcomes
    ]
    assert [NotTaken(field, reason), statement()] == lab.stages.given


@pytest.mark.parametrize("count", [0, 1001])
async def test_too_many_statements_are_refused_whole(lab: Lab, count: int) -> None:
    """One to a thousand."""
    client = lab.local()
    with pytest.raises(FieldFault) as caught:
        await client.give_feedback([statement()] * count)
    await client.close()

    assert ("statements", []) == (caught.value.field, lab.stages.given)


async def test_members_cannot_reach_what_is_for_business_systems(lab: Lab) -> None:
    """The peers port has no such service."""
    channel = lab.channel("310000", "peers")
    batch = channel.unary_stream(
        "/creditexchange.v1.LocalService/BatchCheck",
        request_serializer=local.BatchCheckRequest.SerializeToString,
        response_deserializer=local.BatchCheckResponse.FromString,
    )
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        async for _ in batch(local.BatchCheckRequest(codes=[CODE])):
            pass
    await channel.close()

    assert grpc.StatusCode.UNIMPLEMENTED is caught.value.code()
