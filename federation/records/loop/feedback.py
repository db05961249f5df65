# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Feedback on measures that follow from list entries (联合奖惩反馈), standards document, sections 3.4 and 3.5."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from federation.records.feed_policy import NodeId
from federation.records.subject import Authority, Identity
from federation.records.value import (
    Contradiction,
    Mnemonic,
    Text128,
    Text200,
    Text512,
    Text1000,
    Text4000,
    Value,
    in_order,
)

Period = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(0[1-9]|1[0-2])\z")]
EntryIndex = Annotated[int, Field(ge=0, lt=2**63)]
EvidenceDigest = Annotated[bytes, Field(max_length=32)]
LiftedFor = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,63}\z")]
_DIGEST_BYTES = 32


class FeedbackDirection(StrEnum):
    """Whether a measure rewards or restricts."""

    INCENTIVE = "incentive"
    PENALTY = "penalty"


class FeedbackResponse(StrEnum):
    """What an implementing body answers."""

    ACCEPTED = "accepted"
    NOT_APPLICABLE = "not-applicable"
    REFUSED = "refused"


class Feedback(Value):
    """What one body did about one measure that follows from one entry; the newest statement is the one that counts.

    Attributes:
        entry_origin, entry_index: the entry, in its origin's feed.
        region: node id of the implementing region.
        lifted_on: day on which the measure was lifted; `lifted_for` says by what. None while it holds.
        reported_period: month of the report that the case belongs to, YYYYMM.
    """

    case_id: Text128
    direction: FeedbackDirection
    identity: Identity
    entry_origin: Text200
    entry_index: EntryIndex
    measure: Mnemonic
    legal_basis: Text512
    initiator: Authority
    implementer: Authority
    region: NodeId
    received_on: date
    responded_on: date
    response: FeedbackResponse
    reason: Text1000 | None = None
    implemented_on: date | None = None
    result: Text4000 | None = None
    evidence_sha256: EvidenceDigest = b""
    lifted_on: date | None = None
    lifted_for: LiftedFor | None = None
    reported_period: Period

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        in_order(self.received_on, self.responded_on, "responded_on")
        in_order(self.received_on, self.implemented_on, "implemented_on")
        in_order(self.responded_on, self.lifted_on, "lifted_on")
        if len(self.evidence_sha256) not in (0, _DIGEST_BYTES):
            raise Contradiction("evidence_sha256", "FIELD_MALFORMED")
        if (self.lifted_on is None) != (self.lifted_for is None):
            raise Contradiction("lifted_for", "FIELD_MISSING")
        if self.response is not FeedbackResponse.ACCEPTED:
            self._nothing_done()
        return self

    def _nothing_done(self) -> None:
        """What is not taken has a reason, and was neither carried out nor lifted."""
        if self.reason is None:
            raise Contradiction("reason", "FEEDBACK_REASON_MISSING")
        if self.implemented_on is not None or self.lifted_on is not None:
            raise Contradiction("implemented_on", "FEEDBACK_NOT_TAKEN")

    @property
    def key(self) -> str:
        """What makes two statements speak of the same thing: entry, measure, implementing body and case."""
        place = f"{self.entry_origin}/{self.entry_index}/{self.measure}"
        return f"feedback/{self.implementer.code}/{place}/{self.case_id}"
