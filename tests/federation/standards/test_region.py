# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Regions by code and day, and what makes a region file malformed."""

from datetime import date

import pytest

from federation.errors import ConfigFault
from federation.standards.bundle import Standards
from federation.standards.reading import shipped
from federation.standards.region import Region, parse_regions

HEAD = '# a comment\n#: id = "regions"\n#: version = "7"\n#: source = "test"\n#: effective_from = 2026-01-01\n'
COLUMNS = "code,name,valid_from,valid_until\n"


@pytest.mark.parametrize(
    ("code", "name"),
    [("100000", "全国"), ("310000", "上海市"), ("330100", "杭州市"), ("340602", "杜集区"), ("330113", "临平区")],
)
def test_regions_of_every_level_are_known(standards: Standards, code: str, name: str) -> None:
    """The country, a province, a prefecture and a county are found by their codes."""
    region = standards.regions.lookup(code, date(2026, 6, 30))
    assert region is not None
    assert (name, True) == (region.name, region.in_force(date(2026, 6, 30)))


@pytest.mark.parametrize(
    "province",
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
    ],
)
def test_every_province_has_prefectures_or_counties(standards: Standards, province: str) -> None:
    """The table covers the whole country, not the delta alone."""
    assert standards.regions.knows(province + "0000")
    assert len([code for code in standards.regions.regions if code.startswith(province)]) > 10


def test_an_abolished_district_is_in_force_until_its_last_day(standards: Standards) -> None:
    """Jiangdong (330204) was merged in 2016: known for ever, in force until the end of that year."""
    warnings = standards.regions.warnings
    assert warnings("330204", date(2016, 12, 31)) == ()
    assert warnings("330204", date(2017, 1, 1)) == ("REGION_HISTORICAL",)


def test_a_code_that_never_was_is_unknown(standards: Standards) -> None:
    """A code without any meaning is none, and warned of as unknown."""
    assert standards.regions.lookup("999999", date(2026, 1, 1)) is None
    assert not standards.regions.knows("999999")
    assert standards.regions.warnings("999999", date(2026, 1, 1)) == ("REGION_UNKNOWN",)


def test_a_code_means_what_it_meant_on_the_day(standards: Standards) -> None:
    """A code that was given another name has each in its time, and the newest when it had none."""
    names = [standards.regions.lookup("330206", on) for on in (date(1985, 5, 1), date(2000, 1, 1), date(1970, 1, 1))]
    assert [region.name for region in names if region] == ["滨海区", "北仑区", "北仑区"]


def test_first_and_last_day_count() -> None:
    """Validity is inclusive at both ends."""
    region = Region("330204", "江东区", date(1983, 1, 1), date(2016, 12, 31))
    days = [date(1982, 12, 31), date(1983, 1, 1), date(2016, 12, 31), date(2017, 1, 1)]
    assert [region.in_force(day) for day in days] == [False, True, True, False]


def test_a_small_table_is_read() -> None:
    """An operator's file is read by the same code; its head stands in marked comment lines."""
    table = parse_regions(f"{HEAD}{COLUMNS}330100,杭州市,,\n".encode(), "mine.csv")
    assert table.header.name == "regions@7"
    assert {"330100": (Region("330100", "杭州市", None, None),)} == dict(table.regions)


def test_the_shipped_rows_are_in_order() -> None:
    """Rows are sorted by code and first day, so that two versions can be compared line by line."""
    rows = [line.split(",") for line in shipped("regions@2026.csv").decode().splitlines() if line[0].isdigit()]
    assert rows == sorted(rows, key=lambda row: (row[0], row[2]))


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        (COLUMNS, "DATA_FIELD", "id is missing"),
        (HEAD, "DATA_FIELD", "first line of the table"),
        (HEAD + "code;name\n", "DATA_FIELD", "first line of the table"),
        (HEAD + COLUMNS + "330100,杭州市,\n", "DATA_FIELD", "mine.csv:7: 3 columns"),
        (HEAD + COLUMNS + "\n", "DATA_FIELD", "mine.csv:7: 1 columns"),
        (HEAD + COLUMNS + "33010,杭州市,,\n", "DATA_FIELD", "mine.csv:7: code is wrong"),
        (HEAD + COLUMNS + "33010A,杭州市,,\n", "DATA_FIELD", "mine.csv:7: code is wrong"),
        (HEAD + COLUMNS + "330100, ,,\n", "DATA_FIELD", "mine.csv:7: name is blank"),
        (HEAD + COLUMNS + "330100,杭州市,19830101,\n", "DATA_FIELD", "'19830101' is not a date"),
        (HEAD + COLUMNS + "330100,杭州市,,1983-02-30\n", "DATA_FIELD", "'1983-02-30' is not a day"),
        (HEAD + COLUMNS + "330100,杭州市,1984-01-01,1983-01-01\n", "DATA_FIELD", "before valid_from"),
        (HEAD + "#: colour = 3\n" + COLUMNS, "DATA_FIELD", "unknown key 'colour'"),
        (HEAD + "#: colour\n" + COLUMNS, "DATA_MALFORMED", "line 6"),
        (HEAD.replace('"regions"', '"fields"') + COLUMNS, "DATA_OTHER", "'fields'"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(text: str, reason: str, place: str) -> None:
    """A region file that is wrong anywhere is refused whole, and the fault says where."""
    with pytest.raises(ConfigFault) as caught:
        parse_regions(text.encode(), "mine.csv")
    assert reason == caught.value.reason
    assert place in caught.value.detail


def test_a_file_in_another_encoding_is_refused() -> None:
    """GB18030 bytes are not guessed at."""
    with pytest.raises(ConfigFault) as caught:
        parse_regions(f"{HEAD}{COLUMNS}330100,杭州市,,\n".encode("gb18030"), "mine.csv")
    assert caught.value.reason == "DATA_MALFORMED"
