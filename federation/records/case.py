# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Objections and applications for repair, the statements about them, and the receipts of whoever carries them."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from federation.records.exchange import ExchangeId, Hash, Milliseconds, ReasonCode
from federation.records.feed_policy import NodeId
from federation.records.value import Contradiction, Name, Text128, Text200, Text256, Text1000, Text2000, Value

CaseId = ExchangeId
"""UUIDv7 text, as of an exchange."""


class CaseKind(StrEnum):
    """What is asked for."""

    OBJECTION = "objection"
    REPAIR = "repair"


class CaseDocument(Value):
    """A document of a case, which itself stays at the filing node."""

    name: Text200
    sha256: Hash


class Case(Value):
    """What somebody objects to, or wants repaired; what an applicant says of themselves and the matter."""

    case_id: CaseId
    kind: CaseKind
    origin: Text256
    index: Milliseconds
    applicant: Name
    applicant_sha256: Hash
    salt: Hash
    grounds: Text2000
    documents: Annotated[tuple[CaseDocument, ...], Field(max_length=20)] = ()
    filed_at: NodeId
    filed_at_ms: Milliseconds


class CaseState(StrEnum):
    """What a statement about a case says."""

    RECEIVED = "received"
    MARKED = "marked"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    OVERDUE = "overdue"
    EXTENDED = "extended"


class CaseOutcome(StrEnum):
    """How a case was decided."""

    REJECTED = "rejected"
    REMOVED = "removed"
    CORRECTED = "corrected"
    SUPPLEMENTED = "supplemented"
    DISCLOSURE_ENDED = "disclosure_ended"
    REPAIRED = "repaired"


class CaseStatus(Value):
    """What has become of a case: one numbered statement of the node that decides it."""

    case_id: CaseId
    filed_at: NodeId
    case_sha256: Hash
    decided_at: NodeId
    sequence: Annotated[int, Field(ge=1, lt=2**31)]
    state: CaseState
    stated_at_ms: Milliseconds
    due_on: date | None = None
    due_provisional: bool = False
    outcome: CaseOutcome | None = None
    reasons: Annotated[tuple[ReasonCode, ...], Field(max_length=20)] = ()
    explanation: Text1000 | None = None
    document_number: Text128 | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.outcome is not None) != (self.state is CaseState.DECIDED):
            raise Contradiction("outcome", "CASE_OUTCOME_UNEXPECTED" if self.outcome else "FIELD_MISSING")
        return self


class CaseWithdrawal(Value):
    """A case is taken back by the node it was filed at."""

    case_id: CaseId
    filed_at: NodeId
    case_sha256: Hash
    decided_at: NodeId
    withdrawn_at_ms: Milliseconds
    explanation: Text1000 | None = None


class CaseReceipt(Value):
    """A letter is kept durably by whoever took it."""

    letter_sha256: Hash
    sender: NodeId
    receiver: NodeId
    received_at_ms: Milliseconds
