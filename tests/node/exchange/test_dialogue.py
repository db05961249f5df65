# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A question and its answer: signed, granted, logged on both sides before anything leaves or is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from federation.errors import CallerFault, FieldFault, PeerFault, StoreFault, UnreachableFault
from federation.records.act import AnnotationKind
from federation.records.codec import decode_as, encode
from federation.records.exchange import Answer, ExchangeSide
from federation.rules.exchange import ANSWER_TYPE, QUESTION_TYPE
from federation.standards.identity import CodeKind
from node.exchange.dialogue import Envelope, seal
from node.exchange.inquire import Inquirer, Known, uuid7
from tests.node.region.talk import PURPOSE, Log, Wire, answered, duty, gates, inquirer, logged, matter, question

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World


@pytest.fixture
def hangzhou(world: World, samples: Samples) -> Node:
    """The node that is asked: Shanghai may ask for one purpose. It has an entry objected to, and a person's."""
    node = world.node("330100", n310000={"may_ask": (PURPOSE,)})
    node.publish("lists", samples.black(1), samples.black(2, identity=samples.person, responsible_persons=()))
    node.publish("lists", samples.mark(AnnotationKind.OBJECTION), ref=0)
    return node


async def test_a_question_is_answered_with_evidence_and_logged_alike_on_both_sides(
    world: World, hangzhou: Node, shanghai: Node
) -> None:
    """The finding with the mark on it, the heads it rests on; and one commitment in both logs."""
    answer = await inquirer(shanghai).inquire("330100", Wire(hangzhou, "310000"), matter())

    (finding,) = answer.findings
    assert (hangzhou.origin("lists"), 0, 1) == (finding.evidence.origin, finding.evidence.index, len(finding.acts))
    assert 5 == len(answer.heads)
    (asked,), (told,) = logged(shanghai), logged(hangzhou)
    assert (ExchangeSide.REQUESTER, ExchangeSide.RESPONDER) == (asked.side, told.side)
    assert (asked.commitment, "ANSWERED") == (told.commitment, told.outcome)
    assert asked.answer_sha256 == told.answer_sha256
    world.audit()


async def test_a_log_entry_names_no_subject(hangzhou: Node, shanghai: Node) -> None:
    """Neither its number nor the case."""
    await inquirer(shanghai).inquire("330100", Wire(hangzhou, "310000"), matter())
    for node in (hangzhou, shanghai):
        logged(node)
        (entry,) = node.reader.held(node.origin("_exchange"), 0, 9)
        assert b"91330100MA2PDY0152" not in entry.payload
        assert ("", False) == (entry.subject, entry.personal)


async def test_a_repeated_question_gets_the_same_bytes_and_one_log_entry(hangzhou: Node, shanghai: Node) -> None:
    """Also later, after other entries, and by another process."""
    wire = Wire(hangzhou, "310000")
    await inquirer(shanghai).inquire("330100", wire, matter())
    hangzhou.clock.forward(hours=1)
    hangzhou.stages.sequencer(hangzhou.origin("lists")).beat()
    hangzhou.reopen()

    assert wire.answers[0] == await answered(hangzhou, "310000", wire.questions[0])
    assert 1 == len(logged(hangzhou))


async def test_an_exchange_id_stands_for_one_question(hangzhou: Node, shanghai: Node) -> None:
    """Another question under it is refused, whether the first was answered or refused."""
    for purpose, seed in ((PURPOSE, 1), ("procurement", 2)):
        exchange_id = uuid7(1, bytes([seed]) * 10)
        try:
            await answered(hangzhou, "310000", question(shanghai, exchange_id=exchange_id, purpose=purpose))
        except CallerFault as fault:
            assert fault.reason == "PURPOSE_NOT_GRANTED"
        with pytest.raises(CallerFault, match="EXCHANGE_ID_REUSED"):
            await answered(hangzhou, "310000", question(shanghai, exchange_id=exchange_id, case_number="2"))
    assert 2 == len(logged(hangzhou))


