# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What many members answered to one matter, kept in one file with what became of the others. Form `answer@v2`.

    creditexchange/answer@v2
    made <requester> <milliseconds>
    member <node id> <place> <became> <reason> <through> <stands for> <as of, milliseconds> <short, 0 or 1>
    question <key id, 8 hex> <base64 signature> <base64 payload>
    answer <key id, 8 hex> <base64 signature> <base64 payload>
    evidence <base64>
    seal <key id, 8 hex> <base64 signature>

One `member` line for each member, with `-` for a word that is empty (see federation/rules/routing/outcome.py); question
and answer, as in `answer@v1`, follow the line of one that answered, and evidence that of one whose answer was a lie.
The seal is the requester's message key over the DSSE bytes of type `SEAL_TYPE` and the SHA-256 of everything before its
line: nobody takes a pair out, or says that another had not answered. Each line ends with a line feed; what parses
prints back to the same bytes. Nothing is verified here, see answers.py. Personal data: as `answer@v1`.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from federation.log.strict import canonical_base64, canonical_number, to_base64
from federation.rules.routing.outcome import Became, MemberOutcome
from federation.rules.routing.plan import Place
from node.audit.bundle import AnswerBundle, envelope_line, malformed, parse_envelope
from node.exchange.dialogue import Envelope, seal
from node.identity.keys import KeyRing

WIDE_HEADER = "creditexchange/answer@v2"
SEAL_TYPE = "application/vnd.creditexchange.answers.v1"
MAX_WIDE_BUNDLE_BYTES = 64 * 1024 * 1024
MAX_BUNDLE_MEMBERS = 2000
"""Most lines of members: each pinned one, and mirrors that were heard in their place."""
_NONE = "-"
_WORDS = 9


@dataclass(frozen=True, slots=True)
class BundledMember:
    """What became of one member, with what both signed where it answered, or what it said instead."""

    outcome: MemberOutcome
    pair: AnswerBundle | None = None
    evidence: bytes = b""


@dataclass(frozen=True, slots=True)
class WideBundle:
    """All of one matter.

    Attributes:
        requester: who asked, and keeps it.
        made_at_ms: when it was kept, by the requester's clock.
        members: what became of each.
        sealed: the seal over the bytes before it; its payload is their SHA-256.
    """

    requester: str
    made_at_ms: int
    members: tuple[BundledMember, ...]
    sealed: Envelope

    @classmethod
    def make(cls, keys: KeyRing, made_at_ms: int, members: Sequence[BundledMember]) -> Self:
        """Seals what is kept."""
        body = _body(keys.node_id, made_at_ms, members)
        return cls(keys.node_id, made_at_ms, tuple(members), seal(SEAL_TYPE, hashlib.sha256(body).digest(), keys))

    def encode(self) -> bytes:
        """The text form, ASCII."""
        line = f"seal {self.sealed.key_id.hex()} {to_base64(self.sealed.signature)}\n"
        return _body(self.requester, self.made_at_ms, self.members) + line.encode()

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Reads the text form; `WideBundle.parse(raw).encode() == raw`.

        Raises:
            EntriesFault: ANSWER_FILE_MALFORMED.
        """
        if len(raw) > MAX_WIDE_BUNDLE_BYTES or not raw.isascii():
            raise malformed("the file is too long, or no text")
        lines = raw.decode().split("\n")
        if len(lines) < 4 or lines[0] != WIDE_HEADER or lines[-1]:
            raise malformed(f"not {WIDE_HEADER} with its seal")
        requester, made_at_ms = _made(lines[1])
        members = tuple(_members(lines[2:-2]))
        body = raw[: raw.rindex(b"\nseal ") + 1] if b"\nseal " in raw else b""
        sealed = _seal(lines[-2], hashlib.sha256(body).digest())
        bundle = cls(requester, made_at_ms, members, sealed)
        if bundle.encode() != raw:
            raise malformed("the file is not as it would be written")
        return bundle


def _body(requester: str, made_at_ms: int, members: Sequence[BundledMember]) -> bytes:
    lines = [WIDE_HEADER, f"made {requester} {made_at_ms}", *(line for each in members for line in _lines(each))]
    return "\n".join(lines).encode() + b"\n"


def _lines(member: BundledMember) -> Iterator[str]:
    told = member.outcome
    words = (
        told.member,
        told.place.value if told.place is not None else "",
        told.became.value,
        told.reason,
        told.through,
        told.stands_for,
        str(told.as_of_ms),
        str(int(told.short)),
    )
    yield " ".join(("member", *(word or _NONE for word in words)))
    if member.pair is not None:
        yield envelope_line("question", member.pair.question)
        yield envelope_line("answer", member.pair.answer)
    if member.evidence:
        yield f"evidence {to_base64(member.evidence)}"


def _made(line: str) -> tuple[str, int]:
    words = line.split(" ")
    number = canonical_number(words[-1])
    if len(words) != 3 or words[0] != "made" or number is None:
        raise malformed("who made it, and when, is not said")
    return words[1], number


def _members(lines: Sequence[str]) -> Iterator[BundledMember]:
    """The members, each with the lines that follow its own."""
    starts = [at for at, line in enumerate(lines) if line.startswith("member ")]
    if len(starts) > MAX_BUNDLE_MEMBERS or (lines and (not starts or starts[0])):
        raise malformed("too many members, or lines of none")
    for at, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        outcome, rest = _outcome(lines[at]), lines[at + 1 : stop]
        match [line.partition(" ")[0] for line in rest]:
            case []:
                yield BundledMember(outcome)
            case ["question", "answer"]:
                question, answer = parse_envelope("question", rest[0]), parse_envelope("answer", rest[1])
                yield BundledMember(outcome, AnswerBundle(question, answer))
            case ["evidence"]:
                yield BundledMember(outcome, None, canonical_base64(rest[0].partition(" ")[2]) or b"")
            case _:
                raise malformed("what follows a member is not what may follow it")


def _outcome(line: str) -> MemberOutcome:
    words = ["" if word == _NONE else word for word in line.split(" ")]
    as_of_ms = canonical_number(words[7]) if len(words) == _WORDS else None
    if as_of_ms is None or words[8] not in {"0", "1"}:
        raise malformed("a member is not as it would be written")
    try:
        place, became = Place(words[2]) if words[2] else None, Became(words[3])
    except ValueError:
        raise malformed("a word about a member is unknown") from None
    return MemberOutcome(words[1], place, became, words[4], words[5], words[6], as_of_ms, words[8] == "1")


def _seal(line: str, digest: bytes) -> Envelope:
    words = line.split(" ")
    if len(words) != 3 or words[0] != "seal":
        raise malformed("there is no seal where it has to be")
    read = parse_envelope("question", f"question {words[1]} {words[2]} {to_base64(digest)}")
    return Envelope(SEAL_TYPE, digest, read.key_id, read.signature)


def is_wide(raw: bytes) -> bool:
    """Whether a file says of itself that it is of this form."""
    return raw.startswith(WIDE_HEADER.encode() + b"\n")
