# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whom to ask, and whom not: with the reason."""

import pytest

from federation.rules.routing.plan import (
    NO_RESPONDER,
    NOTHING_HELD,
    PERSON_SPARED,
    Candidate,
    Hints,
    LeftOut,
    Place,
    Sought,
    Step,
    home_members,
    plan,
)

CITY, PROVINCE, FAR, HUB = "330100", "330000", "310000", "yrd"
MEMBERS = [Candidate(HUB, True), Candidate(FAR, True), Candidate(CITY, True, (HUB,)), Candidate(PROVINCE, False)]
NO_HINTS = Hints(frozenset(), {})


@pytest.mark.parametrize(
    ("region", "node_ids", "expected"),
    [
        ("330106", (CITY, PROVINCE, FAR), {CITY}),
        ("330106", (PROVINCE, FAR), {PROVINCE}),
        ("330106", ("330106", CITY), {"330106"}),
        ("310104", (CITY, FAR), {FAR}),
        ("340100", (CITY, FAR), set()),
        ("", (CITY, FAR), set()),
        ("330106", (HUB, "abcdef", "000000"), set()),
    ],
    ids=["city", "province", "district", "municipality", "nobody", "no region", "no region's node"],
)
def test_home_has_the_longest_part_of_the_digits(region: str, node_ids: tuple[str, ...], expected: set[str]) -> None:
    """Of those who are pinned; a name that is no region is nobody's home."""
    assert expected == home_members(region, node_ids, moved=False)


def test_a_prefecture_that_is_no_more_is_at_home_in_its_whole_province() -> None:
    """Chaohu (3414) was given to three cities, and the digits do not say to which."""
    assert {"340100", "340200"} == home_members("341402", ("340100", "340200", "330100"), moved=True)


def test_organisations_are_asked_about_everywhere_in_order() -> None:
    """Home, known holders, the rest; who answers nothing is left out, with the reason."""
    made = plan(Sought("330106", False, False), MEMBERS, Hints({HUB}, {}))

    assert (
        Step(CITY, Place.HOME, (HUB,)),
        Step(HUB, Place.HOLDER, ()),
        Step(FAR, Place.REST, ()),
    ) == made.steps
    assert (LeftOut(PROVINCE, NO_RESPONDER),) == made.left_out


def test_who_states_that_it_holds_nothing_is_not_asked() -> None:
    """With the age of its word; unless the own store holds something of it, which outweighs it."""
    hints = Hints({HUB}, {FAR: 7, HUB: 8})

    made = plan(Sought("330106", False, False), MEMBERS, hints)

    assert [CITY, HUB] == [step.member for step in made.steps]
    assert LeftOut(FAR, NOTHING_HELD, 7) in made.left_out


def test_a_person_is_spared_where_nothing_is_known_of_it() -> None:
    """Asked about at home and at known holders; everywhere only on demand."""
    hints = Hints({HUB}, {})
    spared = plan(Sought("330106", False, True), MEMBERS, hints)
    everywhere = plan(Sought("330106", False, True, everywhere=True), MEMBERS, hints)

    assert [CITY, HUB] == [step.member for step in spared.steps]
    assert LeftOut(FAR, PERSON_SPARED) in spared.left_out
    assert [CITY, HUB, FAR] == [step.member for step in everywhere.steps]


def test_nobody_pinned_is_an_empty_plan() -> None:
    """Nothing to ask, nobody left out."""
    made = plan(Sought("330106", False, False), [], NO_HINTS)

    assert ((), ()) == (made.steps, made.left_out)
