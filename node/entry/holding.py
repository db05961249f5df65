# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the node holds about subjects: entries with the acts on them, and the decisions reached. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from federation.errors import FieldFault
from federation.log.entry import PayloadState
from federation.log.leaf import Leaf, LeafKind
from federation.records.act import Annotation, Ending
from federation.records.codec import Record, decode
from federation.records.exchange import Standing
from federation.records.feed_policy import Dataset
from federation.records.list_entry import ListKind
from federation.rules.transition.course import (
    AMENDED,
    ERASED,
    UNREADABLE_END,
    UNTOUCHED,
    Course,
    Fact,
    decider_of,
    deed_of,
    entered,
    follow,
    table_of,
)
from federation.rules.transition.table import Deed


@dataclass(frozen=True)
class HeldEntry:
    """An entry as it is held, own or mirrored.

    Attributes:
        fault: why it has no effect; None for a good one.
        subject: number of whom it is about; empty when unknown or about nobody.
    """

    origin: str
    index: int
    raw_leaf: bytes
    state: PayloadState
    salt: bytes
    payload: bytes
    fault: str | None
    subject: str
    personal: bool

    @cached_property
    def leaf(self) -> Leaf | None:
        """The leaf; None when it cannot be read. Read once."""
        try:
            return Leaf.decode(self.raw_leaf)
        except FieldFault:
            return None

    def record(self) -> Record | str:
        """The record, or the reason code why there is none to act on. Read once: several rules ask for it."""
        return self._read

    @cached_property
    def _read(self) -> Record | str:
        if self.fault is not None:
            return self.fault
        leaf = self.leaf
        if self.state is not PayloadState.PRESENT or leaf is None:
            return f"PAYLOAD_{self.state.name}"
        try:
            return decode(leaf.schema, self.payload)
        except FieldFault as fault:
            return fault.reason


@dataclass(frozen=True, slots=True)
class Acts:
    """What has happened to an entry since.

    Attributes:
        course: where it stands, whatever the day is.
        ending: the ending that is in effect; None while it has none, or none that can be read.
        entries: the acts themselves, in the order of their feed.
        effects: for each of them why it had no effect; empty where it had.
        void: why the entry itself is nothing, an amendment of what could not be amended; empty for any other.
    """

    course: Course = UNTOUCHED
    ending: Ending | None = None
    entries: tuple["HeldEntry", ...] = ()
    effects: tuple[str, ...] = ()
    void: str = ""

    @property
    def superseded(self) -> bool:
        """Whether a newer version has replaced it, or its payload was destroyed by order."""
        return self.course.state.code in {AMENDED.code, ERASED.code}


def acts_of(entry: HeldEntry, acts: Sequence[HeldEntry], void: str = "") -> Acts:
    """Reads the acts on one entry.

    Args:
        entry: the entry acted on.
        acts: given in the order of their feed.
        void: as `Acts.void`.
    """
    if not acts:
        return Acts(void=void)
    record = entry.record()
    fact = record if isinstance(record, Fact) else None
    decider = decider_of(fact)
    course, effects = follow(table_of(fact), [_deed(act, decider) for act in acts], entered(fact))
    ending = None
    for act, effect in zip(acts, effects, strict=True):
        said = act.record()
        if isinstance(said, Ending) and not effect and said.kind == course.state.code:
            ending = said
    return Acts(course, ending, tuple(acts), tuple(effects), void)


def _deed(act: HeldEntry, decider: str | None) -> Deed | None:
    """An act as a life cycle sees it; None for one that says nothing that can be read."""
    if act.leaf is None or act.fault in _LEAF_FAULTS:
        return None
    said = act.record()
    return deed_by(act.leaf.kind, said if isinstance(said, Ending | Annotation) else None, decider)


def deed_by(kind: LeafKind, said: Ending | Annotation | None, decider: str | None) -> Deed | None:
    """The act that a leaf is.

    Args:
        kind: kind of the leaf.
        said: its record; None where it has none that can be read. An END without one ends all the same.
        decider: unified code of the body that decided on the entry acted on; None where nobody knows.
    """
    match kind:
        case LeafKind.AMEND:
            return AMENDED
        case LeafKind.ERASE:
            return ERASED
        case LeafKind.END:
            return deed_of(said, decider) if isinstance(said, Ending) else UNREADABLE_END
        case LeafKind.ANNOTATE if isinstance(said, Annotation):
            return deed_of(said, decider)
        case _:
            return None


_LEAF_FAULTS = frozenset({"LEAF_REF", "LEAF_KIND", "LEAF_VERSION"})


@dataclass(frozen=True, slots=True)
class Decision:
    """What this node makes of one list entry or filing, and why.

    Attributes:
        list_kind: red, black or watch; empty for filings and for entries whose record cannot be read.
        standing: OWN (counts, own), RECOGNISED (counts, foreign), HELD, REFUSED, ENDED or LAPSED.
        reasons: stable reason codes.
        measures: codes of the local measures that follow.
        versions: agreement, standards and rule book used.
        review_on: day on which the same inputs could give another decision; None when none can.
        turn: how many decisions on the entry came before it.
        rules: by what number the store calls the rules; 0 for a decision that was made before they were kept.
        inputs: digest over what it was made of.
        grounds: what of that is not as it mostly is, as in `node.ledger.grounds`.
    """

    origin: str
    index: int
    dataset: Dataset
    subject: str
    list_kind: str
    standing: Standing
    reasons: tuple[str, ...]
    measures: tuple[str, ...]
    versions: tuple[str, ...]
    review_on: date | None
    decided_at_ms: int
    turn: int = 0
    rules: int = 0
    inputs: bytes = b""
    grounds: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it has effect here now."""
        return self.standing in {Standing.OWN, Standing.RECOGNISED}

    def overdue(self, day: date) -> bool:
        """Whether it counts by a decision that a day which has come may have changed, and nobody has reviewed yet."""
        return self.counts and self.review_on is not None and self.review_on <= day

    def says_as(self, other: "Decision") -> bool:
        """Whether another decision on the entry says the same, made of the same; when, and by which rules, aside."""
        return replace(self, decided_at_ms=0, turn=0, rules=0) == replace(other, decided_at_ms=0, turn=0, rules=0)

    @property
    def is_black(self) -> bool:
        """Whether it is of a black list."""
        return self.list_kind == ListKind.BLACK
