# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is recognised five cities wide: measures and their answers, agencies filed once, conflicts, changed codes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from federation.errors import CallerFault, FieldFault
from federation.log.proof import Evidence, verify_evidence
from federation.records.agency_filing import FilingStanding
from federation.records.codec import FEEDBACK_SCHEMA, encode, schema_of
from federation.records.list_entry import ListKind
from federation.records.loop.feedback import FeedbackResponse
from federation.records.subject import Authority, LegacyCode, Subject
from federation.rules.filing.report import IssuedReport, ReportOutcome
from federation.rules.loop.feedback import Statement
from federation.rules.loop.tally import Counts
from federation.standards.bundle import shipped_standards
from federation.standards.identity import CodeKind, LegacyCodeKind
from node.assemble.loop import loop_counts
from node.exchange.inquire import Matter, evidence_of
from node.intake import Accepted, Refused, Submission
from node.query.reports import report_on
from tests.flow.delta.world import (
    CITIES,
    FEEDBACK,
    FILINGS,
    HANGZHOU,
    HEFEI,
    LISTS,
    PURPOSE,
    SECOND_HUB,
    SHANGHAI,
    SHANGHAI_LISTS,
    SUBJECTS,
    SUZHOU,
)
from tests.flow.world import ECOLOGY, FILING_OFFICE, filing, removal, submitted, until

if TYPE_CHECKING:
    from federation.records.agency_filing import AgencyFiling
    from tests.flow.delta.world import Delta

pytestmark = pytest.mark.slow

MARKET = "11310000PDY0030268"
PLANNERS = Authority(name="上海市发展和改革委员会", code="11310000PDY003042X")


def initiated(delta: Delta) -> Counts:
    """What Hangzhou counts of its ecology bureau's entries in Shanghai, over the tests so far."""
    tally = loop_counts(delta.desk(HANGZHOU), delta.today).tally
    found = [counts for line, counts in tally.lines() if (line.department, line.region) == (ECOLOGY.code, SHANGHAI)]
    return found[0] if found else Counts()


def test_a_measure_is_answered_across_both_hubs_and_lifted_with_its_entry(delta: Delta) -> None:
    """Checked and answered in Shanghai, counted in Hangzhou; when the entry ends, released there and counted here.

    Feedback that a business system makes itself is refused: the node makes it of what it holds.
    """
    before = initiated(delta)
    index, record = delta.listed()
    (checked,) = delta.business(SHANGHAI, lambda client: client.batch_check([record.identity.code])).results
    assert "closer-inspection" in checked.measures
    lists, case = delta.origin(LISTS), f"沪联惩〔2026〕{index}号"
    said = Statement(case, lists, index, "closer-inspection", MARKET, FeedbackResponse.ACCEPTED, result="已检查")

    assert [Accepted()] == delta.business(SHANGHAI, lambda client: client.give_feedback([said]))

    until(lambda: initiated(delta).answered == before.answered + 1, "the answer in Hangzhou")
    assert initiated(delta).accepted == before.accepted + 1
    delta.publish(LISTS, removal(index))
    until(lambda: initiated(delta).lifted == before.lifted + 1, "the release in Hangzhou")
    delta.await_counting(LISTS, index, counts=False)
    (after,) = delta.business(SHANGHAI, lambda client: client.batch_check([record.identity.code])).results
    assert () == after.measures
    with pytest.raises(FieldFault, match="FEEDBACK_NOT_SUBMITTED"):
        delta.business(SHANGHAI, lambda client: client.submit("feedback-330100", [_forged(delta)]))
    (given,) = [each for each in delta.desk(SHANGHAI).reader.feedback(own=True) if each.entry_index == index]
    assert delta.today == given.lifted_on


def _forged(delta: Delta) -> Submission:
    """A record of feedback as the node makes it, from somebody else."""
    made = delta.desk(SHANGHAI).reader.held(delta.origin(FEEDBACK), 0, 1)
    return Submission("mine", FEEDBACK_SCHEMA, made[0].payload)


def test_evidence_from_a_hub_verifies_with_the_origins_key_alone(delta: Delta) -> None:
    """What Shanghai holds of Hangzhou's list is proven by Hangzhou's key; no hub's word is needed."""
    index, _ = delta.listed()
    lists = delta.origin(LISTS)
    keys = delta.desk(HANGZHOU).feed_keys(lists)
    assert keys is not None

    file = evidence_of(delta.desk(SHANGHAI).query.evidence(lists, index)).encode()

    verified = verify_evidence(Evidence.parse(file), keys.log)
    assert verified.checkpoint.size > index


