# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether questions may be answered, or own ones sent: rights, authority, bars, rates; before anything is looked up.

Withdrawals and bars are read anew with each group of questions, and never kept: what was said by a command is in force
from the next question, in every process that serves the node.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from federation.errors import CallerFault, FieldFault, LimitFault
from federation.records.exchange import Question
from federation.rules.asking.admission import (
    Admitted,
    AskedBy,
    AskingTerms,
    Barring,
    Refused,
    admit_own_question,
    admit_question,
)
from federation.rules.disclosure import PurposeGrant
from federation.standards.calendar import china_date
from node.exchange.scrutiny import Looked, Scrutiny

AT_ONCE = frozenset({"AUTHORISATION_WITHDRAWN", "OFFICER_BARRED"})
"""Refusals that a repeated question gets too, whatever it was answered with before."""


class Bars(Protocol):
    """What was withdrawn, and who is barred. Safe from any thread."""

    def barring(self, documents: Sequence[bytes], officers: Sequence[tuple[str, str]]) -> Barring:
        """Which of some documents and officers are withdrawn or barred now, as last committed by any process."""
        ...


@dataclass(frozen=True, slots=True)
class Ruling:
    """What questions are judged by.

    Attributes:
        terms: the terms of a day.
        bars: what was withdrawn, and who is barred.
        scrutiny: how often is asked, and what is unusual.
    """

    terms: Callable[[date], AskingTerms]
    bars: Bars
    scrutiny: Scrutiny


class Gate:
    """Judges questions of members. Safe from any thread.

    Args:
        ruling: what they are judged by.
        grants: what each member may ask for, by node id.
    """

    def __init__(self, ruling: Ruling, grants: Mapping[str, PurposeGrant]) -> None:
        self._ruling = ruling
        self._grants = grants

    def look_all(self, questions: Sequence[Question], now_ms: int) -> list[Looked]:
        """For each question why it is refused, if it is, and its marks."""
        terms = self._ruling.terms(china_date(now_ms))
        asked_by = AskedBy(self._grants, _barring(self._ruling.bars, questions))
        looked = []
        for question in questions:
            refused = _refusal(admit_question(question, asked_by, terms, now_ms))
            looked.append(self._ruling.scrutiny.look(question, refused, terms, now_ms))
        return looked


class OwnGate:
    """Judges own questions before they are sent. Safe from any thread.

    Args:
        ruling: what they are judged by.
    """

    def __init__(self, ruling: Ruling) -> None:
        self._ruling = ruling

    def require(self, question: Question, now_ms: int) -> None:
        """Sees that a question may be sent.

        Raises:
            CallerFault: why not, see `admit_own_question`; nothing was sent, and there is no exchange.
        """
        (fault,) = self.faults([question], now_ms)
        if fault is not None:
            raise fault

    def faults(self, questions: Sequence[Question], now_ms: int) -> list[CallerFault | None]:
        """For each question what `require` raises, or None; what was barred is read once for all of them."""
        terms, barring = self._ruling.terms(china_date(now_ms)), _barring(self._ruling.bars, questions)
        refused = (_refusal(admit_own_question(question, barring, terms, now_ms)) for question in questions)
        return [None if each is None else fault_of(each) for each in refused]

    def marks(self, question: Question, refusal: str, now_ms: int) -> tuple[str, ...]:
        """Ids of the rules by which a question that was sent is unusual.

        Args:
            question: the question.
            refusal: what it was refused with; empty where it was answered.
            now_ms: the time.
        """
        refused = Refused(refusal) if refusal else None
        return self._ruling.scrutiny.note(question, refused, self._ruling.terms(china_date(now_ms)), now_ms)


def fault_of(refused: Refused) -> CallerFault:
    """The fault that tells a refusal."""
    if refused.field:
        return FieldFault(refused.field, refused.reason)
    if refused.retry_after_s is not None:
        return LimitFault(refused.reason, refused.retry_after_s)
    return CallerFault(refused.reason)


def _barring(bars: Bars, questions: Sequence[Question]) -> Barring:
    documents = {each.authorisation.sha256 for each in questions if each.authorisation is not None}
    return bars.barring(sorted(documents), sorted({(each.requester, each.officer) for each in questions}))


def _refusal(admitted: Admitted | Refused) -> Refused | None:
    return None if isinstance(admitted, Admitted) else admitted
