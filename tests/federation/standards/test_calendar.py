# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Days of Beijing, months of the Civil Code, working days: the vectors, the borders, and an operator's own year."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.errors import ConfigFault
from federation.standards.bundle import Standards, build_standards, shipped_standards
from federation.standards.calendar import (
    Deadline,
    WorkingDays,
    china_date,
    china_time,
    day_after,
    midnight_ms,
    months_later,
    parse_working_days,
)

COUNTS = (1, 3, 5, 7, 10, 20)
# Day of the event, and the n-th working day after it for each count, as month and day of the same year.
VECTORS = {
    date(2024, 9, 27): ("09-29", "10-08", "10-10", "10-12", "10-16", "10-30"),  # a Friday before a worked Sunday
    date(2025, 9, 28): ("09-29", "10-09", "10-11", "10-14", "10-17", "10-31"),  # a Sunday that is worked
    date(2026, 2, 13): ("02-14", "02-25", "02-27", "03-02", "03-05", "03-19"),  # a Friday before a worked Saturday
    date(2026, 2, 14): ("02-24", "02-26", "02-28", "03-03", "03-06", "03-20"),  # that Saturday
    date(2026, 2, 15): ("02-24", "02-26", "02-28", "03-03", "03-06", "03-20"),  # a Sunday off: the package is one short
    date(2026, 4, 30): ("05-06", "05-08", "05-11", "05-13", "05-18", "06-01"),  # a Thursday before a long holiday
}
MONTHS = [
    (date(2025, 11, 30), 3, date(2026, 2, 28)),
    (date(2026, 5, 31), 6, date(2026, 11, 30)),
    (date(2024, 2, 29), 12, date(2025, 2, 28)),
    (date(2026, 4, 1), 36, date(2029, 4, 1)),
    (date(2026, 12, 1), 1, date(2027, 1, 1)),
    (date(9999, 1, 31), 1, date(9999, 2, 28)),
    (date(9999, 6, 1), 36, date.max),
]
HEAD = 'id = "working-days"\nversion = "2027"\nsource = "a test [U]"\neffective_from = 2004-01-01\n'
OWN_YEAR = """package_years = [2004, 2026]

[years.2027]
holidays = [2026-12-31, 2027-01-01, 2027-05-03]
workdays = [2026-12-27, 2027-05-08]
"""


@pytest.fixture(scope="module")
def days(standards: Standards) -> WorkingDays:
    """The table that ships with the program."""
    return standards.working_days


def table(body: str) -> WorkingDays:
    """A table with the usual head."""
    return parse_working_days((HEAD + body).encode(), "mine.toml")


@pytest.mark.parametrize(("start", "count", "expected"), [
    (start, count, date.fromisoformat(f"{start.year}-{ends[at]}"))
    for start, ends in VECTORS.items() for at, count in enumerate(COUNTS)
])  # fmt: skip
def test_the_nth_working_day(days: WorkingDays, start: date, count: int, expected: date) -> None:
    """Terms in working days end where the State Council's notices put them; the day of the event is not counted."""
    assert Deadline(expected, provisional=False) == days.nth(start, count)


@given(st.dates(date(2003, 1, 1), date(2029, 1, 1)), st.integers(1, 60))
def test_a_term_holds_as_many_working_days_as_it_says(start: date, count: int) -> None:
    """From any day on: the last day is worked, and with it the days after the first are exactly that many."""
    days = shipped_standards().working_days
    ends = days.nth(start, count).day
    after = [start + timedelta(days=number) for number in range(1, (ends - start).days + 1)]

    assert days.is_working(ends)
    assert count == sum(days.is_working(day) for day in after)


def test_no_working_days_are_the_day_itself(days: WorkingDays) -> None:
    """A term of none ends on its own first day, worked or not."""
    assert Deadline(date(2026, 2, 15), provisional=False) == days.nth(date(2026, 2, 15), 0)