def test_a_question_is_answered_with_proof_and_logged_on_both_sides(delta: Delta) -> None:
    """Shanghai asks the hub: the answer carries the origin's proof. For a purpose that is not granted there is none."""
    index, record = delta.listed()
    logs = {node_id: delta.origin(f"{node_id}/_exchange/1") for node_id in (SECOND_HUB, SHANGHAI)}

    def logged() -> list[int]:
        return [delta.desk(node_id).reader.follow_range(origin).size for node_id, origin in logs.items()]

    before = logged()
    matter = Matter(PURPOSE, "虚构依据", "案-1", CodeKind.USCC, record.identity.code, "officer-1", "office-1")

    answer = delta.desk(SHANGHAI).inquire_signed(SECOND_HUB, matter).answer

    assert [index] == [finding.evidence.index for finding in answer.findings]
    until(lambda: logged() == [size + 1 for size in before], "both log entries")
    with pytest.raises(CallerFault, match="PURPOSE_NOT_GRANTED"):
        delta.desk(SHANGHAI).inquire_signed(SECOND_HUB, replace(matter, purpose="procurement"))


def test_an_agency_is_filed_once_for_all_cities(delta: Delta) -> None:
    """Recognised everywhere by proof, and not filed again; cancelled, it counts nowhere, and no later report does."""
    made = filing(next(delta.numbers))
    index = delta.publish(FILINGS, submitted(made))
    delta.await_counting(FILINGS, index, counts=True)
    again = made.model_copy(update={"authority": PLANNERS, "source": PLANNERS, "filing_number": "沪信备〔2026〕1号"})

    (refused,) = delta.offer("310000/filings/1", submitted(again))

    assert isinstance(refused, Refused)
    assert ("categories", "ALREADY_RECOGNISED") == (refused.field, refused.reason)
    issued_ms = delta.clock.now_ms
    delta.clock.forward(seconds=60)
    cancelled = made.model_copy(update={"standing": FilingStanding.CANCELLED})
    assert [Accepted()] == delta.offer(FILINGS, submitted(cancelled), amend=True)
    delta.await_counting(FILINGS, index, counts=False)
    delta.await_counting(FILINGS, index + 1, counts=False)
    delta.clock.forward(seconds=60)
    assert [ReportOutcome.VALID, ReportOutcome.NOT_FILED] == [
        _report(delta, made, moment_ms) for moment_ms in (issued_ms, delta.clock.now_ms)
    ]


def _report(delta: Delta, filing: AgencyFiling, moment_ms: int) -> ReportOutcome:
    """What Hefei says of a report that an agency issued at a moment."""
    report = IssuedReport(filing.identity.code, "credit-rating", moment_ms)
    desk = delta.desk(HEFEI)
    with desk.reader.snapshot() as seen:
        return report_on(seen, desk.foundation.ledger_rules, report, delta.clock.now_ms).verdict.outcome


def test_black_in_one_city_suspends_red_of_another_in_all(delta: Delta) -> None:
    """Shanghai's black entry on what is red in Hangzhou: held in every city, Hangzhou told; and back again."""
    index, record = delta.listed(kind=ListKind.RED)
    black, _ = delta.listed(SHANGHAI_LISTS, identity=record.identity)

    delta.await_reason(LISTS, index, "CONFLICT_RED_BLACK", at=CITIES)
    (notice,) = [each for each in delta.command(HANGZHOU, "list", "--notices")[1]["notices"] if each["index"] == index]
    assert (delta.origin(LISTS), [black]) == (notice["origin"], [each["index"] for each in notice["against"]])
    delta.publish(SHANGHAI_LISTS, removal(black))
    delta.await_counting(LISTS, index, counts=True)


def test_an_entry_follows_its_subject_to_a_new_code_in_a_far_city(delta: Delta) -> None:
    """Hangzhou tells of the new code; in Suzhou the entry is found by either, with the same measures."""
    index, record = delta.listed()
    old = record.identity.code
    moved = f"{old[:2]}330109{old[8:17]}"
    new = moved + shipped_standards().uscc.check_character(moved)
    former = (LegacyCode(kind=LegacyCodeKind.UNIFIED_CODE, code=old),)
    identity = record.identity.model_copy(update={"code": new, "legacy_codes": former})
    subject = Subject(identity=identity, source=FILING_OFFICE)
    delta.publish(SUBJECTS, Submission(subject.key, schema_of(subject), encode(subject)))

    def found(code: str) -> list[int]:
        checked = delta.desk(SUZHOU).query.check(code)
        return [each.entry.index for each in checked.holdings if each.entry.origin == delta.origin(LISTS)]

    until(lambda: found(new) == [index], "the entry under the new code")
    assert [index] == found(old)
    assert delta.desk(SUZHOU).query.check(old).measures == delta.desk(SUZHOU).query.check(new).measures
