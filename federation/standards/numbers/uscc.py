# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The unified social credit code of legal persons and other organisations, GB 32100-2015 with amendments 1 and 2.

    91    330100   71610585-2   F
    |     |        |            check character, modulus 31
    |     |        organisation code of GB 11714, with its own check character
    |     region of the registering authority, GB/T 2260
    registering department and category of organisation

The first two characters are looked up in a data file, so that a new prefix (A and N came by amendment) needs no new
code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import mul
from types import MappingProxyType

from federation.errors import ConfigFault
from federation.standards.identity import CodeAccepted, CodeKind, CodeRefused, SubjectClass
from federation.standards.numbers.organisation_code import organisation_check
from federation.standards.reading import HEADER_KEYS, Header, Section, decode, parse_header, parse_toml
from federation.standards.region import RegionTable

USCC_LENGTH = 18
_MODULUS = 31
_WEIGHTS = tuple(pow(3, place, _MODULUS) for place in range(USCC_LENGTH - 1))


@dataclass(frozen=True, slots=True)
class Category:
    """One category of organisation under its registering department.

    Attributes:
        department: first character of the code.
        category: second character of the code.
        department_zh: Chinese name of the department.
        department_en: English name of the department.
        zh: Chinese name of the category.
        en: English name of the category.
        subject_class: the class of subject; derived from the table, no published rule.
    """

    department: str
    category: str
    department_zh: str
    department_en: str
    zh: str
    en: str
    subject_class: SubjectClass


@dataclass(frozen=True, slots=True, eq=False)
class UsccTable:
    """What GB 32100 lists, of one version; immutable, may be shared between threads.

    Attributes:
        header: id, version, source and first day.
        alphabet: the 31 characters in order of value; I, O, S, V and Z are not among them.
        categories: every category, by the two characters of department and category.
    """

    header: Header
    alphabet: str
    categories: Mapping[str, Category]
    _form: re.Pattern[str]
    _values: bytes

    def category(self, text: str) -> Category | None:
        """Returns the category in a code; None where there is none, or the text has not the form of a code."""
        return self.categories.get(text[:2]) if self._form.fullmatch(text) else None

    def foreign(self, text: str) -> int | None:
        """Returns the position, from 1, of the first character that is not in the alphabet; None when all are."""
        return next((place for place, character in enumerate(text, 1) if character not in self.alphabet), None)

    def check_character(self, body: str) -> str:
        """Returns the 18th character for the first 17, all of which must be in the alphabet (ISO 7064 MOD 31-3)."""
        total = sum(map(mul, body.encode("ascii").translate(self._values), _WEIGHTS))
        return self.alphabet[-total % _MODULUS]


def parse_uscc_table(raw: bytes, place: str) -> UsccTable:
    """Reads the table of departments and categories.

    Args:
        raw: the file, TOML in UTF-8.
        place: name of the file, for messages.

    Raises:
        ConfigFault: DATA_MALFORMED, DATA_FIELD or DATA_OTHER.
    """
    root = parse_toml(decode(raw, place), place)
    root.only(*HEADER_KEYS, "alphabet", "departments")
    header = parse_header(root, "uscc")
    alphabet = root.text("alphabet")
    if len(alphabet) != _MODULUS or len(set(alphabet)) != _MODULUS or not alphabet.isascii():
        raise ConfigFault("DATA_FIELD", f"{place}: alphabet must be {_MODULUS} different characters of ASCII")
    categories = {
        department + category: below
        for department, section in root.sections("departments").items()
        for category, below in _parse_department(department, section).items()
    }
    strange = next((key for key in categories if len(key) != 2 or not set(alphabet).issuperset(key)), None)
    if strange is not None:
        raise ConfigFault("DATA_FIELD", f"{place}: department and category {strange!r} must be two of the alphabet")
    one = f"[{re.escape(alphabet)}]"
    form = re.compile(f"{one}{{2}}[0-9]{{6}}{one}{{10}}")
    values = bytes(max(alphabet.find(chr(character)), 0) for character in range(256))
    return UsccTable(header, alphabet, MappingProxyType(categories), form, values)


def check_uscc(
    text: str, table: UsccTable, regions: RegionTable, as_of: date, legacy: bool = False
) -> CodeAccepted | CodeRefused:
    """Checks a unified social credit code.

    The order of the checks is fixed, and the first that fails gives the reason: length, alphabet, department and
    category, region, organisation code (GB 11714), check character.

    Args:
        text: the code, normalised.
        table: departments and categories.
        regions: region codes.
        as_of: day on which the region code should be in force; if not, that is a warning.
        legacy: take a code whose organisation code fails its check, with the warning EMBEDDED_ORG_CHECK, as some codes
            in old data do; not for new submissions.

    Returns:
        CodeAccepted with department, category, region, organisation code and class; or CodeRefused with CODE_EMPTY,
        CODE_LENGTH, CODE_ALPHABET, CODE_CATEGORY, CODE_REGION, CODE_ORGANISATION_CHECK or CODE_CHECK.
    """
    category = table.category(text)
    if category is None:
        return _form_fault(text, table)
    region, organisation = text[2:8], text[8:17]
    warnings = regions.warnings(region, as_of)
    if organisation_check(organisation[:8]) != organisation[8]:
        if not legacy:
            return CodeRefused("CODE_ORGANISATION_CHECK", "character 17 is not the check of characters 9 to 16")
        warnings = (*warnings, "EMBEDDED_ORG_CHECK")
    if table.check_character(text[:17]) != text[17]:
        return CodeRefused("CODE_CHECK", "character 18 is not the check of the first 17")
    place = (category.department, category.category, organisation)
    return CodeAccepted(CodeKind.USCC, text, category.subject_class, region, warnings, *place)


def _form_fault(text: str, table: UsccTable) -> CodeRefused:
    """Why a text is no code of any category; asked of those alone that are none, since most are."""
    if not text:
        return CodeRefused("CODE_EMPTY", "no code is given")
    if len(text) != USCC_LENGTH:
        return CodeRefused("CODE_LENGTH", f"{len(text)} characters; a unified social credit code has {USCC_LENGTH}")
    foreign = table.foreign(text)
    if foreign is not None:
        return CodeRefused("CODE_ALPHABET", f"character {foreign} is not in the alphabet of GB 32100")
    if text[:2] not in table.categories:
        return CodeRefused("CODE_CATEGORY", "the first two characters are no known department and category")
    return CodeRefused("CODE_REGION", "characters 3 to 8 must be the digits of a region")


def _parse_department(department: str, section: Section) -> dict[str, Category]:
    section.only("zh", "en", "categories")
    zh, en = section.text("zh"), section.text("en")
    return {
        category: _parse_category(department, category, (zh, en), below)
        for category, below in section.sections("categories").items()
    }


def _parse_category(department: str, category: str, names: tuple[str, str], section: Section) -> Category:
    section.only("zh", "en", "subject_class")
    wanted = section.text("subject_class")
    if wanted not in list(SubjectClass):
        raise ConfigFault("DATA_FIELD", f"{section.place}: subject_class {wanted!r} is unknown")
    return Category(department, category, *names, section.text("zh"), section.text("en"), SubjectClass(wanted))
