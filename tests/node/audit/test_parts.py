# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A kept answer with a record in part and a gap: proven when honest, each way of changing it found out and named."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from federation.errors import PeerFault
from federation.records.act import AnnotationKind
from federation.records.exchange import DisclosedField, Excerpt, Finding, Gap, Standing
from federation.rules.audit.proof import Verdict
from federation.rules.exchange import ANSWER_TYPE
from federation.standards.bundle import shipped_standards
from node.audit.bundle import AnswerBundle
from node.audit.report import render_report
from node.audit.trust import TrustFolder
from node.cli.auditing.answers import answer_document, told_line
from node.exchange.dialogue import Envelope
from tests.node.audit.kept import Kept, judged, keys_of_card, reasons
from tests.node.region.talk import PURPOSE, Wire, inquirer, matter
from tests.node.region.world import World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.node.region.samples import Samples

ALTERED, UNCHECKED, PROVEN = Verdict.ALTERED, Verdict.UNCHECKED, Verdict.PROVEN


@pytest.fixture(scope="module")
async def kept(tmp_path_factory: pytest.TempPathFactory, templates: Path, samples: Samples) -> AsyncIterator[Kept]:
    """Shanghai, which is told what is public alone, has asked Hangzhou, whose filings are too old for it."""
    world = World(tmp_path_factory.mktemp("parts"), templates)
    asking = world.node("310000")
    answering = world.node("330100", n310000={"may_ask": (PURPOSE,), "roles": ()})
    answering.publish("lists", samples.black(1, remark="内部"), samples.black(2, responsible_persons=()))
    answering.publish("lists", samples.mark(AnnotationKind.OBJECTION), ref=0)
    answering.publish("lists", samples.ending(), ref=1)
    world.clock.forward(hours=1)
    for name in ("subjects", "licences", "penalties", "lists"):
        answering.stages.sequencer(answering.origin(name)).beat()
    wanted = replace(matter(), max_age_s=60)
    answered = await inquirer(asking).inquire_signed("330100", Wire(answering, "310000"), wanted)
    members = {node.keys.clock_verifier.name: keys_of_card(node) for node in (answering, asking)}
    yield Kept(AnswerBundle(answered.question, answered.signed), asking, answering, TrustFolder(members))
    world.end()


def excerpt(kept: Kept) -> Excerpt:
    """What is shown of the one record."""
    (finding,) = kept.answer.findings
    assert finding.excerpt is not None
    return finding.excerpt


def with_fields(kept: Kept, change: Callable[[tuple[DisclosedField, ...]], tuple[DisclosedField, ...]]) -> Finding:
    """The finding with other fields."""
    (finding,) = kept.answer.findings
    return finding.model_copy(update={"excerpt": Excerpt(fields=change(excerpt(kept).fields))})


def first(fields: tuple[DisclosedField, ...], **changes: object) -> tuple[DisclosedField, ...]:
    """The fields, the first of them changed."""
    return (fields[0].model_copy(update=changes), *fields[1:])


async def test_an_honest_part_is_proven(kept: Kept) -> None:
    """Its entry and the act on it; the feed that is too old is a gap and no head."""
    found = judged(kept)

    assert (PROVEN, set(), 4) == (found.verdict, reasons(found), len(found.heads))
    assert kept.answer.findings[0].evidence.bare
    assert [(kept.answering.origin("filings"), "FEED_TOO_OLD")] == [(g.origin, g.reason) for g in kept.answer.gaps]


CHANGES: dict[str, Callable[[Kept], dict[str, Any]]] = {
    "the value of a field": lambda kept: {"findings": (with_fields(kept, lambda all_: first(all_, value="别的")),)},
    "a mask": lambda kept: {"findings": (with_fields(kept, lambda all_: first(all_, masked=True)),)},
    "the name of a field": lambda kept: {"findings": (with_fields(kept, lambda all_: first(all_, name="remark")),)},
    "a field more": lambda kept: {
        "findings": (with_fields(kept, lambda all_: (*all_, DisclosedField(name="remark", value="无"))),)
    },
    "a field less": lambda kept: {"findings": (with_fields(kept, lambda all_: all_[1:]),)},
    "a gap less": lambda _: {"gaps": ()},
    "another gap": lambda kept: {"gaps": (kept.answer.gaps[0].model_copy(update={"reason": "OTHER"}),)},
    "the rules of disclosure": lambda _: {"disclosure": "disclosure@2"},
    "a record less": lambda _: {"findings": ()},
}


@pytest.mark.parametrize("what", CHANGES)
async def test_what_was_changed_is_found_out(kept: Kept, what: str) -> None:
    """Whatever it is, as long as the responder does not sign anew."""
    found = judged(kept, kept.with_answer(sealed=False, **CHANGES[what](kept)))

    assert (ALTERED, {"ANSWER_SIGNATURE_WRONG"}) == (found.verdict, reasons(found))


def lied(kept: Kept, **changes: object) -> AnswerBundle:
    """An answer whose responder signs its one finding changed, whether it fits together or not."""
    (finding,) = kept.answer.findings
    return kept.with_answer(sealed=True, findings=(finding.model_copy(update=changes),))


