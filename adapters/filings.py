# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Filings of credit service agencies (信用服务机构备案), `layouts/xinqiao-filings@1.toml`.

Some cells hold several items, between `;` or line breaks, each of parts between `|`, as `layouts` says: staff by role,
qualification, number and last day; reviews by year, result and day; events by kind, day and day of report; documents by
title and SHA-256.
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from adapters.cell import Cells, day, open_day, parts
from adapters.identity import Identities, IdentityColumns
from federation.errors import FieldFault
from federation.records.agency_filing import (
    AgencyFiling,
    AnnualReview,
    DataAccessLevel,
    FilingDocument,
    FilingStanding,
    MajorEvent,
    MajorEventKind,
    MarketExit,
    ReviewResult,
    StaffGroup,
    StaffRole,
)
from federation.records.subject import Authority
from federation.records.value import Value
from federation.standards.catalogue import CodeSet

COLUMNS = IdentityColumns(name="BA_JGMC", uscc="BA_SHXYM", representative="BA_FRDB")
_STANDINGS: Mapping[str, FilingStanding] = {
    "已备案": FilingStanding.FILED,
    "有效": FilingStanding.FILED,
    "正常": FilingStanding.FILED,
    "暂停": FilingStanding.SUSPENDED,
    "撤回": FilingStanding.WITHDRAWN,
    "退出": FilingStanding.EXITED,
    "退出市场": FilingStanding.EXITED,
    "注销": FilingStanding.CANCELLED,
    "待备案": FilingStanding.PENDING,
    "已受理": FilingStanding.PENDING,
    "限期整改": FilingStanding.CONDITIONAL,
    "逾期未年检": FilingStanding.ANNUAL_REVIEW_OVERDUE,
}
_RESULTS: Mapping[str, ReviewResult] = {
    "合格": ReviewResult.PASSED,
    "通过": ReviewResult.PASSED,
    "限期整改": ReviewResult.CONDITIONAL,
    "不合格": ReviewResult.FAILED,
}
_ROLES: Mapping[str, StaffRole] = {
    "高管": StaffRole.SENIOR,
    "高级管理人员": StaffRole.SENIOR,
    "从业": StaffRole.PRACTITIONER,
    "从业人员": StaffRole.PRACTITIONER,
}
_EVENTS: Mapping[str, MajorEventKind] = {
    "变更名称": MajorEventKind.NAME_CHANGED,
    "变更法定代表人": MajorEventKind.REPRESENTATIVE_CHANGED,
    "变更股东": MajorEventKind.SHAREHOLDERS_CHANGED,
    "变更业务": MajorEventKind.BUSINESS_CHANGED,
    "诉讼": MajorEventKind.LITIGATION,
    "安全事件": MajorEventKind.SECURITY_INCIDENT,
    "违规": MajorEventKind.VIOLATION,
}
_LEVELS: Mapping[str, DataAccessLevel] = {
    "公开公示": DataAccessLevel.PUBLIC,
    "授权查询": DataAccessLevel.AUTHORISED_QUERY,
    "政务共享": DataAccessLevel.GOV_SHARED,
}
_BETWEEN_CATEGORIES = ";；、，,"
_BETWEEN_ITEMS = ";；\n"
_COUNT = re.compile(r"[0-9]{1,6}", re.ASCII)
_DIGEST = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
Made = TypeVar("Made")
Item = TypeVar("Item", bound=Value)
_YEAR = re.compile(r"(\d{4})(?:年度?)?", re.ASCII)


def filing(cells: Cells, identities: Identities, categories: CodeSet) -> AgencyFiling:
    """Returns the filing that a row states; `categories` turns the names of service categories into codes.

    Raises:
        FieldFault: a cell cannot be translated; the field is a column's code, or a field of the record.
    """
    return AgencyFiling(
        identity=identities.identity(cells),
        filing_number=cells.required("BA_BH"),
        categories=cells.codes("BA_YWLB", categories, _BETWEEN_CATEGORIES),
        filed_on=cells.day("BA_BARQ"),
        valid_until=cells.optional_open_day("BA_YXQZ"),
        authority=identities.authority(cells, "BA_JG", "BA_JGDM"),
        standing=cells.choice("BA_ZT", _STANDINGS),
        reviewed_year=_year(cells),
        review_result=_result(cells),
        source=identities.source(cells, "BA_LYDW", "BA_LYDWDM"),
        remark=cells.optional("BZ"),
        regions=parts(cells.optional("BA_YWQY") or "", _BETWEEN_CATEGORIES),
        standing_since=cells.optional_day("BA_ZTRQ"),
        mend_by=cells.optional_day("BA_ZGQX"),
        address=cells.optional("BA_DZ"),
        capital_fen=cells.amount("BA_ZCZB"),
        documents=_items(cells, "BA_CL", _document),
        staff=_items(cells, "BA_RY", _staff),
        reviews=_items(cells, "BA_NJJL", _review),
        events=_items(cells, "BA_ZDSX", _event),
        exit=_exit(cells),
        data_access_level=cells.choice("BA_SJJB", _LEVELS) if cells.optional("BA_SJJB") else None,
    )


