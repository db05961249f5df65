# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Legal time: days of Beijing, months of the Civil Code, and working days by a table that an operator can extend.

A day begins at midnight in China Standard Time (UTC+8, no summer time), and a term ends at 24:00 of its last day. The
day a term counts from is not counted (Civil Code, article 201); months end on the corresponding day or the month's last
one (202); where a rule says so, a last day of rest gives way to the next working one (203).

Which days are worked is decreed year by year. The package `chinesecalendar` knows the years up to the newest notice it
has seen; a data file `working-days@<version>` says which of its years count and may give others. What neither knows is
counted by weekends alone and marked provisional, for somebody to look at again once the notice is out.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from types import MappingProxyType

import chinese_calendar

from federation.errors import ConfigFault
from federation.standards.reading import HEADER_KEYS, Header, Section, decode, parse_header, parse_toml

CHINA_STANDARD_TIME = timezone(timedelta(hours=8))
_DAY = timedelta(days=1)
_SATURDAY = 5
_NOTICE_REACHES_BACK = timedelta(days=7)
"""A year's notice may move days of the last week before it: in 2018 the 29th of December was worked, the 31st not."""


def china_date(now_ms: int) -> date:
    """The calendar day in China Standard Time, by which all legal terms count."""
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(CHINA_STANDARD_TIME).date()


def china_time(time_ms: int) -> str:
    """A moment as people read it, in China Standard Time to the second: 2026-03-01 09:30:00."""
    return datetime.fromtimestamp(time_ms / 1000, CHINA_STANDARD_TIME).strftime("%Y-%m-%d %H:%M:%S")


def midnight_ms(day: date) -> int:
    """The moment a day begins, 0:00 in China Standard Time, in milliseconds since 1970-01-01T00:00:00Z.

    A term ends at 24:00 of its last day: when the day after it begins.
    """
    begins = datetime(day.year, day.month, day.day, tzinfo=CHINA_STANDARD_TIME)
    return (begins - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def day_after(day: date | None) -> date | None:
    """The next day; None after an open end or after the last day of the calendar."""
    return None if day is None or day == date.max else day + _DAY


def months_later(day: date, months: int) -> date:
    """The corresponding day that many months later, or the end of that month; at most the last day of the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a term.

    Attributes:
        day: the term ends at 24:00 of it.
        provisional: whether it was counted through days whose year is not decreed yet, and may still move.
    """

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class DecreedYear:
    """What a notice says of one year: days off, and weekends that are worked."""

    holidays: frozenset[date]
    workdays: frozenset[date]


@dataclass(frozen=True, slots=True, eq=False)
class WorkingDays:
    """Which days are worked; immutable, may be shared between threads.

    Attributes:
        header: id, version, source and first day.
        package_years: years that are taken from the package.
        given: years that the file gives itself; they stand before those of the package.
    """

    header: Header
    package_years: range
    given: Mapping[int, DecreedYear]

    def is_working(self, day: date) -> bool:
        """Whether a day is worked; by weekends alone where its year is not decreed."""
        for year in (self.given.get(day.year), self.given.get(day.year + 1)):
            if year is not None and (day in year.workdays or day in year.holidays):
                return day in year.workdays
        if day.year in self.package_years and day.year not in self.given:
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < _SATURDAY

    def is_provisional(self, day: date) -> bool:
        """Whether a notice may still come that says of a day whether it is worked."""
        return not (
            self._decreed(day) and self._decreed(min(day, date.max - _NOTICE_REACHES_BACK) + _NOTICE_REACHES_BACK)
        )

    def nth(self, start: date, count: int) -> Deadline:
        """The n-th working day after a day, which itself is not counted; at most the last day of the calendar.

        Args:
            start: the day of the event, worked or not.
            count: how many working days, at least 0; 0 is the day itself.
        """
        day, provisional = start, False
        while count > 0 and day < date.max:
            day += _DAY
            count -= self.is_working(day)
            provisional = provisional or self.is_provisional(day)
        return Deadline(day, provisional)

    def rolled(self, last: date) -> Deadline:
        """The last day of a term of months or days: `last`, or the next working day where that is a day of rest."""
        return Deadline(last, self.is_provisional(last)) if self.is_working(last) else self.nth(last, 1)

    def _decreed(self, day: date) -> bool:
        return day.year in self.given or day.year in self.package_years


def parse_working_days(raw: bytes, place: str) -> WorkingDays:
    """Reads a `working-days` table.

    Args:
        raw: the file, TOML in UTF-8: the head, `package_years` (first and last year to take from the package; may be
            absent) and a table `years.<year>` with `holidays` and `workdays` for each year of its own.
        place: name of the file, for messages.

    Raises:
        ConfigFault: DATA_MALFORMED, DATA_FIELD or DATA_OTHER; the detail names table and key.
    """
    root = parse_toml(decode(raw, place), place)
    root.only(*HEADER_KEYS, "package_years", "years")
    header = parse_header(root, "working-days")
    sections = root.sections("years") if "years" in root.values else {}
    given = dict(_year(name, section) for name, section in sections.items())
    return WorkingDays(header, _package_years(root), MappingProxyType(given))


def _package_years(root: Section) -> range:
    """The years to take from the package; refused where it lacks one, rather than counted wrongly later."""
    if "package_years" not in root.values:
        return range(0)
    years = root.numbers("package_years")
    if len(years) != 2 or years[0] > years[1]:
        raise ConfigFault("DATA_FIELD", f"{root.place}: package_years is wrong; wanted its first and its last year")
    first, last = years
    try:
        chinese_calendar.is_workday(date(first, 1, 1))
        chinese_calendar.is_workday(date(last, 12, 31))
    except (NotImplementedError, ValueError):
        raise ConfigFault(
            "DATA_FIELD", f"{root.place}: package_years is wrong; the package does not know {first} to {last}"
        ) from None
    return range(first, last + 1)


def _year(name: str, section: Section) -> tuple[int, DecreedYear]:
    section.only("holidays", "workdays")
    if not (len(name) == 4 and name.isascii() and name.isdecimal() and int(name)):
        raise ConfigFault("DATA_FIELD", f"{section.place}: a year is four digits")
    year = DecreedYear(frozenset(section.days("holidays")), frozenset(section.days("workdays")))
    begins = date(int(name), 1, 1).toordinal() - _NOTICE_REACHES_BACK.days
    for day in sorted(year.holidays | year.workdays):
        if day.toordinal() < begins or day.year > int(name):
            raise ConfigFault("DATA_FIELD", f"{section.place}: {day} is neither of this year nor of the week before")
        if day in year.workdays and (day in year.holidays or day.weekday() < _SATURDAY):
            raise ConfigFault("DATA_FIELD", f"{section.place}: {day} is no weekend day that is worked")
    return int(name), year
