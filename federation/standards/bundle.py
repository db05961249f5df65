# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""All tables that the checks need, as one value; the shipped ones, or with an operator's files in their place."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from federation.errors import ConfigFault
from federation.standards.calendar import WorkingDays, parse_working_days
from federation.standards.catalogue import CodeSet, ReasonTexts, parse_code_set, parse_reasons
from federation.standards.masking import Masking, parse_masking
from federation.standards.numbers.uscc import UsccTable, parse_uscc_table
from federation.standards.reading import shipped
from federation.standards.region import RegionTable, parse_regions

SHIPPED_NAMES: Mapping[str, str] = {
    "uscc": "uscc@2015.2.toml",
    "regions": "regions@2026.csv",
    "fields": "fields@1.toml",
    "agency-categories": "agency-categories@1.toml",
    "purposes": "purposes@1.toml",
    "document-types": "document-types@1.toml",
    "licence-kinds": "licence-kinds@1.toml",
    "penalty-kinds": "penalty-kinds@1.toml",
    "working-days": "working-days@2026.toml",
    "masking": "masking@1.toml",
    "reasons": "reasons@1.toml",
}
"""The file that ships for each catalogue, by the catalogue's id."""


@dataclass(frozen=True, slots=True, eq=False)
class Standards:
    """The tables and code sets in use; immutable, may be shared between threads.

    Attributes:
        uscc: departments and categories of GB 32100.
        regions: region codes of GB/T 2260.
        fields: fields of regulation that lists belong to.
        agency_categories: service categories of credit agencies.
        purposes: purposes of a question about a subject.
        document_types: kinds of document that identify a natural person.
        licence_kinds: kinds of licence of the 2018 layout.
        penalty_kinds: kinds of penalty of the 2018 layout.
        working_days: which days are worked, for terms in working days.
        masking: how what is personal is shown.
        reasons: the sentences of every reason code.
    """

    uscc: UsccTable
    regions: RegionTable
    fields: CodeSet
    agency_categories: CodeSet
    purposes: CodeSet
    document_types: CodeSet
    licence_kinds: CodeSet
    penalty_kinds: CodeSet
    working_days: WorkingDays
    masking: Masking
    reasons: ReasonTexts

    def versions(self) -> tuple[str, ...]:
        """Returns `id@version` of every table, as a decision quotes what it was made with."""
        sets = (self.fields, self.agency_categories, self.purposes, self.document_types)
        more = (self.licence_kinds, self.penalty_kinds, self.working_days, self.masking)
        return tuple(table.header.name for table in (self.uscc, self.regions, *sets, *more, self.reasons))


def build_standards(replacements: Mapping[str, bytes]) -> Standards:
    """Builds the tables out of the shipped files and an operator's own.

    Args:
        replacements: the bytes of a file to use in place of the shipped one, by catalogue id (`fields`).

    Raises:
        ConfigFault: DATA_OTHER for an id that there is no catalogue of; and whatever is wrong in a file.
    """
    files = standard_bytes(replacements)
    named = {name: (raw, _place(name, replacements)) for name, raw in files.items()}
    return _built(named)


def standard_bytes(replacements: Mapping[str, bytes]) -> dict[str, bytes]:
    """The bytes that every table is built out of, by catalogue id: they are all that its meaning rests on.

    Args:
        replacements: as of `build_standards`.

    Raises:
        ConfigFault: DATA_OTHER.
    """
    unknown = sorted(set(replacements) - set(SHIPPED_NAMES))
    if unknown:
        raise ConfigFault("DATA_OTHER", f"no catalogue is called {unknown[0]!r}; known are {', '.join(SHIPPED_NAMES)}")
    return {name: replacements[name] if name in replacements else shipped(file) for name, file in SHIPPED_NAMES.items()}


def _built(files: Mapping[str, tuple[bytes, str]]) -> Standards:
    return Standards(
        parse_uscc_table(*files["uscc"]),
        parse_regions(*files["regions"]),
        _code_set("fields", files),
        _code_set("agency-categories", files),
        _code_set("purposes", files),
        _code_set("document-types", files),
        _code_set("licence-kinds", files),
        _code_set("penalty-kinds", files),
        parse_working_days(*files["working-days"]),
        parse_masking(*files["masking"]),
        parse_reasons(*files["reasons"]),
    )


@functools.cache
def shipped_standards() -> Standards:
    """Returns the tables that ship with the program, built once and then shared."""
    return build_standards({})


def _place(name: str, replacements: Mapping[str, bytes]) -> str:
    return f"the operator's {name} file" if name in replacements else SHIPPED_NAMES[name]


def _code_set(name: str, files: Mapping[str, tuple[bytes, str]]) -> CodeSet:
    raw, place = files[name]
    return parse_code_set(raw, name, place)
