# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether an act may be repaired on a day: its days, its documents, and what else is said of the subject; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from federation.rules.catalogue.repair import Document
from federation.rules.repair.window import Act, NoWindow, Window, window_of
from federation.rules.rule_book import RuleBook
from federation.standards.bundle import Standards

_MISSING = {
    Document.APPLICATION: "APPLICATION_MISSING",
    Document.IDENTITY: "IDENTITY_UNPROVEN",
    Document.PERFORMANCE: "PERFORMANCE_UNPROVEN",
    Document.COMMITMENT: "COMMITMENT_MISSING",
    Document.TRAINING: "TRAINING_MISSING",
    Document.REPORT: "REPORT_MISSING",
}


@dataclass(frozen=True, slots=True)
class RepairRequest:
    """A repair that is asked for.

    Attributes:
        act: what is to be repaired.
        applied_on: the day of application, in China Standard Time.
        documents: what was handed in.
        on_serious_list: whether the subject is on a list for serious breaches now, for another act.
        new_of_kind: whether there is another act of the same kind since.
    """

    act: Act
    applied_on: date
    documents: frozenset[Document] = frozenset()
    on_serious_list: bool = False
    new_of_kind: bool = False


@dataclass(frozen=True, slots=True)
class Repairable:
    """It can be repaired.

    Attributes:
        last: last day of display without a repair; None where nothing sets one.
        versions: pinned names of what was judged by.
    """

    last: date | None
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotYet:
    """It can be repaired later.

    Attributes:
        on: first day on which it can.
        reasons: what would be missing then, in the order of `NotRepairable`.
        versions: as of `Repairable`.
    """

    on: date
    reasons: tuple[str, ...]
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotRepairable:
    """It cannot be repaired, as things are.

    Attributes:
        reasons: the reason of a `NoWindow` alone; or, in this order, REPAIR_EXCLUDED, NOT_DISPLAYED, PERIOD_LAPSED,
            SUBJECT_ON_SERIOUS_LIST, NEW_BAD_INFORMATION, and what is missing: APPLICATION_MISSING, IDENTITY_UNPROVEN,
            PERFORMANCE_UNPROVEN, COMMITMENT_MISSING, TRAINING_MISSING, REPORT_MISSING.
        versions: as of `Repairable`.
    """

    reasons: tuple[str, ...]
    versions: tuple[str, ...]


def judge_repair(request: RepairRequest, book: RuleBook, standards: Standards) -> Repairable | NotYet | NotRepairable:
    """Decides whether an act can be repaired on the day of application.

    Args:
        request: what is asked for.
        book: the rules of the node that decides.
        standards: its tables, working days among them.
    """
    window = window_of(request.act, request.applied_on, book, standards)
    if isinstance(window, NoWindow):
        return NotRepairable((window.reason,), window.versions)
    obstacles = tuple(_obstacles(request, window))
    asked = (document for document in Document if document in window.documents)
    missing = tuple(_MISSING[document] for document in asked if document not in request.documents)
    if obstacles or window.first is None:
        return NotRepairable((*obstacles, *missing), window.versions)
    if request.applied_on < window.first:
        return NotYet(window.first, missing, window.versions)
    return NotRepairable(missing, window.versions) if missing else Repairable(window.last, window.versions)


def _obstacles(request: RepairRequest, window: Window) -> Iterator[str]:
    """What stands against a repair, whatever is handed in."""
    if window.first is None or (window.last is not None and window.first > window.last):
        yield "REPAIR_EXCLUDED"
    if not window.shown:
        yield "NOT_DISPLAYED"
    if window.last is not None and request.applied_on > window.last:
        yield "PERIOD_LAPSED"
    if window.rules.version.not_while_listed and request.on_serious_list:
        yield "SUBJECT_ON_SERIOUS_LIST"
    if window.rules.version.no_new_of_kind and request.new_of_kind:
        yield "NEW_BAD_INFORMATION"
