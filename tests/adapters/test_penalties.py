# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The penalty table of 2018."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.layout import shipped_layout
from adapters.row import Outcome, TableKind, Translated, Untranslated
from federation.records.penalty import Penalty

KIND = TableKind.PENALTIES


def _record(outcome: Outcome) -> Penalty:
    assert isinstance(outcome, Translated), outcome
    assert isinstance(outcome.record, Penalty)
    return outcome.record


def test_a_row_becomes_the_penalty_it_states(outcomes: Callable[..., list[Outcome]]) -> None:
    """Money is fen, open ends are None, kinds are apart, and the representative's document is gone."""
    [outcome] = outcomes(KIND, {"CF_CFLB": "警告；罚款", "CF_FR_ZJLX": "身份证", "CF_FR_ZJHM": "330102198001010010"})

    record = _record(outcome)

    assert (1_500_000, None, ("警告", "罚款"), date(2026, 3, 2), "林远山") == (
        record.fine_fen,
        record.valid_until,
        record.kinds,
        record.decided_on,
        record.identity.representative,
    )
    assert "330102198001010010" not in record.model_dump_json()


@pytest.mark.parametrize("blank", ["", "NULL", "无", "-", "/"])
def test_optional_cells_are_blank_in_many_ways(outcomes: Callable[..., list[Outcome]], blank: str) -> None:
    """A dash in the column of confiscated money is no amount."""
    [outcome] = outcomes(KIND, {"CF_NR_WFFF": blank, "CF_GSJZQ": blank, "BZ": blank})

    assert (
        _record(outcome).confiscated_fen,
        _record(outcome).published_until,
        _record(outcome).remark,
    ) == (None, None, None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"CF_WSH": ""}, "FIELD_MISSING"),
        ({"CF_WSH": "NULL"}, "FIELD_MISSING"),
        ({"CF_XDR_SHXYM": ""}, "FIELD_MISSING"),
        ({"CF_YXQ": ""}, "FIELD_MISSING"),
        ({"CF_CFLB": ";"}, "FIELD_MISSING"),
        ({"CF_WSH": "号" * 129}, "FIELD_TOO_LONG"),
        ({"CF_FRDB": "林" * 51}, "FIELD_TOO_LONG"),
        ({"CF_JDRQ": "去年"}, "DATE_MALFORMED"),
        ({"CF_NR_FK": "一万"}, "AMOUNT_MALFORMED"),
        ({"CF_NR_FK": "-3"}, "AMOUNT_NEGATIVE"),
        ({"CF_NR_WFFF": "0.0000001"}, "AMOUNT_PRECISION"),
        ({"CF_XDR_LB": "公司"}, "VALUE_UNKNOWN"),
        ({"CF_SY": "排放\x00废水"}, "FIELD_CONTROL_CHARACTER"),
        ({"CF_XDR_GSZC": "3302\u202e0300"}, "FIELD_CONTROL_CHARACTER"),
        ({"CF_CFJGDM": "1133"}, "FIELD_MALFORMED"),
        ({"CF_SJLY": "局\u202e"}, "FIELD_CONTROL_CHARACTER"),
        ({"CF_YXQ": "2020/01/01"}, "DATES_OUT_OF_ORDER"),
        ({"CF_GSJZQ": "2020/01/01"}, "DATES_OUT_OF_ORDER"),
    ],
)
def test_what_cannot_be_translated_names_its_column(
    outcomes: Callable[..., list[Outcome]], change: Mapping[str, str], reason: str
) -> None:
    """Each refusal gives row, header of the column as the file writes it, and reason."""
    [outcome] = outcomes(KIND, change)

    assert isinstance(outcome, Untranslated)
    assert (2, *change, reason) == (outcome.number, outcome.field, outcome.reason)


def test_rules_of_truth_are_left_to_admission(outcomes: Callable[..., list[Outcome]]) -> None:
    """A wrong check digit, a future date or a fine without amount can be translated, so they are."""
    [outcome] = outcomes(
        KIND, {"CF_XDR_SHXYM": "913301007161058520", "CF_JDRQ": "2086/01/01", "CF_NR_FK": "", "CF_FRDB": ""}
    )

    assert (_record(outcome).fine_fen, _record(outcome).identity.code) == (None, "913301007161058520")


def test_warnings_say_what_was_changed(outcomes: Callable[..., list[Outcome]]) -> None:
    """Full-width code and thousands separators are accepted, each with a warning."""
    [outcome] = outcomes(KIND, {"CF_XDR_SHXYM": "９１３３０１００７１６１０５８５２Ｆ", "CF_NR_FK": "1,200.5"})

    assert isinstance(outcome, Translated)
    assert (
        outcome.warnings,
        _record(outcome).identity.code,
        _record(outcome).fine_fen,
    ) == (("FULL_WIDTH_NORMALISED", "AMOUNT_SEPARATORS"), "91330100716105852F", 1_200_500_000)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_order_and_writing_of_the_header_change_nothing(
    data: st.DataObject,
    sound_rows: Mapping[TableKind, Mapping[str, str]],
    write_csv: Callable[..., Path],
    read: Callable[..., list[Outcome]],
) -> None:
    """Any column order, prefix, width, encoding and delimiter give the same record."""
    columns = shipped_layout(KIND).columns
    codes = data.draw(st.permutations(list(columns)))
    writings = ["{code}", "{zh}", "{place}.{zh}", "{place}{zh}", "{wide}（必填）"]
    header = [
        data.draw(st.sampled_from(writings)).format(
            code=code, place=place, zh=columns[code].zh, wide=columns[code].zh.replace("(", "（").replace(")", "）")
        )
        for place, code in enumerate(codes, 1)
    ]
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
    row = [sound_rows[KIND].get(code, "") for code in codes]

    [found] = read(write_csv(header, [row], encoding, data.draw(st.sampled_from([",", "\t"]))))
    [plain] = read(write_csv(list(columns), [[sound_rows[KIND].get(code, "") for code in columns]]))

    assert _record(plain) == _record(found)
