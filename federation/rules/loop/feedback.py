# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Feedback on a measure: what may be said, what lifts it, and what the origin of the entry makes of it.

Grounds for refusing a statement, in this order, the first one told:

    FEEDBACK_CASE_MISSING · FEEDBACK_ENTRY_UNKNOWN (never received here, or nothing readable) ·
    FEEDBACK_MEASURE_UNKNOWN (not in this region's catalogue today) · FEEDBACK_ENTRY_NOT_COUNTING ·
    FEEDBACK_MEASURE_NOT_DUE (it does not follow from this entry) · FEEDBACK_BODY_UNKNOWN ·
    then whatever the record itself refuses

Whom the entry is about, who decided on it, the direction and the basis are never the caller's to say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from federation.errors import FieldFault
from federation.records.exchange import Standing
from federation.records.list_entry import ListEntry, ListKind
from federation.records.loop.feedback import Feedback, FeedbackDirection, FeedbackResponse
from federation.records.subject import Authority
from federation.rules.agreement import Measure


@dataclass(frozen=True, slots=True)
class Statement:
    """What an implementing body says.

    Attributes:
        implementer: the body's unified code.
        received_on: None for the day on which the entry was published.
        responded_on: None for today.
        reported_period: None for the month of the answer.
    """

    case_id: str
    entry_origin: str
    entry_index: int
    measure: str
    implementer: str
    response: FeedbackResponse
    reason: str | None = None
    received_on: date | None = None
    responded_on: date | None = None
    implemented_on: date | None = None
    result: str | None = None
    evidence_sha256: bytes = b""
    reported_period: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """The entry that a statement is about, as it is held here.

    Attributes:
        published_on: day on which its origin published it.
        counts: whether it counts here now.
        measures: codes of the measures that follow from it.
    """

    entry: ListEntry
    published_on: date
    counts: bool
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """The implementing region on a day.

    Attributes:
        home: its node id.
        measures: its catalogue, as far as it is in force on that day.
        bodies: names of the public bodies that it knows, by unified code.
    """

    home: str
    measures: Mapping[str, Measure]
    bodies: Mapping[str, str]
    today: date


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The statement is refused; `field` is the field at fault, `reason` a stable code."""

    field: str
    reason: str


def region_of(home: str, measures: Sequence[Measure], names: Mapping[str, str], today: date) -> Region:
    """The implementing region, out of its rules.

    Args:
        home: its node id.
        measures: every measure that is known.
        names: names of the public bodies that are known beside those of the catalogue, by unified code.
        today: the day, in China Standard Time.
    """
    applied = {measure.code: measure for measure in measures if measure.applies(home, today)}
    named = {body.code: body.name for measure in applied.values() for body in measure.implementing_bodies}
    return Region(home, applied, {**names, **named}, today)


def compose(said: Statement, received: Received | None, region: Region) -> Feedback | NotTaken:
    """The record that a statement amounts to, or why it is refused."""
    measure = region.measures.get(said.measure)
    if not said.case_id.strip():
        return NotTaken("case_id", "FEEDBACK_CASE_MISSING")
    if received is None:
        return NotTaken("index", "FEEDBACK_ENTRY_UNKNOWN")
    if measure is None:
        return NotTaken("measure", "FEEDBACK_MEASURE_UNKNOWN")
    refusal = _not_due(said, received, measure, region)
    if refusal is not None:
        return refusal
    try:
        return _record(said, received, measure, region)
    except FieldFault as fault:
        return NotTaken(fault.field, fault.reason)


def _not_due(said: Statement, received: Received, measure: Measure, region: Region) -> NotTaken | None:
    """Why no answer is wanted of this body on this measure; None when it is."""
    if not received.counts:
        return NotTaken("index", "FEEDBACK_ENTRY_NOT_COUNTING")
    if measure.code not in received.measures:
        return NotTaken("measure", "FEEDBACK_MEASURE_NOT_DUE")
    codes = {body.code for body in measure.implementing_bodies} or region.bodies.keys()
    return None if said.implementer in codes else NotTaken("implementer", "FEEDBACK_BODY_UNKNOWN")


def _record(said: Statement, received: Received, measure: Measure, region: Region) -> Feedback:
    entry = received.entry
    responded_on = said.responded_on or region.today
    incentive = entry.kind is ListKind.RED
    return Feedback(
        case_id=said.case_id,
        direction=FeedbackDirection.INCENTIVE if incentive else FeedbackDirection.PENALTY,
        identity=entry.identity,
        entry_origin=said.entry_origin,
        entry_index=said.entry_index,
        measure=measure.code,
        legal_basis=measure.basis,
        initiator=entry.authority,
        implementer=Authority(name=region.bodies[said.implementer], code=said.implementer),
        region=region.home,
        received_on=said.received_on or received.published_on,
        responded_on=responded_on,
        response=said.response,
        reason=said.reason,
        implemented_on=said.implemented_on,
        result=said.result,
        evidence_sha256=said.evidence_sha256,
        reported_period=said.reported_period or f"{responded_on:%Y%m}",
    )


def why_lifted(standing: Standing, reasons: Sequence[str], measures: Sequence[str], measure: str) -> str | None:
    """Why a measure no longer holds, by what its entry is here now; None while it holds or is merely suspended.

    Args:
        standing: what the entry is.
        reasons: why.
        measures: codes of the measures that follow from it.
        measure: the one asked about.
    """
    if standing in {Standing.OWN, Standing.RECOGNISED}:
        return None if measure in measures else "MEASURE_WITHDRAWN"
    if standing is Standing.HELD and "SUSPENDED" in reasons:
        return None
    return reasons[0] if reasons else "MEASURE_WITHDRAWN"


def lifted(feedback: Feedback, day: date, reason: str) -> Feedback:
    """The statement closed: its measure was lifted on a day, for a reason."""
    return feedback.model_copy(update={"lifted_on": max(day, feedback.responded_on), "lifted_for": reason})


def unfounded(feedback: Feedback, publisher: str, entry: ListEntry | None) -> str | None:
    """Why a statement that came in has no effect here; None when it has.

    Args:
        feedback: the statement.
        publisher: node id of the owner of the feed that it is in.
        entry: the own entry that it names; None when there is none.

    Returns:
        FEEDBACK_REGION_MISMATCH, FEEDBACK_ENTRY_UNKNOWN or FEEDBACK_SUBJECT_MISMATCH; or None.
    """
    if feedback.region != publisher:
        return "FEEDBACK_REGION_MISMATCH"
    if entry is None:
        return "FEEDBACK_ENTRY_UNKNOWN"
    return None if entry.identity.code == feedback.identity.code else "FEEDBACK_SUBJECT_MISMATCH"