def test_beyond_the_notices_weekends_count_and_the_term_is_provisional(days: WorkingDays) -> None:
    """A year that nobody has decreed has weekends only, and what is counted through it says so."""
    assert Deadline(date(2030, 10, 8), provisional=True) == days.nth(date(2030, 9, 27), 7)
    assert [True, False] == [days.is_working(date(2030, 10, 1)), days.is_working(date(2030, 10, 5))]


def test_before_the_notices_terms_are_provisional_too(days: WorkingDays) -> None:
    """Years before the package's first one are not known either."""
    assert Deadline(date(2003, 10, 2), provisional=True) == days.nth(date(2003, 10, 1), 1)


def test_a_term_that_only_starts_in_an_undecreed_year_is_sure(days: WorkingDays) -> None:
    """The day of the event is not counted, so its year does not matter."""
    assert Deadline(date(2004, 1, 2), provisional=False) == days.nth(date(2003, 12, 31), 1)


def test_the_last_week_of_the_last_notice_may_still_move(days: WorkingDays) -> None:
    """The next notice may make a weekend at the end of December worked: days then are provisional, earlier ones not."""
    assert [False, True] == [days.is_provisional(date(2026, 12, 24)), days.is_provisional(date(2026, 12, 25))]
    assert days.is_working(date(2018, 12, 29))
    assert not days.is_working(date(2018, 12, 31))


def test_a_term_ends_with_the_calendar(days: WorkingDays) -> None:
    """Nothing is counted beyond the last day there is."""
    assert Deadline(date.max, provisional=True) == days.nth(date(9999, 12, 30), 20)
    assert days.is_provisional(date.max)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (date(2026, 10, 9), date(2026, 10, 9)),
        (date(2026, 10, 1), date(2026, 10, 8)),
        (date(2026, 8, 8), date(2026, 8, 10)),
        (date(2026, 2, 14), date(2026, 2, 14)),
    ],
)
def test_a_last_day_of_rest_gives_way_to_the_next_working_one(days: WorkingDays, last: date, expected: date) -> None:
    """Holiday and weekend give way (article 203); a Saturday that is worked does not."""
    assert Deadline(expected, provisional=False) == days.rolled(last)


def test_a_term_rolls_into_a_year_that_is_not_decreed(days: WorkingDays) -> None:
    """What rolls, or stands, on a day that may still be moved is provisional."""
    assert Deadline(date(2027, 5, 3), provisional=True) == days.rolled(date(2027, 5, 1))
    assert Deadline(date(2027, 5, 3), provisional=True) == days.rolled(date(2027, 5, 3))


def test_an_operators_year_counts_with_what_it_moves_in_december() -> None:
    """The next notice is a file: its holidays and worked weekends count, and terms through it are sure."""
    own = table(OWN_YEAR)
    worked = [date(2026, 12, 27), date(2026, 12, 30), date(2027, 5, 8), date(2027, 5, 7)]
    rest = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 5, 3), date(2027, 5, 9)]

    assert [True] * 4 + [False] * 4 == [own.is_working(day) for day in (*worked, *rest)]
    assert Deadline(date(2027, 1, 4), provisional=False) == own.nth(date(2026, 12, 30), 1)
    assert own.is_provisional(date(2027, 12, 25))


def test_an_operators_year_stands_in_place_of_the_packages() -> None:
    """A year of the file is taken from the file whole: what it leaves out is no holiday."""
    own = table("package_years = [2004, 2026]\n[years.2026]\nholidays = [2026-10-02]\n")

    assert [True, False] == [own.is_working(date(2026, 10, 1)), own.is_working(date(2026, 10, 2))]


def test_a_table_may_leave_the_package_aside() -> None:
    """Without package_years nothing is taken from the package, so that a file can pin every day itself."""
    assert Deadline(date(2026, 10, 1), provisional=True) == table("").nth(date(2026, 9, 30), 1)


