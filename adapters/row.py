# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of one row of a file: a record, or the reason why not. Both are values; neither is raised."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from federation.records.codec import Record


class TableKind(StrEnum):
    """Kind of local table; the words are those of the command line."""

    LICENCES = "licences"
    PENALTIES = "penalties"
    LISTS = "lists"
    FILINGS = "filings"
    SUBJECTS = "subjects"


class SourceRow(NamedTuple):
    """One row as the file has it, before anything is understood.

    Attributes:
        number: 1-based row number as a spreadsheet shows it; the header is row 1, blank rows count.
        cells: the texts of the row; as many as the header has, unless `fault` is given.
        fault: reason code when the row cannot be cut into the header's cells; else None.
        detail: one English sentence to `fault`, free of personal data.
    """

    number: int
    cells: tuple[str, ...]
    fault: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Translated:
    """A row that became a record.

    Attributes:
        number: row number as a spreadsheet shows it.
        record: the record; its rules are not checked yet.
        cells: the original cells, in the order of the header; may hold personal data.
        warnings: reason codes of what was changed or is doubtful, each once, in the order found.
    """

    number: int
    record: Record
    cells: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Untranslated:
    """A row that did not become a record.

    Attributes:
        number: row number as a spreadsheet shows it.
        field: header of the column at fault, as the file writes it; empty when the whole row is at fault.
        value: what stands there, fit for display: shortened, and masked where personal.
        reason: stable reason code, listed in the `reasons` catalogue.
        detail: one English sentence, free of personal data.
        cells: the original cells; may hold personal data.
    """

    number: int
    field: str
    value: str
    reason: str
    detail: str
    cells: tuple[str, ...]


Outcome = Translated | Untranslated
