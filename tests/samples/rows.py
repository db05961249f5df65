# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows of each kind of table, by field code, and what is expected of each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from tests.samples.invented import Party

Cell = str | float | date
Body = tuple[str, str]

ACCEPTED = "accepted"
DUPLICATE = "duplicate"

HANGZHOU_ECOLOGY: Body = ("杭州市生态环境局", "11330100PDY001012R")
HANGZHOU_MARKET: Body = ("杭州市市场监督管理局", "11330100PDY001020L")
HANGZHOU_TOURISM: Body = ("杭州市文化广电旅游局", "11330100PDY001039H")
HANGZHOU_CREDIT: Body = ("杭州市公共信用管理办公室", "11330100PDY001047C")
ZHEJIANG_ECOLOGY: Body = ("浙江省生态环境厅", "11330000PDY0020155")
ZHEJIANG_MARKET: Body = ("浙江省市场监督管理局", "11330000PDY0020230")
ZHEJIANG_TOURISM: Body = ("浙江省文化和旅游厅", "11330000PDY002031T")
WENZHOU_LABOUR: Body = ("温州市人力资源和社会保障局", "11330300PDY0020582")
SHANGHAI_ECOLOGY: Body = ("上海市生态环境局", "11310000PDY003018D")
SHANGHAI_MARKET: Body = ("上海市市场监督管理局", "11310000PDY0030268")
SHANGHAI_TOURISM: Body = ("上海市文化和旅游局", "11310000PDY0030343")
SHANGHAI_REFORM: Body = ("上海市发展和改革委员会", "11310000PDY003042X")


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of a file.

    Attributes:
        cells: cells by field code; a column that is not there is blank.
        expect: ACCEPTED, DUPLICATE or the reason code of the refusal.
        why: what is special about the row, for the README; empty for an ordinary one.
        short: how many cells are missing at the end of the row.
    """

    cells: Mapping[str, Cell]
    expect: str = ACCEPTED
    why: str = ""
    short: int = 0


def but(sample: Sample, expect: str, why: str, **changes: Cell) -> Sample:
    """Returns the row with some cells changed, and what is then expected of it."""
    return replace(sample, cells={**sample.cells, **changes}, expect=expect, why=why)


def licence(party: Party, body: Body, number: str, decided: date, until: Cell, what: str) -> Sample:
    """Returns a row of the licence table."""
    cells = _party("XK", party) | _bodies("XK_XKJG", "XK_XKJGDM", "XK_LYDW", "XK_LYDWDM", body)
    cells |= {"XK_XKWS": f"准予{what}决定书", "XK_WSH": number, "XK_XKLB": "普通", "XK_NR": f"准予从事{what}"}
    cells |= {"XK_JDRQ": decided, "XK_YXQZ": decided, "XK_YXQZI": until, "XK_ZT": "1"}
    return Sample(cells)


def penalty(party: Party, body: Body, number: str, decided: date, offence: tuple[str, str, str]) -> Sample:
    """Returns a row of the penalty table with a fine; `offence` is kind of violation, facts and basis."""
    violation, facts, basis = offence
    cells = _party("CF", party) | _bodies("CF_CFJG", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM", body)
    cells |= {"CF_WSH": number, "CF_WFXW": violation, "CF_SY": f"{party.name}{facts}", "CF_YJ": basis}
    cells |= {"CF_CFLB": "罚款", "CF_NR": "处以罚款", "CF_NR_FK": 1.5, "CF_JDRQ": decided, "CF_YXQ": "2099/12/31"}
    return Sample(cells)


def entry(party: Party, body: Body, number: str, standard: tuple[str, str, str], decided: date) -> Sample:
    """Returns a row of the list table; `standard` is kind of list, field and `id@version`. The term is set apart."""
    kind, field, identifier = standard
    why = "生产经营规范，连续三年无违法记录" if kind == "红名单" else "情节严重，造成恶劣影响"
    cells: dict[str, Cell] = {"MD_LB": kind, "MD_MC": f"{field}领域{kind}", "MD_LY": field, "MD_BZH": identifier}
    cells |= {"MD_ZTMC": party.name, "MD_ZTLB": party.kind, "MD_SY": why, "MD_YJ": f"{field}领域信用管理办法第八条"}
    cells |= {"MD_ZJLX": "身份证", "MD_ZJHM": party.code} if party.person else {"MD_SHXYM": party.code}
    cells |= {} if party.person else {"MD_FRDB": party.representative, "MD_ZRR": party.representative}
    cells |= {"MD_WH": number, "MD_RDRQ": decided, "MD_SXRQ": decided}
    return Sample(cells | _bodies("MD_DW", "MD_DWDM", "MD_LYDW", "MD_LYDWDM", body))


def filing(party: Party, body: Body, number: str, categories: str, filed: date) -> Sample:
    """Returns a row of the filing table: three years, passed its review of 2026."""
    cells: dict[str, Cell] = {"BA_BH": number, "BA_JGMC": party.name, "BA_SHXYM": party.code}
    cells |= {"BA_FRDB": party.representative, "BA_YWLB": categories, "BA_BARQ": filed, "BA_ZT": "已备案"}
    cells |= {"BA_YXQZ": "2099/12/31", "BA_NJND": "2026", "BA_NJJG": "合格"}
    return Sample(cells | _bodies("BA_JG", "BA_JGDM", "BA_LYDW", "BA_LYDWDM", body))


def subject(party: Party, registration: str) -> Sample:
    """Returns a row of the table of old and new codes."""
    organisation = party.code[8:17]
    cells: dict[str, Cell] = {"COM_NM": party.name, "UNI_SOCIAL_CRD_CD": party.code, "IC_REG_CD": registration}
    cells |= {"ORG_NO": f"{organisation[:8]}-{organisation[8]}", "TAXATION_REG_NO": party.code[2:8] + organisation}
    cells |= {"SOURCE_ORG": HANGZHOU_CREDIT[0], "SOURCE_ORG_CD": HANGZHOU_CREDIT[1]}
    return Sample(cells)


def _party(prefix: str, party: Party) -> dict[str, Cell]:
    cells: dict[str, Cell] = {f"{prefix}_XDR_MC": party.name, f"{prefix}_XDR_LB": party.kind}
    if party.person:
        return cells | {f"{prefix}_XDR_ZJLX": "身份证", f"{prefix}_XDR_ZJHM": party.code}
    return cells | {f"{prefix}_XDR_SHXYM": party.code, f"{prefix}_FRDB": party.representative}


def _bodies(name: str, code: str, source_name: str, source_code: str, body: Body) -> dict[str, Cell]:
    return {name: body[0], code: body[1], source_name: body[0], source_code: body[1]}
