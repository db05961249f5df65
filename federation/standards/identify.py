# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Which kind of code a text is, told by its form; and the check of a code whose kind is known.

    9 characters, or 8-1 with hyphen    organisation code
    13 digits                           registration number before 2007
    15 digits                           registration number, or citizen number before 1999
    18 characters                       unified social credit code, or citizen number

Two pairs share a form. Where both checks pass, the text is taken for a citizen number, with the warning CODE_AMBIGUOUS:
to show a company's number masked is a smaller harm than to show a person's openly. Only when its region exists as a
unified code's alone, it is one.
"""

from dataclasses import replace
from datetime import date
from typing import assert_never

from federation.standards.bundle import Standards
from federation.standards.identity import DIGITS, CodeAccepted, CodeKind, CodeRefused, LegacyCodeKind
from federation.standards.numbers.citizen_number import check_citizen_number
from federation.standards.numbers.organisation_code import check_organisation_code
from federation.standards.numbers.registration_number import check_registration_number
from federation.standards.numbers.uscc import check_uscc

_OTHER_LIMIT = 64
_LEGACY_LIMIT = 50
_CENTURIES = ("18", "19", "20")


def check_code(
    kind: CodeKind | LegacyCodeKind, text: str, standards: Standards, as_of: date, legacy: bool = False
) -> CodeAccepted | CodeRefused:
    """Checks a code whose kind is known, as a record or a column states it.

    Args:
        kind: what the code is meant to be.
        text: the code, normalised.
        standards: the tables in use.
        as_of: the day the check is made for.
        legacy: take a unified code whose embedded organisation code fails its check, with a warning.

    Returns:
        What the check of that kind says. Kinds without a published form (passports, tax numbers and certificates) are
        accepted from 1 to 64 characters, legacy ones to 50, else refused with CODE_EMPTY or CODE_LENGTH.
    """
    match kind:
        case CodeKind.USCC | LegacyCodeKind.UNIFIED_CODE:
            return check_uscc(text, standards.uscc, standards.regions, as_of, legacy)
        case CodeKind.CITIZEN:
            return check_citizen_number(text, standards.regions, as_of)
        case LegacyCodeKind.REGISTRATION_NUMBER:
            return check_registration_number(text, standards.regions, as_of)
        case LegacyCodeKind.ORGANISATION_CODE:
            return check_organisation_code(text)
        case CodeKind.OTHER:
            return _check_free(kind, text, _OTHER_LIMIT)
        case (
            LegacyCodeKind.TAX_NUMBER
            | LegacyCodeKind.INSTITUTION_CERTIFICATE
            | LegacyCodeKind.SOCIAL_ORGANISATION_CERTIFICATE
        ):
            return _check_free(kind, text, _LEGACY_LIMIT)
        case _:
            assert_never(kind)


def identify(text: str, standards: Standards, as_of: date, legacy: bool = False) -> CodeAccepted | CodeRefused:
    """Recognises a code by its form and checks it.

    Args:
        text: the code, normalised.
        standards: the tables in use.
        as_of: the day the check is made for.
        legacy: take a unified code whose embedded organisation code fails its check, with a warning.

    Returns:
        CodeAccepted, whose kind tells what it is; or CodeRefused with the reason of the kind it most resembles, and
        CODE_LENGTH when no kind has this length.
    """
    match len(text):
        case 0:
            return CodeRefused("CODE_EMPTY", "no code is given")
        case 9 | 10 if len(text) == 9 or text[8] == "-":
            return check_organisation_code(text)
        case 13:
            return check_registration_number(text, standards.regions, as_of)
        case 15:
            return _identify_15(text, standards, as_of)
        case 18:
            return _identify_18(text, standards, as_of, legacy)
        case length:
            return CodeRefused("CODE_LENGTH", f"{length} characters; the known codes have 9, 13, 15 or 18")


def _identify_15(text: str, standards: Standards, as_of: date) -> CodeAccepted | CodeRefused:
    registration = check_registration_number(text, standards.regions, as_of)
    return _either(check_citizen_number(text, standards.regions, as_of), registration)


def _identify_18(text: str, standards: Standards, as_of: date, legacy: bool) -> CodeAccepted | CodeRefused:
    unified = check_uscc(text, standards.uscc, standards.regions, as_of, legacy)
    if isinstance(unified, CodeAccepted) and _is_nobodys(text):
        return unified
    citizen = check_citizen_number(text, standards.regions, as_of)
    both_refused = isinstance(unified, CodeRefused) and isinstance(citizen, CodeRefused)
    return citizen if both_refused and _resembles_citizen(text, standards) else _either(citizen, unified)


def _either(
    citizen: CodeAccepted | CodeRefused, organisation: CodeAccepted | CodeRefused
) -> CodeAccepted | CodeRefused:
    if isinstance(citizen, CodeRefused):
        return organisation
    if isinstance(organisation, CodeRefused):
        return citizen
    # Nobody has a number of a place that never was, if the same digits are read with a place that is.
    if "REGION_UNKNOWN" in citizen.warnings and "REGION_UNKNOWN" not in organisation.warnings:
        return organisation
    return replace(citizen, warnings=(*citizen.warnings, "CODE_AMBIGUOUS"))


def _is_nobodys(text: str) -> bool:
    """Tells whether no day since 1800 can stand where a citizen number has the day of birth."""
    return text[6:8] < _CENTURIES[0] or not DIGITS.issuperset(text[6:14])


def _resembles_citizen(text: str, standards: Standards) -> bool:
    """Tells whose mistake a refused code is: a century stands where a birth year would, after a region."""
    digits = DIGITS.issuperset(text[:17]) and text[6:8] in _CENTURIES
    return digits and (standards.regions.knows(text[:6]) or not standards.regions.knows(text[2:8]))


def _check_free(kind: CodeKind | LegacyCodeKind, text: str, limit: int) -> CodeAccepted | CodeRefused:
    if not text:
        return CodeRefused("CODE_EMPTY", "no code is given")
    if len(text) > limit:
        return CodeRefused("CODE_LENGTH", f"{len(text)} characters; at most {limit}")
    return CodeAccepted(kind, text)
