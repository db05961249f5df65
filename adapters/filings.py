# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Filings of credit service agencies (信用服务机构备案), `layouts/xinqiao-filings@1.toml`."""

import re
from collections.abc import Mapping

from adapters.cell import Cells
from adapters.identity import Identities, IdentityColumns
from federation.errors import FieldFault
from federation.records.agency_filing import AgencyFiling, FilingStanding, ReviewResult
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
}
_RESULTS: Mapping[str, ReviewResult] = {
    "合格": ReviewResult.PASSED,
    "通过": ReviewResult.PASSED,
    "限期整改": ReviewResult.CONDITIONAL,
    "不合格": ReviewResult.FAILED,
}
_BETWEEN_CATEGORIES = ";；、，,"
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
    )


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
