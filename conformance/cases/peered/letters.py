# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How the suite writes letters about cases, gives them to the target, and waits for those that it brings."""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from creditexchange.v1 import (
    case_pb2,
    case_receipt_pb2,
    case_service_pb2,
    case_status_pb2,
    case_withdrawal_pb2,
    envelope_pb2,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.message import DecodeError, Message

from conformance.breach import Breach, require
from conformance.cases.asking import exchange_id
from conformance.cases.peered.stage import Stage
from conformance.peer.invented import Invented
from conformance.proof.envelope import CASE, RECEIPT, STATUS, WITHDRAWAL, letter_sha256, sign, verified
from conformance.session import Method
from conformance.settings.peered import Place

Said = TypeVar("Said", bound=Message)
DELIVER = Method("/creditexchange.v1.CaseService/Deliver", case_service_pb2.DeliverResponse)
CLOSING = frozenset(
    {
        case_status_pb2.CASE_STATE_NOT_ACCEPTED,
        case_status_pb2.CASE_STATE_DECIDED,
        case_status_pb2.CASE_STATE_WITHDRAWN,
    }
)


@dataclass(frozen=True)
class Filed:
    """A case, and the bytes that were signed."""

    case: case_pb2.Case
    payload: bytes

    @property
    def sha256(self) -> bytes:
        """What statements name it by."""
        return sha256(self.payload).digest()


def applicant_sha256(salt: bytes, code: str) -> bytes:
    """Return the hash that stands for an applicant's number."""
    return sha256(b"creditexchange/applicant/1\0" + salt + code.encode()).digest()


def written(stage: Stage, kind: str, said: Message, key: Ed25519PrivateKey | None = None) -> envelope_pb2.Envelope:
    """Return a letter of ours, signed by our message key unless another is given."""
    config = stage.session.config
    name = f"{config.target.federation}/{config.identity.node_id}"
    return sign(key or config.identity.message_key, name, said.SerializeToString(deterministic=True), kind)


def repair(stage: Stage, place: Place, applicant: Invented) -> tuple[Filed, envelope_pb2.Envelope]:
    """Return an application to repair an entry of the target's, as filed with us."""
    salt, now_ms = secrets.token_bytes(32), stage.session.now_ms()
    case = case_pb2.Case(
        case_id=exchange_id(now_ms),
        kind=case_pb2.CASE_KIND_REPAIR,
        origin=place.origin,
        index=place.index,
        applicant=applicant.name,
        applicant_sha256=applicant_sha256(salt, applicant.code),
        salt=salt,
        grounds="虚构的理由",
        filed_at=stage.session.config.identity.node_id,
        filed_at_ms=now_ms,
    )
    letter = written(stage, CASE, case)
    return Filed(case, letter.payload), letter


def withdrawal(stage: Stage, filed: Filed) -> envelope_pb2.Envelope:
    """Return the letter that takes such a case back."""
    said = case_withdrawal_pb2.CaseWithdrawal(
        case_id=filed.case.case_id,
        filed_at=filed.case.filed_at,
        case_sha256=filed.sha256,
        decided_at=stage.session.config.target.node_id,
        withdrawn_at_ms=stage.session.now_ms(),
    )
    return written(stage, WITHDRAWAL, said)


async def delivered(stage: Stage, letter: envelope_pb2.Envelope) -> case_service_pb2.LetterOutcome:
    """Give the target one letter and return what became of it.

    Raises:
        Breach: CALL_REFUSED, or ANSWER_INCOMPLETE.
    """
    answer = await stage.session.ask(DELIVER, case_service_pb2.DeliverRequest(letters=[letter]))
    require(len(answer.outcomes) == 1, "ANSWER_INCOMPLETE", "one outcome for the one letter", f"{len(answer.outcomes)}")
    return answer.outcomes[0]


