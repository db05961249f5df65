# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What became of each member that was asked, shown: of replies that have just come, and of a file of them."""

import time
from collections.abc import Sequence

from federation.rules.routing.outcome import Became, Completeness, MemberOutcome, completeness
from federation.rules.routing.plan import Place
from federation.standards.calendar import china_time
from federation.standards.catalogue import ReasonTexts
from node.cli.printing import Document, print_facts, print_table, problem_line, reason_documents

PLACES = {
    Place.HOME: "属地 / home",
    Place.HOLDER: "已知持有 / known holder",
    Place.REST: "其他成员 / other",
    Place.MIRROR: "镜像 / mirror",
}
BECAME = {
    Became.ANSWERED: "✓ 已答复 / answered",
    Became.REFUSED: "✗ 拒绝 / refused",
    Became.UNREACHABLE: "✗ 无法连接 / unreachable",
    Became.TOO_SLOW: "✗ 超时 / too slow",
    Became.INVALID: "✗ 答复无效 / invalid answer",
    Became.NOT_ASKED: "— 未询问 / not asked",
}
WHOLE = {
    Completeness.COMPLETE: "✓ 完整：应询问的成员均已答复 / Complete: whoever was to be asked has answered",
    Completeness.NARROWED: "✓ 按最小必要未询问全部成员 / Narrowed on purpose: not everybody was asked",
    Completeness.PARTIAL: "! 不完整：有成员未答复或未答全 / Partial: somebody has not answered, or not with all",
}
"""What each word says to people."""


def outcome_document(outcome: MemberOutcome, reasons: ReasonTexts) -> Document:
    """What became of one member, as JSON."""
    return {
        "member": outcome.member,
        "place": outcome.place.value if outcome.place is not None else None,
        "became": outcome.became.value,
        "reason": reason_documents((outcome.reason,), reasons)[0] if outcome.reason else None,
        "through": outcome.through or None,
        "stands_for": outcome.stands_for or None,
        "as_of_ms": outcome.as_of_ms or None,
        "short": outcome.short,
    }


def show_outcomes(outcomes: Sequence[MemberOutcome]) -> None:
    """What became of every member, for people."""
    columns = ("成员 / Member", "缘由 / Why", "结果 / Outcome", "经由 / Through", "原因 / Reason")
    print_table(f"成员 / Members: {len(outcomes)}", columns, map(outcome_row, outcomes))
    print_facts(WHOLE[completeness(outcomes)], [])


def outcome_row(outcome: MemberOutcome) -> tuple[str, ...]:
    """One member."""
    place = PLACES[outcome.place] if outcome.place is not None else "—"
    if outcome.stands_for:
        place = f"{place} → {outcome.stands_for}"
    told = problem_line(outcome.reason, "") if outcome.reason else ""
    if outcome.as_of_ms:
        age_s = max(0, time.time_ns() // 1_000_000 - outcome.as_of_ms) // 1000
        told = f"{told} 截至 / as of {china_time(outcome.as_of_ms)}，{age_s} s".strip()
    if outcome.short:
        told = f"{told} 答复未尽 / there is more".strip()
    return outcome.member, place, BECAME[outcome.became], outcome.through or "—", told or "—"
