# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Conversions of questions about agencies' reports."""

from collections.abc import Mapping

from creditexchange.v1.report_check_pb2 import CheckReportRequest, CheckReportResponse

from federation.errors import FieldFault
from federation.rules.filing.report import IssuedReport, ReportOutcome
from node.query.reports import ReportAnswer
from node.query.seen import Place

MAX_REPORT_CHARACTERS = 64
"""Characters of an agency's code, and of a category."""
MAX_ORIGIN_CHARACTERS = 512
_OUTCOMES: Mapping[ReportOutcome, str] = {outcome: f"REPORT_OUTCOME_{outcome.name}" for outcome in ReportOutcome}


def report_from_wire(request: CheckReportRequest) -> tuple[IssuedReport, Place | None]:
    """What a report says of itself, and the filing that it names.

    Raises:
        FieldFault: a field is missing, or over its limit.
    """
    for name in ("agency", "category"):
        text: str = getattr(request, name)
        if not 1 <= len(text) <= MAX_REPORT_CHARACTERS:
            raise FieldFault(name, "FIELD_TOO_LONG" if text else "FIELD_MISSING")
    if not request.issued_at_ms:
        raise FieldFault("issued_at_ms", "FIELD_MISSING")
    if len(request.origin) > MAX_ORIGIN_CHARACTERS:
        raise FieldFault("origin", "FIELD_TOO_LONG")
    named = (request.origin, request.index) if request.origin else None
    return IssuedReport(request.agency, request.category, request.issued_at_ms), named


def report_answer_to_wire(answer: ReportAnswer) -> CheckReportResponse:
    """What is to be said of a report."""
    verdict, filing = answer.verdict, answer.filing
    return CheckReportResponse(
        outcome=_OUTCOMES[verdict.outcome],
        reasons=verdict.reasons,
        marks=verdict.marks,
        origin=answer.origin,
        index=verdict.version,
        filing_number=filing.filing_number if filing is not None else "",
    )
