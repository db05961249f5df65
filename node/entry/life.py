# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""An own entry as it was written, and where the acts on it have brought it: asked before another act is taken in."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from federation.errors import FieldFault
from federation.log.leaf import LeafKind
from federation.records.act import Annotation, Ending
from federation.records.agency_filing import AgencyFiling
from federation.records.codec import Record, decode
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.rules.transition.course import Fact, decider_of, entered, table_of, why_not_after
from federation.rules.transition.table import Illegal, Stage
from node.entry.holding import deed_by

RECORDS = frozenset({LeafKind.ADD, LeafKind.AMEND})
"""Kinds of leaf that are entries of their own; the others act on them."""


class Written(NamedTuple):
    """A leaf that is sequenced, or that waits to be: what it does, and what it says.

    Attributes:
        payload: the record bytes; empty where they were erased.
    """

    kind: LeafKind
    schema: int
    payload: bytes

    def record(self) -> Record | None:
        """The record; None where it cannot be read."""
        try:
            return decode(self.schema, self.payload) if self.payload else None
        except FieldFault:
            return None

    def said(self) -> Ending | Annotation | None:
        """The record of an END or ANNOTATE; None for any other leaf, and where it cannot be read."""
        read = self.record() if self.kind in {LeafKind.END, LeafKind.ANNOTATE} else None
        return read if isinstance(read, Ending | Annotation) else None


class Life:
    """An own entry under the acts on it."""

    def __init__(self, entry: Written, acts: Sequence[Written]) -> None:
        record = entry.record()
        fact = record if isinstance(record, Fact) else None
        self._table = table_of(fact)
        self._decider = decider_of(fact)
        self._since = _decided_on(fact)
        self._fact = fact
        self._state = entered(fact)
        for act in acts:
            self._move(act)

    @property
    def active(self) -> bool:
        """Whether nothing has ended or replaced it."""
        return self._table.stage(self._state) is Stage.ACTIVE

    def act(self, act: Written) -> str:
        """Moves the entry; why the act is illegal where it stands, else empty.

        A new act is not dated before the decision that it acts on; of those on record nobody asks that again. A new
        version of a filing has a standing that can follow the one before.
        """
        day = _dated_on(act.said())
        if day and self._since and day < self._since:
            return "ACT_BEFORE_DECISION"
        after = act.record() if act.kind is LeafKind.AMEND and isinstance(self._fact, AgencyFiling) else None
        return why_not_after(self._fact, after) or self._move(act)

    def _move(self, act: Written) -> str:
        deed = deed_by(act.kind, act.said(), self._decider)
        reached = Illegal("ACT_UNREADABLE") if deed is None else self._table.after(self._state, deed)
        if isinstance(reached, Illegal):
            return reached.reason
        self._state = reached
        return ""


def is_active(written: Sequence[Written]) -> bool:
    """Whether an entry, followed by the acts on it, is a record that nothing has ended or replaced; not when absent."""
    return bool(written) and written[0].kind in RECORDS and Life(written[0], written[1:]).active


def _decided_on(fact: Fact | None) -> date | None:
    """The day that acts on a record lie on or after; None where nobody knows."""
    match fact:
        case Licence() | Penalty() | ListEntry():
            return fact.decided_on
        case AgencyFiling():
            return fact.filed_on
        case _:
            return None


def _dated_on(act: Ending | Annotation | None) -> date | None:
    """The day that an act bears; None for an amendment."""
    return act.decided_on if isinstance(act, Ending) else act.dated_on if act is not None else None
