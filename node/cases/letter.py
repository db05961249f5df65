# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Signed letters about cases: read, verified and named, whoever brought them.

Who must have signed a letter stands in it, so it is read before it is verified; it is bounded, nothing is done with it
until the signature has been checked with the key pinned for that node, and its bytes are never encoded anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, assert_never

from federation.errors import CallerFault, FieldFault
from federation.log.checkpoint import Origin
from federation.log.note import Verifier
from federation.records.case import Case, CaseStatus, CaseWithdrawal
from federation.records.codec import decode_as, encode
from federation.rules.case.letters import CASE_TYPE, STATUS_TYPE, WITHDRAWAL_TYPE, letter_sha256
from node.exchange.dialogue import Envelope, opened, seal
from node.identity.keys import KeyRing

MAX_LETTER_BYTES = 48 * 1024
Said = Case | CaseStatus | CaseWithdrawal
CASE_PART = "case"
WITHDRAWAL_PART = "withdrawal"


class CaseName(NamedTuple):
    """The name of a case, for ever: where it was filed, and its id there."""

    filed_at: str
    case_id: str


class LetterName(NamedTuple):
    """The name of a letter: its case, and `case`, `withdrawal` or `status/<number>`."""

    case: CaseName
    part: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter whose signature is good.

    Attributes:
        signer: the node that wrote it.
        destination: the node it is for.
        sha256: what a receipt names it by.
        said: what it says.
    """

    name: LetterName
    signer: str
    destination: str
    envelope: Envelope
    sha256: bytes
    said: Said


def open_letter(envelope: Envelope, federation: str, keys: Mapping[str, Verifier]) -> Letter:
    """Reads and verifies a letter.

    Args:
        envelope: from anybody.
        federation: the federation that all of it must be in.
        keys: message keys of the known nodes, the own one included.

    Raises:
        FieldFault: CASE_INVALID, it says nothing that a letter may say; `field` names the part.
        CallerFault: CASE_SIGNER_UNKNOWN, no key is pinned for who must have signed; SIGNATURE_INVALID.
    """
    said = _read(envelope)
    signer, destination = _ends(said, federation)
    if signer not in keys:
        raise CallerFault("CASE_SIGNER_UNKNOWN")
    opened(envelope, envelope.payload_type, keys[signer])
    name = LetterName(CaseName(said.filed_at, said.case_id), part_of(said))
    return Letter(name, signer, destination, envelope, letter_sha256(envelope.payload_type, envelope.payload), said)


def write_letter(said: Said, federation: str, keys: KeyRing) -> Letter:
    """Signs a letter of this node's. FieldFault: as `open_letter`."""
    envelope = seal(_type_of(said), encode(said), keys)
    return open_letter(envelope, federation, {keys.node_id: keys.message_verifier})


def part_of(said: Said) -> str:
    """Which letter of its case it is."""
    match said:
        case Case():
            return CASE_PART
        case CaseWithdrawal():
            return WITHDRAWAL_PART
        case CaseStatus(sequence=sequence):
            return f"status/{sequence}"
        case _:
            assert_never(said)


def said_in(payload_type: str, payload: bytes) -> Said:
    """What the payload of a letter says; FieldFault: CASE_INVALID."""
    kind: type[Said] | None = _KINDS.get(payload_type)
    if kind is None:
        raise FieldFault("payload_type", "CASE_INVALID")
    try:
        return decode_as(kind, payload)
    except FieldFault as fault:
        raise FieldFault(fault.field, "CASE_INVALID", fault.reason) from None


_KINDS: Mapping[str, type[Said]] = {CASE_TYPE: Case, STATUS_TYPE: CaseStatus, WITHDRAWAL_TYPE: CaseWithdrawal}


def _type_of(said: Said) -> str:
    return next(name for name, kind in _KINDS.items() if type(said) is kind)


def _read(envelope: Envelope) -> Said:
    if len(envelope.payload) > MAX_LETTER_BYTES:
        raise FieldFault("payload", "CASE_INVALID", "longer than 48 KiB")
    return said_in(envelope.payload_type, envelope.payload)


def _ends(said: Said, federation: str) -> tuple[str, str]:
    """Who must have signed a letter, and whom it is for."""
    match said:
        case Case(origin=text, filed_at=filed_at):
            try:
                origin = Origin.parse(text)
            except FieldFault:
                raise FieldFault("origin", "CASE_INVALID") from None
            if origin.federation != federation or origin.feed.startswith("_"):
                raise FieldFault("origin", "CASE_INVALID", "of another federation, or a feed without records")
            return filed_at, origin.node_id
        case CaseWithdrawal():
            return said.filed_at, said.decided_at
        case CaseStatus():
            return said.decided_at, said.filed_at
        case _:
            assert_never(said)
