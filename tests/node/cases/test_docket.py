# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the deciding node states, and what that does to the entry: in one transaction, and never more than granted."""

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from federation.records.act import Annotation, AnnotationKind, EndingKind
from federation.records.case import CaseKind, CaseOutcome, CaseState
from federation.rules.case.process import Phase
from node.cases.docket import MAX_OPEN_CASES, NotDone, Step
from node.cases.letter import CaseName
from node.cases.ports import CaseFile
from tests.node.cases.conftest import Chain
from tests.node.region.samples import Samples

if TYPE_CHECKING:
    from tests.node.region.world import World

GRANTED: dict[str, Any] = {
    "outcome": CaseOutcome.REMOVED,
    "document_number": "杭环异1号",
    "decided_on": date(2026, 3, 2),
}


def acts(chain: Chain, index: int = 0) -> list[str]:
    """Kinds of the acts on an entry, in their order."""
    origin = chain.hangzhou.origin("lists")
    found = chain.hangzhou.reader.acts(origin, [index]).get(index, ())
    return [getattr(act.record(), "kind", "") for act in found]


def test_an_objection_is_received_and_marked_at_once(listed: Chain) -> None:
    """As an act of the authority that decided the entry, with the case as its document; the term runs."""
    name = listed.file()
    listed.carry()

    assert [CaseState.RECEIVED, CaseState.MARKED] == listed.states(listed.shanghai, name)
    assert ("OBJECTION_UNDER_WAY",) == listed.reasons()
    origin = listed.hangzhou.origin("lists")
    mark = listed.hangzhou.reader.acts(origin, [0])[0][-1].record()
    assert isinstance(mark, Annotation)
    assert ("杭州市生态环境局", f"case/{name.case_id}") == (mark.authority.name, mark.document_number)
    here, there = listed.at(listed.hangzhou, name), listed.at(listed.shanghai, name)
    assert (date(2026, 3, 30), Phase.RECEIVED, "") == (here.due_on, here.phase, here.remark)
    assert (here.due_on, here.phase, here.state, 2) == (there.due_on, there.phase, there.state, there.sequence)


def test_a_granted_objection_ends_the_entry_with_the_document(listed: Chain) -> None:
    """The END and the statement are one transaction; the case is closed at both ends."""
    name = listed.file()
    listed.carry()
    listed.step(name, CaseState.ACCEPTED)
    listed.step(name, CaseState.DECIDED, **GRANTED)
    listed.carry()

    assert [AnnotationKind.OBJECTION, EndingKind.REMOVED] == acts(listed)
    assert "ENDED_REMOVED" in listed.reasons()
    last = listed.stated(listed.shanghai, name)[-1]
    assert (CaseOutcome.REMOVED, "杭环异1号", 4) == (last.outcome, last.document_number, last.sequence)
    assert Phase.CLOSED is listed.at(listed.shanghai, name).phase


@pytest.mark.parametrize("how", ["rejected", "supplemented", "refused", "withdrawn"])
def test_what_is_not_granted_lifts_the_mark(listed: Chain, how: str) -> None:
    """The entry counts again as it did before."""
    name = listed.file()
    listed.carry()
    match how:
        case "refused":
            listed.step(name, CaseState.NOT_ACCEPTED, explanation="材料不全")
        case "withdrawn":
            assert listed.shanghai.stages.cases.handle(name, Step(CaseState.WITHDRAWN)) is None
        case _:
            listed.step(name, CaseState.ACCEPTED)
            listed.step(name, CaseState.DECIDED, outcome=CaseOutcome(how), explanation="虚构的说明")
    listed.carry()

    assert [AnnotationKind.OBJECTION, AnnotationKind.RESUMED] == acts(listed)
    assert () == listed.reasons()
    assert Phase.CLOSED is listed.at(listed.shanghai, name).phase


