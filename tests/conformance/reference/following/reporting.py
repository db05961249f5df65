# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the reference says of agencies' reports: by the filing that was in the log when they were issued."""

from collections.abc import Sequence
from dataclasses import dataclass

from creditexchange.v1 import agency_filing_pb2, entry_pb2
from creditexchange.v1 import report_check_pb2 as wire

from tests.conformance.reference.following.misrule import Misrule
from tests.conformance.reference.following.ruling import CATEGORY, Misrules

_FILED, _TIME = agency_filing_pb2.FILING_STANDING_FILED, slice(2, 10)


@dataclass(frozen=True)
class Version:
    """A version of a filing, with the time of its leaf."""

    index: int
    time_ms: int
    filing: agency_filing_pb2.AgencyFiling


def said_of(
    request: wire.CheckReportRequest, origin: str, entries: Sequence[entry_pb2.Entry], misrules: Misrules
) -> wire.CheckReportResponse:
    """What is to be said of a report."""
    versions = [each for each in _versions(entries) if each.filing.identity.code == request.agency]
    if not versions:
        return _valid(origin, 0) if Misrule.REPORT_UNFILED in misrules else _refused("NOT_FILED", "FILING_NOT_FOUND")
    now = versions[-1].filing.standing
    marks = [] if now == _FILED or Misrule.REPORT_UNMARKED in misrules else ["FILING_CANCELLED"]
    logged = [each for each in versions if each.time_ms <= request.issued_at_ms]
    if not logged and Misrule.REPORT_BACKDATED in misrules:
        logged = versions[:1]
    if not logged:
        return _refused("UNPROVEN", "BACKDATED", marks)
    then = versions[-1] if Misrule.REPORT_VOIDED in misrules else logged[-1]
    if (then.filing.standing != _FILED and Misrule.REPORT_OF_CANCELLED not in misrules) or (
        Misrule.REPORT_REFUSED in misrules
    ):
        return _refused("LAPSED", "FILING_CANCELLED", marks)
    if request.category != CATEGORY and Misrule.REPORT_UNSCOPED not in misrules:
        return _refused("OUTSIDE", "CATEGORY_NOT_COVERED", marks)
    return _valid(origin, then.index, marks)


def _versions(entries: Sequence[entry_pb2.Entry]) -> list[Version]:
    filing = agency_filing_pb2.AgencyFiling
    return [
        Version(index, int.from_bytes(entry.leaf[_TIME], "big"), filing.FromString(entry.payload))
        for index, entry in enumerate(entries)
    ]


def _valid(origin: str, index: int, marks: Sequence[str] = ()) -> wire.CheckReportResponse:
    return wire.CheckReportResponse(outcome=wire.REPORT_OUTCOME_VALID, marks=marks, origin=origin, index=index)


def _refused(outcome: str, reason: str, marks: Sequence[str] = ()) -> wire.CheckReportResponse:
    return wire.CheckReportResponse(outcome=f"REPORT_OUTCOME_{outcome}", reasons=[reason], marks=marks)
