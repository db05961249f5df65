# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A life cycle as a value: states, marks and acts of one kind of entry, read from a data file `id@version.toml`.

An entry is in one state and bears any number of marks. An act leads from some states to another one, or sets or lifts
marks where it stands; anything else is illegal, with a reason. Nothing here keeps time, and nothing knows how an act is
written down: `course` reads acts, and days are the business of `life_cycle`.

    id, version, source, effective_from     as in every data file; then zh, en: name of the kind of entry
    drafted, logged     state of an entry before anything was done, and state in which it enters a log
    [states.<code>]     stage, zh, en; reason why it does not count; refuses: why any other act comes to nothing there
    [marks.<code>]      zh, en, reason; holds: whether the entry does not count while it bears the mark
    [acts.<code>]       zh, en; who (origin, decider or calendar; origin when absent); at: from which states; to: into
                        which, the same when absent; sets, lifts: marks; refused: reason when it stands elsewhere;
                        unmarked: reason when there is no mark to lift
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, TypeVar

from pydantic import Field, StringConstraints

from federation.errors import ConfigFault, FieldFault
from federation.records.value import Mnemonic, Text200, Value
from federation.standards.reading import HEADER_KEYS, Header, Section, decode, parse_header, parse_toml

OUT_OF_TURN = "ACT_OUT_OF_TURN"
Reason = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{2,63}\z")]
Codes = tuple[Mnemonic, ...]
AnyValue = TypeVar("AnyValue", bound=Value)


class Stage(StrEnum):
    """How far an entry has come."""

    PREPARED = "prepared"
    """In no log yet."""
    ACTIVE = "active"
    """It counts, as far as marks and term let it."""
    ENDED = "ended"
    """It counts no more; what it said may still be told."""
    GONE = "gone"
    """It counts no more, and nothing else is to be said of it: replaced, destroyed, or ended nobody can read how."""


class Actor(StrEnum):
    """Who acts. Whoever it is, acts come through the feed of the entry's origin, or are none."""

    ORIGIN = "origin"
    """Any public body that the origin publishes for."""
    DECIDER = "decider"
    """The body that decided on the entry."""
    CALENDAR = "calendar"
    """Nobody: a day has come."""


@dataclass(frozen=True, slots=True)
class State:
    """Where an entry stands.

    Attributes:
        code: a state of its table.
        marks: marks of its table that it bears; none outside active states.
    """

    code: str
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Deed:
    """An act as a table sees it: its code, and who did it."""

    code: str
    who: Actor = Actor.ORIGIN


@dataclass(frozen=True, slots=True)
class Illegal:
    """An act comes to nothing where the entry stands; `reason` is a stable code."""

    reason: str


class StateRule(Value):
    """One state."""

    stage: Annotated[Stage, Field(strict=False)]
    zh: Text200
    en: Text200
    reason: Reason | None = None
    refuses: Reason | None = None


class MarkRule(Value):
    """One mark."""

    zh: Text200
    en: Text200
    reason: Reason
    holds: bool = False


class ActRule(Value):
    """One act."""

    zh: Text200
    en: Text200
    who: Annotated[Actor, Field(strict=False)] = Actor.ORIGIN
    at: Annotated[Codes, Field(min_length=1)]
    to: Mnemonic | None = None
    sets: Codes = ()
    lifts: Codes = ()
    refused: Reason | None = None
    unmarked: Reason = OUT_OF_TURN


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One life cycle; immutable, may be shared between threads."""

    header: Header
    zh: str
    en: str
    drafted: State
    logged: State
    states: Mapping[str, StateRule]
    marks: Mapping[str, MarkRule]
    acts: Mapping[str, ActRule]

    def after(self, state: State, deed: Deed) -> State | Illegal:
        """The state that an act leads to, or why it comes to nothing; pure.

        Args:
            state: one of this table.
            deed: any act; one that the table does not know is illegal everywhere.
        """
        rule = self.acts.get(deed.code)
        if rule is None:
            return Illegal("ACT_UNKNOWN")
        if state.code not in rule.at:
            return Illegal(rule.refused or self.states[state.code].refuses or OUT_OF_TURN)
        if not _may(deed.who, rule.who):
            return Illegal("ACTOR_NOT_DECIDER" if rule.who is Actor.DECIDER else OUT_OF_TURN)
        if rule.to is not None:
            return State(rule.to)
        if rule.lifts and state.marks.isdisjoint(rule.lifts):
            return Illegal(rule.unmarked)
        return State(state.code, (state.marks | set(rule.sets)) - set(rule.lifts))

    def stage(self, state: State) -> Stage:
        """How far an entry in a state has come."""
        return self.states[state.code].stage

    def reasons(self) -> frozenset[str]:
        """Every reason code that the table can give."""
        states = {reason for rule in self.states.values() for reason in (rule.reason, rule.refuses)}
        acts = {reason for act in self.acts.values() for reason in (act.refused, act.unmarked)}
        marks = {mark.reason for mark in self.marks.values()}
        return frozenset(reason for reason in states | acts | marks if reason is not None)


def parse_table(raw: bytes, place: str) -> Table:
    """Reads one life cycle.

    Args:
        raw: bytes of the data file.
        place: its name, for messages.

    Raises:
        ConfigFault: DATA_MALFORMED or DATA_FIELD; the detail names file and place: a key that is wrong, a state or mark
            that an act names and the file does not have, an end without its reason.
    """
    root = parse_toml(decode(raw, place), place)
    root.only(*HEADER_KEYS, "zh", "en", "drafted", "logged", "states", "marks", "acts")
    table = Table(
        parse_header(root, None),
        root.text("zh"),
        root.text("en"),
        State(root.text("drafted")),
        State(root.text("logged")),
        _rules(StateRule, root, "states"),
        _rules(MarkRule, root, "marks"),
        _rules(ActRule, root, "acts"),
    )
    for wrong in _contradictions(table):
        raise ConfigFault("DATA_FIELD", f"{place}: {wrong}")
    return table


def _may(who: Actor, wanted: Actor) -> bool:
    """Whether whoever acts is who must; the deciding body acts through the origin, too."""
    return who is wanted or (who is Actor.DECIDER and wanted is Actor.ORIGIN)


def _rules(kind: type[AnyValue], root: Section, key: str) -> Mapping[str, AnyValue]:
    return MappingProxyType({code: _built(kind, section) for code, section in root.sections(key).items()})


def _built(kind: type[AnyValue], section: Section) -> AnyValue:
    try:
        given = section.values.items()
        return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in given})
    except FieldFault as fault:
        raise ConfigFault("DATA_FIELD", f"{section.place}: {fault.field} is wrong ({fault.reason})") from None


def _contradictions(table: Table) -> Iterator[str]:
    """What the parts of a table say against each other."""
    for state in (table.drafted, table.logged):
        if state.code not in table.states:
            yield f"there is no state {state.code!r}"
    for code, rule in table.states.items():
        if rule.stage in {Stage.ENDED, Stage.GONE} and not (rule.reason and rule.refuses):
            yield f"[states.{code}]: an end gives its reason, and why it refuses other acts"
    for code, act in table.acts.items():
        for named in (*act.at, *((act.to,) if act.to else ())):
            if named not in table.states:
                yield f"[acts.{code}]: there is no state {named!r}"
        for mark in (*act.sets, *act.lifts):
            if mark not in table.marks:
                yield f"[acts.{code}]: there is no mark {mark!r}"
