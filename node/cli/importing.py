# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One file into one feed: read, hand on in batches, count. Memory does not grow with the file.

Every row that is read becomes exactly one of: accepted, duplicate, refused; the sum is checked when the file ends. A
crash between two batches leaves the rows before it accepted, and published unless the node is served by another
process, which then does so: importing the file again finds them as duplicates.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, assert_never

from federation.errors import Misuse, OrderFault
from federation.records.feed_policy import Dataset
from node.assemble.bulk.importer import Batch, Ready, RefusedRows, Source, TableKind, Untranslated
from node.config import FeedSection
from node.intake import Accepted, Duplicate, Outcome, Refused

MAX_SHOWN = 100


class Importer(Protocol):
    """Who reads a file, and where its rows go."""

    def open(self, path: Path, kind: TableKind | None) -> AbstractContextManager[Source]:
        """The file, open."""
        ...

    def take(self, feed: str, rows: Sequence[Ready], *, amend: bool) -> list[Outcome]:
        """One outcome for each row, in order; what is accepted is durable."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """What the operator chose.

    Attributes:
        kind: kind of table; None recognises it by its header.
        feed: own feed; None takes the one of the table's kind.
        amend: publish changed rows as amendments of the earlier ones.
        refused: where refused rows go; None puts them beside the file.
    """

    kind: TableKind | None = None
    feed: str | None = None
    amend: bool = False
    refused: Path | None = None


@dataclass(slots=True)
class Counts:
    """What became of the rows of one file."""

    read: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)

    def check(self) -> None:
        """Raises OrderFault (COUNTS_DIFFER) unless every row read has become exactly one thing."""
        if self.read != self.accepted + self.duplicates + self.refused.total():
            raise OrderFault("COUNTS_DIFFER", "rows read are not the sum of accepted, duplicate and refused ones")

    def add(self, other: "Counts") -> None:
        """Adds the counts of another file."""
        self.read += other.read
        self.accepted += other.accepted
        self.duplicates += other.duplicates
        self.refused += other.refused
        self.warnings += other.warnings


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file.

    Attributes:
        form: `xlsx`, or `csv` with its encoding.
        shown: the first refused rows, at most `MAX_SHOWN`; their values are masked where personal.
        refused_file: where all refused rows went; None when there are none.
    """

    file: Path
    kind: TableKind
    feed: str
    form: str
    counts: Counts
    shown: tuple[Untranslated, ...]
    refused_file: Path | None


def import_file(
    path: Path, choice: Choice, feeds: Sequence[FeedSection], importer: Importer, seen: Callable[[int], None]
) -> Imported:
    """Imports one file.

    Args:
        path: CSV or XLSX.
        choice: what the operator chose.
        feeds: the node's own feeds.
        importer: who reads the file, and where its rows go; for this file alone.
        seen: told after each batch how many rows it had.

    Raises:
        Misuse: the file cannot be read, or no feed takes it; rows before that stay accepted, and no file of refused
            rows is written.
        StoreFault: likewise.
        UnreachableFault: likewise.
        OrderFault: COUNTS_DIFFER.
    """
    with importer.open(path, choice.kind) as source:
        feed = feed_for(source.opened.kind, choice.feed, feeds)
        target = refused_target(path, choice.refused)
        run = _Run(source, feed, importer, choice.amend)
        run.counts.warnings.update(source.heading.warnings)
        with source.refused_rows(target) as refused:
            for batch in source.batches:
                run.take(batch, refused)
                seen(batch.rows)
        run.counts.check()
        written = target if refused.count else None
        opened = source.opened
        return Imported(path, opened.kind, feed, opened.form, run.counts, tuple(run.shown), written)


def feed_for(kind: TableKind, named: str | None, feeds: Sequence[FeedSection]) -> str:
    """The own feed that a table goes to.

    Raises:
        Misuse: FEED_UNKNOWN, FEED_MISMATCH (it holds another kind of record), or FEED_AMBIGUOUS (several do; name one).
    """
    dataset = Dataset(kind.value)
    fitting = [section.name for section in feeds if section.dataset is dataset]
    if named is not None:
        if named not in {section.name for section in feeds}:
            raise Misuse("FEED_UNKNOWN", f"this node has no feed named {named}")
        if named not in fitting:
            raise Misuse("FEED_MISMATCH", f"the feed {named} does not hold {dataset.value}")
        return named
    if not fitting:
        raise Misuse("FEED_UNKNOWN", f"this node has no feed for {dataset.value}")
    if len(fitting) > 1:
        raise Misuse("FEED_AMBIGUOUS", f"several feeds hold {dataset.value}; choose with --feed: {', '.join(fitting)}")
    return fitting[0]


def refused_target(path: Path, chosen: Path | None) -> Path:
    """Where the refused rows of a file go.

    Raises:
        Misuse: FILE_IS_SOURCE, the file itself would be replaced.
    """
    target = chosen or path.with_name(f"{path.name}.refused.csv")
    if target.resolve() == path.resolve():
        raise Misuse("FILE_IS_SOURCE", f"{target} is the file being imported; choose another with --refused")
    return target


@dataclass(slots=True)
class _Run:
    """The import of one file under way."""

    source: Source
    feed: str
    importer: Importer
    amend: bool
    counts: Counts = field(default_factory=Counts)
    shown: list[Untranslated] = field(default_factory=list)

    def take(self, batch: Batch, refused: RefusedRows) -> None:
        """Hands on one batch, and writes down what became of each row, refused ones in the order of the file."""
        self.counts.read += batch.rows
        self.counts.warnings.update(batch.warnings)
        outcomes = self.importer.take(self.feed, batch.ready, amend=self.amend) if batch.ready else []
        late = list(self._settled(batch.ready, outcomes))
        for row in sorted((*batch.refused, *late), key=lambda row: row.number) if late else batch.refused:
            refused.add(row)
            self.counts.refused[row.reason] += 1
            if len(self.shown) < MAX_SHOWN:
                self.shown.append(row)

    def _settled(self, rows: Sequence[Ready], outcomes: Sequence[Outcome]) -> Iterator[Untranslated]:
        """Counts what became of rows that were handed on; gives those that were refused."""
        for row, outcome in zip(rows, outcomes, strict=True):
            match outcome:
                case Accepted(warnings=warnings):
                    self.counts.accepted += 1
                    if warnings:
                        self.counts.warnings.update(warnings)
                case Duplicate():
                    self.counts.duplicates += 1
                case Refused(field=name, reason=reason, detail=detail):
                    yield row.refused(self.source.heading, name, reason, detail)
                case _:
                    assert_never(outcome)
