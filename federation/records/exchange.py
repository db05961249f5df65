# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Questions, answers and their log entries (wire form, section 7); and what else is told in the feed `_exchange`."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from federation.records.feed_policy import Dataset, NodeId
from federation.records.value import Contradiction, Mnemonic, Plain, Text64, Text128, Text256, Text512, Value, in_order
from federation.standards.identity import CodeKind

Hash = Annotated[bytes, Field(min_length=32, max_length=32)]
MaybeHash = Annotated[bytes, Field(max_length=32)]
ExchangeId = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\z")
]
Milliseconds = Annotated[int, Field(ge=0, lt=2**63)]
LegalBasis = Annotated[str, StringConstraints(min_length=1, max_length=400), Plain]
PartyId = Annotated[str, StringConstraints(pattern=r"^([0-9A-Za-z][0-9A-Za-z._/-]{0,63})?\z")]
"""What a member calls an officer, an office or a batch; empty where there is none."""
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9]{2}\z")]
ReasonCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,63}\z")]

MAX_SHOWN_CHARACTERS = 8192
"""A longer field of a record is left out of an excerpt."""
_HASH_BYTES = 32


class AuthorisationKind(StrEnum):
    """What an authorisation is."""

    CONSENT = "consent"
    STATUTORY_DUTY = "statutory-duty"


class Authorisation(Value):
    """On what authority a natural person is asked about; the document itself stays with the requester."""

    kind: AuthorisationKind
    reference: Text256
    sha256: Hash
    valid_from: date
    valid_until: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.valid_from, self.valid_until, "valid_until")
        return self


class Question(Value):
    """What a requester asks about one subject, and why it may; what later revisions added is empty in earlier ones."""

    exchange_id: ExchangeId
    requester: NodeId
    responder: NodeId
    purpose: Mnemonic
    legal_basis: LegalBasis
    case_number: Text128
    code_kind: CodeKind
    code: Text64
    asked_at_ms: Milliseconds
    salt: Hash
    officer: PartyId = ""
    office: PartyId = ""
    authorisation: Authorisation | None = None
    batch: PartyId = ""
    datasets: Annotated[tuple[Dataset, ...], Field(max_length=len(Dataset))] = ()
    max_age_s: Annotated[int, Field(ge=0, lt=2**32)] = 0
    deadline_ms: Milliseconds = 0
    reply_key: MaybeHash = b""


class EvidenceParts(Value):
    """A record's evidence as it travels inside an answer; checked by `federation.log.proof`.

    Without salt and payload it proves the entry alone; in an answer that goes with an excerpt.
    """

    origin: Text256
    index: Milliseconds
    leaf: Annotated[bytes, Field(min_length=84, max_length=84)]
    salt: MaybeHash
    payload: Annotated[bytes, Field(max_length=65536)]
    path: Annotated[tuple[Hash, ...], Field(max_length=64)] = ()
    checkpoint: Annotated[bytes, Field(min_length=1, max_length=16384)]

    @model_validator(mode="after")
    def _salted(self) -> Self:
        if len(self.salt) != _HASH_BYTES and (self.salt or self.payload):
            raise Contradiction("salt", "FIELD_MALFORMED" if self.salt else "FIELD_MISSING")
        return self

    @property
    def bare(self) -> bool:
        """Whether it proves that there is an entry and leaves its record out: it has neither salt nor payload."""
        return not self.salt


class Standing(StrEnum):
    """What a node makes of an entry it holds."""

    OWN = "OWN"
    RECOGNISED = "RECOGNISED"
    HELD = "HELD"
    REFUSED = "REFUSED"
    ENDED = "ENDED"
    LAPSED = "LAPSED"


