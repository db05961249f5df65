# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What checking an identity code says, and how a code is written.

A code is accepted (perhaps with warnings) or refused with a stable reason; both are values. The checks themselves are
in one module for each standard, and take text that is normalised already: `normalise` is a step of its own, so that
whoever reads a file can say that it changed what was written.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

DIGITS = frozenset("0123456789")
"""The ten ASCII digits; `str.isdigit` would let through the digits of every script."""


class SubjectClass(StrEnum):
    """Class of a subject: the five classes of the Zhejiang scheme, sole traders and other organisations apart."""

    ENTERPRISE = "enterprise"
    SOLE_TRADER = "sole-trader"
    SOCIAL_ORGANISATION = "social-organisation"
    PUBLIC_INSTITUTION = "public-institution"
    GOVERNMENT = "government"
    OTHER_ORGANISATION = "other-organisation"
    NATURAL_PERSON = "natural-person"


class CodeKind(StrEnum):
    """Kind of the number that identifies a subject in a record."""

    USCC = "uscc"
    CITIZEN = "citizen"
    OTHER = "other"


class LegacyCodeKind(StrEnum):
    """Register that issued an older number; such a number is a cross-reference, never the identity of a record."""

    REGISTRATION_NUMBER = "registration-number"
    ORGANISATION_CODE = "organisation-code"
    TAX_NUMBER = "tax-number"
    INSTITUTION_CERTIFICATE = "institution-certificate"
    SOCIAL_ORGANISATION_CERTIFICATE = "social-organisation-certificate"
    UNIFIED_CODE = "unified-code"


@dataclass(frozen=True, slots=True)
class CodeAccepted:
    """A code that keeps its standard.

    Attributes:
        kind: which standard it keeps.
        value: the code as records hold it: normalised, without hyphen, a citizen number always with 18 characters.
        subject_class: the class that the code tells; None where it tells none.
        region: the six digits of the region in the code; None where the code has none.
        warnings: reason codes of what is doubtful but no ground for refusal; in the order of the checks.
        department: first character of a unified code (登记管理部门); None for other kinds.
        category: second character of a unified code (机构类别); None for other kinds.
        organisation_code: the nine characters of GB 11714 within a unified code; None for other kinds.
    """

    kind: CodeKind | LegacyCodeKind
    value: str
    subject_class: SubjectClass | None = None
    region: str | None = None
    warnings: tuple[str, ...] = ()
    department: str | None = None
    category: str | None = None
    organisation_code: str | None = None


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """A code that breaks its standard.

    Attributes:
        reason: stable reason code, listed in the `reasons` catalogue.
        detail: one English sentence that says where; it never repeats the code.
    """

    reason: str
    detail: str


def normalise(text: str) -> str:
    """Returns the code as the checks want it: full width made half width (NFKC), ends stripped, upper case.

    Characters inside the code are never dropped; whoever calls this compares the two texts to warn of a change.
    """
    return unicodedata.normalize("NFKC", text).strip().upper()