@pytest.mark.parametrize(
    ("purpose", "code", "kind"),
    [
        ("procurement", "91330100MA2PDY0152", CodeKind.USCC),
        ("unheard-of", "91330100MA2PDY0152", CodeKind.USCC),
        (PURPOSE, "330102194901019917", CodeKind.CITIZEN),
    ],
)
async def test_a_purpose_that_is_not_granted_is_refused_and_logged_alike_on_both_sides(
    hangzhou: Node, shanghai: Node, purpose: str, code: str, kind: CodeKind
) -> None:
    """For organisations and for persons apart; a purpose nobody knows is granted to nobody."""
    with pytest.raises(CallerFault, match="PURPOSE_NOT_GRANTED"):
        wanted = matter(code, kind, purpose, duty() if kind is CodeKind.CITIZEN else None)
        await inquirer(shanghai).inquire("330100", Wire(hangzhou, "310000"), wanted)

    (asked,), (told,) = logged(shanghai), logged(hangzhou)
    assert ("PURPOSE_NOT_GRANTED", "PURPOSE_NOT_GRANTED") == (asked.outcome, told.outcome)
    assert asked.commitment == told.commitment


async def test_a_repeated_refused_question_is_refused_again_and_logged_once(hangzhou: Node, shanghai: Node) -> None:
    """Later, when another entry would say another time, too."""
    refused = question(shanghai, purpose="procurement")
    for _ in range(3):
        with pytest.raises(CallerFault, match="PURPOSE_NOT_GRANTED"):
            await answered(hangzhou, "310000", refused)
        hangzhou.clock.forward(seconds=5)

    assert 1 == len(logged(hangzhou))


def resigned(node: Node) -> Callable[[Envelope], Envelope]:
    """Signs the same payload with another node's key."""
    return lambda envelope: seal(envelope.payload_type, envelope.payload, node.keys)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda envelope: replace(envelope, payload=envelope.payload + b"\x00"),
        lambda envelope: replace(envelope, signature=bytes(64)),
        lambda envelope: replace(envelope, signature=b""),
        lambda envelope: replace(envelope, payload_type=ANSWER_TYPE),
    ],
)
async def test_a_question_not_signed_by_the_caller_is_refused(
    hangzhou: Node, shanghai: Node, spoil: Callable[[Envelope], Envelope]
) -> None:
    """Nothing is told of which part is wrong, and nothing is logged under the caller's name."""
    with pytest.raises(CallerFault, match=r"^SIGNATURE_INVALID$"):
        await answered(hangzhou, "310000", spoil(question(shanghai)))
    with pytest.raises(CallerFault, match=r"^SIGNATURE_INVALID$"):
        await answered(hangzhou, "330000", question(shanghai))
    assert [] == logged(hangzhou)


@pytest.mark.parametrize("changes", [{"responder": "yrd"}, {"requester": "yrd"}])
async def test_a_question_to_or_from_somebody_else_is_refused(
    hangzhou: Node, shanghai: Node, changes: dict[str, str]
) -> None:
    """A signed question cannot be carried on to another member."""
    with pytest.raises(CallerFault, match="QUESTION_MISDIRECTED"):
        await answered(hangzhou, "310000", question(shanghai, **changes))


async def test_signed_bytes_that_are_no_question_are_refused(hangzhou: Node, shanghai: Node) -> None:
    """Naming the field where there is one."""
    for payload in (b"\xff", b""):
        with pytest.raises(FieldFault, match="QUESTION_INVALID"):
            await answered(hangzhou, "310000", seal(QUESTION_TYPE, payload, shanghai.keys))


@pytest.mark.slow
async def test_no_answer_leaves_at_any_failure_of_the_log(world: World, hangzhou: Node, shanghai: Node) -> None:
    """At each point; asked again it is logged once, remembered, and the same bytes are given for ever."""
    point, fired = 0, True
    while fired:
        asked = question(shanghai, exchange_id=uuid7(point, bytes(10)))
        hangzhou.trouble.arm(point)
        try:
            await answered(hangzhou, "310000", asked)
            fired = False
        except StoreFault:
            hangzhou.clock.forward(seconds=1)
        hangzhou.reopen()
        first = await answered(hangzhou, "310000", asked)
        assert first == await answered(hangzhou, "310000", asked)
        told = logged(hangzhou)
        point += 1
        assert point == len(told)
        assert told[-1].question_sha256 == decode_as(Answer, first.payload).question_sha256
        world.audit()
    assert 6 <= point


