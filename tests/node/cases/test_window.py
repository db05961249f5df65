# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Filing a case: what is kept of it, what is refused before it goes anywhere, and taking it back."""

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from federation.records.case import CaseDocument, CaseKind, CaseOutcome, CaseState
from federation.rules.case.process import Phase
from node.cases.docket import NotDone, Step
from node.cases.letter import CaseName
from node.cases.ports import CaseFile
from node.cases.window import MAX_OPEN_FILED, Filed, NotFiled
from tests.node.cases.conftest import Chain
from tests.node.region.member import Node
from tests.node.region.samples import COMPANY, Samples

if TYPE_CHECKING:
    from tests.node.region.world import World


def test_the_applicants_number_is_nowhere(listed: Chain) -> None:
    """Not at the filing node, not at the hub, not at the deciding node: only its salted hash."""
    listed.file(index=1, code=f" {COMPANY.code.lower()} ")
    listed.carry()

    for node in listed.nodes.values():
        letters = [letter for file in node.reader.cases(only_open=False, limit=9) for letter in _letters(node, file)]
        assert all(COMPANY.code.encode() not in letter for letter in letters)
    (file,) = listed.hangzhou.reader.cases(only_open=False, limit=9)
    assert "" == file.remark, "the number was known for the subject's all the same"


def _letters(node: Node, file: CaseFile) -> list[bytes]:
    return [letter.envelope.to_bytes() for letter in node.reader.case_letters(file.name.case_id)]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"grounds": ""}, NotFiled(("FIELD_MISSING",), "grounds")),
        ({"grounds": "字" * 2001}, NotFiled(("FIELD_TOO_LONG",), "grounds")),
        ({"applicant": "\x00"}, NotFiled(("FIELD_CONTROL_CHARACTER",), "applicant")),
        ({"code": " "}, NotFiled(("FIELD_MISSING",), "applicant_code")),
        ({"code": "9" * 65}, NotFiled(("FIELD_TOO_LONG",), "applicant_code")),
        ({"origin": "lists"}, NotFiled(("ORIGIN_MALFORMED",), "origin")),
        ({"origin": "delta.example/330100/_exchange/1"}, NotFiled(("CASE_INVALID",), "origin")),
        ({"origin": "other.example/330100/lists/1"}, NotFiled(("CASE_INVALID",), "origin")),
        ({"index": 2**63}, NotFiled(("FIELD_MALFORMED",), "index")),
        ({"documents": (CaseDocument(name="a", sha256=bytes(32)),) * 21}, NotFiled(("FIELD_TOO_LONG",), "documents")),
    ],
)
def test_what_breaks_a_rule_is_not_filed(listed: Chain, changes: dict[str, Any], refused: NotFiled) -> None:
    """It is refused with its field, and nothing is kept."""
    assert refused == listed.shanghai.stages.cases.file(listed.application(**changes))
    assert [] == listed.shanghai.reader.cases(only_open=False, limit=9)
    assert [] == listed.shanghai.reader.letters_waiting(9)


def test_a_repair_that_comes_too_early_goes_nowhere(listed: Chain, samples: Samples) -> None:
    """Where the filing node can tell it says from which day on, and keeps nothing; the deciding node judges itself."""
    fresh = samples.black(7, decided_on=date(2026, 2, 1), valid_from=date(2026, 2, 1))
    listed.hangzhou.publish("lists", fresh)
    refused = listed.hangzhou.stages.cases.file(listed.application(3, kind=CaseKind.REPAIR))
    assert NotFiled(("REPAIR_NOT_YET",), "", date(2027, 2, 2)) == refused

    name = listed.file(3, kind=CaseKind.REPAIR)
    listed.carry()

    last = listed.stated(listed.shanghai, name)[-1]
    assert (CaseState.NOT_ACCEPTED, ("REPAIR_NOT_YET",)) == (last.state, last.reasons)


