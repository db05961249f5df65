# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What acts have made of an entry: a fold of its life cycle's table over them, in the order of the origin's feed.

Neither the order in which acts arrived nor any clock has a part in it, so that all members that hold the same feed come
to the same state. An act that is illegal where the entry stands is kept and has no effect; why is told beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from federation.records.act import Annotation, Ending
from federation.records.agency_filing import AgencyFiling
from federation.records.codec import Record
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.records.subject import Subject
from federation.rules.transition.table import OUT_OF_TURN, Actor, Deed, Illegal, Stage, State, Table, parse_table
from federation.standards.reading import shipped

Fact = Subject | Licence | Penalty | ListEntry | AgencyFiling
"""Records about a subject; the others are acts on them, or are about feeds and exchanges."""

UNREADABLE_END = Deed("ended", Actor.DECIDER)
AMENDED = Deed("amended")
ERASED = Deed("erased")
TABLES = ("life-list@1", "life-decision@1", "life-filing@1")
"""Every life cycle that ships with the program, by `id@version`."""


@dataclass(frozen=True, slots=True)
class Course:
    """Where an entry stands, whatever the day is.

    Attributes:
        state: state and marks.
        ended: why it counts no more: ENDED_…, AMENDED or ERASED; empty while it is active.
        gone: whether nothing else is to be said of it.
        holds: why it does not count though it has not ended, in the order of the table.
        remarks: what is to be known although it counts, in the order of the table.
    """

    state: State
    ended: str = ""
    gone: bool = False
    holds: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def table_named(name: str) -> Table:
    """A life cycle that ships with the program, by its `id@version`."""
    return _shipped(name)


def table_of(record: Fact | None) -> Table:
    """The life cycle of a kind of record; that of list entries where the record cannot be read.

    A kind with a table of its own gets it here, and nowhere else.
    """
    match record:
        case None | ListEntry():
            return _shipped("life-list@1")
        case AgencyFiling():
            return _shipped("life-filing@1")
        case _:
            return _shipped("life-decision@1")


def entered(record: Fact | None) -> State:
    """The state of its table in which a record enters a log: of a filing, the standing that it states."""
    return State(record.standing.value) if isinstance(record, AgencyFiling) else table_of(record).logged


def why_not_after(before: Fact | None, after: Record | None) -> str:
    """Why a newer version of a record cannot follow the one before it; empty when it can.

    Only filings have standings that follow each other; one that stays the same is a correction, and always can.
    """
    if not isinstance(before, AgencyFiling) or not isinstance(after, AgencyFiling):
        return ""
    if before.standing is after.standing:
        return ""
    table, state = table_of(before), entered(before)
    leading = [code for code, act in table.acts.items() if act.to == after.standing.value]
    reached = [table.after(state, Deed(code, Actor.DECIDER)) for code in leading]
    if any(isinstance(each, State) for each in reached):
        return ""
    return table.states[state.code].refuses or OUT_OF_TURN


def decider_of(record: Fact | None) -> str | None:
    """Unified code of the body that decided on an entry; None where the record cannot be read."""
    if record is None:
        return None
    return record.source.code if isinstance(record, Subject) else record.authority.code


def deed_of(act: Ending | Annotation, decider: str | None) -> Deed:
    """An act on an entry as its table sees it.

    Args:
        act: the record that an END or ANNOTATE bears.
        decider: as `decider_of` the entry; where nobody knows, whoever acts is taken for it.
    """
    own = decider is None or act.authority.code == decider
    return Deed(act.kind.value, Actor.DECIDER if own else Actor.ORIGIN)


def follow(table: Table, deeds: Iterable[Deed | None], start: State | None = None) -> tuple[Course, Sequence[str]]:
    """What acts make of an entry that enters its log.

    Args:
        table: its life cycle.
        deeds: the acts on it in the order of the origin's feed; None for one that cannot be read as any.
        start: state in which it enters, as `entered`; None for the one of the table.

    Returns:
        Where it stands after them; and for each act why it had no effect, empty where it had.
    """
    state, said = start or table.logged, []
    for deed in deeds:
        reached = Illegal("ACT_UNREADABLE") if deed is None else table.after(state, deed)
        said.append(reached.reason if isinstance(reached, Illegal) else "")
        state = state if isinstance(reached, Illegal) else reached
    return course_at(table, state), said


def course_at(table: Table, state: State) -> Course:
    """What a state means for whether the entry counts."""
    rule = table.states[state.code]
    if rule.stage is not Stage.ACTIVE:
        return Course(state, rule.reason or "", rule.stage is Stage.GONE)
    borne = [mark for code, mark in table.marks.items() if code in state.marks]
    holds = tuple(mark.reason for mark in borne if mark.holds)
    return Course(state, "", False, holds, tuple(mark.reason for mark in borne if not mark.holds))


@cache
def _shipped(name: str) -> Table:
    return parse_table(shipped(f"{name}.toml"), f"{name}.toml")


UNTOUCHED = course_at(_shipped("life-list@1"), _shipped("life-list@1").logged)
"""An entry that nothing has acted on."""