@pytest.mark.parametrize("purpose", [PURPOSE, "procurement"])
async def test_a_log_that_cannot_be_written_says_so(hangzhou: Node, shanghai: Node, purpose: str) -> None:
    """Under one reason of its own, for answers and refusals, and on the requester's side too."""
    hangzhou.trouble.twists["add_pending"] = lambda _: (_ for _ in ()).throw(StoreFault("STORE_FULL"))
    with pytest.raises(StoreFault, match="EXCHANGE_LOG_UNAVAILABLE: STORE_FULL"):
        await answered(hangzhou, "310000", question(shanghai, purpose=purpose))
    hangzhou.trouble.twists.clear()
    shanghai.trouble.twists["add_pending"] = lambda _: (_ for _ in ()).throw(StoreFault("STORE_FULL"))
    with pytest.raises(StoreFault, match="EXCHANGE_LOG_UNAVAILABLE: STORE_FULL"):
        await inquirer(shanghai).inquire("330100", Wire(hangzhou, "310000"), matter(purpose=purpose))
    shanghai.trouble.twists.clear()
    assert [] == logged(shanghai)


class ShutLog(Log):
    """The log of a node that is read-only."""

    def require(self) -> None:
        """It may not be written."""
        raise StoreFault("EXCHANGE_LOG_UNAVAILABLE")


async def test_a_question_refused_unread_is_logged_by_whoever_asked(hangzhou: Node, shanghai: Node) -> None:
    """The responder cannot say whose it was, and logs nothing; the requester says why it was not answered."""
    stranger = replace(shanghai.keys, message=hangzhou.keys.message)
    members = shanghai.stages.foundation.members
    known = Known(members.message_keys, members.feed_keys, gates(shanghai).own)
    asker = Inquirer(stranger, known, Log(shanghai), shanghai.clock, bytes)

    with pytest.raises(CallerFault, match="SIGNATURE_INVALID"):
        await asker.inquire("330100", Wire(hangzhou, "310000"), matter())

    assert (["SIGNATURE_INVALID"], []) == ([one.outcome for one in logged(shanghai)], logged(hangzhou))


async def test_a_question_without_an_answer_is_logged_by_whoever_asked(hangzhou: Node, shanghai: Node) -> None:
    """Under the reason that no answer came for: whether the question arrived, the other log says."""
    with pytest.raises(UnreachableFault):
        await inquirer(shanghai).inquire("330100", Wire(hangzhou, "310000", lost=True), matter())

    (asked,), (told,) = logged(shanghai), logged(hangzhou)
    assert ("MEMBER_UNREACHABLE", "ANSWERED") == (asked.outcome, told.outcome)
    assert (asked.exchange_id, asked.question_sha256) == (told.exchange_id, told.question_sha256)


async def test_nothing_is_asked_while_the_log_cannot_be_written(hangzhou: Node, shanghai: Node) -> None:
    """A question that this side could not log is never sent, so that no member logs it alone."""
    wire, shut = Wire(hangzhou, "310000"), ShutLog(shanghai)
    members = shanghai.stages.foundation.members
    known = Known(members.message_keys, members.feed_keys, gates(shanghai).own)
    with pytest.raises(StoreFault, match="EXCHANGE_LOG_UNAVAILABLE"):
        await Inquirer(shanghai.keys, known, shut, shanghai.clock, bytes).inquire("330100", wire, matter())

    assert ([], []) == (wire.questions, logged(hangzhou))


def retold(node: Node, **changes: object) -> Callable[[Envelope], Envelope]:
    """Signs another answer in place of the one given."""

    def spoil(envelope: Envelope) -> Envelope:
        answer = decode_as(Answer, envelope.payload)
        return seal(ANSWER_TYPE, encode(answer.model_copy(update=changes)), node.keys)

    return spoil


def other_evidence(node: Node, **changes: object) -> Callable[[Envelope], Envelope]:
    """Signs an answer whose finding rests on other evidence."""

    def spoil(envelope: Envelope) -> Envelope:
        answer = decode_as(Answer, envelope.payload)
        (finding,) = answer.findings
        evidence = finding.evidence.model_copy(update=changes)
        told = finding.model_copy(update={"evidence": evidence})
        return seal(ANSWER_TYPE, encode(answer.model_copy(update={"findings": (told,)})), node.keys)

    return spoil


def other_head(node: Node) -> Callable[[Envelope], Envelope]:
    """Signs an answer that rests on a head nobody signed: the size on the notes is another."""

    def spoil(envelope: Envelope) -> Envelope:
        answer = decode_as(Answer, envelope.payload)
        told = tuple(
            head.model_copy(update={"checkpoint": head.checkpoint.replace(b"/lists/1\n3\n", b"/lists/1\n9\n")})
            for head in answer.heads
        )
        assert told != answer.heads
        return seal(ANSWER_TYPE, encode(answer.model_copy(update={"heads": told})), node.keys)

    return spoil