def test_an_operators_file_is_a_table_of_the_node() -> None:
    """The file takes the place of the shipped one, and decisions quote its version."""
    standards = build_standards({"working-days": (HEAD + OWN_YEAR).encode()})

    assert not standards.working_days.is_working(date(2027, 5, 3))
    assert "working-days@2027" in standards.versions()


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("package_years = [2004]", "mine.toml: package_years is wrong; wanted its first and its last year"),
        ("package_years = [2026, 2004]", "mine.toml: package_years is wrong; wanted its first and its last year"),
        ('package_years = "all"', "mine.toml: package_years is wrong; wanted a list of whole numbers"),
        ("package_years = [2004, true]", "mine.toml: package_years is wrong; wanted a list of whole numbers"),
        ("package_years = [2004, 2999]", "mine.toml: package_years is wrong; the package does not know 2004 to 2999"),
        ("package_years = [0, 2026]", "mine.toml: package_years is wrong; the package does not know 0 to 2026"),
        ("[years.27]\nholidays = []", "mine.toml [years.27]: a year is four digits"),
        ("[years.0000]\nholidays = []", "mine.toml [years.0000]: a year is four digits"),
        ("[years.2027]\nrest = []", "mine.toml [years.2027]: unknown key 'rest'; known are holidays, workdays"),
        (
            '[years.2027]\nholidays = ["2027-01-01"]',
            "mine.toml [years.2027]: holidays is wrong; wanted a list of dates such as 2026-01-31, without quotes",
        ),
        (
            "[years.2027]\nholidays = [2027-01-01T00:00:00]",
            "mine.toml [years.2027]: holidays is wrong; wanted a list of dates such as 2026-01-31, without quotes",
        ),
        (
            "[years.2027]\nholidays = [2028-01-01]",
            "mine.toml [years.2027]: 2028-01-01 is neither of this year nor of the week before",
        ),
        (
            "[years.2027]\nworkdays = [2026-12-20]",
            "mine.toml [years.2027]: 2026-12-20 is neither of this year nor of the week before",
        ),
        (
            "[years.2027]\nworkdays = [2027-05-07]",
            "mine.toml [years.2027]: 2027-05-07 is no weekend day that is worked",
        ),
        (
            "[years.2027]\nholidays = [2027-05-08]\nworkdays = [2027-05-08]",
            "mine.toml [years.2027]: 2027-05-08 is no weekend day that is worked",
        ),
    ],
)
def test_a_wrong_table_is_refused_by_place(body: str, detail: str) -> None:
    """A table that is wrong anywhere is refused whole, and says where."""
    with pytest.raises(ConfigFault) as caught:
        table(body)

    assert ("DATA_FIELD", detail) == (caught.value.reason, caught.value.detail)


@pytest.mark.parametrize(("day", "months", "expected"), MONTHS)
def test_months_end_on_the_corresponding_day(day: date, months: int, expected: date) -> None:
    """A term of months ends on the corresponding day, or the end of a shorter month (article 202)."""
    assert expected == months_later(day, months)


def test_day_after_ends() -> None:
    """An open end and the last day of the calendar have no day after."""
    assert (None, None, date(2026, 3, 1)) == (day_after(None), day_after(date.max), day_after(date(2026, 2, 28)))


def test_a_day_begins_at_midnight_in_beijing() -> None:
    """The last millisecond of a day is its own, the next one the next day's, whatever day it is elsewhere."""
    turn = midnight_ms(date(2026, 4, 1))

    assert datetime(2026, 3, 31, 16, tzinfo=UTC) == datetime.fromtimestamp(turn / 1000, UTC)
    assert (date(2026, 3, 31), date(2026, 4, 1)) == (china_date(turn - 1), china_date(turn))


def test_there_is_no_summer_time() -> None:
    """Every day has 24 hours, those of 1986 to 1991 included: terms count days, never clocks put forward."""
    day = timedelta(days=1) // timedelta(milliseconds=1)

    assert day == midnight_ms(date(1988, 7, 2)) - midnight_ms(date(1988, 7, 1))
    assert day == midnight_ms(date(1988, 4, 11)) - midnight_ms(date(1988, 4, 10))


def test_a_moment_is_read_in_china_standard_time() -> None:
    """To the second; the day is that of Beijing."""
    assert "2026-03-01 00:00:00" == china_time(midnight_ms(date(2026, 3, 1)))
    assert "2026-02-28 23:59:59" == china_time(midnight_ms(date(2026, 3, 1)) - 1)