def test_the_mark_stays_while_another_objection_is_open(listed: Chain) -> None:
    """One mark for both; the last one to be closed lifts it."""
    first, second = listed.file(), listed.file(at=listed.hub)
    listed.carry()
    listed.step(first, CaseState.NOT_ACCEPTED, explanation="材料不全")
    assert ("OBJECTION_UNDER_WAY",) == listed.reasons()
    listed.step(second, CaseState.NOT_ACCEPTED, explanation="材料不全")

    assert [AnnotationKind.OBJECTION, AnnotationKind.RESUMED] == acts(listed)


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_what_the_authority_suspended_itself_no_case_touches(listed: Chain, samples: Samples, when: str) -> None:
    """An objection neither weakens the suspension to a mark, nor lifts it when it is rejected."""
    if when == "before":
        listed.hangzhou.publish("lists", samples.mark(AnnotationKind.SUSPENDED), ref=0)
    name = listed.file()
    listed.carry()
    if when == "meanwhile":
        listed.hangzhou.publish("lists", samples.mark(AnnotationKind.SUSPENDED), ref=0)
    listed.step(name, CaseState.ACCEPTED)
    listed.step(name, CaseState.DECIDED, outcome=CaseOutcome.REJECTED, explanation="虚构的说明")

    assert AnnotationKind.RESUMED not in acts(listed)
    assert ("SUSPENDED",) == listed.reasons()


def test_a_grant_that_cannot_take_effect_is_not_stated(listed: Chain, samples: Samples) -> None:
    """The entry was ended otherwise meanwhile: nothing is stated, and the case stays open."""
    name = listed.file()
    listed.carry()
    listed.step(name, CaseState.ACCEPTED)
    listed.hangzhou.publish("lists", samples.ending(), ref=0)

    refused = listed.hangzhou.stages.cases.handle(name, Step(CaseState.DECIDED, **GRANTED))

    assert NotDone("", "ACT_AFTER_END") == refused
    assert (Phase.ACCEPTED, 3) == (listed.at(listed.hangzhou, name).phase, listed.at(listed.hangzhou, name).sequence)


@pytest.mark.parametrize(
    ("step", "refused"),
    [
        (Step(CaseState.DECIDED, **GRANTED), NotDone("", "CASE_STATE_ILLEGAL")),
        (Step(CaseState.DECIDED), NotDone("outcome", "FIELD_MISSING")),
        (Step(CaseState.ACCEPTED, CaseOutcome.REMOVED), NotDone("outcome", "CASE_OUTCOME_UNEXPECTED")),
        (Step(CaseState.NOT_ACCEPTED), NotDone("explanation", "FIELD_MISSING")),
        (Step(CaseState.DECIDED, CaseOutcome.REJECTED), NotDone("explanation", "FIELD_MISSING")),
        (Step(CaseState.NOT_ACCEPTED, explanation="字" * 1001), NotDone("explanation", "FIELD_TOO_LONG")),
        (Step(CaseState.RECEIVED), NotDone("step", "VALUE_UNKNOWN")),
        (Step(CaseState.OVERDUE), NotDone("step", "VALUE_UNKNOWN")),
    ],
)
def test_a_step_that_cannot_be_taken_changes_nothing(listed: Chain, step: Step, refused: NotDone) -> None:
    """Out of order, incomplete or with too much: refused with the field."""
    name = listed.file()
    listed.carry()

    assert refused == listed.hangzhou.stages.cases.handle(name, step)
    assert 2 == listed.at(listed.hangzhou, name).sequence


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"outcome": CaseOutcome.REMOVED, "decided_on": date(2026, 3, 2)}, "document_number"),
        ({"outcome": CaseOutcome.REMOVED, "document_number": "1"}, "decided_on"),
    ],
)
def test_an_entry_ends_with_a_document_and_its_day_or_not_at_all(
    listed: Chain, more: dict[str, Any], field: str
) -> None:
    """What is granted without one is refused."""
    name = listed.file()
    listed.carry()
    listed.step(name, CaseState.ACCEPTED)

    done = listed.hangzhou.stages.cases.handle(name, Step(CaseState.DECIDED, **more))

    assert NotDone(field, "FIELD_MISSING") == done
    assert [AnnotationKind.OBJECTION] == acts(listed)


