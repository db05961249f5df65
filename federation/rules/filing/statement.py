# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What goes with an agency's report, so that anybody can ask whether the agency was filed: one JSON object.

It names the report by its SHA-256 alone, so that the report itself need not be shown to whoever checks. Agencies have
no keys in the federation: the statement is the agency's word, and what it says is proven by the filing's log or not.

    agency, category     unified code; code of the set `agency-categories`
    filing_number, origin, index    the filing: its number, feed and place
    subject              number of whom the report is about; may be absent
    issued_at            moment of issue, with its offset from UTC
    report_sha256        64 hexadecimal digits
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from federation.errors import FieldFault
from federation.log.merkle import MAX_SIZE
from federation.records.value import CreditCode, Mnemonic, Text64, Value

MAX_STATEMENT_BYTES = 16384
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ReportStatement(Value):
    """What a report says of itself."""

    agency: CreditCode
    category: Mnemonic
    filing_number: Text64
    origin: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    index: Annotated[int, Field(ge=0, lt=MAX_SIZE)]
    subject: Text64 | None = None
    issued_at: Annotated[str, StringConstraints(max_length=40)]
    report_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}\z")]

    @property
    def issued_ms(self) -> int:
        """Moment of issue; raises FieldFault DATE_MALFORMED."""
        return moment_ms(self.issued_at)

    def text(self) -> str:
        """The statement as it is written."""
        return json.dumps(self.model_dump(exclude_none=True), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def parse_statement(raw: bytes) -> ReportStatement:
    """Reads a statement.

    Raises:
        FieldFault: STATEMENT_MALFORMED, or the reason that a field is refused with.
    """
    if len(raw) > MAX_STATEMENT_BYTES:
        raise FieldFault("", "STATEMENT_MALFORMED", f"over {MAX_STATEMENT_BYTES} bytes")
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        raise FieldFault("", "STATEMENT_MALFORMED", "not JSON in UTF-8") from None
    if not isinstance(said, dict):
        raise FieldFault("", "STATEMENT_MALFORMED", "not one object")
    statement = ReportStatement(**said)
    moment_ms(statement.issued_at)
    return statement


def moment_ms(text: str) -> int:
    """A moment such as 2026-03-01T10:00:00+08:00, in milliseconds since the epoch.

    Raises:
        FieldFault: DATE_MALFORMED, also for one without its offset from UTC, which would be another moment elsewhere.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise FieldFault("issued_at", "DATE_MALFORMED", "wanted a moment such as 2026-03-01T10:00:00+08:00")
    return (moment - _EPOCH) // timedelta(milliseconds=1)
