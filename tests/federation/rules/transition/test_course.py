# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Acts in the order of their feed: what each does, and which come to nothing, with the reason."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.records.subject import Authority, Identity, Subject
from federation.rules.transition.course import (
    AMENDED,
    ERASED,
    UNREADABLE_END,
    UNTOUCHED,
    decider_of,
    deed_of,
    follow,
    table_named,
    table_of,
)
from federation.rules.transition.table import Actor, Deed, State

DECIDER = Actor.DECIDER
LIST = table_named("life-list@1")
STORIES: list[tuple[Sequence[Deed | None], str, Sequence[str]]] = [
    ([Deed("removed"), Deed("suspended")], "removed", ["", "ACT_AFTER_END"]),
    ([Deed("removed"), Deed("objection")], "removed", ["", "ACT_AFTER_END"]),
    ([Deed("removed"), Deed("revoked")], "removed", ["", "ACT_AFTER_END"]),
    ([Deed("removed"), Deed("removed")], "removed", ["", "ACT_AFTER_END"]),
    ([Deed("revoked"), AMENDED], "revoked", ["", "ACT_AFTER_END"]),
    ([Deed("removed"), Deed("resumed")], "removed", ["", "ACT_AFTER_END"]),
    ([Deed("removed"), Deed("restored", DECIDER)], "removed", ["", "RESTORE_WITHOUT_REPAIR"]),
    ([Deed("restored", DECIDER)], "published", ["RESTORE_WITHOUT_REPAIR"]),
    ([Deed("repaired", DECIDER), Deed("restored", DECIDER)], "published", ["", ""]),
    ([Deed("repaired", DECIDER), Deed("restored")], "repaired", ["", "ACTOR_NOT_DECIDER"]),
    ([Deed("repaired", DECIDER), Deed("restored", DECIDER), Deed("repaired", DECIDER)], "repaired", ["", "", ""]),
    ([Deed("repaired")], "published", ["ACTOR_NOT_DECIDER"]),
    ([Deed("resumed")], "published", ["NOTHING_TO_RESUME"]),
    ([AMENDED, Deed("removed")], "amended", ["", "ACT_AFTER_AMEND"]),
    ([AMENDED, AMENDED], "amended", ["", "ACT_AFTER_AMEND"]),
    ([Deed("repaired", DECIDER), ERASED, Deed("restored", DECIDER)], "erased", ["", "", "RESTORE_WITHOUT_REPAIR"]),
    ([ERASED, Deed("objection")], "erased", ["", "ACT_AFTER_ERASE"]),
    ([UNREADABLE_END], "ended", [""]),
    ([UNREADABLE_END, Deed("revoked")], "revoked", ["", ""]),
    ([UNREADABLE_END, AMENDED], "ended", ["", "ACT_AFTER_END"]),
    ([None], "published", ["ACT_UNREADABLE"]),
]


@pytest.mark.parametrize(("deeds", "state", "effects"), STORIES)
def test_story(deeds: Sequence[Deed | None], state: str, effects: Sequence[str]) -> None:
    """Each story ends where the table says; an act that comes to nothing is told with its reason."""
    course, said = follow(LIST, deeds)

    assert (state, list(effects)) == (course.state.code, list(said))


def test_an_objection_does_not_lift_a_suspension() -> None:
    """Both are told: a subject that objects is not worse off than before."""
    course, _ = follow(LIST, [Deed("suspended"), Deed("objection")])

    assert (("SUSPENDED",), ("OBJECTION_UNDER_WAY",)) == (course.holds, course.remarks)


def test_a_restored_entry_bears_no_mark() -> None:
    """The repair that was pending before it ended is over."""
    course, _ = follow(LIST, [Deed("repair-pending"), Deed("repaired", DECIDER), Deed("restored", DECIDER)])

    assert UNTOUCHED == course


def test_who_decided_is_told_by_the_code_alone(entry: Callable[..., ListEntry]) -> None:
    """A body of the same name with another code has not decided on the entry."""
    decider = decider_of(entry())
    namesake = Authority(name=entry().authority.name, code="11330100002500017H")
    ends = {
        body: Ending(kind=EndingKind.REPAIRED, authority=body, document_number="1", decided_on=date(2026, 2, 1))
        for body in (entry().authority, namesake)
    }

    assert [DECIDER, Actor.ORIGIN] == [deed_of(end, decider).who for end in ends.values()]


def test_of_an_entry_nobody_can_read_an_ending_holds(entry: Callable[..., ListEntry]) -> None:
    """Whoever ended it: doubt does not go on hurting a subject."""
    mark = Annotation(kind=AnnotationKind.RESTORED, authority=entry().authority, dated_on=date(2026, 2, 1))

    assert Deed("restored", DECIDER) == deed_of(mark, decider_of(None))


def test_each_kind_of_record_has_its_table(
    entry: Callable[..., ListEntry], penalty: Callable[..., Penalty], company: Identity
) -> None:
    """List entries theirs, and penalties and licences theirs, with the body that decided or reported."""
    subject = Subject(identity=company, source=entry().authority)

    assert ["life-list@1", "life-decision@1", "life-decision@1", "life-list@1"] == [
        table_of(record).header.name for record in (entry(), penalty(), subject, None)
    ]
    assert decider_of(penalty()) == decider_of(subject) == entry().authority.code


DEEDS = st.builds(Deed, st.sampled_from(sorted({*LIST.acts, "promoted"})), st.sampled_from([Actor.ORIGIN, DECIDER]))


@given(st.lists(DEEDS, max_size=12))
def test_acts_without_effect_may_be_left_out(deeds: list[Deed]) -> None:
    """Whatever is published: what comes to nothing changes nothing, and the states are those of the table."""
    course, said = follow(LIST, deeds)

    assert course.state.code in LIST.states
    assert (course, [""] * said.count("")) == follow(
        LIST, [deed for deed, why in zip(deeds, said, strict=True) if not why]
    )


def test_an_entry_enters_the_log_published() -> None:
    """Without a mark."""
    assert State("published") == UNTOUCHED.state