def test_a_granted_repair_ends_the_entry_as_repaired(listed: Chain, world: "World") -> None:
    """After the shortest period it is marked, taken up, decided in its terms, and ends with the document."""
    world.clock.to(date(2026, 4, 7))
    name = listed.file(kind=CaseKind.REPAIR)
    listed.carry()
    assert [CaseState.RECEIVED, CaseState.MARKED] == listed.states(listed.shanghai, name)
    assert date(2026, 4, 10) == listed.at(listed.shanghai, name).due_on, "three working days"
    assert ("REPAIR_UNDER_WAY",) == listed.reasons()

    listed.step(name, CaseState.ACCEPTED)
    assert date(2026, 4, 16) == listed.at(listed.hangzhou, name).due_on, "seven more"
    listed.step(
        name, CaseState.DECIDED, outcome=CaseOutcome.REPAIRED, document_number="修1号", decided_on=date(2026, 4, 7)
    )
    listed.carry()

    assert "ENDED_REPAIRED" in listed.reasons()
    assert CaseOutcome.REPAIRED is listed.stated(listed.shanghai, name)[-1].outcome


def test_what_is_no_breach_is_not_repaired(listed: Chain, samples: Samples) -> None:
    """A red entry, and a filing."""
    listed.hangzhou.publish("lists", samples.red(9))
    listed.hangzhou.publish("filings", samples.filing())
    cases = listed.hangzhou.stages.cases

    red = cases.file(listed.application(3, kind=CaseKind.REPAIR))
    filing = cases.file(listed.application(0, kind=CaseKind.REPAIR, origin=listed.hangzhou.origin("filings")))

    assert (NotFiled(("RECORD_NOT_REPAIRABLE",)), NotFiled(("RECORD_NOT_REPAIRABLE",))) == (red, filing)


def test_taking_a_case_back_twice_is_taking_it_back_once(listed: Chain, world: "World") -> None:
    """One letter goes; once the case is closed there is nothing to take back."""
    name, take_back = listed.file(), Step(CaseState.WITHDRAWN, explanation="撤回")
    listed.carry()
    cases = listed.shanghai.stages.cases
    assert cases.handle(name, take_back) is None
    world.clock.forward(seconds=9)
    assert cases.handle(name, take_back) is None
    assert ["withdrawal"] == [letter.name.part for letter in listed.shanghai.reader.letters_waiting(9)]
    listed.carry()

    assert ["received", "marked", "withdrawn"] == listed.states(listed.shanghai, name)
    assert Phase.CLOSED is listed.at(listed.shanghai, name).phase
    assert NotDone("", "CASE_STATE_ILLEGAL") == cases.handle(name, take_back)


def test_only_the_filing_node_takes_a_case_back(listed: Chain) -> None:
    """The deciding node refuses or decides; the hub does neither."""
    name = listed.file()
    listed.carry()

    for node in (listed.hangzhou, listed.hub):
        assert NotDone("", "CASE_UNKNOWN") == node.stages.cases.handle(name, Step(CaseState.WITHDRAWN))
    wrong = Step(CaseState.WITHDRAWN, explanation="字" * 1001)
    assert NotDone("explanation", "FIELD_TOO_LONG") == listed.shanghai.stages.cases.handle(name, wrong)


def test_a_withdrawal_after_the_decision_changes_nothing(listed: Chain) -> None:
    """The order is the deciding node's: what it decided before the withdrawal came stands."""
    name = listed.file()
    listed.carry()
    assert listed.shanghai.stages.cases.handle(name, Step(CaseState.WITHDRAWN)) is None
    listed.step(name, CaseState.NOT_ACCEPTED, explanation="材料不全")
    listed.carry()

    assert ["received", "marked", "not_accepted"] == listed.states(listed.shanghai, name)


def test_only_so_many_cases_are_open_here(listed: Chain) -> None:
    """One more is refused; closed ones do not count."""
    with listed.shanghai.stages.store.write() as unit:
        for number in range(MAX_OPEN_FILED):
            phase = Phase.CLOSED if number == 0 else Phase.FILED
            name = CaseName("310000", str(number))
            unit.keep_case(CaseFile(name, "330100", CaseKind.OBJECTION, "o", 0, 1, 1, phase))
    cases = listed.shanghai.stages.cases

    assert isinstance(cases.file(listed.application()), Filed)
    assert NotFiled(("LIMIT_EXCEEDED",)) == cases.file(listed.application())
