# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A kept answer: proven when it is honest, and each way of changing it found out and named."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from federation.errors import Misuse
from federation.log.note import Note
from federation.records.codec import encode
from federation.rules.audit.proof import Verdict
from federation.rules.exchange import QUESTION_TYPE
from federation.standards.bundle import shipped_standards
from federation.standards.identity import CodeKind
from node.audit.answers import answered_at_ms
from node.audit.bundle import AnswerBundle
from node.audit.report import render_report, verification_code
from node.audit.trust import TrustFolder
from node.exchange.dialogue import Envelope, seal
from tests.node.region.talk import Wire, inquirer, matter

if TYPE_CHECKING:
    from collections.abc import Callable


from tests.node.audit.kept import Kept, judged, reasons

ALTERED, UNCHECKED, PROVEN = Verdict.ALTERED, Verdict.UNCHECKED, Verdict.PROVEN
OTHER_UUID = "01890a5d-ac96-774b-bcce-b302099a8057"


async def test_an_honest_answer_is_proven(kept: Kept) -> None:
    """With its record, the act on it, and every head it rests on; the file prints back to the same bytes."""
    found = judged(kept)

    assert (PROVEN, set(), 5) == (found.verdict, reasons(found), len(found.heads))
    assert found.answer == kept.answer
    assert 1 == len(kept.answer.findings[0].acts)
    raw = kept.bundle.encode()
    assert raw == AnswerBundle.parse(raw).encode()
    assert kept.answer.answered_at_ms == answered_at_ms(raw)


async def test_an_answer_without_records_is_proven_as_a_word_of_absence(kept: Kept) -> None:
    """Nothing was held about this subject: signed, and bound to the heads."""
    asked = inquirer(kept.asking, lambda size: b"\x07" * size)
    answered = await asked.inquire_signed("330100", Wire(kept.answering, "310000"), matter("91330106PDY209008Q"))
    found = judged(kept, AnswerBundle(answered.question, answered.signed))

    assert (PROVEN, (), 5) == (found.verdict, answered.answer.findings, len(found.heads))


QUESTION_CHANGES: dict[str, object] = {
    "exchange_id": OTHER_UUID,
    "requester": "330000",
    "responder": "330000",
    "purpose": "financing",
    "legal_basis": "别的依据",
    "case_number": "别的案件",
    "code_kind": CodeKind.OTHER,
    "code": "91330100MA2PDY0233",
    "asked_at_ms": 1,
    "salt": bytes(32),
}


@pytest.mark.parametrize("field", QUESTION_CHANGES)
async def test_a_question_that_was_changed_is_found_out(kept: Kept, field: str) -> None:
    """Whatever field it is: the requester did not sign it, or it is no member's word at all."""
    found = judged(kept, kept.with_question(**{field: QUESTION_CHANGES[field]}))

    assert found.verdict is ALTERED
    assert "QUESTION_SIGNATURE_WRONG" in reasons(found) or "AUDIT_KEY_UNKNOWN" in reasons(found)
    assert "ANSWER_TO_ANOTHER" in reasons(found)


ANSWER_CHANGES: dict[str, object] = {
    "exchange_id": OTHER_UUID,
    "question_sha256": bytes(32),
    "responder": "310000",
    "answered_at_ms": 5,
    "findings": (),
    "heads": (),
    "truncated": True,
}


@pytest.mark.parametrize("field", ANSWER_CHANGES)
async def test_an_answer_that_was_changed_is_found_out(kept: Kept, field: str) -> None:
    """Whatever field it is, as long as the responder does not sign anew."""
    found = judged(kept, kept.with_answer(sealed=False, **{field: ANSWER_CHANGES[field]}))

    assert (ALTERED, True) == (found.verdict, "ANSWER_SIGNATURE_WRONG" in reasons(found))


@pytest.mark.parametrize(("field", "value"), [("exchange_id", OTHER_UUID), ("question_sha256", bytes(32))])
async def test_an_answer_to_another_question_is_found_out(kept: Kept, field: str, value: object) -> None:
    """Though its responder signed it."""
    found = judged(kept, kept.with_answer(sealed=True, **{field: value}))

    assert (ALTERED, {"ANSWER_TO_ANOTHER"}) == (found.verdict, reasons(found))


async def test_an_answer_to_a_question_about_another_subject_is_found_out(kept: Kept) -> None:
    """A requester who asks anew and puts the old records under it, with the responder's help."""
    question = seal(
        QUESTION_TYPE, encode(kept.question.model_copy(update={"code": "91330100MA2PDY0233"})), kept.asking.keys
    )
    found = judged(kept, replace(kept.bundle, question=question))

    assert {"ANSWER_TO_ANOTHER", "ANSWER_RECORD_ELSEWHERE"} == reasons(found)