async def test_a_record_left_out_without_an_excerpt_is_no_answer(kept: Kept) -> None:
    """Though its responder signed it; nor is a record beside its excerpt."""
    whole = kept.answer.findings[0].evidence.model_copy(update={"salt": bytes(32), "payload": b"x"})

    for bundle in (lied(kept, excerpt=None), lied(kept, evidence=whole), lied(kept, acts=(whole,))):
        found = judged(kept, bundle)
        assert (ALTERED, {"ANSWER_UNREADABLE"}) == (found.verdict, reasons(found))


async def test_a_part_that_shows_another_subjects_number_is_found_out(kept: Kept) -> None:
    """A masked or absent number rests on the responder's signature; a plain one is compared."""
    other = with_fields(
        kept,
        lambda all_: tuple(
            each.model_copy(update={"value": "91330100MA2PDY0233"}) if each.name == "identity.code" else each
            for each in all_
        ),
    )
    unsaid = with_fields(kept, lambda all_: tuple(each for each in all_ if each.name != "identity.code"))

    found = judged(kept, kept.with_answer(sealed=True, findings=(other,)))
    assert (ALTERED, {"ANSWER_RECORD_ELSEWHERE"}) == (found.verdict, reasons(found))
    assert PROVEN is judged(kept, kept.with_answer(sealed=True, findings=(unsaid,))).verdict


@pytest.mark.parametrize("act", [False, True], ids=["record", "act"])
@pytest.mark.parametrize("part", ["leaf", "index", "path"])
async def test_an_entry_that_is_not_in_the_feed_is_found_out(kept: Kept, part: str, act: bool) -> None:
    """A part proves its entry: the origin's log speaks against whoever makes one up."""
    (finding,) = kept.answer.findings
    parts = finding.acts[0] if act else finding.evidence
    made_up = {"leaf": bytes(84), "index": parts.index ^ 1, "path": parts.path[1:]}[part]
    found = judged(kept, kept.with_evidence(act=act, **{part: made_up}))

    assert (ALTERED, True) == (found.verdict, "EVIDENCE_PATH" in reasons(found))


async def test_a_gap_that_the_answer_rests_on_is_told(kept: Kept) -> None:
    """By its head, or by a record from it."""
    gap = Gap(origin=kept.answering.origin("lists"), reason="FEED_TOO_OLD")
    heads = tuple(head for head in kept.answer.heads if b"/lists/" not in head.checkpoint)
    found = judged(kept, kept.with_answer(sealed=True, gaps=(gap,)))

    assert (UNCHECKED, {"ANSWER_GAP_CONTRADICTED"}) == (found.verdict, reasons(found))
    found = judged(kept, kept.with_answer(sealed=True, gaps=(gap,), heads=heads))
    assert {"ANSWER_GAP_CONTRADICTED", "ANSWER_HEAD_MISSING"} == reasons(found)


async def test_a_requester_uses_no_answer_that_contradicts_itself(kept: Kept) -> None:
    """A record from a feed that nothing is said from, and a part about another subject: refused at once."""
    gap = Gap(origin=kept.answering.origin("lists"), reason="FEED_TOO_OLD")
    other = with_fields(kept, lambda _: (DisclosedField(name="identity.code", value="91330100MA2PDY0233"),))

    lies: list[dict[str, Any]] = [{"gaps": (gap,)}, {"findings": (other,)}]
    for number, changes in enumerate(lies):
        wire = Wire(kept.answering, "310000", spoil=partial(_signed_anew, kept, changes))
        asked = inquirer(kept.asking, partial(_counted, number))
        with pytest.raises(PeerFault, match="ANSWER_INVALID"):
            await asked.inquire("330100", wire, matter())


def _counted(number: int, size: int) -> bytes:
    return bytes([9, number]) * (size // 2)


def _signed_anew(kept: Kept, changes: dict[str, Any], honest: Envelope) -> Envelope:
    bundle = replace(kept, bundle=replace(kept.bundle, answer=honest)).with_answer(sealed=True, **changes)
    assert ANSWER_TYPE == bundle.answer.payload_type
    return bundle.answer


async def test_people_are_told_that_it_is_a_part(kept: Kept) -> None:
    """In the report: section, fields in two languages, the gap and the rules; and on the screen, one field a line."""
    standards = shipped_standards()
    page = render_report(kept.bundle.encode(), judged(kept), standards).decode()
    serious = page.partition("严重失信信息")[2].partition("<h2>")[0]
    line = told_line(kept.answer.findings[0], standards)

    assert all(
        text in serious for text in ("仅提供部分", "责任人员 / Responsible persons", "钱**", "列入事由 / Reason")
    )
    assert all(text in page for text in ("未据以作答的数据流", "/filings/1", "disclosure@1"))
    assert "内部" not in page
    assert ("RECORD_IN_PART", True) == (line.partition(" ")[0], "责任人员 / Responsible persons: 钱**" in line)


async def test_programs_are_told_each_field(kept: Kept) -> None:
    """Name, both titles, value and mask; no record; the gap and the rules."""
    document = answer_document(judged(kept), shipped_standards().reasons)
    (record,) = document["records"] if isinstance(document["records"], list) else []

    assert (None, "disclosure@1", 1) == (record["record"], document["disclosure"], len(kept.answer.gaps))
    told = {each["field"]: each for each in record["excerpt"]}
    assert {
        "field": "responsible_persons",
        "zh": "责任人员",
        "en": "Responsible persons",
        "value": "钱**",
        "masked": True,
    } == told["responsible_persons"]
    assert Standing.OWN.value == record["standing"]
