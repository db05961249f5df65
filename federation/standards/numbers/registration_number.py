# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The business registration number (工商注册号), GS15-2006: 6 digits of the first authority, 8 of sequence, a check.

Numbers from before 1 July 2007 have 13 digits and no check; of those only the form can be told.
"""

from datetime import date

from federation.standards.identity import DIGITS, CodeAccepted, CodeRefused, LegacyCodeKind, SubjectClass
from federation.standards.region import RegionTable

_LENGTH = 15
_OLD_LENGTH = 13
# First digit of the sequence: 0 to 3 domestic and 4 to 5 foreign-funded enterprises, 6 to 9 sole traders.
_SOLE_TRADERS = frozenset("6789")


def registration_check(body: str) -> str:
    """Returns the check digit for 14 digits (ISO 7064 MOD 11,10)."""
    carry = 10
    for digit in body:
        carry = 2 * ((carry + int(digit)) % 10 or 10) % 11
    return str((11 - carry) % 10)


def check_registration_number(text: str, regions: RegionTable, as_of: date) -> CodeAccepted | CodeRefused:
    """Checks a registration number.

    Args:
        text: the number, normalised.
        regions: codes of the first authority's region; 100000 is the head office.
        as_of: day on which the region code should be in force; if not, that is a warning.

    Returns:
        CodeAccepted; with 13 digits it tells neither class nor region and has the warning CODE_UNCHECKED. Or
        CodeRefused with CODE_EMPTY, CODE_LENGTH, CODE_ALPHABET or CODE_CHECK.
    """
    if not text:
        return CodeRefused("CODE_EMPTY", "no code is given")
    if len(text) not in (_OLD_LENGTH, _LENGTH):
        return CodeRefused("CODE_LENGTH", f"{len(text)} characters; a registration number has {_LENGTH}, formerly 13")
    if not DIGITS.issuperset(text):
        return CodeRefused("CODE_ALPHABET", "a registration number is digits only")
    if len(text) == _OLD_LENGTH:
        return CodeAccepted(LegacyCodeKind.REGISTRATION_NUMBER, text, warnings=("CODE_UNCHECKED",))
    if registration_check(text[:14]) != text[14]:
        return CodeRefused("CODE_CHECK", "digit 15 is not the check of the first 14")
    subject_class = SubjectClass.SOLE_TRADER if text[6] in _SOLE_TRADERS else SubjectClass.ENTERPRISE
    region = text[:6]
    return CodeAccepted(
        LegacyCodeKind.REGISTRATION_NUMBER, text, subject_class, region, regions.warnings(region, as_of)
    )
