# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Headers: which table, which column."""

import pytest

from adapters.layout import match_header, parse_layout, recognise_table, shipped_layout
from adapters.row import TableKind
from federation.errors import ConfigFault, Misuse
from federation.standards.bundle import shipped_standards


@pytest.mark.parametrize("kind", list(TableKind))
def test_each_table_is_recognised_by_codes_and_by_names(kind: TableKind) -> None:
    """The user need not name the kind, whichever of the two headers a file has."""
    columns = shipped_layout(kind).columns

    assert [kind, kind] == [recognise_table(list(columns)), recognise_table([c.zh for c in columns.values()])]


@pytest.mark.parametrize(("kind", "count"), [(TableKind.LICENCES, 28), (TableKind.PENALTIES, 30)])
def test_the_national_layouts_have_their_columns_and_the_remark(kind: TableKind, count: int) -> None:
    """27 and 29 columns, and BZ."""
    assert count == len(shipped_layout(kind).columns)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("CF_XDR_MC", "CF_XDR_MC"),
        (" cf_xdr_mc ", "CF_XDR_MC"),
        ("1.行政相对人名称", "CF_XDR_MC"),
        ("1行政相对人名称", "CF_XDR_MC"),
        ("１．行政相对人名称", "CF_XDR_MC"),
        ("(1)行政相对人名称", "CF_XDR_MC"),
        ("行政相对人 名称_1", "CF_XDR_MC"),
        ("*行政相对人名称（必填）", "CF_XDR_MC"),
        ("行政相对人代码_1", "CF_XDR_SHXYM"),
        ("行政相对人代码＿１（统一社会信用代码）", "CF_XDR_SHXYM"),
        ("3.行政相对人代码_1(统一社会信用代码)", "CF_XDR_SHXYM"),
        ("统一社会信用代码", "CF_XDR_SHXYM"),
        ("行政相对人代码_6", "CF_XDR_SHZZ"),
        ("CF_FR_SFZH", "CF_FR_ZJHM"),
        ("20罚款金额（万元）", "CF_NR_FK"),
        ("罚款金额(元)", None),
        ("罚款金额", None),
        ("", None),
    ],
)
def test_a_header_cell_means_its_column_in_every_writing(cell: str, code: str | None) -> None:
    """Prefix, suffix, width, case and space do not matter; the unit of money does."""
    assert code == shipped_layout(TableKind.PENALTIES).find(cell)


def test_the_older_alias_of_licences_is_known() -> None:
    """XK_FR_SFZH is the older name of XK_FR_ZJHM."""
    assert shipped_layout(TableKind.LICENCES).find("XK_FR_SFZH") == "XK_FR_ZJHM"


def test_an_unknown_header_says_which_tables_were_tried() -> None:
    """The operator learns which kinds there are."""
    with pytest.raises(Misuse) as caught:
        recognise_table(["姓名", "电话"])

    assert caught.value.reason == "HEADER_UNKNOWN"
    assert [kind.value in caught.value.detail for kind in TableKind] == [True] * len(TableKind)


@pytest.mark.parametrize("kind", list(TableKind))
def test_a_table_that_lacks_a_column_never_passes_for_another(kind: TableKind) -> None:
    """Whichever required column is missing, the nearest table is named with it: a list must not become code rows."""
    columns = shipped_layout(kind).columns
    for lost in (column for column in columns.values() if column.required):
        with pytest.raises(Misuse) as caught:
            recognise_table([code for code in columns if code != lost.code])

        assert (kind.value in caught.value.detail, lost.zh in caught.value.detail) == (True, True)


def test_a_missing_column_is_named_when_the_user_names_the_kind() -> None:
    """Only what this kind lacks is listed."""
    columns = [code for code in shipped_layout(TableKind.LISTS).columns if code != "MD_RDRQ"]

    with pytest.raises(Misuse) as caught:
        match_header(columns, TableKind.LISTS, shipped_standards().masking)

    assert (caught.value.reason, caught.value.detail.endswith("认定日期")) == ("HEADER_UNKNOWN", True)


def test_two_cells_for_one_column_are_refused() -> None:
    """Which of the two would count is nobody's to guess."""
    with pytest.raises(Misuse) as caught:
        match_header(
            [*shipped_layout(TableKind.LISTS).columns, "名单名称"], TableKind.LISTS, shipped_standards().masking
        )

    assert caught.value.reason == "HEADER_DUPLICATE"


def test_unknown_columns_are_one_warning_for_the_file() -> None:
    """They are named, and blank header cells are not."""
    heading = match_header(
        [*shipped_layout(TableKind.LISTS).columns, "", "录入人", "电话"], TableKind.LISTS, shipped_standards().masking
    )

    assert (heading.ignored, heading.warnings) == (("录入人", "电话"), ("COLUMN_IGNORED",))


_HEAD = 'id = "x"\nversion = "1"\nsource = "s"\neffective_from = 2026-01-01\n'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('kind = "lists"\n[columns.A]\nzh = "甲"\nmax = 0\n', "DATA_FIELD"),
        ('kind = "lists"\n[columns.A]\nzh = "甲"\nmax = true\n', "DATA_FIELD"),
        ('kind = "maps"\n[columns.A]\nzh = "甲"\nmax = 1\n', "DATA_FIELD"),
        ('kind = "lists"\n[columns.A]\nzh = "甲"\nmax = 1\n[columns.B]\nzh = "甲"\nmax = 1\n', "DATA_DUPLICATE"),
    ],
)
def test_a_malformed_layout_is_refused_whole(body: str, reason: str) -> None:
    """A layout with a wrong limit or kind, or with one name for two columns, never comes into use."""
    with pytest.raises(ConfigFault) as caught:
        parse_layout((_HEAD + body).encode(), "x@1.toml")

    assert reason == caught.value.reason
