# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whom a row is about, and which bodies it names: the columns that every kind of table shares, under codes of its own.

The class of a subject is what the table says; where it says only 法人及非法人组织, the unified code's first two
characters tell the class. Whether class, code and check digits agree is asked at admission. What cannot be translated
is refused here: a subject without any number to be known by.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.cell import Cells
from federation.errors import FieldFault
from federation.records.subject import Authority, Identity, LegacyCode
from federation.standards.bundle import Standards
from federation.standards.identity import DIGITS, CodeKind, LegacyCodeKind, SubjectClass
from federation.standards.numbers.citizen_number import lengthen

ORGANISATION = "organisation"
"""The class that only the unified code tells more of."""

_CLASSES: Mapping[str, SubjectClass | str] = {
    "法人及非法人组织": ORGANISATION,
    "法人和非法人组织": ORGANISATION,
    "法人": ORGANISATION,
    "非法人组织": ORGANISATION,
    "法人和其他组织": ORGANISATION,
    "自然人": SubjectClass.NATURAL_PERSON,
    "个体工商户": SubjectClass.SOLE_TRADER,
    "个体户": SubjectClass.SOLE_TRADER,
    "企业": SubjectClass.ENTERPRISE,
    "社会组织": SubjectClass.SOCIAL_ORGANISATION,
    "事业单位": SubjectClass.PUBLIC_INSTITUTION,
    "政府机构": SubjectClass.GOVERNMENT,
    "其他组织": SubjectClass.OTHER_ORGANISATION,
    "01": SubjectClass.NATURAL_PERSON,
    "02": ORGANISATION,
    "03": ORGANISATION,
    "04": SubjectClass.SOLE_TRADER,
}
_OLD_CITIZEN_DIGITS = 15
_CACHED_AUTHORITIES = 10000


@dataclass(frozen=True, slots=True)
class IdentityColumns:
    """Field codes under which one kind of table tells whom a row is about; empty where it has no such column.

    Attributes:
        name: name of the subject.
        subject_class: class of the subject; empty means organisations only.
        uscc: unified social credit code.
        representative: legal representative or proprietor.
        document_type: kind of a natural person's document.
        document_number: its number.
        legacy: older numbers, by register.
    """

    name: str
    uscc: str
    representative: str
    subject_class: str = ""
    document_type: str = ""
    document_number: str = ""
    legacy: tuple[tuple[LegacyCodeKind, str], ...] = ()


_LEGACY_2018 = (
    (LegacyCodeKind.REGISTRATION_NUMBER, "GSZC"),
    (LegacyCodeKind.ORGANISATION_CODE, "ZZJG"),
    (LegacyCodeKind.TAX_NUMBER, "SWDJ"),
    (LegacyCodeKind.INSTITUTION_CERTIFICATE, "SYDW"),
    (LegacyCodeKind.SOCIAL_ORGANISATION_CERTIFICATE, "SHZZ"),
)


def layout_2018(prefix: str) -> IdentityColumns:
    """Returns the columns of the 2018 layout; `prefix` is XK for licences, CF for penalties."""
    return IdentityColumns(
        name=f"{prefix}_XDR_MC",
        subject_class=f"{prefix}_XDR_LB",
        uscc=f"{prefix}_XDR_SHXYM",
        representative=f"{prefix}_FRDB",
        document_type=f"{prefix}_XDR_ZJLX",
        document_number=f"{prefix}_XDR_ZJHM",
        legacy=tuple((kind, f"{prefix}_XDR_{ending}") for kind, ending in _LEGACY_2018),
    )


class Identities:
    """Makes identities and authorities for the rows of one file; remembers authorities, since a file names few.

    Not shared between threads.
    """

    def __init__(self, columns: IdentityColumns, standards: Standards, source: Authority | None) -> None:
        self._columns = columns
        self._document_types = standards.document_types
        self._categories = standards.uscc.categories
        self._source = source
        self._authorities: dict[tuple[str, str], Authority] = {}

    def identity(self, cells: Cells) -> Identity:
        """Returns whom the row is about.

        Raises:
            FieldFault: a needed cell is blank (FIELD_MISSING), or unknown (VALUE_UNKNOWN), or the text is not fit.
        """
        columns = self._columns
        name = cells.required(columns.name)
        told = cells.choice(columns.subject_class, _CLASSES) if columns.subject_class else ORGANISATION
        if told is SubjectClass.NATURAL_PERSON:
            kind, code = self._person(cells)
            return Identity(name=name, subject_class=told, code_kind=kind, code=code)
        code = unified(cells.required(columns.uscc))
        return Identity(
            name=name,
            subject_class=self._class(told, code, cells),
            code_kind=CodeKind.USCC,
            code=code,
            legacy_codes=self._legacy(cells),
            representative=cells.optional(columns.representative),
        )

    def authority(self, cells: Cells, name: str, code: str) -> Authority:
        """Returns the body named in two columns."""
        key = cells.required(name), cells.required(code)
        return self._authorities.get(key) or self._remember(key, name, code)

    def source(self, cells: Cells, name: str, code: str) -> Authority:
        """Returns the unit that supplied the row; where its columns are blank or not there, the one for the file."""
        if self._source is not None and cells.optional(name) is None and cells.optional(code) is None:
            return self._source
        return self.authority(cells, name, code)

    def _remember(self, key: tuple[str, str], name: str, code: str) -> Authority:
        try:
            made = Authority(name=key[0], code=unified(key[1]))
        except FieldFault as fault:
            raise FieldFault(code if fault.field == "code" else name, fault.reason) from None
        if len(self._authorities) < _CACHED_AUTHORITIES:
            self._authorities[key] = made
        return made

    def _person(self, cells: Cells) -> tuple[CodeKind, str]:
        """The number of a natural person; a unified code where one is given, so that admission sees and refuses it."""
        columns = self._columns
        uscc = cells.optional(columns.uscc)
        if uscc is not None:
            return CodeKind.USCC, unified(uscc)
        document = self._document_types.by_text(cells.required(columns.document_type))
        if document is None:
            raise FieldFault(columns.document_type, "VALUE_UNKNOWN", "no known kind of document")
        number = unified(cells.required(columns.document_number))
        if "citizen-number" not in document.demands:
            return CodeKind.OTHER, number
        if len(number) == _OLD_CITIZEN_DIGITS and DIGITS.issuperset(number):
            cells.warnings.append("CITIZEN_NUMBER_LENGTHENED")
            number = lengthen(number)
        return CodeKind.CITIZEN, number

    def _class(self, told: SubjectClass | str, code: str, cells: Cells) -> SubjectClass:
        if isinstance(told, SubjectClass):
            return told
        category = self._categories.get(code[:2])
        if category is None:
            return SubjectClass.OTHER_ORGANISATION
        if category.subject_class is SubjectClass.SOLE_TRADER:
            cells.warnings.append("CLASS_FROM_CODE")
        return category.subject_class

    def _legacy(self, cells: Cells) -> tuple[LegacyCode, ...]:
        found: list[LegacyCode] = []
        for kind, column in self._columns.legacy:
            text = cells.optional(column)
            if text is not None:
                found.append(_legacy_code(kind, column, text))
        return tuple(found)


def unified(code: str) -> str:
    """Returns a code as records hold it: upper case, without white space inside."""
    return "".join(code.upper().split())


def _legacy_code(kind: LegacyCodeKind, column: str, text: str) -> LegacyCode:
    try:
        return LegacyCode(kind=kind, code=unified(text).replace("-", ""))
    except FieldFault as fault:
        raise FieldFault(column, fault.reason) from None