class DisclosedField(Value):
    """One field of a record: its dotted name in the message, and its value as text."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,127}\z")]
    value: Annotated[str, StringConstraints(max_length=MAX_SHOWN_CHARACTERS), Plain]
    masked: bool = False


class Excerpt(Value):
    """What a caller may see of a record that it may not see whole."""

    fields: Annotated[tuple[DisclosedField, ...], Field(min_length=1, max_length=128)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise Contradiction("fields", "FIELD_UNEXPECTED")
        return self

    def plain(self, name: str) -> str | None:
        """What a field says; None for one that is not shown, or only masked."""
        return next((field.value for field in self.fields if field.name == name and not field.masked), None)


class Finding(Value):
    """One record about the subject, with the responder's view of it.

    With an excerpt its evidence, and that of the acts on it, is bare: what they say is not for the caller.
    """

    evidence: EvidenceParts
    standing: Standing
    reasons: tuple[ReasonCode, ...] = ()
    acts: tuple[EvidenceParts, ...] = ()
    excerpt: Excerpt | None = None

    @model_validator(mode="after")
    def _whole_or_part(self) -> Self:
        in_part = self.excerpt is not None
        if self.evidence.bare != in_part:
            raise Contradiction("excerpt", "FIELD_UNEXPECTED" if in_part else "FIELD_MISSING")
        if any(act.bare != in_part for act in self.acts):
            raise Contradiction("acts", "FIELD_UNEXPECTED" if in_part else "FIELD_MISSING")
        return self


class Freshness(StrEnum):
    """Freshness of a feed, from its newest clock cosignature."""

    FRESH = "fresh"
    STALE = "stale"
    UNKNOWN = "unknown"


class Head(Value):
    """The head of one feed that an answer rests on."""

    checkpoint: Annotated[bytes, Field(min_length=1, max_length=16384)]
    freshness: Freshness


class Gap(Value):
    """A feed that nothing is said from, though it was asked about."""

    origin: Text256
    reason: ReasonCode


class Answer(Value):
    """What a responder found; without findings, a signed statement of absence as of its heads."""

    exchange_id: ExchangeId
    question_sha256: Hash
    responder: NodeId
    answered_at_ms: Milliseconds
    findings: Annotated[tuple[Finding, ...], Field(max_length=200)] = ()
    heads: tuple[Head, ...] = ()
    truncated: bool = False
    disclosure: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9-]{0,63}@[0-9][0-9.]{0,15})?\z")] = ""
    gaps: tuple[Gap, ...] = ()


class ExchangeSide(StrEnum):
    """A side of an exchange."""

    REQUESTER = "requester"
    RESPONDER = "responder"


class Exchange(Value):
    """One side's log entry of one exchange; it names no subject."""

    exchange_id: ExchangeId
    requester: NodeId
    responder: NodeId
    side: ExchangeSide
    purpose: Mnemonic
    outcome: ReasonCode
    question_sha256: Hash
    answer_sha256: MaybeHash = b""
    commitment: Hash
    logged_at_ms: Milliseconds
    marks: Annotated[tuple[RuleId, ...], Field(max_length=16)] = ()

    @property
    def key(self) -> str:
        """What makes two entries the same: the exchange and the side."""
        return f"exchange/{self.side}/{self.exchange_id}"


class AccessKind(StrEnum):
    """What was done without an exchange between members."""

    CHECK = "check"
    BATCH_CHECK = "batch-check"
    LISTING = "listing"
    EXPORT = "export"
    READ = "read"
    OPENING = "opening"
    ABOUT = "about"
    RELAY = "relay"
    BAR = "bar"


class Access(Value):
    """That somebody was told something without an exchange between members; it names no subject."""

    access_id: ExchangeId
    kind: AccessKind
    caller: Text128
    subjects: Milliseconds
    commitment: Hash
    logged_at_ms: Milliseconds

    @property
    def key(self) -> str:
        """What makes two entries the same: the access."""
        return f"access/{self.access_id}"


class LateAcknowledgement(Value):
    """That a member has not acknowledged in time what happened in a feed; it names no subject."""

    origin: Text512
    member: NodeId
    first_index: Milliseconds
    published_ms: Milliseconds
    due_ms: Milliseconds
    reason: ReasonCode

    @property
    def key(self) -> str:
        """What makes two entries the same: it is told once."""
        return f"late/{self.reason}/{self.member}/{self.first_index}/{self.origin}"
