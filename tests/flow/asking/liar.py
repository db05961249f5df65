# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A member that lies, on the real program with its real keys: `python -m tests.flow.asking.liar FILE serve …`.

FILE names the lie by which the next question is answered: nothing, and it is honest.
"""

import asyncio
import runpy
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from federation.records.codec import decode_as, encode
from federation.records.exchange import Answer, Finding, Question
from federation.rules.exchange import ANSWER_TYPE
from node.assemble.serving.doors import Answering
from node.exchange.dialogue import Asked, Envelope, seal
from node.exchange.respond import Responder

ANOTHER, DROPPED, CLEAR, HELD = "another question", "a proof dropped", "in the clear", "held"
CANCELLED = "cancelled"
Lie = Callable[[Answer], Answer]


def _to_another(answer: Answer) -> Answer:
    return answer.model_copy(update={"question_sha256": bytes(32)})


def _without_proof(answer: Answer) -> Answer:
    findings = tuple(_unproven(finding) for finding in answer.findings)
    return answer.model_copy(update={"findings": findings})


def _unproven(finding: Finding) -> Finding:
    evidence = finding.evidence
    return finding.model_copy(update={"evidence": evidence.model_copy(update={"path": evidence.path[:-1]})})


LIES: dict[str, Lie] = {ANOTHER: _to_another, DROPPED: _without_proof}


def lie_by(path: Path) -> None:
    """Puts the lie between what is logged and what leaves, as a dishonest operator would."""
    honest, answering = Responder._as_wanted, Answering.answer

    def as_wanted(self: Responder, asked: Asked, leaving: object) -> object:
        said = path.read_text(encoding="utf-8")
        if not isinstance(leaving, Envelope) or not said:
            return honest(self, asked, leaving)  # type: ignore[arg-type]
        if said == CLEAR:
            return leaving
        twisted = encode(LIES[said](decode_as(Answer, leaving.payload)))
        return honest(self, asked, seal(ANSWER_TYPE, twisted, self._keys))

    async def answer(self: Answering, caller: str, envelope: Envelope) -> Envelope:
        if path.read_text(encoding="utf-8") == HELD:
            asked = decode_as(Question, envelope.payload).exchange_id
            path.with_name("held").write_text(asked, encoding="utf-8")
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                path.with_name(CANCELLED).write_text(asked, encoding="utf-8")
                raise
        return await answering(self, caller, replace(envelope))

    Responder._as_wanted = as_wanted  # type: ignore[method-assign,assignment]
    Answering.answer = answer  # type: ignore[method-assign]


if __name__ == "__main__":
    lie_by(Path(sys.argv.pop(1)))
    runpy.run_module("node", run_name="__main__")
