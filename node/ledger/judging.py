# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What an entry is here, by the rules and by nothing else: no clock, no store. So any decision can be made again."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from federation.log.checkpoint import Origin
from federation.log.entry import PayloadState
from federation.records.agency_filing import AgencyFiling
from federation.records.codec import Record
from federation.records.exchange import Standing
from federation.records.feed_policy import Dataset
from federation.records.list_entry import ListEntry
from federation.rules.coverage import versions_used
from federation.rules.filing.recognition import FilingCandidate, recognise_filing
from federation.rules.recognition import Candidate, recognise, unreadable
from federation.rules.standing import OwnEntry, own_standing
from federation.rules.verdict import Held, Recognised, Refused, Verdict
from node.entry.holding import Acts, Decision, HeldEntry
from node.ledger.rules import Rules


def judge(rules: Rules, entry: HeldEntry, acts: Acts, *, black_elsewhere: bool, as_of: date) -> Decision:
    """What an entry is here on a day; pure, and so replayable for any day.

    Args:
        rules: what the decision rests on.
        entry: a list entry or filing.
        acts: what has happened to it since.
        black_elsewhere: a black entry on the same subject counts here.
        as_of: the day, in China Standard Time.
    """
    record = entry.record()
    blank = Decision(
        entry.origin, entry.index, Dataset.LISTS, entry.subject, list_kind(record), Standing.ENDED, (), (), (), None, 0
    )
    if acts.course.gone and not acts.void:
        return replace(blank, reasons=(acts.course.ended,))
    owner = Origin.parse(entry.origin).node_id
    if acts.void or not isinstance(record, ListEntry | AgencyFiling):
        fault = acts.void or _fault(entry, record)
        return _with_verdict(blank, unreadable(fault, versions_used(rules.book, rules.standards)))
    if owner != rules.home:
        return _with_verdict(blank, _verdict(rules, owner, record, Circumstances(acts, black_elsewhere, as_of)))
    own = own_standing(OwnEntry(record, acts.course, black_elsewhere), rules.home, rules.book, as_of)
    return replace(
        blank,
        standing=own.standing,
        reasons=own.reasons,
        measures=own.measures,
        versions=(rules.book.name,),
        review_on=own.review_on,
    )


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What beside the record a verdict rests on: acts, a black entry on the same subject, the day."""

    acts: Acts
    black_elsewhere: bool
    as_of: date


def _fault(entry: HeldEntry, record: Record | str) -> str | None:
    """What is wrong with an entry that holds no list entry or filing; None when its payload is merely not here."""
    if entry.fault is None and entry.state is not PayloadState.PRESENT:
        return None
    return record if isinstance(record, str) else "RECORD_UNEXPECTED"


def _verdict(rules: Rules, owner: str, record: ListEntry | AgencyFiling, around: Circumstances) -> Verdict:
    """Recognition's answer about a foreign entry."""
    acts = around.acts
    if isinstance(record, AgencyFiling):
        filing = FilingCandidate(owner, record, acts.course)
        return recognise_filing(filing, rules.home, rules.book, rules.standards, around.as_of)
    candidate = Candidate(owner, record, acts.course, around.black_elsewhere)
    return recognise(candidate, rules.home, rules.book, rules.standards, around.as_of)


def _with_verdict(blank: Decision, verdict: Verdict) -> Decision:
    """The decision that a verdict amounts to; an ended or lapsed entry is told apart from one merely held."""
    match verdict:
        case Recognised(measures=measures):
            standing = Standing.RECOGNISED
        case Held(reasons=reasons):
            measures = ()
            if any(reason.startswith("ENDED_") for reason in reasons):
                standing = Standing.ENDED
            else:
                standing = Standing.LAPSED if "PERIOD_LAPSED" in reasons else Standing.HELD
        case Refused():
            measures, standing = (), Standing.REFUSED
        case _:
            assert_never(verdict)
    return replace(
        blank,
        standing=standing,
        reasons=verdict.reasons,
        measures=measures,
        versions=verdict.versions,
        review_on=verdict.review_on,
    )


def list_kind(record: Record | str) -> str:
    """The kind of list that a record is an entry of; empty for any other."""
    return record.kind if isinstance(record, ListEntry) else ""
