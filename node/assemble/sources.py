# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Files of departments, through the adapters: a table open for reading, its rows as outcomes, its refused rows kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.layout import Heading, match_header, recognise_table
from adapters.reading.table import Table, open_source
from adapters.refused import RefusedRows
from adapters.row import Outcome, TableKind, Translated, Untranslated
from adapters.translate import refusal, translate
from federation.standards.bundle import Standards

__all__ = ["RefusedRows", "Source", "TableKind", "Translated", "Untranslated", "open_table"]


@dataclass(frozen=True, slots=True)
class Source:
    """One open file.

    Attributes:
        kind: kind of table it holds.
        table: header and rows.
        heading: which column is which.
    """

    kind: TableKind
    table: Table
    heading: Heading
    standards: Standards

    def rows(self) -> Iterator[Outcome]:
        """One outcome for each row that is not blank; lazily, once."""
        return translate(self.table, self.kind, self.standards)

    def refused(self, row: Translated, field: str, reason: str) -> Untranslated:
        """A translated row as refused at admission, with the column that the record's field came from."""
        return refusal(self.heading, row, field, reason)

    def refused_rows(self, target: Path) -> RefusedRows:
        """Where refused rows go, to be mended and imported again."""
        return RefusedRows(target, self.table.header, self.standards.reasons)

    @property
    def warnings(self) -> Sequence[str]:
        """What is doubtful about the file as a whole."""
        return self.heading.warnings


@contextmanager
def open_table(path: Path, standards: Standards, kind: TableKind | None = None) -> Iterator[Source]:
    """Opens a file; its kind is told by its header unless it is given.

    Raises:
        Misuse: the file cannot be read, or is no table of a known kind.
    """
    with open_source(path) as table:
        known = kind or recognise_table(table.header)
        yield Source(known, table, match_header(table.header, known), standards)
