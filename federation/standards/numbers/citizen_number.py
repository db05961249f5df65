# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The citizen number, GB 11643-1999: region, day of birth, sequence and check; and its 15-digit form before 1999.

The older form has a two-digit year and no check; records hold the 18-character form only. No detail of a refusal
repeats any part of the number.
"""

from datetime import date

from federation.standards.identity import DIGITS, CodeAccepted, CodeKind, CodeRefused, SubjectClass
from federation.standards.region import RegionTable

_LENGTH = 18
_OLD_LENGTH = 15
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# Nobody who held a number was born before 1800; an earlier year is a slip, not a birth.
_FIRST_YEAR = 1800


def citizen_check(body: str) -> str:
    """Returns the check character, 0 to 9 or X, for the first 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def lengthen(old: str) -> str:
    """Returns the 18-character form of 15 digits: the century 19 goes in after the region, the check at the end."""
    body = f"{old[:6]}19{old[6:]}"
    return body + citizen_check(body)


def birth_date(number: str) -> date | None:
    """Returns the day of birth in an 18-character number; None when its eight digits are no day since 1800."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born if born.year >= _FIRST_YEAR else None


def check_citizen_number(text: str, regions: RegionTable, as_of: date) -> CodeAccepted | CodeRefused:
    """Checks a citizen number in either form.

    The order of the checks is fixed: length, alphabet, day of birth, check character (which only the newer form has).

    Args:
        text: the number, normalised.
        regions: region codes; a historical or unknown one is a warning, since people keep their number for life.
        as_of: the day on which the person must have been born, and on which the region code should be in force.

    Returns:
        CodeAccepted with the 18-character form, and the warning CODE_UNCHECKED if it was given in the older one; or
        CodeRefused with CODE_EMPTY, CODE_LENGTH, CODE_ALPHABET, CODE_BIRTH_DATE or CODE_CHECK.
    """
    malformed = _form_fault(text)
    if malformed is not None:
        return malformed
    old = len(text) == _OLD_LENGTH
    number = lengthen(text) if old else text
    born = birth_date(number)
    if born is None or born > as_of:
        return CodeRefused("CODE_BIRTH_DATE", "the day of birth is no day of the calendar, or lies in the future")
    if citizen_check(number[:17]) != number[17]:
        return CodeRefused("CODE_CHECK", "character 18 is not the check of the first 17")
    region = number[:6]
    warnings = (*regions.warnings(region, as_of), *(("CODE_UNCHECKED",) if old else ()))
    return CodeAccepted(CodeKind.CITIZEN, number, SubjectClass.NATURAL_PERSON, region, warnings)


def _form_fault(text: str) -> CodeRefused | None:
    if not text:
        return CodeRefused("CODE_EMPTY", "no code is given")
    if len(text) not in (_OLD_LENGTH, _LENGTH):
        return CodeRefused("CODE_LENGTH", f"{len(text)} characters; a citizen number has {_LENGTH}, formerly 15")
    if not DIGITS.issuperset(text[:17]) or text[17:] not in ("", *_CHECKS):
        return CodeRefused("CODE_ALPHABET", "a citizen number is digits, and only its 18th character may be X")
    return None