def test_an_objection_repairs_nothing(listed: Chain) -> None:
    """Only what was applied for as a repair is decided as one."""
    name = listed.file()
    listed.carry()
    listed.step(name, CaseState.ACCEPTED)

    step = Step(CaseState.DECIDED, CaseOutcome.REPAIRED, None, "1", date(2026, 3, 2))

    assert NotDone("outcome", "CASE_OUTCOME_UNEXPECTED") == listed.hangzhou.stages.cases.handle(name, step)


def test_only_the_deciding_node_takes_steps(listed: Chain) -> None:
    """The node it was filed at, and the hub, decide nothing."""
    name = listed.file()
    listed.carry()

    for node in (listed.shanghai, listed.hub):
        assert NotDone("", "CASE_UNKNOWN") == node.stages.cases.handle(name, Step(CaseState.ACCEPTED))


def test_what_the_filing_node_may_not_read_is_as_if_it_were_not_there(listed: Chain, samples: Samples) -> None:
    """A feed closed to it, an entry past the end, a feed that is none, a person's entry: one and the same answer."""
    listed.hangzhou.publish("lists", samples.black(5, identity=samples.person, responsible_persons=()))
    lists, apart = listed.hangzhou.origin("lists"), listed.hangzhou.origin("apart")
    nowhere = lists.replace("/lists/", "/other/")
    asked = [(apart, 0), (apart, 9), (lists, 99), (nowhere, 0), (lists, 3)]
    names = [listed.file(index, origin=origin) for origin, index in asked]
    listed.carry()

    told = [
        [(each.state, each.reasons, each.due_on if each.state is not CaseState.RECEIVED else None) for each in stated]
        for stated in (listed.stated(listed.shanghai, name) for name in names)
    ]
    expected = [(CaseState.RECEIVED, (), None), (CaseState.NOT_ACCEPTED, ("ENTRY_NOT_FOUND",), None)]
    assert [expected] * 5 == told
    assert () == listed.reasons(3)


def test_an_entry_that_has_ended_cannot_be_objected_to(listed: Chain, samples: Samples) -> None:
    """Whoever may read it is told so."""
    listed.hangzhou.publish("lists", samples.ending(), ref=1)
    name = listed.file(1)
    listed.carry()

    assert ("ENTRY_NOT_ACTIVE",) == listed.stated(listed.shanghai, name)[-1].reasons


def test_an_applicant_who_is_not_the_subject_is_pointed_out_to_whoever_decides(listed: Chain) -> None:
    """To nobody else: the statements do not say whose entry it is."""
    name = listed.file(code="91330100MA2ABCD13C")
    listed.carry()

    assert "APPLICANT_NOT_SUBJECT" == listed.at(listed.hangzhou, name).remark
    assert "" == listed.at(listed.shanghai, name).remark
    assert [(), ()] == [status.reasons for status in listed.stated(listed.shanghai, name)]


def test_a_term_that_runs_out_is_stated_once(listed: Chain, world: "World") -> None:
    """After its last day, not on it; a step starts the next term, which can run out, too."""
    name = listed.file()
    listed.carry()
    due = listed.at(listed.hangzhou, name).due_on
    assert due is not None
    world.clock.to(due)
    assert 0 == listed.hangzhou.stages.cases.overdue()
    world.clock.forward(days=1)
    assert [1, 0] == [listed.hangzhou.stages.cases.overdue() for _ in range(2)]
    listed.carry()
    assert (True, None) == (listed.at(listed.shanghai, name).overdue, listed.at(listed.shanghai, name).due_on)

    listed.step(name, CaseState.ACCEPTED)
    listed.carry()
    assert not listed.at(listed.shanghai, name).overdue
    world.clock.forward(days=40)
    assert 1 == listed.hangzhou.stages.cases.overdue()
    listed.carry()

    expected = ["received", "marked", "overdue", "accepted", "overdue"]
    assert expected == listed.states(listed.shanghai, name)


