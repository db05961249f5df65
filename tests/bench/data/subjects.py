# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Invented subjects by number, as many as are wanted, with valid check digits; the same on every run.

Of 20 subjects 10 are enterprises, 9 sole traders, 1 a natural person (Hangzhou 2010 counts 120,000 enterprises and
110,000 sole traders). Organisation codes are of the range PDY00001 to PDY99999, which GB 11714 leaves to users; persons
are born before 1915 and have sequence numbers 990 to 999: so nobody and no company has these numbers.
"""

from datetime import date, timedelta
from enum import Enum
from functools import cache

from federation.standards.bundle import shipped_standards
from federation.standards.numbers.citizen_number import citizen_check
from tests.samples.invented import unified

PROVINCE = "33"
AS_OF = date(2026, 1, 1)
CODES_A_REGION = 99_999
PERSON_DAYS = 3650
"""Days of birth, from 1905 on."""
PERSONS_A_REGION = 10 * PERSON_DAYS


class Rating(Enum):
    """Ratings of enterprises, with how many had each in Zhejiang in 2007."""

    A = 7_933
    B = 732_576
    C = 49_999
    D = 1_666


_RATED = sum(rating.value for rating in Rating)
_SCATTER = 2_654_435_761  # prime: neighbouring numbers get unrelated ratings


class Kind(Enum):
    """Class of subject; the value is the prefix of its unified code, empty for a person."""

    ENTERPRISE = "91"
    SOLE_TRADER = "92"
    PERSON = ""


def kind_of(number: int) -> Kind:
    """The class of a subject."""
    place = number % 20
    return Kind.ENTERPRISE if place < 10 else Kind.SOLE_TRADER if place < 19 else Kind.PERSON


def rating_of(number: int) -> Rating:
    """The rating of a subject: in the proportions of Zhejiang 2007, scattered over the numbers."""
    drawn = number * _SCATTER % _RATED
    for rating in (Rating.D, Rating.A, Rating.C):
        if drawn < rating.value:
            return rating
        drawn -= rating.value
    return Rating.B


def code_of(number: int) -> str:
    """The unified code or citizen number of a subject, 18 characters; at most 8 million subjects.

    Raises:
        IndexError: there are not so many regions.
    """
    kind = kind_of(number)
    if kind is Kind.PERSON:
        return _citizen(number // 20)
    region, place = divmod(number, CODES_A_REGION)
    return unified(kind.value, regions()[region], place + 1)


def _citizen(person: int) -> str:
    region, place = divmod(person, PERSONS_A_REGION)
    born = date(1905, 1, 1) + timedelta(days=place // 10)
    body = f"{regions()[region]}{born:%Y%m%d}{990 + place % 10}"
    return body + citizen_check(body)


@cache
def regions() -> tuple[str, ...]:
    """Codes of Zhejiang's counties and districts in force."""
    table = shipped_standards().regions
    return tuple(
        code
        for code, meanings in sorted(table.regions.items())
        if code.startswith(PROVINCE) and code[4:] != "00" and any(one.in_force(AS_OF) for one in meanings)
    )
