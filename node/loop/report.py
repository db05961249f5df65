# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The monthly report of cases (案例报送): one row for each statement, in documented columns.

Names and numbers of natural persons are masked: the report goes to other bodies as a file.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from federation.records.loop.feedback import Feedback
from federation.rules.agreement import Measure
from federation.standards.identity import SubjectClass
from federation.standards.masking import Masking
from node.loop.ports import LoopReader, Wanted

COLUMNS = (
    "案件编号 Case",
    "奖惩类型 Direction",
    "主体名称 Subject",
    "主体代码 Code",
    "名单来源 Origin",
    "条目序号 Index",
    "措施代码 Measure",
    "措施名称 Measure name",
    "法律依据 Basis",
    "发起部门 Initiator",
    "发起部门代码 Initiator code",
    "实施部门 Implementer",
    "实施部门代码 Implementer code",
    "实施地区 Region",
    "接收日期 Received",
    "响应日期 Responded",
    "响应结果 Response",
    "理由 Reason",
    "实施日期 Implemented",
    "实施结果 Result",
    "证明材料SHA-256 Evidence",
    "解除日期 Lifted",
    "解除原因 Lifted for",
    "报送月份 Period",
)
"""Headings of the report, in order."""


def report_rows(
    reader: LoopReader, wanted: Wanted, measures: Sequence[Measure], masking: Masking
) -> Iterator[Sequence[str]]:
    """The rows of a report, feed by feed in order; flat memory.

    Args:
        reader: where feedback is held.
        wanted: which feedback, of which month.
        measures: every measure that is known, for names; a foreign one's name may be unknown.
        masking: how natural persons are shown.
    """
    titles = {(measure.region, measure.code): measure.title_zh for measure in measures}
    for entry in reader.reported(wanted):
        record = entry.record()
        if isinstance(record, Feedback):
            yield _row(record, titles, masking)


def _row(said: Feedback, titles: Mapping[tuple[str, str], str], masking: Masking) -> Sequence[str]:
    name, code = said.identity.name, said.identity.code
    if said.identity.subject_class is SubjectClass.NATURAL_PERSON:
        name, code = masking.name.of(name), masking.number.of(code)
    return (
        said.case_id,
        said.direction,
        name,
        code,
        said.entry_origin,
        str(said.entry_index),
        said.measure,
        titles.get((said.region, said.measure)) or titles.get(("*", said.measure), ""),
        said.legal_basis,
        said.initiator.name,
        said.initiator.code,
        said.implementer.name,
        said.implementer.code,
        said.region,
        said.received_on.isoformat(),
        said.responded_on.isoformat(),
        said.response,
        said.reason or "",
        _day(said.implemented_on),
        said.result or "",
        said.evidence_sha256.hex(),
        _day(said.lifted_on),
        said.lifted_for or "",
        said.reported_period,
    )


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
