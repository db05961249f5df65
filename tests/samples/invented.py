# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Invented subjects and persons with valid check digits, the same on every run.

Organisation codes are of the range PDY00001 to PDY99999, which GB 11714 leaves to users, so that no company has them.
Persons have sequence numbers 990 to 999 and days of birth of more than a century ago.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from federation.standards.bundle import shipped_standards
from federation.standards.numbers.citizen_number import citizen_check
from federation.standards.numbers.organisation_code import organisation_check

_FIRST = (
    "青岚、望潮、云栎、溪渡、南屏、苕溪、澄江、晚照、听松、半山、"
    "拾光、清枫、远帆、安禾、明渠、白榆、栖霞、长堤、素石、临风"
)
_LINES = "染整、化工、食品、旅行社、仪表、建材、药业、物流、环保科技、纺织"
_FAMILY = "林周沈陆许顾章柯邵温"
_GIVEN = "远山、以宁、承泽、若谷、怀瑾、知行、静姝、云帆、思齐、望舒、长青、明澈"
_DISTRICTS: Mapping[str, tuple[str, ...]] = {
    "杭州": ("330106", "330108", "330109", "330110", "330122"),
    "浙江": ("330212", "330302", "330402", "330602"),
    "上海": ("310104", "310112", "310114", "310115"),
}
_ORIGINS = {"杭州": 20000, "浙江": 40000, "上海": 60000}


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a row is about: an organisation with its unified code, or a person with a citizen number."""

    name: str
    code: str
    kind: str = "法人及非法人组织"
    representative: str = ""

    @property
    def person(self) -> bool:
        """Whether it is a natural person."""
        return self.kind == "自然人"


def unified(prefix: str, region: str, number: int) -> str:
    """Returns a valid unified code for the organisation code PDY<number>."""
    body = f"PDY{number:05d}"
    first = f"{prefix}{region}{body}{organisation_check(body)}"
    return first + shipped_standards().uscc.check_character(first)


def company(place: str, number: int) -> Party:
    """Returns the invented company of a number, in a district of a place (杭州, 浙江, 上海)."""
    first, lines = _FIRST.split("、"), _LINES.split("、")
    second, line = number // len(first), lines[(number + number // 400 * 3) % len(lines)]
    name = f"{place}{first[number % len(first)]}{first[second % len(first)][0]}{line}有限公司"
    code = unified("91", _district(place, number), _ORIGINS[place] + number)
    return Party(name, code, representative=person_name(number))


def organisation(place: str, number: int, prefix: str, ending: str) -> Party:
    """Returns an invented body of another class: `prefix` of the code and `ending` of the name say which."""
    first = _FIRST.split("、")[number % 20]
    kind = "个体工商户" if prefix == "92" else "法人及非法人组织"
    code = unified(prefix, _district(place, number), _ORIGINS[place] + 5000 + number)
    return Party(f"{place}{first}{ending}", code, kind, person_name(number + 5))


def person(number: int) -> Party:
    """Returns an invented person; born before 1915, so that nobody living has the number."""
    born = date(1905, 1, 1) + timedelta(days=37 * number)
    body = f"330106{born:%Y%m%d}{990 + number % 10}"
    return Party(person_name(number + 3), body + citizen_check(body), "自然人")


def person_name(number: int) -> str:
    """Returns an invented name."""
    given = _GIVEN.split("、")
    return _FAMILY[number % len(_FAMILY)] + given[(number * 5 + number // 7) % len(given)]


def _district(place: str, number: int) -> str:
    districts = _DISTRICTS[place]
    return districts[number % len(districts)]
