# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One file into one feed: read, translate, submit in batches, count. Memory does not grow with the file.

Every row that is read becomes exactly one of: accepted, duplicate, refused; the sum is checked when the file ends. A
crash between two batches leaves the rows before it accepted: importing the file again finds them as duplicates.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar, assert_never

from federation.errors import Misuse, OrderFault
from federation.records.agency_filing import AgencyFiling
from federation.records.codec import Record, encode
from federation.records.feed_policy import Dataset
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.records.subject import Subject
from federation.standards.bundle import Standards
from node.assemble.sources import RefusedRows, Source, TableKind, Translated, Untranslated, open_table
from node.config import FeedSection
from node.intake import Accepted, Duplicate, Outcome, Refused, Submission, submission_of

BATCH_ROWS = 500
MAX_SHOWN = 100

Item = TypeVar("Item")


class Intake(Protocol):
    """Where rows go."""

    def submit(self, feed: str, submissions: Sequence[Submission], *, amend: bool = False) -> list[Outcome]:
        """One outcome for each submission, in order; what is accepted is durable."""
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
    path: Path,
    choice: Choice,
    feeds: Sequence[FeedSection],
    intake: Intake,
    standards: Standards,
    seen: Callable[[int], None],
) -> Imported:
    """Imports one file.

    Args:
        path: CSV or XLSX.
        choice: what the operator chose.
        feeds: the node's own feeds.
        intake: where rows go.
        standards: code sets and tables in use.
        seen: told after each batch how many rows it had.

    Raises:
        Misuse: the file cannot be read, or no feed takes it; rows before that stay accepted, and no file of refused
            rows is written.
        StoreFault: likewise.
        OrderFault: COUNTS_DIFFER.
    """
    with open_table(path, standards, choice.kind) as source:
        feed = feed_for(source.kind, choice.feed, feeds)
        target = refused_target(path, choice.refused)
        run = _Run(source, feed, intake, choice.amend)
        run.counts.warnings.update(source.warnings)
        with source.refused_rows(target) as refused:
            for batch in batches(source.rows(), BATCH_ROWS):
                run.take(batch, refused)
                seen(len(batch))
        run.counts.check()
        written = target if refused.count else None
        return Imported(path, source.kind, feed, source.table.form, run.counts, tuple(run.shown), written)


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


def _submission(record: Record) -> Submission:
    """The submission of a translated row.

    Raises:
        OrderFault: RECORD_UNEXPECTED, an adapter made something that no table holds.
    """
    if not isinstance(record, Subject | Licence | Penalty | ListEntry | AgencyFiling):
        raise OrderFault("RECORD_UNEXPECTED", f"a table cannot hold a {type(record).__name__}")
    return submission_of(record, encode(record))


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of `size`, the last one shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


@dataclass(slots=True)
class _Run:
    """The import of one file under way."""

    source: Source
    feed: str
    intake: Intake
    amend: bool
    counts: Counts = field(default_factory=Counts)
    shown: list[Untranslated] = field(default_factory=list)

    def take(self, batch: Sequence[Translated | Untranslated], refused: RefusedRows) -> None:
        """Submits one batch and writes down what became of each row, in the order of the file."""
        self.counts.read += len(batch)
        good = [row for row in batch if isinstance(row, Translated)]
        submissions = [_submission(row.record) for row in good]
        outcomes = self.intake.submit(self.feed, submissions, amend=self.amend) if submissions else []
        told = iter(outcomes)
        for row in batch:
            if isinstance(row, Untranslated):
                self._refuse(row, refused)
            else:
                self._settle(row, next(told), refused)

    def _settle(self, row: Translated, outcome: Outcome, refused: RefusedRows) -> None:
        self.counts.warnings.update(row.warnings)
        match outcome:
            case Accepted(warnings=warnings):
                self.counts.accepted += 1
                self.counts.warnings.update(warnings)
            case Duplicate():
                self.counts.duplicates += 1
            case Refused(field=name, reason=reason):
                self._refuse(self.source.refused(row, name, reason), refused)
            case _:
                assert_never(outcome)

    def _refuse(self, row: Untranslated, refused: RefusedRows) -> None:
        refused.add(row)
        self.counts.refused[row.reason] += 1
        if len(self.shown) < MAX_SHOWN:
            self.shown.append(row)