def test_a_term_is_extended_once_by_as_long_as_the_rules_allow(listed: Chain) -> None:
    """From its last day on, with a reason that the filing node is told; not before there is a term to be extended."""
    name, longer = listed.file(), Step(CaseState.EXTENDED, explanation="案情复杂")
    cases = listed.hangzhou.stages.cases
    listed.carry()
    assert NotDone("", "CASE_STATE_ILLEGAL") == cases.handle(name, longer)
    listed.step(name, CaseState.ACCEPTED)
    assert NotDone("explanation", "FIELD_MISSING") == cases.handle(name, Step(CaseState.EXTENDED))
    before = listed.at(listed.hangzhou, name).due_on
    assert before is not None

    listed.step(name, CaseState.EXTENDED, explanation="案情复杂")
    listed.carry()

    last = listed.stated(listed.shanghai, name)[-1]
    nth = listed.hangzhou.stages.foundation.standards.working_days.nth
    assert (CaseState.EXTENDED, nth(before, 15).day, "案情复杂") == (last.state, last.due_on, last.explanation)
    assert Phase.EXTENDED is listed.at(listed.shanghai, name).phase
    assert NotDone("", "CASE_STATE_ILLEGAL") == cases.handle(name, longer)
    listed.step(name, CaseState.DECIDED, **GRANTED)


def test_a_term_that_has_run_out_is_not_extended(listed: Chain, world: "World") -> None:
    """It was stated overdue, and stays so."""
    name = listed.file()
    listed.carry()
    listed.step(name, CaseState.ACCEPTED)
    world.clock.forward(days=30)
    assert 1 == listed.hangzhou.stages.cases.overdue()

    longer = Step(CaseState.EXTENDED, explanation="案情复杂")

    assert NotDone("", "CASE_TERM_NOT_EXTENDABLE") == listed.hangzhou.stages.cases.handle(name, longer)


def test_an_objection_filed_where_it_is_decided_needs_no_post(listed: Chain) -> None:
    """It is on the docket when the call returns, and nothing waits to be handed on."""
    name = listed.file(at=listed.hangzhou)

    assert [CaseState.RECEIVED, CaseState.MARKED] == listed.states(listed.hangzhou, name)
    assert [] == listed.hangzhou.reader.letters_waiting(9)
    assert listed.hangzhou.stages.cases.handle(name, Step(CaseState.WITHDRAWN, explanation="撤回")) is None
    assert CaseState.WITHDRAWN is listed.at(listed.hangzhou, name).state


def test_a_region_that_suspends_disclosure_suspends_the_entry(listed: Chain) -> None:
    """Where the rule says so the entry is not in effect while the objection runs; refused, it is again."""
    rules = listed.hangzhou.config.rules_folder / "procedures" / "procedure-330000@1.toml"
    given = rules.read_text(encoding="utf-8").replace('version = "1"', 'version = "2"')
    rules.with_name("procedure-330000@2.toml").write_text(f"{given}\nsuspends_disclosure = true\n", encoding="utf-8")
    listed.hangzhou.reopen()
    name = listed.file()
    listed.carry()

    assert ("SUSPENDED",) == listed.reasons()
    listed.step(name, CaseState.NOT_ACCEPTED, explanation="材料不全")
    assert () == listed.reasons()


def test_a_node_has_only_so_many_open_cases(listed: Chain) -> None:
    """One more is not taken, and stays with whoever brought it, with the reason."""
    with listed.hangzhou.stages.store.write() as unit:
        for number in range(MAX_OPEN_CASES):
            unit.keep_case(
                CaseFile(CaseName("310000", str(number)), "330100", CaseKind.OBJECTION, "o", 0, 1, 1, Phase.RECEIVED)
            )
    listed.file()
    for node in (listed.shanghai, listed.hub):
        listed.hand_on(node)

    assert ["LIMIT_EXCEEDED"] == [letter.reason for letter in listed.hub.reader.letters_waiting(9)]
