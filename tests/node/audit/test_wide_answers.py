# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A file of many answers: proven when it is honest, and each way of making it another whole found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from federation.errors import EntriesFault, Misuse
from federation.rules.audit.proof import Verdict
from federation.rules.routing.outcome import Became, Completeness, MemberOutcome
from federation.rules.routing.plan import Place
from federation.standards.bundle import shipped_standards
from node.audit.report import render_wide_report
from node.audit.trust import TrustFolder
from node.audit.wide.answers import JudgedWide, judge_wide, kept_at_ms
from node.audit.wide.bundle import BundledMember, WideBundle, is_wide
from tests.node.audit.kept import Kept

ALTERED, UNCHECKED, PROVEN = Verdict.ALTERED, Verdict.UNCHECKED, Verdict.PROVEN
HOME = MemberOutcome("330100", Place.HOME, Became.ANSWERED, through="yrd")
DOWN = MemberOutcome("331000", Place.REST, Became.UNREACHABLE, "PEER_UNREACHABLE")
LIAR = MemberOutcome("340100", Place.REST, Became.INVALID, "ANSWER_INVALID")
MIRROR = MemberOutcome("yrd", Place.MIRROR, Became.ANSWERED, stands_for="331000", as_of_ms=7)
SPARED = MemberOutcome("320500", None, Became.NOT_ASKED, "PERSON_NOT_ASKED_ABOUT")


def members(kept: Kept) -> list[BundledMember]:
    """One answer, and one of every other end."""
    return [
        BundledMember(HOME, kept.bundle),
        BundledMember(DOWN),
        BundledMember(LIAR, None, b"what came"),
        BundledMember(MIRROR),
        BundledMember(SPARED),
    ]


def made(kept: Kept, *parts: BundledMember) -> bytes:
    """The file, sealed by the requester."""
    return WideBundle.make(kept.asking.keys, 5, parts or members(kept)).encode()


def judged(kept: Kept, raw: bytes) -> JudgedWide:
    """What is found of it."""
    return judge_wide(raw, kept.trust)


def reasons(found: JudgedWide) -> list[str]:
    """Of the whole."""
    return [each.reason for each in found.findings.whole]


async def test_an_honest_file_is_proven_and_says_who_is_missing(kept: Kept) -> None:
    """Every member in its order, with its pair judged; the whole is partial, and says so."""
    raw = made(kept)
    found = judged(kept, raw)

    assert (PROVEN, [], Completeness.PARTIAL, "310000", 5) == (
        found.verdict,
        reasons(found),
        found.completeness,
        found.requester,
        found.made_at_ms,
    )
    assert [HOME, DOWN, LIAR, MIRROR, SPARED] == [each.outcome for each in found.members]
    assert [True, False, False, False, False] == [each.judged is not None for each in found.members]
    assert (True, 5, raw) == (is_wide(raw), kept_at_ms(raw), WideBundle.parse(raw).encode())
    assert not is_wide(kept.bundle.encode())


CHANGES = {
    "a pair taken out": (b"\nquestion ", b"\nmember 1 rest refused A - - 0 0\nquestion "),
    "an outcome": (b"PEER_UNREACHABLE", b"CALL_TIMEOUT"),
    "who stands for whom": (b" 331000 7 0", b" 330100 7 0"),
    "the hub": (b"answered - yrd", b"answered - cn"),
    "the time": (b"made 310000 5", b"made 310000 6"),
    "an age": (b" 331000 7 0", b" 331000 8 0"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_the_requester_did_not_seal_is_found_out(kept: Kept, change: str) -> None:
    """Whoever changes what became of a member, or takes out a pair, has no seal for it."""
    raw = made(kept)
    changed = raw.replace(*CHANGES[change], 1)

    assert raw != changed
    assert ALTERED is judged(kept, changed).verdict


async def test_a_member_left_out_is_found_out(kept: Kept) -> None:
    """The lines of one that did not answer are missing, and the seal is over all of them."""
    lines = made(kept).split(b"\n")
    without = b"\n".join(line for line in lines if not line.startswith(b"member 331000"))

    assert ["ANSWER_SEAL_WRONG"] == reasons(judged(kept, without))


async def test_a_seal_of_another_key_is_named_so(kept: Kept) -> None:
    """The hint beside the signature must be the key's, too."""
    raw = made(kept)
    at = raw.rindex(b"\nseal ") + 6

    assert ["ANSWER_SEAL_WRONG"] == reasons(judged(kept, raw[:at] + b"00000000" + raw[at + 8 :]))


async def test_without_the_requesters_key_nothing_is_said_of_the_seal(kept: Kept) -> None:
    """It could not be checked; it is not called altered."""
    found = judge_wide(made(kept), TrustFolder({}))

    assert (UNCHECKED, ["AUDIT_KEY_UNKNOWN"]) == (found.verdict, reasons(found))


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (replace(HOME, member="340100"), "ANSWER_MEMBER_DIFFERS"),
        (replace(HOME, became=Became.REFUSED), "ANSWER_PAIR_MISSING"),
    ],
)
async def test_a_requester_that_seals_what_does_not_fit_is_found_out(
    kept: Kept, outcome: MemberOutcome, reason: str
) -> None:
    """An answer under another member's name, or beside a refusal."""
    assert [reason] == reasons(judged(kept, made(kept, BundledMember(outcome, kept.bundle))))


async def test_an_answer_without_its_pair_is_found_out(kept: Kept) -> None:
    """Only a mirror may be heard by an answer under another line."""
    assert ["ANSWER_PAIR_MISSING"] == reasons(judged(kept, made(kept, BundledMember(HOME))))
    assert [] == reasons(judged(kept, made(kept, BundledMember(MIRROR))))


MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda raw: raw[:0],
    "no seal": lambda raw: raw[: raw.rindex(b"seal ")],
    "a word more": lambda raw: raw.replace(b"made 310000 5", b"made 310000 5 6"),
    "an unknown end": lambda raw: raw.replace(b" unreachable ", b" gone "),
    "a line of nobody": lambda raw: raw.replace(b"\nmember ", b"\nevidence AAAA\nmember ", 1),
    "evidence twice": lambda raw: raw.replace(b"\nevidence ", b"\nevidence AAAA\nevidence "),
    "no number": lambda raw: raw.replace(b" 331000 7 0", b" 331000 07 0"),
    "no text": lambda raw: raw.replace(b"made", b"\xff"),
    "no base64": lambda raw: raw.replace(b"\nevidence ", b"\nevidence !"),
    "no line feed": lambda raw: raw[:-1],
}


@pytest.mark.parametrize("change", MALFORMED)
async def test_what_is_not_in_its_form_is_altered(kept: Kept, change: str) -> None:
    """Whoever sealed it did not write it so."""
    raw = MALFORMED[change](made(kept))

    with pytest.raises(EntriesFault, match="ANSWER_FILE_MALFORMED"):
        WideBundle.parse(raw)
    assert (ALTERED, None) == (judged(kept, raw).verdict, kept_at_ms(raw))


async def test_a_page_shows_every_answer_apart_and_who_is_missing(kept: Kept) -> None:
    """With what became of each member; of what is not proven there is none."""
    found, standards = judged(kept, made(kept)), shipped_standards()
    page = render_wide_report(made(kept), found, standards).decode()

    assert all(word in page for word in ("330100 的答复", "不完整", "无法连接 / unreachable", "in place of 331000"))
    altered = judged(kept, made(kept, BundledMember(HOME)))
    with pytest.raises(Misuse, match="ANSWER_NOT_PROVEN"):
        render_wide_report(b"", altered, standards)
