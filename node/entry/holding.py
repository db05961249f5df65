# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the node holds about subjects: entries with the acts on them, and the decisions reached. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
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
        ended: an END acts on it. An END whose own payload cannot be read ends all the same: doubt must not go on
            hurting a subject.
        ending: the first readable ending; None when none is.
        annotation: the newest readable annotation.
        amended: a newer entry replaces it.
        erased: its payload was destroyed by order.
        entries: the acts themselves, in the order of their feed.
    """

    ended: bool = False
    ending: Ending | None = None
    annotation: Annotation | None = None
    amended: bool = False
    erased: bool = False
    entries: tuple["HeldEntry", ...] = ()


def acts_of(entries: Sequence[HeldEntry]) -> Acts:
    """Reads the acts on one entry, given in the order of their feed."""
    kinds = {entry.leaf.kind for entry in entries if entry.leaf is not None and entry.fault not in _LEAF_FAULTS}
    records = [entry.record() for entry in entries]
    endings = [record for record in records if isinstance(record, Ending)]
    annotations = [record for record in records if isinstance(record, Annotation)]
    return Acts(
        ended=LeafKind.END in kinds,
        ending=endings[0] if endings else None,
        annotation=annotations[-1] if annotations else None,
        amended=LeafKind.AMEND in kinds,
        erased=LeafKind.ERASE in kinds,
        entries=tuple(entries),
    )


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

    @property
    def counts(self) -> bool:
        """Whether it has effect here now."""
        return self.standing in {Standing.OWN, Standing.RECOGNISED}

    @property
    def is_black(self) -> bool:
        """Whether it is of a black list."""
        return self.list_kind == ListKind.BLACK
