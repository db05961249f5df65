# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The mechanism of life cycles, and what a data file must not say."""

import pytest

from federation.errors import ConfigFault
from federation.rules.transition.course import TABLES, table_named
from federation.rules.transition.diagram import mermaid
from federation.rules.transition.table import Actor, Deed, Illegal, Stage, State, parse_table
from federation.standards.reading import shipped

LIST = table_named("life-list@1")
PUBLISHED = State("published")


def text_of(name: str) -> str:
    """The text of a shipped table."""
    return shipped(f"{name}.toml").decode()


def parsed(text: str) -> None:
    """Reads a text as a table."""
    parse_table(text.encode(), "life.toml")


PREPARED = [
    (["notified", "cross-checked", "decided", "published"], "published"),
    (["publicised", "cross-checked", "decided", "published"], "published"),
    (["decided", "published"], "published"),
]


@pytest.mark.parametrize(("acts", "end"), PREPARED)
def test_a_draft_comes_to_be_published(acts: list[str], end: str) -> None:
    """By notice or publicity, cross-check, decision and publication; which a list asks for, its standard says."""
    state: State | Illegal = LIST.drafted
    for act in acts:
        assert isinstance(state, State)
        state = LIST.after(state, Deed(act))

    assert State(end) == state


@pytest.mark.parametrize("act", ["removed", "suspended", "published", "lapsed"])
def test_a_draft_is_no_entry_yet(act: str) -> None:
    """Nothing that happens to entries happens to it."""
    assert Illegal("ACT_OUT_OF_TURN") == LIST.after(LIST.drafted, Deed(act, Actor.DECIDER))


def test_an_act_nobody_knows_is_illegal() -> None:
    """Wherever the entry stands."""
    assert {Illegal("ACT_UNKNOWN")} == {LIST.after(State(code), Deed("promoted")) for code in LIST.states}


def test_only_the_calendar_lets_an_entry_lapse() -> None:
    """A lapse is no act of anybody."""
    assert State("expired") == LIST.after(PUBLISHED, Deed("lapsed", Actor.CALENDAR))
    assert Illegal("ACT_OUT_OF_TURN") == LIST.after(PUBLISHED, Deed("lapsed", Actor.DECIDER))


@pytest.mark.parametrize("act", ["repaired", "restored"])
def test_only_the_deciding_body_repairs_and_restores(act: str) -> None:
    """Nobody else, whatever feed it comes in."""
    state = State("repaired") if act == "restored" else PUBLISHED

    assert isinstance(LIST.after(state, Deed(act, Actor.DECIDER)), State)
    assert Illegal("ACTOR_NOT_DECIDER") == LIST.after(state, Deed(act))


@pytest.mark.parametrize("name", TABLES)
def test_what_has_ended_stays_so(name: str) -> None:
    """No act leads back to a state that counts, but the restoring of a repair; whoever acts."""
    table = table_named(name)
    ended = [code for code, rule in table.states.items() if rule.stage in {Stage.ENDED, Stage.GONE}]
    reached = {
        (code, act)
        for code in ended
        for act in table.acts
        for who in Actor
        if isinstance(after := table.after(State(code), Deed(act, who)), State) and table.stage(after) is Stage.ACTIVE
    }

    assert {("repaired", "restored")} == reached


def test_marks_combine_and_are_lifted_each_alone() -> None:
    """The end of an objection leaves a suspension where it is."""
    both = State("published", frozenset({"objection", "suspension"}))

    assert both == LIST.after(State("published", frozenset({"suspension"})), Deed("objection"))
    assert State("published", frozenset({"suspension"})) == LIST.after(both, Deed("objection-closed"))
    assert PUBLISHED == LIST.after(both, Deed("resumed"))


UNMARKED = [
    ("resumed", "NOTHING_TO_RESUME"),
    ("objection-closed", "NO_OBJECTION_OPEN"),
    ("repair-refused", "NO_REPAIR_OPEN"),
]


@pytest.mark.parametrize(("act", "reason"), UNMARKED)
def test_there_must_be_a_mark_to_lift(act: str, reason: str) -> None:
    """Each with its own reason."""
    assert Illegal(reason) == LIST.after(PUBLISHED, Deed(act))


WRONG = [
    ('drafted = "draft"', 'drafted = "sketch"', "there is no state 'sketch'"),
    ('logged = "published"', 'logged = "aired"', "there is no state 'aired'"),
    ('to = "expired"', 'to = "over"', r"\[acts.lapsed\]: there is no state 'over'"),
    ('at = ["repaired"]', 'at = ["mended"]', r"\[acts.restored\]: there is no state 'mended'"),
    ('sets = ["repair"]', 'sets = ["mending"]', r"\[acts.repair-pending\]: there is no mark 'mending'"),
    ('lifts = ["repair"]', 'lifts = ["mending"]', r"\[acts.repair-refused\]: there is no mark 'mending'"),
    (', refuses = "ACT_AFTER_ERASE"', "", r"\[states.erased\]: an end gives its reason"),
    ('who = "calendar"', 'who = "moon"', r"\[acts.lapsed\]: who is wrong"),
    ('who = "calendar"', "whom = 1", r"\[acts.lapsed\]: whom is wrong"),
    ("[marks]", "[stains]", "unknown key 'stains'"),
]


@pytest.mark.parametrize(("old", "new", "said"), WRONG)
def test_a_table_that_contradicts_itself_is_refused(old: str, new: str, said: str) -> None:
    """Whole, with the place named."""
    with pytest.raises(ConfigFault, match=said):
        parsed(text_of("life-list@1").replace(old, new, 1))


def test_shipped_tables_are_what_their_names_say() -> None:
    """A pinned name means one file."""
    assert TABLES == tuple(table_named(name).header.name for name in TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_a_diagram_has_every_state_and_every_move(name: str) -> None:
    """And who may make it, where that is not everybody."""
    table = table_named(name)
    drawn = mermaid(table).splitlines()

    assert "stateDiagram-v2" == drawn[0]
    for code, rule in table.states.items():
        assert f'    state "{rule.zh} / {rule.en}" as {code.replace("-", "_")}' in drawn
    for act in table.acts.values():
        assert any(f"{act.zh} / {act.en}" in line for line in drawn)
    (restoring,) = (line for line in drawn if f"repaired --> {table.acts['restored'].to}" in line)
    assert "仅认定单位" in restoring


def test_a_table_knows_its_reasons() -> None:
    """Those of states, marks and acts."""
    assert {"ENDED_REMOVED", "SUSPENDED", "NOTHING_TO_RESUME", "RESTORE_WITHOUT_REPAIR"} <= LIST.reasons()