async def test_a_report_shows_a_proven_answer_and_runs_nothing_of_it(kept: Kept) -> None:
    """Each section, the record in its own, the mark on it, the code of the file; what a record holds is text."""
    raw = kept.bundle.encode()
    page = render_report(raw, judged(kept), shipped_standards()).decode()

    assert [1, 8] == [page.count(f"<{tag}>") - (tag == "h2") for tag in ("h1", "h2")]
    serious = page.partition("严重失信信息")[2].partition("<h2>")[0]
    assert all(text in serious for text in ("&lt;script&gt;", "后续处理", "/lists/1", "OWN"))
    assert "<script" not in page
    assert hashlib.sha256(raw).hexdigest() == verification_code(raw).replace(" ", "")
    assert verification_code(raw) in page


@pytest.mark.parametrize("verdict", [UNCHECKED, ALTERED])
async def test_no_report_is_made_of_what_is_not_proven(kept: Kept, verdict: Verdict) -> None:
    """Nobody is to print it."""
    bundle = kept.bundle if verdict is UNCHECKED else kept.with_answer(sealed=False, truncated=True)
    trust = TrustFolder({}) if verdict is UNCHECKED else kept.trust
    found = judged(kept, bundle, trust)

    assert verdict is found.verdict
    with pytest.raises(Misuse, match="ANSWER_NOT_PROVEN"):
        render_report(bundle.encode(), found, shipped_standards())


def _flipped(raw: bytes, at: int = -1) -> bytes:
    changed = bytearray(raw)
    changed[at] ^= 1
    return bytes(changed)


EVIDENCE_CHANGES: dict[str, tuple[Callable[[Any], dict[str, object]], str]] = {
    "the leaf's commitment": (lambda parts: {"leaf": _flipped(parts.leaf)}, "EVIDENCE_PATH"),
    "the leaf's kind": (lambda parts: {"leaf": _flipped(parts.leaf, 1)}, "EVIDENCE_PATH"),
    "the leaf's time": (lambda parts: {"leaf": _flipped(parts.leaf, 8)}, "EVIDENCE_PATH"),
    "the salt": (lambda parts: {"salt": _flipped(parts.salt)}, "EVIDENCE_COMMITMENT"),
    "the payload": (lambda parts: {"payload": _flipped(parts.payload)}, "EVIDENCE_COMMITMENT"),
    "the place": (lambda parts: {"index": parts.index ^ 1}, "EVIDENCE_PATH"),
    "a hash of the path": (lambda parts: {"path": (_flipped(parts.path[0]), *parts.path[1:])}, "EVIDENCE_PATH"),
    "a hash too few": (lambda parts: {"path": parts.path[1:]}, "EVIDENCE_PATH"),
    "a hash too many": (lambda parts: {"path": (*parts.path, bytes(32))}, "EVIDENCE_PATH"),
    "the feed": (lambda parts: {"origin": parts.origin.replace("lists", "filings")}, "EVIDENCE_ORIGIN"),
    "the signed size": (lambda parts: {"checkpoint": _line(parts.checkpoint, 1, "9")}, "NOTE_SIGNATURE_INVALID"),
    "the signed root": (
        lambda parts: {"checkpoint": _line(parts.checkpoint, 2, "A" * 43 + "=")},
        "NOTE_SIGNATURE_INVALID",
    ),
    "no signature": (lambda parts: {"checkpoint": _unsigned(parts.checkpoint)}, "NOTE_UNSIGNED"),
}


def _line(note: bytes, number: int, text: str) -> bytes:
    lines = note.decode().split("\n")
    lines[number] = text
    return "\n".join(lines).encode()


def _unsigned(note: bytes) -> bytes:
    """The note with the clock's line alone."""
    parsed = Note.parse(note)
    return Note(parsed.text, parsed.signatures[1:]).encode()


@pytest.mark.parametrize("what", EVIDENCE_CHANGES)
@pytest.mark.parametrize("act", [False, True], ids=["record", "act"])
async def test_a_record_that_its_responder_changed_is_found_out(kept: Kept, what: str, act: bool) -> None:
    """Its origin's log speaks against whoever delivers it, and signs for it; the record is named."""
    (finding,) = kept.answer.findings
    change, reason = EVIDENCE_CHANGES[what]
    found = judged(kept, kept.with_evidence(act=act, **change(finding.acts[0] if act else finding.evidence)))

    assert (ALTERED, True) == (found.verdict, reason in reasons(found))
    assert [0] == list({each.index for each in found.findings.told})