async def kept(stage: Stage, letter: envelope_pb2.Envelope) -> None:
    """Give the target a letter that it must keep, and check its receipt.

    Raises:
        Breach: RECEIPT_ABSENT, RECEIPT_INVALID.
    """
    outcome = await delivered(stage, letter)
    require(outcome.HasField("receipt"), "RECEIPT_ABSENT", "a receipt", f"refused: {outcome.reason}")
    config, envelope = stage.session.config, outcome.receipt
    said = _read(case_receipt_pb2.CaseReceipt, envelope, "RECEIPT_INVALID")
    signed = envelope.payload_type == RECEIPT and verified(envelope, config.keys.message)
    require(signed, "RECEIPT_INVALID", "a receipt signed by the target's message key", envelope.payload_type)
    told = (said.letter_sha256, said.sender, said.receiver)
    wanted = (letter_sha256(letter), config.identity.node_id, config.target.node_id)
    require(told == wanted, "RECEIPT_INVALID", "a receipt for this letter, from us to the target", f"{told[1:]}")


async def not_taken(stage: Stage, letter: envelope_pb2.Envelope, taken: str, reason: str) -> None:
    """Give the target a letter that it must refuse, for one reason."""
    outcome = await delivered(stage, letter)
    require(not outcome.HasField("receipt"), taken, f"no receipt, but {reason}", "a receipt")
    require(outcome.reason == reason, "WRONG_REASON", reason, outcome.reason)


def case_of(stage: Stage, case_id: str) -> tuple[Filed, envelope_pb2.Envelope] | None:
    """Return the letter of a case that was filed at the target, once it was brought."""
    for envelope in stage.peer.heard.letters:
        if envelope.payload_type == CASE:
            case = _read(case_pb2.Case, envelope, "CASE_MALFORMED")
            if case.case_id == case_id:
                return Filed(case, envelope.payload), envelope
    return None


def statements(stage: Stage, filed: Filed) -> list[case_status_pb2.CaseStatus]:
    """Return what the target has stated of a case of ours so far, by number and without gaps.

    Raises:
        Breach: STATEMENT_UNSIGNED, STATEMENT_UNBOUND.
    """
    config, found = stage.session.config, dict[int, case_status_pb2.CaseStatus]()
    for envelope in stage.peer.heard.letters:
        if envelope.payload_type != STATUS:
            continue
        said = _read(case_status_pb2.CaseStatus, envelope, "STATEMENT_MALFORMED")
        if said.case_id != filed.case.case_id:
            continue
        require(verified(envelope, config.keys.message), "STATEMENT_UNSIGNED", "the target's signature", "another")
        bound = said.case_sha256 == filed.sha256 and said.decided_at == config.target.node_id
        require(bound, "STATEMENT_UNBOUND", "a statement of the target on this very case", said.decided_at)
        found[said.sequence] = said
    whole = list[case_status_pb2.CaseStatus]()
    while (following := found.get(len(whole) + 1)) is not None:
        whole.append(following)
    return whole


async def closed(stage: Stage, filed: Filed, reason: str, expected: str) -> case_status_pb2.CaseStatus:
    """Wait for the statement that closes a case, with all before it.

    Raises:
        Breach: as `statements`; FIRST_NOT_RECEIVED; or the reason given when none has come within the bound.
    """

    def last() -> case_status_pb2.CaseStatus | None:
        return next((said for said in statements(stage, filed) if said.state in CLOSING), None)

    await stage.heard(last, reason, expected)
    first = statements(stage, filed)[0].state
    require(first == case_status_pb2.CASE_STATE_RECEIVED, "FIRST_NOT_RECEIVED", "RECEIVED first", f"{first}")
    found = last()
    if found is None:
        raise Breach(reason, expected, "nothing")
    return found


def _read(kind: type[Said], envelope: envelope_pb2.Envelope, reason: str) -> Said:
    try:
        return kind.FromString(envelope.payload)
    except DecodeError as wrong:
        raise Breach(reason, f"the bytes of a {kind.__name__}", "bytes that do not parse") from wrong
