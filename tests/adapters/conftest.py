# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One sound row of each kind of table, and files made of such rows."""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from adapters.layout import recognise_table, shipped_layout
from adapters.reading.table import open_source
from adapters.row import Outcome, TableKind
from adapters.translate import translate
from federation.records.subject import Authority
from federation.standards.bundle import shipped_standards

Row = Mapping[str, str]

_BODY = {"name": "杭州市生态环境局", "code": "11330100PDY001012R"}
_WHO = {
    "{}_XDR_MC": "杭州青岚化工有限公司",
    "{}_XDR_LB": "法人及非法人组织",
    "{}_XDR_SHXYM": "91330100716105852F",
    "{}_FRDB": "林远山",
}
_PENALTY = {
    **{code.format("CF"): cell for code, cell in _WHO.items()},
    "CF_WSH": "杭环罚〔2026〕12号",
    "CF_WFXW": "违法排污",
    "CF_SY": "未经许可向河道排放废水",
    "CF_YJ": "《水污染防治法》第八十三条",
    "CF_CFLB": "罚款",
    "CF_NR": "罚款一万五千元",
    "CF_NR_FK": "1.5",
    "CF_JDRQ": "2026/03/02",
    "CF_YXQ": "2099/12/31",
    "CF_CFJG": _BODY["name"],
    "CF_CFJGDM": _BODY["code"],
    "CF_SJLY": _BODY["name"],
    "CF_SJLYDM": _BODY["code"],
}
_LICENCE = {
    **{code.format("XK"): cell for code, cell in _WHO.items()},
    "XK_XKWS": "排污许可决定书",
    "XK_WSH": "杭环许〔2026〕7号",
    "XK_XKLB": "普通",
    "XK_NR": "准予排放废水",
    "XK_JDRQ": "2026/03/02",
    "XK_YXQZ": "2026/03/02",
    "XK_YXQZI": "2029/03/01",
    "XK_XKJG": _BODY["name"],
    "XK_XKJGDM": _BODY["code"],
    "XK_ZT": "1",
    "XK_LYDW": _BODY["name"],
    "XK_LYDWDM": _BODY["code"],
}
_LIST = {
    "MD_LB": "黑名单",
    "MD_MC": "生态环境严重失信名单",
    "MD_LY": "生态环境",
    "MD_ZTMC": "杭州青岚化工有限公司",
    "MD_ZTLB": "法人及非法人组织",
    "MD_SHXYM": "91330100716105852F",
    "MD_SY": "篡改监测数据",
    "MD_YJ": "《环境保护法》第六十三条",
    "MD_BZH": "yrd-eco-environment-black@2",
    "MD_WH": "杭环信〔2026〕3号",
    "MD_DW": _BODY["name"],
    "MD_DWDM": _BODY["code"],
    "MD_RDRQ": "2026/03/02",
    "MD_SXRQ": "2026/03/09",
    "MD_LYDW": _BODY["name"],
    "MD_LYDWDM": _BODY["code"],
}
_FILING = {
    "BA_BH": "浙信备2026001",
    "BA_JGMC": "杭州衡准信用评估有限公司",
    "BA_SHXYM": "91330100716105852F",
    "BA_YWLB": "资信评级;信用管理咨询",
    "BA_BARQ": "2025/06/01",
    "BA_YXQZ": "2028/05/31",
    "BA_JG": "杭州市公共信用管理办公室",
    "BA_JGDM": "11330100PDY001047C",
    "BA_ZT": "已备案",
    "BA_NJND": "2026",
    "BA_NJJG": "合格",
    "BA_LYDW": "杭州市公共信用管理办公室",
    "BA_LYDWDM": "11330100PDY001047C",
}
_SUBJECT = {
    "COM_NM": "杭州青岚化工有限公司",
    "UNI_SOCIAL_CRD_CD": "91330100716105852F",
    "IC_REG_CD": "330203000030639",
    "ORG_NO": "71610585-2",
    "TAXATION_REG_NO": "330100716105852",
    "SOURCE_ORG": _BODY["name"],
    "SOURCE_ORG_CD": _BODY["code"],
}
_ROWS: Mapping[TableKind, Row] = {
    TableKind.PENALTIES: _PENALTY,
    TableKind.LICENCES: _LICENCE,
    TableKind.LISTS: _LIST,
    TableKind.FILINGS: _FILING,
    TableKind.SUBJECTS: _SUBJECT,
}


@pytest.fixture(scope="session")
def sound_rows() -> Mapping[TableKind, Row]:
    """A sound row of each kind of table, by field code."""
    return _ROWS


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Writes header and rows to a new CSV file and returns its path."""

    def write(header: Sequence[str], rows: Sequence[Sequence[str]], encoding: str = "utf-8", mark: str = ",") -> Path:
        path = tmp_path / f"table{len(list(tmp_path.iterdir()))}.csv"
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=mark).writerows([header, *rows])
        return path

    return write


@pytest.fixture(scope="session")
def read() -> Callable[..., list[Outcome]]:
    """Opens, recognises and translates a file."""

    def run(path: Path, source: Authority | None = None) -> list[Outcome]:
        with open_source(path) as table:
            kind = recognise_table(table.header)
            return list(translate(table, kind, shipped_standards(), source))

    return run


@pytest.fixture
def outcomes(write_csv: Callable[..., Path], read: Callable[..., list[Outcome]]) -> Callable[..., list[Outcome]]:
    """Translates a file with one row for each set of changes to the sound row; headers are field codes."""

    def run(kind: TableKind, *changes: Row) -> list[Outcome]:
        codes = list(shipped_layout(kind).columns)
        rows = [{**_ROWS[kind], **change} for change in changes]
        return read(write_csv(codes, [[row.get(code, "") for code in codes] for row in rows]))

    return run
