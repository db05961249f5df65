# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Cases, statements, withdrawals and receipts: to bytes and back, and what none of them may say."""

from datetime import date
from typing import Any

import pytest

from federation.errors import FieldFault
from federation.records.case import (
    Case,
    CaseDocument,
    CaseKind,
    CaseOutcome,
    CaseReceipt,
    CaseState,
    CaseStatus,
    CaseWithdrawal,
)
from federation.records.codec import decode_as, encode
from federation.records.value import Value

ID = "01890a5d-ac96-774b-bcce-b302099a8057"
CASE: dict[str, Any] = {
    "case_id": ID,
    "kind": CaseKind.REPAIR,
    "origin": "delta.example/330100/lists/1",
    "index": 2**53,
    "applicant": "虚构公司",
    "applicant_sha256": b"a" * 32,
    "salt": b"s" * 32,
    "grounds": "已履行\n全部义务",
    "documents": (CaseDocument(name="承诺书.pdf", sha256=b"d" * 32),),
    "filed_at": "310000",
    "filed_at_ms": 1_790_000_000_000,
}
STATUS: dict[str, Any] = {
    "case_id": ID,
    "filed_at": "310000",
    "case_sha256": b"c" * 32,
    "decided_at": "330100",
    "sequence": 4,
    "state": CaseState.DECIDED,
    "stated_at_ms": 1_790_000_000_001,
    "due_on": date(2026, 11, 30),
    "due_provisional": True,
    "outcome": CaseOutcome.DISCLOSURE_ENDED,
    "reasons": ("ENTRY_NOT_FOUND",),
    "explanation": "说明",
    "document_number": "1号",
}
WITHDRAWAL: dict[str, Any] = {
    "case_id": ID, "filed_at": "310000", "case_sha256": b"c" * 32, "decided_at": "330100", "withdrawn_at_ms": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        Case(**CASE),
        Case(**{**CASE, "documents": (), "kind": CaseKind.OBJECTION}),
        CaseStatus(**STATUS),
        *(
            CaseStatus(**{**STATUS, "state": state, "outcome": None, "due_on": None, "reasons": ()})
            for state in set(CaseState) - {CaseState.DECIDED}
        ),
        *(CaseStatus(**{**STATUS, "outcome": outcome}) for outcome in CaseOutcome),
        CaseWithdrawal(**WITHDRAWAL),
        CaseWithdrawal(**{**WITHDRAWAL, "explanation": "说明"}),
        CaseReceipt(letter_sha256=b"l" * 32, sender="310000", receiver="yrd", received_at_ms=1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_written_is_read(value: Value) -> None:
    """Every value comes back from its bytes, and its bytes from it."""
    raw = encode(value)
    again = decode_as(type(value), raw)

    assert (value, raw) == (again, encode(again))


@pytest.mark.parametrize(
    ("kind", "given", "field", "reason"),
    [
        (Case, {**CASE, "grounds": "字" * 2001}, "grounds", "FIELD_TOO_LONG"),
        (Case, {**CASE, "grounds": ""}, "grounds", "FIELD_MISSING"),
        (Case, {**CASE, "applicant": "名" * 201}, "applicant", "FIELD_TOO_LONG"),
        (Case, {**CASE, "applicant": "甲\u202e乙"}, "applicant", "FIELD_CONTROL_CHARACTER"),
        (Case, {**CASE, "case_id": ID.upper()}, "case_id", "FIELD_MALFORMED"),
        (Case, {**CASE, "case_id": ID.replace("-774b", "-474b")}, "case_id", "FIELD_MALFORMED"),
        (Case, {**CASE, "salt": b"s" * 31}, "salt", "FIELD_MALFORMED"),
        (Case, {**CASE, "documents": CASE["documents"] * 21}, "documents", "FIELD_TOO_LONG"),
        (Case, {**CASE, "filed_at": "../310000"}, "filed_at", "FIELD_MALFORMED"),
        (CaseStatus, {**STATUS, "sequence": 0}, "sequence", "FIELD_MALFORMED"),
        (CaseStatus, {**STATUS, "outcome": None}, "outcome", "FIELD_MISSING"),
        (CaseStatus, {**STATUS, "state": CaseState.ACCEPTED}, "outcome", "CASE_OUTCOME_UNEXPECTED"),
        (CaseStatus, {**STATUS, "reasons": ("A",) * 21}, "reasons", "FIELD_TOO_LONG"),
        (CaseStatus, {**STATUS, "explanation": "字" * 1001}, "explanation", "FIELD_TOO_LONG"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_field(
    kind: type[Value], given: dict[str, Any], field: str, reason: str
) -> None:
    """Refused whole, without the value: it may be personal."""
    with pytest.raises(FieldFault) as refused:
        kind(**given)

    assert (field, reason) == (refused.value.field, refused.value.reason)
