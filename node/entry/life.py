# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""An own entry as it was written, and where the acts on it have brought it: asked before another act is taken in."""

from collections.abc import Sequence
from typing import NamedTuple

from federation.errors import FieldFault
from federation.log.leaf import LeafKind
from federation.records.act import Annotation, Ending
from federation.records.codec import Record, decode
from federation.rules.transition.course import Fact, decider_of, table_of
from federation.rules.transition.table import Illegal
from node.entry.holding import deed_by


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


class Life:
    """An own entry under the acts on it."""

    def __init__(self, entry: Written, acts: Sequence[Written]) -> None:
        record = entry.record()
        fact = record if isinstance(record, Fact) else None
        self._table = table_of(fact)
        self._decider = decider_of(fact)
        self._state = self._table.logged
        for act in acts:
            self.act(act)

    def act(self, act: Written) -> str:
        """Moves the entry; why the act is illegal where it stands, else empty."""
        said = act.record() if act.kind in {LeafKind.END, LeafKind.ANNOTATE} else None
        deed = deed_by(act.kind, said if isinstance(said, Ending | Annotation) else None, self._decider)
        reached = Illegal("ACT_UNREADABLE") if deed is None else self._table.after(self._state, deed)
        if isinstance(reached, Illegal):
            return reached.reason
        self._state = reached
        return ""
