# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Single cells: dates, amounts, cleaning."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cell import amount, clean, day, open_day, parts
from federation.errors import FieldFault


def _reason(reader: object, text: str) -> str:
    assert callable(reader)
    with pytest.raises(FieldFault) as caught:
        reader(text)
    return caught.value.reason


@pytest.mark.parametrize(
    "text",
    [
        "2026/01/31",
        "2026/1/31",
        "2026-01-31",
        "2026.1.31",
        "20260131",
        "2026年1月31日",
        "2026-01-31 00:00:00.0",
        "2026/1/31 8:30",
    ],
)
def test_every_written_form_of_a_day_is_read(text: str) -> None:
    """Departments write one day in many ways; all give the same date."""
    assert date(2026, 1, 31) == day(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026/02/30",
        "26/1/31",
        "1/31/2026",
        "2026-01/31",
        "2026131",
        "2026-01-31 8 Uhr",
        "45000",
        "昨天",
        "2026/13/01",
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    """A date that does not exist, is ambiguous or is a spreadsheet serial number is never guessed."""
    assert _reason(day, text) == "DATE_MALFORMED"


@pytest.mark.parametrize("text", ["2099/12/31", "9999-9-9", "9999-12-31", "20991231", "长期"])
def test_open_ends_become_none(text: str) -> None:
    """Each way to write 'for ever' is the absence of an end."""
    assert open_day(text) is None


def test_an_open_end_is_only_an_end() -> None:
    """As the day of a decision, 2099/12/31 stays the day it says, for admission to refuse as future."""
    assert date(2099, 12, 31) == day("2099/12/31")


@settings(max_examples=300)
@given(st.integers(0, 10**12 - 1), st.integers(0, 10**6 - 1), st.integers(0, 6))
def test_amounts_are_exact(whole: int, fraction: int, digits: int) -> None:
    """万元 become fen exactly, as rational numbers would have it."""
    text = f"{whole}.{fraction:06d}"[: len(str(whole)) + 1 + digits]

    fen, grouped = amount(text)

    assert Fraction(text.rstrip(".")) * 1_000_000 == Fraction(fen)
    assert not grouped


@given(st.integers(1000, 10**12 - 1))
def test_separators_change_nothing_but_the_flag(whole: int) -> None:
    """Thousands separators are dropped and reported."""
    assert (amount(str(whole))[0], True) == amount(f"{whole:,}")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-1", "AMOUNT_NEGATIVE"),
        ("－1", "AMOUNT_NEGATIVE"),
        ("0.0000001", "AMOUNT_PRECISION"),
        ("1.0000000", "AMOUNT_PRECISION"),
        ("1000000000000", "AMOUNT_RANGE"),
        ("1.2.3", "AMOUNT_MALFORMED"),
        ("一万", "AMOUNT_MALFORMED"),
        ("1,00", "AMOUNT_MALFORMED"),
        ("1e3", "AMOUNT_MALFORMED"),
        ("nan", "AMOUNT_MALFORMED"),
        (".", "AMOUNT_MALFORMED"),
        ("1.5万", "AMOUNT_MALFORMED"),
        ("٣", "AMOUNT_MALFORMED"),
    ],
)
def test_unsound_amounts_are_refused_each_for_its_reason(text: str, reason: str) -> None:
    """No amount is rounded or guessed."""
    assert reason == _reason(amount, text)


@pytest.mark.parametrize(("text", "fen"), [("0", 0), ("0.000001", 1), (".5", 500_000), ("1.", 1_000_000)])
def test_amounts_at_the_edges(text: str, fen: int) -> None:
    """One fen is the smallest amount; a bare point is no obstacle."""
    assert (fen, False) == amount(text)


def test_full_width_letters_and_digits_become_half_width_with_a_warning() -> None:
    """Punctuation of running text stays as it was published."""
    assert clean(["ＡＢ１２，（甲）"]) == (["AB12，（甲）"], ["FULL_WIDTH_NORMALISED"])


def test_cells_lose_what_cannot_be_seen_at_their_ends() -> None:
    """White space of any width and zero-width marks are trimmed; breaks inside are kept as one form."""
    assert clean([" \u3000\ufeff甲\u200b\u00a0", "a\r\nb\tc"]) == (["甲", "a\nb c"], [])


def test_cells_become_composed() -> None:
    """Text is stored in NFC, however it was typed."""
    assert clean(["e\u0301"]) == (["é"], [])


def test_undecodable_bytes_name_the_cell() -> None:
    """The fault carries the position of the cell that holds them."""
    with pytest.raises(FieldFault) as caught:
        clean(["sound", "x\udcff"])

    assert (caught.value.field, caught.value.reason) == ("1", "BAD_ENCODING")


def test_parts_are_trimmed_and_single() -> None:
    """Separators of both widths cut; blanks and repetitions fall away."""
    assert parts("警告； 罚款;;警告", ";；") == ("警告", "罚款")
