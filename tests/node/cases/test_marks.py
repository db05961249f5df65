# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""An objection and an application for repair have a mark each; neither touches the other's, nor a suspension."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from federation.records.act import AnnotationKind
from federation.records.case import CaseKind, CaseOutcome, CaseState
from federation.rules.rule_book import shipped_law
from node.cases.docket import Step
from tests.node.cases.test_docket import acts

if TYPE_CHECKING:
    from tests.node.cases.conftest import Chain
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

OPENED = {
    CaseKind.OBJECTION: (AnnotationKind.OBJECTION, "OBJECTION_UNDER_WAY"),
    CaseKind.REPAIR: (AnnotationKind.REPAIR_PENDING, "REPAIR_UNDER_WAY"),
}
CLOSED = {
    CaseKind.OBJECTION: AnnotationKind.OBJECTION_CLOSED,
    CaseKind.REPAIR: AnnotationKind.REPAIR_REFUSED,
}


@pytest.fixture(autouse=True)
def _repairable(world: World) -> None:
    """A day on which the entries can be repaired."""
    world.clock.to(date(2026, 11, 2))


@pytest.mark.parametrize("how", ["rejected", "refused", "withdrawn"])
def test_an_application_for_repair_is_marked_until_it_is_closed(listed: Chain, how: str) -> None:
    """The entry counts all the same; what is not granted lifts the mark by an act that does nothing else."""
    name = listed.file(kind=CaseKind.REPAIR)
    listed.carry()
    assert ("REPAIR_UNDER_WAY",) == listed.reasons()
    assert listed.hangzhou.decision(listed.hangzhou.origin("lists"), 0).counts
    match how:
        case "refused":
            listed.step(name, CaseState.NOT_ACCEPTED, explanation="材料不全")
        case "withdrawn":
            assert listed.shanghai.stages.cases.handle(name, Step(CaseState.WITHDRAWN)) is None
            listed.carry()
        case _:
            listed.step(name, CaseState.ACCEPTED)
            listed.step(name, CaseState.DECIDED, outcome=CaseOutcome.REJECTED, explanation="虚构的说明")

    assert [AnnotationKind.REPAIR_PENDING, AnnotationKind.REPAIR_REFUSED] == acts(listed)
    assert () == listed.reasons()


@pytest.mark.parametrize(
    ("first", "closed"), [(CaseKind.OBJECTION, CaseKind.OBJECTION), (CaseKind.OBJECTION, CaseKind.REPAIR)]
)
def test_each_mark_is_lifted_with_its_own_case(listed: Chain, first: CaseKind, closed: CaseKind) -> None:
    """Whichever was put first: the other goes on, and the last leaves nothing behind."""
    kinds = [first, *(kind for kind in CaseKind if kind is not first)]
    names = {}
    for kind in kinds:
        names[kind] = listed.file(kind=kind)
        listed.carry()
    assert [OPENED[kind][0] for kind in kinds] == acts(listed)
    (left,) = (kind for kind in kinds if kind is not closed)

    listed.step(names[closed], CaseState.NOT_ACCEPTED, explanation="材料不全")

    assert (CLOSED[closed], (OPENED[left][1],)) == (acts(listed)[-1], listed.reasons())
    listed.step(names[left], CaseState.NOT_ACCEPTED, explanation="材料不全")
    assert () == listed.reasons()


def test_an_objection_lifts_no_suspension_of_the_authority_that_a_repair_is_marked_after(
    listed: Chain, samples: Samples
) -> None:
    """The newest act on the entry is the mark of the repair, and yet the suspension stands."""
    listed.hangzhou.publish("lists", samples.mark(AnnotationKind.SUSPENDED), ref=0)
    listed.file(kind=CaseKind.REPAIR)
    listed.carry()
    objection = listed.file()
    listed.carry()
    listed.step(objection, CaseState.NOT_ACCEPTED, explanation="材料不全")

    assert AnnotationKind.RESUMED not in acts(listed)
    assert "SUSPENDED" in listed.reasons()


def test_a_region_whose_rules_ask_for_no_mark_sets_none(listed: Chain) -> None:
    """The rule file says so, and nothing else."""
    rules = listed.hangzhou.config.rules_folder / "repair" / "repair-order-36@2.toml"
    rules.parent.mkdir(exist_ok=True)
    given = shipped_law()["repair/repair-order-36@1.toml"].decode()
    rules.write_text(given.replace('"1"', '"2"').replace("marks_pending = true", "marks_pending = false"), "utf-8")
    listed.hangzhou.reopen()
    listed.file(kind=CaseKind.REPAIR)
    listed.carry()

    assert ([], ()) == (acts(listed), listed.reasons())
