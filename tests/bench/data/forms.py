# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows and record bytes as forms to be filled in: each made once by the product's own adapters, then filled at speed.

What differs from record to record (the subject's code, the number in its name, the document's number) always has the
same length, so that a filled form is what encoding the whole record anew would give; a test holds it to that.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.layout import shipped_layout
from adapters.reading.table import open_source
from adapters.row import TableKind, Translated
from adapters.translate import translate
from federation.records.codec import encode, schema_of
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.standards.bundle import shipped_standards
from node.intake import key_of, submission_of
from tests.bench.data.subjects import Kind, Rating, code_of
from tests.samples import rows
from tests.samples.invented import Party
from tests.samples.listings import ECOLOGY_BLACK, ECOLOGY_RED, Standard
from tests.samples.rows import Sample

VARIANTS = 8
_NAME, _NUMBER = "7310007", "84200048"
"""Stand for the number in a name and in a document until a form is filled."""
_WATCH: Standard = ("重点关注名单", "旅游", "yrd-tourism-watch@1")
_LISTED: Mapping[Rating, tuple[Standard, rows.Body, int]] = {
    Rating.A: (ECOLOGY_RED, rows.HANGZHOU_ECOLOGY, 546),
    Rating.C: (_WATCH, rows.HANGZHOU_TOURISM, 180),
    Rating.D: (ECOLOGY_BLACK, rows.HANGZHOU_ECOLOGY, 728),
}
"""Standard, issuer and days of the entry that a rating brings: A is red, C watched, D black. B is on no list."""
_BODIES = (rows.HANGZHOU_ECOLOGY, rows.HANGZHOU_MARKET, rows.HANGZHOU_TOURISM)
_LICENSED = (
    "排污",
    "食品经营",
    "旅行社业务",
    "特种设备使用",
    "药品零售",
    "道路货物运输",
    "危险化学品经营",
    "公共场所卫生",
)
_OFFENCES = (
    ("违法排污", "未取得排污许可证排放污染物，经责令改正后逾期不改", "《排污许可管理条例》第三十三条"),
    ("食品安全违法", "经营超过保质期的食品，货值金额不足一万元", "《食品安全法》第一百二十四条"),
    ("价格违法", "未按规定明码标价，且在检查时拒不改正", "《价格法》第四十二条"),
    ("产品质量违法", "销售不符合保障人体健康和人身财产安全标准的产品", "《产品质量法》第四十九条"),
)


def blanks(code: str, subject: int, document: int) -> dict[bytes, bytes]:
    """The values of a record: code of 18 characters, number of the subject (7 digits) and of the document (8)."""
    return {b"code": code.encode(), b"name": b"%07d" % subject, b"number": b"%08d" % document}


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of record, with blanks.

    Attributes:
        row: the row of the department's table, in UTF-8, with its line end.
        payload: the record bytes.
        key: its idempotency key.
        schema: number of the payload's schema.
        personal: whether it is about a natural person.
    """

    row: bytes
    payload: bytes
    key: bytes
    schema: int
    personal: bool

    def fill(self, values: Mapping[bytes, bytes]) -> tuple[bytes, bytes]:
        """Record bytes and stored key of a record."""
        return self.payload % values, key_of((self.key % values).decode())


def header(kind: TableKind) -> bytes:
    """The first line of a table, with the layout's Chinese names."""
    return _line([column.zh for column in shipped_layout(kind).columns.values()])


@cache
def licence_form(kind: Kind, variant: int) -> Form:
    """A licence of the layout of 2018."""
    day, what = _day(variant), _LICENSED[variant]
    sample = rows.licence(_party(kind), _BODIES[variant % 3], f"杭许〔2026〕{_NUMBER}号", day, _years_on(day), what)
    return _form(TableKind.LICENCES, sample)


@cache
def penalty_form(kind: Kind, variant: int) -> Form:
    """A penalty of the layout of 2018, with a fine."""
    title = f"杭罚〔2026〕{_NUMBER}号"
    sample = rows.penalty(_party(kind), _BODIES[variant % 2], title, _day(variant), _OFFENCES[variant % 4])
    return _form(TableKind.PENALTIES, replace(sample, cells={**sample.cells, "CF_NR_FK": round(0.2 + variant, 2)}))


@cache
def list_form(kind: Kind, rating: Rating) -> Form:
    """The list entry of a rating."""
    standard, body, days = _LISTED[rating]
    sample = rows.entry(_party(kind), body, f"杭信认〔2026〕{_NUMBER}号", standard, _day(0))
    return _form(TableKind.LISTS, replace(sample, cells={**sample.cells, "MD_YXQZ": _day(0) + timedelta(days=days)}))


def _day(variant: int) -> date:
    return date(2026, 1, 5) + timedelta(days=9 * variant)


def _years_on(day: date) -> date:
    return day + timedelta(days=1095)


def _party(kind: Kind) -> Party:
    """The subject of a form: its code is a real one of the kind, to be replaced."""
    if kind is Kind.PERSON:
        return Party(f"虚构{_NAME}", code_of(19), "自然人")
    word, ending = ("个体工商户", "便利店") if kind is Kind.SOLE_TRADER else ("法人及非法人组织", "环保科技有限公司")
    number = 10 if kind is Kind.SOLE_TRADER else 0
    return Party(f"杭州虚构{_NAME}号{ending}", code_of(number), word, "林远山")


def _form(kind: TableKind, sample: Sample) -> Form:
    """The form of a row that the adapters take.

    Raises:
        AssertionError: they do not.
    """
    codes = list(shipped_layout(kind).columns)
    row = _line([_written(sample.cells.get(code, "")) for code in codes])
    (made,) = _translated(kind, header(kind) + row)
    assert isinstance(made, Translated), made
    record = made.record
    assert isinstance(record, Licence | Penalty | ListEntry)
    code, payload = record.identity.code, encode(record)
    key = submission_of(record, payload).key.encode()
    return Form(
        row=_with_blanks(row, code),
        payload=_with_blanks(payload, code),
        key=_with_blanks(key, code),
        schema=schema_of(record),
        personal="自然人" in sample.cells.values(),
    )


def _with_blanks(text: bytes, code: str) -> bytes:
    """The text as a format whose blanks are named as in `blanks`."""
    text = text.replace(b"%", b"%%")
    for blank, standing in (("code", code), ("name", _NAME), ("number", _NUMBER)):
        text = text.replace(standing.encode(), f"%({blank})b".encode())
    return text


def _translated(kind: TableKind, table: bytes) -> Sequence[object]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "one.csv"
        path.write_bytes(table)
        with open_source(path) as source:
            return list(translate(source, kind, shipped_standards()))


def _written(cell: rows.Cell) -> str:
    return cell.strftime("%Y/%m/%d") if isinstance(cell, date) else str(cell)


def _line(cells: Sequence[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue().encode()
