# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""An answer that was kept, and every way of changing it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from federation.records.codec import decode_as, encode
from federation.records.exchange import Answer, Head, Question
from federation.rules.exchange import ANSWER_TYPE
from node.audit.answers import JudgedAnswer, judge_answer
from node.audit.bundle import AnswerBundle
from node.audit.trust import MemberKeys, TrustFolder
from node.exchange.dialogue import seal

if TYPE_CHECKING:
    from tests.node.region.member import Node

HOSTILE = "<script>alert(1)</script>&<b>"


@dataclass
class Kept:
    """An answer of Hangzhou to Shanghai about an ended black entry, as it was kept, and who can sign."""

    bundle: AnswerBundle
    asking: Node
    answering: Node
    trust: TrustFolder

    @property
    def answer(self) -> Answer:
        """What was answered."""
        return decode_as(Answer, self.bundle.answer.payload)

    @property
    def question(self) -> Question:
        """What was asked."""
        return decode_as(Question, self.bundle.question.payload)

    def with_answer(self, *, sealed: bool, **changes: object) -> AnswerBundle:
        """Another answer under the old signature, or as the responder itself would sign it."""
        return self.answered(encode(self.answer.model_copy(update=changes)), sealed=sealed)

    def answered(self, payload: bytes, *, sealed: bool) -> AnswerBundle:
        """Other bytes of an answer."""
        old = self.bundle.answer
        new = seal(ANSWER_TYPE, payload, self.answering.keys) if sealed else replace(old, payload=payload)
        return replace(self.bundle, answer=new)

    def with_question(self, **changes: object) -> AnswerBundle:
        """Another question under the old signature."""
        payload = encode(self.question.model_copy(update=changes))
        return replace(self.bundle, question=replace(self.bundle.question, payload=payload))

    def with_evidence(self, act: bool = False, **changes: object) -> AnswerBundle:
        """An answer whose responder signs a record, or the act on it, that it has changed."""
        (finding,) = self.answer.findings
        if act:
            changed = finding.model_copy(update={"acts": (finding.acts[0].model_copy(update=changes),)})
        else:
            changed = finding.model_copy(update={"evidence": finding.evidence.model_copy(update=changes)})
        return self.with_answer(sealed=True, findings=(changed,))

    def with_head(self, note: bytes) -> AnswerBundle:
        """An answer whose responder signs another head of the record's feed."""
        heads = [
            head.model_copy(update={"checkpoint": note}) if b"/lists/" in head.checkpoint else head
            for head in self.answer.heads
        ]
        return self.with_answer(sealed=True, heads=tuple(heads))

    @property
    def head(self) -> Head:
        """The head of the feed that the record is in."""
        (head,) = [head for head in self.answer.heads if b"/lists/" in head.checkpoint]
        return head


def keys_of_card(node: Node) -> MemberKeys:
    """The keys that its card shows."""
    return MemberKeys(node.keys.log_verifier(node.keys.name), node.keys.clock_verifier, node.keys.message_verifier)


def judged(kept: Kept, bundle: AnswerBundle | bytes | None = None, trust: TrustFolder | None = None) -> JudgedAnswer:
    """What is found of a bundle; of the honest one unless another is given."""
    raw = bundle if isinstance(bundle, bytes) else (bundle or kept.bundle).encode()
    return judge_answer(raw, trust or kept.trust)


def reasons(found: JudgedAnswer) -> set[str]:
    """The reasons of what was found."""
    return {each.reason for each in (*found.findings.whole, *found.findings.told)}