def _items(cells: Cells, code: str, reader: Callable[[str], Item]) -> tuple[Item, ...]:
    """The items of a cell; a FieldFault of any of them is given the column's name."""
    return tuple(cells.read(code, reader, item) for item in parts(cells.optional(code) or "", _BETWEEN_ITEMS))


def _split(item: str, least: int, most: int) -> list[str | None]:
    """The parts of an item, None for those left out.

    Raises:
        FieldFault: ITEM_MALFORMED, there are too few or too many.
    """
    found: list[str | None] = [part.strip() or None for part in item.split("|")]
    if not least <= len(found) <= most or None in found[:least]:
        raise FieldFault("", "ITEM_MALFORMED", f"wanted {least} to {most} parts with | between them")
    return found + [None] * (most - len(found))


def _staff(item: str) -> StaffGroup:
    role, qualification, count, last = _split(item, 3, 4)
    if count is None or not _COUNT.fullmatch(count):
        raise FieldFault("", "NUMBER_MALFORMED", "not a number of persons")
    return _built(
        StaffGroup,
        role=_chosen(_ROLES, role),
        qualification=qualification,
        count=int(count),
        valid_until=last and open_day(last),
    )


def _review(item: str) -> AnnualReview:
    year, result, on = _split(item, 2, 3)
    return _built(
        AnnualReview, year=_read_year(year or ""), result=_chosen(_RESULTS, result), reviewed_on=on and day(on)
    )


def _event(item: str) -> MajorEvent:
    kind, on, reported = _split(item, 2, 3)
    return _built(
        MajorEvent, kind=_chosen(_EVENTS, kind), occurred_on=day(on or ""), reported_on=reported and day(reported)
    )


def _document(item: str) -> FilingDocument:
    title, digest = _split(item, 2, 2)
    if digest is None or not _DIGEST.fullmatch(digest):
        raise FieldFault("", "DIGEST_MALFORMED", "not a SHA-256 in 64 hexadecimal digits")
    return _built(FilingDocument, title=title, sha256=bytes.fromhex(digest))


def _exit(cells: Cells) -> MarketExit | None:
    reason = cells.optional("BA_TCYY")
    if reason is None:
        return None
    heir = cells.optional("BA_YJDW")
    return MarketExit(
        reason=reason,
        exited_on=cells.day("BA_TCRQ"),
        handed_over_to=Authority(name=heir, code=cells.required("BA_YJDWDM")) if heir else None,
        handed_over_on=cells.optional_day("BA_YJRQ"),
    )


def _chosen(choices: Mapping[str, Made], text: str | None) -> Made:
    found = choices.get(text or "")
    if found is None:
        raise FieldFault("", "VALUE_UNKNOWN", f"not one of {'、'.join(choices)}")
    return found


def _built(kind: type[Item], /, **fields: object) -> Item:
    """An item; what is wrong with one of its fields is wrong with the item."""
    try:
        return kind(**fields)
    except FieldFault as fault:
        raise FieldFault("", fault.reason) from None


def _year(cells: Cells) -> int | None:
    text = cells.optional("BA_NJND")
    return None if text is None else cells.read("BA_NJND", _read_year, text)


def _read_year(text: str) -> int:
    found = _YEAR.fullmatch(text)
    if found is None:
        raise FieldFault("", "NUMBER_MALFORMED", "not a year such as 2026")
    return int(found[1])


def _result(cells: Cells) -> ReviewResult | None:
    return None if cells.optional("BA_NJJG") is None else cells.choice("BA_NJJG", _RESULTS)
