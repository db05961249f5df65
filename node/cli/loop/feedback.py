# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`feedback`: says what a body did about a measure, or why not."""

from datetime import date
from typing import Annotated

import typer

from federation.errors import Misuse
from federation.records.loop.feedback import FeedbackResponse
from federation.rules.loop.feedback import Statement
from node.cli.opening import (
    CURRENT,
    AsJson,
    IndexArgument,
    NodeFolder,
    OriginArgument,
    day_of,
    desk_at,
    origin_of,
)
from node.cli.printing import ExitCode, print_json, print_problem, print_text
from node.intake import Duplicate, Outcome, Refused

_HEX_DIGITS = 64

CaseOption = Annotated[str, typer.Option("--case", metavar="NUMBER", help="案件编号 / Number of the case")]
MeasureOption = Annotated[str, typer.Option("--measure", metavar="CODE", help="措施代码 / Code of the measure")]
ByOption = Annotated[
    str, typer.Option("--by", metavar="CODE", help="实施部门统一社会信用代码 / Unified code of the implementing body")
]
ResponseOption = Annotated[
    FeedbackResponse,
    typer.Option("--response", help="响应：采取、不适用、不予采取 / Accepted, not applicable, or refused"),
]
ReasonOption = Annotated[str | None, typer.Option("--reason", help="不采取的理由 / Why not")]
ReceivedOption = Annotated[str | None, typer.Option("--received", metavar="DATE", help="接收日期 / Day of receipt")]
RespondedOption = Annotated[
    str | None, typer.Option("--responded", metavar="DATE", help="响应日期，默认今天 / Day of the answer; today")
]
ImplementedOption = Annotated[
    str | None, typer.Option("--implemented", metavar="DATE", help="实施日期 / Day it was carried out")
]
ResultOption = Annotated[str | None, typer.Option("--result", metavar="TEXT", help="实施结果 / What came of it")]
EvidenceOption = Annotated[
    str | None, typer.Option("--evidence", metavar="SHA256", help="证明材料的 SHA-256 / SHA-256 of the proof, in hex")
]
PeriodOption = Annotated[
    str | None, typer.Option("--period", metavar="YYYYMM", help="报送月份 / Month of the report it belongs to")
]


def feedback(  # noqa: PLR0913 - a command's arguments are its options
    origin: OriginArgument,
    index: IndexArgument,
    *,
    case: CaseOption,
    measure: MeasureOption,
    by: ByOption,
    response: ResponseOption = FeedbackResponse.ACCEPTED,
    reason: ReasonOption = None,
    received: ReceivedOption = None,
    responded: RespondedOption = None,
    implemented: ImplementedOption = None,
    result: ResultOption = None,
    evidence: EvidenceOption = None,
    period: PeriodOption = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """反馈联合奖惩措施的落实情况，发回名单来源方 / Give feedback on a measure; it goes to the entry's origin."""
    with desk_at(node) as desk:
        statement = Statement(
            case,
            origin_of(desk, origin),
            index,
            measure,
            by,
            response,
            reason=reason,
            result=result,
            evidence_sha256=_digest(evidence),
            reported_period=period,
            received_on=_day(received, "--received"),
            responded_on=_day(responded, "--responded"),
            implemented_on=_day(implemented, "--implemented"),
        )
        (outcome,) = desk.give_feedback([statement])
        desk.publish_pending()
    _tell(outcome, statement, as_json=as_json)


def _tell(outcome: Outcome, said: Statement, *, as_json: bool) -> None:
    """Says what became of a statement; ends the command when it is refused."""
    if isinstance(outcome, Refused):
        print_problem(outcome.reason, outcome.field)
        raise typer.Exit(ExitCode.REFUSED)
    repeated = isinstance(outcome, Duplicate)
    if as_json:
        place = {"origin": said.entry_origin, "index": said.entry_index}
        print_json({**place, "measure": said.measure, "repeated": repeated})
    else:
        print_text("此前已反馈 / was given before" if repeated else "已反馈 / taken")


def _day(text: str | None, option: str) -> date | None:
    return None if text is None else day_of(text, option)


def _digest(text: str | None) -> bytes:
    if text is None:
        return b""
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if len(text) != _HEX_DIGITS or not digest:
        raise Misuse("FIELD_MALFORMED", "--evidence: write 64 hexadecimal digits")
    return digest
