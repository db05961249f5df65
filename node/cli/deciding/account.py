# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""An account of decisions in plain words, in Chinese, in English, or in both."""

import hashlib
from collections.abc import Iterator, Sequence
from enum import StrEnum

from federation.records.exchange import Standing
from federation.standards.calendar import china_time
from federation.standards.catalogue import ReasonTexts
from node.cli.printing import Document
from node.entry.holding import HeldEntry
from node.ledger.account import Told
from node.ledger.history import Broken, Past

_STANDINGS = {
    Standing.OWN: ("本节点的条目，在此地有效。", "An own entry; it counts here."),
    Standing.RECOGNISED: ("其他成员的条目，经互认在此地有效。", "Another member's entry, recognised; it counts here."),
    Standing.HELD: ("仅作为信息留存，不得据此采取措施。", "Kept as information; no measure may rest on it."),
    Standing.REFUSED: ("有缺陷或者没有依据，不予采信。", "Broken or unfounded; it is not believed."),
    Standing.ENDED: ("已经终止，不再有效。", "It has ended and counts no more."),
    Standing.LAPSED: ("期限届满，不再有效。", "Its period is over and it counts no more."),
}


class Language(StrEnum):
    """A language that people read."""

    ZH = "zh"
    EN = "en"


def said(lang: Language | None, zh: str, en: str) -> str:
    """A text in one language, or in both."""
    return zh if lang is Language.ZH else en if lang is Language.EN else f"{zh} / {en}"


def sentence(standing: Standing, lang: Language | None) -> str:
    """What a standing means."""
    return f"{standing.value} {said(lang, *_STANDINGS[standing])}"


def decided_lines(entry: HeldEntry, told: Told, lang: Language | None) -> Iterator[str]:
    """What a decision was made of: inputs by digest, rules with their files, days."""
    if isinstance(told.made, Broken):
        yield said(lang, "决定记录无法读取", "the stored row is no decision")
        return
    decision = told.made.decision
    yield f"{said(lang, '作出时间', 'made at')} {china_time(decision.decided_at_ms)}"
    yield f"{said(lang, '条目摘要', 'leaf of the entry')} {hashlib.sha256(entry.raw_leaf).hexdigest()}"
    if not told.rules:
        yield said(lang, "作出时尚未留存输入和规则", "made before inputs and rules were kept")
        return
    yield f"{said(lang, '输入摘要', 'all inputs')} {decision.inputs.hex()}"
    for line in decision.grounds:
        yield f"  {line}"
    yield f"{said(lang, '规则摘要', 'rules')} {told.rules}"
    for file in told.files:
        yield f"  {file.path} {file.sha256}"
    review = decision.review_on.isoformat() if decision.review_on else "—"
    yield f"{said(lang, '下次复核', 'to be reviewed on')} {review}"


def account_lines(account: Sequence[Told], reasons: ReasonTexts, lang: Language | None) -> Iterator[str]:
    """How it came: from when to when it was what, and why; one decision a line."""
    for told in account:
        if isinstance(told.made, Broken):
            yield f"#{told.made.turn} {said(lang, '记录无法读取', 'no decision')}"
            continue
        made = told.made.decision
        until = china_time(told.made.replaced_at_ms) if told.made.replaced_at_ms else said(lang, "至今", "now")
        texts = [reasons.of(code) for code in made.reasons]
        why = " ".join(said(lang, text.zh, text.en) for text in texts)
        yield f"#{made.turn} {china_time(made.decided_at_ms)} – {until}: {sentence(made.standing, lang)} {why}".rstrip()


def account_document(entry: HeldEntry, account: Sequence[Told]) -> Document | None:
    """The same as JSON; None for what no rule decides on."""
    if not account:
        return None
    turns = [_turn_document(told) for told in account]
    return {"leaf_sha256": hashlib.sha256(entry.raw_leaf).hexdigest(), "turns": turns}


def _turn_document(told: Told) -> Document:
    if not isinstance(told.made, Past):
        return {"turn": told.made.turn, "readable": False}
    decision = told.made.decision
    inputs = {"sha256": decision.inputs.hex() or None, "grounds": list(decision.grounds)}
    files = [{"path": file.path, "sha256": file.sha256} for file in told.files]
    return {
        "turn": decision.turn,
        "readable": True,
        "from_ms": decision.decided_at_ms,
        "until_ms": told.made.replaced_at_ms,
        "standing": decision.standing.value,
        "reasons": list(decision.reasons),
        "measures": list(decision.measures),
        "review_on": decision.review_on.isoformat() if decision.review_on else None,
        "inputs": inputs,
        "rules": {"sha256": told.rules or None, "versions": list(decision.versions), "files": files},
    }
