# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A file into batches of rows that may be published, and of refused ones. Needs no store and no keys.

A record is encoded here once, and goes on as bytes: it was checked when it was built, so nothing decodes it again on
the way into the log of the node whose program this is.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from adapters.layout import Heading, match_header, recognise_table
from adapters.reading.table import open_source
from adapters.row import Outcome, SourceRow, TableKind, Translated, Untranslated
from adapters.translate import refusal, translate
from federation.errors import OrderFault
from federation.records.agency_filing import AgencyFiling
from federation.records.codec import Record
from federation.records.feed_policy import Dataset
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.records.subject import Subject
from federation.rules.admission import Admitted, admit
from federation.rules.rule_book import parse_rule_book
from federation.standards.bundle import Standards, build_standards, shipped_standards
from federation.standards.calendar import china_date
from node.entry.pending import Checked
from node.intake import Admission, Refused, check_record

Cells = str | tuple[str, ...]
_BETWEEN_CELLS = "\x1f"
MAX_BATCH_CHARACTERS = 4 << 20
"""A batch ends early with the row that brings its cells over this: rows may be long, and memory stays flat."""


class Order(NamedTuple):
    """What to read, and by what to check it. Can be sent to another process.

    Attributes:
        path: CSV or XLSX.
        kind: kind of table; None recognises it by its header.
        batch_rows: rows in a batch, at least 1.
        standards: the operator's replacements of tables, by catalogue id.
        rules: files of the rule book by path; None leaves admission to whoever publishes.
        home: the node's id.
    """

    path: Path
    kind: TableKind | None
    batch_rows: int
    standards: Mapping[str, bytes]
    rules: Mapping[str, bytes] | None
    home: str


class Opened(NamedTuple):
    """A file that was understood: the kind of table it holds, its form (`xlsx`, or `csv` with encoding), its header."""

    kind: TableKind
    form: str
    header: tuple[str, ...]


class Ready(NamedTuple):
    """A row that may be published.

    Attributes:
        number: row number as a spreadsheet shows it.
        cells: its original cells, as `pack` makes them.
        key: idempotency key of the record.
        checked: what is published of it.
    """

    number: int
    cells: Cells
    key: str
    checked: Checked

    def refused(self, heading: Heading, field: str, reason: str, detail: str = "") -> Untranslated:
        """The row as refused by whoever was to publish it."""
        return refusal(heading, SourceRow(self.number, unpack(self.cells)), field, (reason, detail))


class Batch(NamedTuple):
    """Some rows of a file in a row.

    Attributes:
        rows: how many there were.
        warnings: how often each warning came while they were translated.
        ready: those that may be published, in the order of the file.
        refused: all others, in the order of the file.
    """

    rows: int
    warnings: Mapping[str, int]
    ready: Sequence[Ready]
    refused: Sequence[Untranslated]


def read(order: Order, now_ms: Callable[[], int]) -> Iterator[Opened | Batch]:
    """Reads a file: what it is, then its rows in batches, lazily. Memory does not grow with the file.

    Args:
        order: what to read.
        now_ms: the clock; each batch is checked by the day it is read on.

    Raises:
        Misuse: the file cannot be read, or is no table of a known kind; may come after some batches.
        ConfigFault: rules or standards are wrong.
    """
    with open_source(order.path) as table:
        kind = order.kind or recognise_table(table.header)
        standards = standards_of(order.standards)
        heading = match_header(table.header, kind, standards.masking)
        yield Opened(kind, table.form, table.header)
        reader = _Reader(heading, Dataset(kind.value), _admission(order, standards, now_ms))
        outcomes = translate(table, kind, standards)
        while (batch := reader.batch(outcomes, order.batch_rows)).rows:
            yield batch


def standards_of(replacements: Mapping[str, bytes]) -> Standards:
    """The standards that ship with the program, with the operator's replacements.

    Raises:
        ConfigFault: a replacement is wrong.
    """
    return build_standards(replacements) if replacements else shipped_standards()


def pack(cells: tuple[str, ...]) -> Cells:
    """Cells as one text, which costs a tenth on its way to another process; as they are where they hold its mark."""
    text = _BETWEEN_CELLS.join(cells)
    return text if text.count(_BETWEEN_CELLS) == len(cells) - 1 else cells


def unpack(cells: Cells) -> tuple[str, ...]:
    """The cells that `pack` was given."""
    return tuple(cells.split(_BETWEEN_CELLS)) if isinstance(cells, str) else cells


def _admission(order: Order, standards: Standards, now_ms: Callable[[], int]) -> Callable[[], Admission]:
    """What is asked of records, given anew for each batch, since the day may change while a large file is read."""
    if order.rules is None:
        return lambda: lambda _: Admitted()
    book = parse_rule_book(order.rules)

    def of_today() -> Admission:
        today: date = china_date(now_ms())
        return lambda record: admit(record, standards, book, today, order.home)

    return of_today


class _Reader(NamedTuple):
    """Makes batches of the outcomes of translation."""

    heading: Heading
    dataset: Dataset
    admission: Callable[[], Admission]

    def batch(self, outcomes: Iterator[Outcome], most: int) -> Batch:
        """Checks the next rows, and parts what may be published from what is refused; without rows at the end."""
        admit_today = self.admission()
        rows = characters = 0
        warnings: Counter[str] = Counter()
        ready: list[Ready] = []
        refused: list[Untranslated] = []
        for outcome in islice(outcomes, most):
            rows += 1
            if isinstance(outcome, Translated) and outcome.warnings:
                warnings.update(outcome.warnings)
            row = self._checked(outcome, admit_today) if isinstance(outcome, Translated) else outcome
            if isinstance(row, Ready):
                ready.append(row)
                characters += len(row.cells) if isinstance(row.cells, str) else sum(map(len, row.cells))
            else:
                refused.append(row)
                characters += sum(map(len, row.cells))
            if characters > MAX_BATCH_CHARACTERS:
                break
        return Batch(rows, warnings, ready, refused)

    def _checked(self, row: Translated, admit_today: Admission) -> Ready | Untranslated:
        """A translated row as it may be published, or why not."""
        key = _key(row.record)
        checked = check_record(row.record, key, self.dataset, admit_today)
        if isinstance(checked, Refused):
            return refusal(self.heading, row, checked.field, (checked.reason, checked.detail))
        return Ready(row.number, pack(row.cells), key, checked)


def _key(record: Record) -> str:
    """The record's own key: it makes a second import of the same row a duplicate.

    Raises:
        OrderFault: RECORD_UNEXPECTED, an adapter made something that no table holds.
    """
    if not isinstance(record, Subject | Licence | Penalty | ListEntry | AgencyFiling):
        raise OrderFault("RECORD_UNEXPECTED", f"a table cannot hold a {type(record).__name__}")
    return record.key
