# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A warrant: that two persons agree that what stands behind some entries of an exchange log is opened, and why.

It is a signed note. Whoever asks writes and signs it; another person adds a signature. Its text:

    creditexchange/warrant@v1
    node <federation>/<node id>
    asked <milliseconds since 1970 UTC>
    reason <one line>
    open <exchange id or access id>          1 to 100 lines, in ascending order

It counts for seven days, at the node that it names, with two different keys of its operators on it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from federation.errors import Misuse, NoteFault
from federation.log.note import Note, Verifier, verify_note
from federation.log.strict import canonical_number

HEADER = "creditexchange/warrant@v1"
MAX_WARRANT_ENTRIES = 100
MAX_REASON_CHARACTERS = 400
WARRANT_MS = 7 * 24 * 60 * 60 * 1000
"""How long a warrant counts, from when it was asked for."""
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)
_PERSONS = 2


@dataclass(frozen=True, slots=True)
class Warrant:
    """What is agreed on.

    Attributes:
        node: `<federation>/<node id>`.
        asked_ms: when it was asked for.
        reason: why, in one line.
        ids: what is opened.

    Raises:
        Misuse: WARRANT_MALFORMED.
    """

    node: str
    asked_ms: int
    reason: str
    ids: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check what the text could not carry."""
        if not 1 <= len(self.reason) <= MAX_REASON_CHARACTERS or not self.reason.isprintable():
            raise Misuse("WARRANT_MALFORMED", f"the reason is one line of 1 to {MAX_REASON_CHARACTERS} characters")
        if not 1 <= len(self.ids) <= MAX_WARRANT_ENTRIES or list(self.ids) != sorted(set(self.ids)):
            raise Misuse("WARRANT_MALFORMED", f"1 to {MAX_WARRANT_ENTRIES} different entries, in their order")
        if not all(map(_ID.fullmatch, self.ids)):
            raise Misuse("WARRANT_MALFORMED", "an entry is named by its exchange id or access id")

    def text(self) -> str:
        """The text that is signed."""
        opened = "".join(f"open {name}\n" for name in self.ids)
        return f"{HEADER}\nnode {self.node}\nasked {self.asked_ms}\nreason {self.reason}\n{opened}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads a text; `Warrant.parse(text).text() == text`.

        Raises:
            Misuse: WARRANT_MALFORMED.
        """
        lines = text.split("\n")
        values = [line.partition(" ")[2] for line in lines]
        asked = canonical_number(values[2]) if len(lines) > 4 else None
        if asked is None:
            raise Misuse("WARRANT_MALFORMED", "this is no warrant")
        warrant = cls(values[1], asked, values[3], tuple(values[4:-1]))
        if warrant.text() != text:
            raise Misuse("WARRANT_MALFORMED", "a line is not as it would be written")
        return warrant


def granted(raw: bytes, node: str, operators: Sequence[Verifier], now_ms: int) -> tuple[Warrant, tuple[str, ...]]:
    """A warrant that counts here and now, and the names of who signed it.

    Args:
        raw: the signed note.
        node: `<federation>/<node id>` of this node.
        operators: keys of the persons who may ask and grant.
        now_ms: the time.

    Raises:
        Misuse: WARRANT_MALFORMED; WARRANT_MISDIRECTED, it is for another node; WARRANT_EXPIRED; WARRANT_NOT_GRANTED,
            there are not two different persons' signatures on it.
    """
    try:
        note = Note.parse(raw)
    except NoteFault as fault:
        raise Misuse("WARRANT_MALFORMED", fault.detail) from None
    warrant = Warrant.parse(note.text)
    if warrant.node != node:
        raise Misuse("WARRANT_MISDIRECTED", f"the warrant is for {warrant.node}")
    if not 0 <= now_ms - warrant.asked_ms < WARRANT_MS:
        raise Misuse("WARRANT_EXPIRED", "a warrant counts for seven days from when it was asked for")
    try:
        signers = verify_note(note, operators).signers
    except NoteFault as fault:
        raise Misuse("WARRANT_NOT_GRANTED", fault.detail) from None
    if len({signer.public_key for signer in signers}) < _PERSONS:
        raise Misuse("WARRANT_NOT_GRANTED", "two different persons have to sign")
    return warrant, tuple(sorted(signer.name for signer in signers))