async def test_an_answer_that_is_not_what_it_claims_is_never_used(hangzhou: Node, shanghai: Node) -> None:
    """Tampered, signed by another, to another question, with evidence that fails, or of an origin nobody knows.

    Each is logged under what is wrong with it, never as answered.
    """
    spoils: list[tuple[Callable[[Envelope], Envelope], str]] = [
        (lambda envelope: replace(envelope, payload=envelope.payload + b"\x00"), "ANSWER_INVALID"),
        (lambda envelope: replace(envelope, payload_type=QUESTION_TYPE), "ANSWER_INVALID"),
        (resigned(shanghai), "ANSWER_INVALID"),
        (lambda _: seal(ANSWER_TYPE, b"\xff", hangzhou.keys), "ANSWER_INVALID"),
        (retold(hangzhou, question_sha256=bytes(32)), "ANSWER_INVALID"),
        (retold(hangzhou, exchange_id=uuid7(1, bytes(10))), "ANSWER_INVALID"),
        (retold(hangzhou, responder="yrd"), "ANSWER_INVALID"),
        (other_head(hangzhou), "NOTE_SIGNATURE_INVALID"),
        (other_evidence(hangzhou, payload=b"x"), "EVIDENCE_COMMITMENT"),
        (other_evidence(hangzhou, index=1), "EVIDENCE_PATH"),
        (other_evidence(hangzhou, path=()), "EVIDENCE_PATH"),
        (other_evidence(hangzhou, origin="delta.example/999999/lists/1"), "ANSWER_ORIGIN_UNKNOWN"),
    ]
    asker = inquirer(shanghai)
    for spoil, reason in spoils:
        with pytest.raises(PeerFault, match=reason):
            await asker.inquire("330100", Wire(hangzhou, "310000", spoil), matter())
    assert [reason for _, reason in spoils] == [one.outcome for one in logged(shanghai)]


def instead(node: Node, index: int) -> Callable[[Envelope], Envelope]:
    """Signs an answer that tells of another entry, with its good evidence, instead of the one asked about."""
    evidence = node.query.evidence(node.origin("lists"), index)
    return other_evidence(node, **{name: getattr(evidence, name) for name in type(evidence).model_fields})


async def test_a_record_about_somebody_else_is_no_answer(hangzhou: Node, shanghai: Node) -> None:
    """Its evidence may be perfect: it would be held against the wrong subject. Nor is an ending a record."""
    for index in (1, 2):
        with pytest.raises(PeerFault, match="ANSWER_INVALID"):
            await inquirer(shanghai).inquire("330100", Wire(hangzhou, "310000", instead(hangzhou, index)), matter())


def acts_swapped(node: Node, index: int) -> Callable[[Envelope], Envelope]:
    """Signs an answer that shows another entry as the act on its finding."""
    evidence = node.query.evidence(node.origin("lists"), index)

    def spoil(envelope: Envelope) -> Envelope:
        answer = decode_as(Answer, envelope.payload)
        told = tuple(finding.model_copy(update={"acts": (evidence,)}) for finding in answer.findings)
        return seal(ANSWER_TYPE, encode(answer.model_copy(update={"findings": told})), node.keys)

    return spoil


async def test_an_act_on_something_else_is_no_act_on_the_finding(hangzhou: Node, shanghai: Node) -> None:
    """So no responder can end one entry with the ending of another."""
    with pytest.raises(PeerFault, match="ANSWER_INVALID"):
        await inquirer(shanghai).inquire("330100", Wire(hangzhou, "310000", acts_swapped(hangzhou, 1)), matter())


def test_exchange_ids_are_uuids_of_version_7() -> None:
    """The time first, then random bits around version and variant (RFC 9562, section 5.7, and its test vector)."""
    random = ((0xCC3 << 64) | (0x18C4DC0C0C07398F)).to_bytes(10, "big")

    assert uuid7(0x017F22E279B0, random) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    assert uuid7(0, bytes(10)) == "00000000-0000-7000-8000-000000000000"
    assert uuid7(2**48 - 1, b"\xff" * 10) == "ffffffff-ffff-7fff-bfff-ffffffffffff"