async def test_an_act_on_another_record_is_found_out(kept: Kept) -> None:
    """The mark on the first entry, shown as what it is on."""
    (finding,) = kept.answer.findings
    turned = finding.model_copy(update={"evidence": finding.acts[0], "acts": (finding.evidence,)})
    found = judged(kept, kept.with_answer(sealed=True, findings=(turned,)))

    assert (ALTERED, {"ANSWER_RECORD_ELSEWHERE"}) == (found.verdict, reasons(found))


HEAD_CHANGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "its size": (lambda note: _line(note, 1, "9"), "NOTE_SIGNATURE_INVALID"),
    "its root": (lambda note: _line(note, 2, "A" * 43 + "="), "NOTE_SIGNATURE_INVALID"),
    "no signature": (_unsigned, "NOTE_UNSIGNED"),
    "no note": (lambda _: b"nothing", "NOTE_MALFORMED"),
}


@pytest.mark.parametrize("what", HEAD_CHANGES)
async def test_a_head_that_its_responder_changed_is_found_out(kept: Kept, what: str) -> None:
    """What an answer rests on is signed by the feeds' owners."""
    change, reason = HEAD_CHANGES[what]
    found = judged(kept, kept.with_head(change(kept.head.checkpoint)))

    assert (ALTERED, True) == (found.verdict, reason in reasons(found))


async def test_a_record_without_the_head_of_its_feed_cannot_be_checked(kept: Kept) -> None:
    """Proven to be in the feed, but not what the feed was when the answer was made."""
    heads = tuple(head for head in kept.answer.heads if b"/lists/" not in head.checkpoint)
    found = judged(kept, kept.with_answer(sealed=True, heads=heads))

    assert (UNCHECKED, {"ANSWER_HEAD_MISSING"}) == (found.verdict, reasons(found))


async def test_an_answer_made_long_before_its_question_is_told(kept: Kept) -> None:
    """The two clocks contradict each other by more than clocks may."""
    found = judged(kept, kept.with_answer(sealed=True, answered_at_ms=1))

    assert (UNCHECKED, {"ANSWER_TIME_CONTRADICTS"}) == (found.verdict, reasons(found))


async def test_a_checkpoint_that_others_saw_otherwise_is_found_out(kept: Kept) -> None:
    """The owner signed two histories; the same one is counted as compared."""
    checkpoint = judged(kept).heads[0]
    for root, verdict in ((checkpoint.root, PROVEN), (bytes(32), ALTERED)):
        seen = {checkpoint.origin: {checkpoint.size: root}}
        found = judged(kept, trust=TrustFolder(kept.trust.members, seen))
        assert (verdict, 1, verdict is ALTERED) == (found.verdict, found.compared, "AUDIT_FORK" in reasons(found))


@pytest.mark.parametrize("missing", ["330100", "310000"])
async def test_what_no_card_is_there_for_cannot_be_checked(kept: Kept, missing: str) -> None:
    """It is never called proven, nor altered."""
    members = {name: keys for name, keys in kept.trust.members.items() if not name.endswith(missing)}
    found = judged(kept, trust=TrustFolder(members))

    assert (UNCHECKED, {"AUDIT_KEY_UNKNOWN"}) == (found.verdict, reasons(found))


@pytest.mark.parametrize("side", ["question", "answer"])
@pytest.mark.parametrize("part", ["key_id", "signature"])
async def test_a_changed_signature_or_key_name_is_found_out(kept: Kept, side: str, part: str) -> None:
    """Of the question, and of the answer."""
    envelope: Envelope = getattr(kept.bundle, side)
    changes: dict[str, Any] = {part: _flipped(getattr(envelope, part))}
    changed: dict[str, Any] = {side: replace(envelope, **changes)}
    found = judged(kept, replace(kept.bundle, **changed))

    assert (ALTERED, {f"{side.upper()}_SIGNATURE_WRONG"}) == (found.verdict, reasons(found))


@pytest.mark.parametrize("side", ["question", "answer"])
async def test_what_cannot_be_read_is_found_out(kept: Kept, side: str) -> None:
    """Bytes that are no question, and bytes that are no answer."""
    changed: dict[str, Any] = {side: replace(getattr(kept.bundle, side), payload=b"\xff")}
    found = judged(kept, replace(kept.bundle, **changed))

    assert (ALTERED, True) == (found.verdict, "ANSWER_UNREADABLE" in reasons(found))
