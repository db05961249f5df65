# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a case can go, what a decision does to the entry, and what a region's rules say of it.

A case moves by the numbered statements of the node that decides it, and by nothing else; whoever holds the same
statements reads the same phase off them, in whatever order they came. The entry itself moves by acts in its feed: the
mark while it runs, its lifting, and the END of what was granted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from federation.records.act import AnnotationKind, EndingKind
from federation.records.case import CaseKind, CaseOutcome, CaseState


class Phase(StrEnum):
    """Where a case stands."""

    FILED = "filed"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    EXTENDED = "extended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Illegal:
    """The statement cannot follow; the case stays where it is."""

    reason: str


_TABLE: Mapping[tuple[Phase, CaseState], Phase] = MappingProxyType(
    {
        (Phase.FILED, CaseState.RECEIVED): Phase.RECEIVED,
        (Phase.RECEIVED, CaseState.MARKED): Phase.RECEIVED,
        (Phase.RECEIVED, CaseState.OVERDUE): Phase.RECEIVED,
        (Phase.RECEIVED, CaseState.ACCEPTED): Phase.ACCEPTED,
        (Phase.RECEIVED, CaseState.NOT_ACCEPTED): Phase.CLOSED,
        (Phase.RECEIVED, CaseState.WITHDRAWN): Phase.CLOSED,
        (Phase.ACCEPTED, CaseState.OVERDUE): Phase.ACCEPTED,
        (Phase.ACCEPTED, CaseState.EXTENDED): Phase.EXTENDED,
        (Phase.ACCEPTED, CaseState.DECIDED): Phase.CLOSED,
        (Phase.ACCEPTED, CaseState.WITHDRAWN): Phase.CLOSED,
        (Phase.EXTENDED, CaseState.OVERDUE): Phase.EXTENDED,
        (Phase.EXTENDED, CaseState.DECIDED): Phase.CLOSED,
        (Phase.EXTENDED, CaseState.WITHDRAWN): Phase.CLOSED,
    }
)
"""Every legal step; what does not stand here is none."""


def after(phase: Phase, state: CaseState) -> Phase | Illegal:
    """Where a case stands after a statement."""
    return _TABLE.get((phase, state), Illegal("CASE_STATE_ILLEGAL"))


ENDINGS: Mapping[CaseOutcome, EndingKind | None] = MappingProxyType(
    {
        CaseOutcome.REJECTED: None,
        CaseOutcome.REMOVED: EndingKind.REMOVED,
        CaseOutcome.CORRECTED: EndingKind.CORRECTED,
        CaseOutcome.SUPPLEMENTED: None,
        CaseOutcome.DISCLOSURE_ENDED: EndingKind.REMOVED,
        CaseOutcome.REPAIRED: EndingKind.REPAIRED,
    }
)
"""How the entry ends with each outcome; None where it goes on, and only the mark is lifted."""

_OUTCOMES: Mapping[CaseKind, frozenset[CaseOutcome]] = MappingProxyType(
    {
        CaseKind.OBJECTION: frozenset(CaseOutcome) - {CaseOutcome.REPAIRED},
        CaseKind.REPAIR: frozenset({CaseOutcome.REJECTED, CaseOutcome.REPAIRED}),
    }
)


def fits(kind: CaseKind, outcome: CaseOutcome) -> bool:
    """Whether a case of a kind can be decided so: only a repair repairs, and a repair does nothing else."""
    return outcome in _OUTCOMES[kind]


@dataclass(frozen=True, slots=True)
class CaseTerms:
    """What a region's rules say of a kind of case on a day.

    Attributes:
        mark: what is put on the entry while the case runs; None for nothing.
        accept_days: working days for the decision whether it is taken up; None where no term is set.
        decide_days: working days for the decision itself, from the day it was taken up; None likewise.
        policy: the rules used, `id@version`.
        extend_days: working days by which the decision may be put off, once; None where it may not.
    """

    mark: AnnotationKind | None
    accept_days: int | None
    decide_days: int | None
    policy: str
    extend_days: int | None = None


@dataclass(frozen=True, slots=True)
class Admissible:
    """Nothing that is known speaks against taking the application up.

    Attributes:
        remark: reason code of what the rules cannot tell, for whoever decides to look at; empty when they can.
    """

    remark: str = ""


@dataclass(frozen=True, slots=True)
class NotAdmissible:
    """It is not to be taken up.

    Attributes:
        reasons: stable reason codes, at least one.
        not_before: first day on which it would be; None when no day is known.
    """

    reasons: tuple[str, ...]
    not_before: date | None = None
