# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Batches, targets and sums of an import, without a node."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.layout import match_header
from federation.errors import Misuse, OrderFault
from federation.records.feed_policy import Dataset
from federation.standards.bundle import shipped_standards
from node.assemble.bulk.importer import Ready, Source, TableKind
from node.assemble.bulk.rows import Batch, Opened, Order, read
from node.cli.importing import Choice, Counts, feed_for, import_file, refused_target
from node.config import FeedSection
from node.demo.topology import SAMPLES
from node.intake import Accepted, Outcome

FEEDS = [
    FeedSection(name="lists", dataset=Dataset.LISTS),
    FeedSection(name="old", dataset=Dataset.LICENCES),
    FeedSection(name="new", dataset=Dataset.LICENCES),
]


class TakingImporter:
    """Takes everything, and remembers how much came at once."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    @contextmanager
    def open(self, path: Path, kind: TableKind | None) -> Iterator[Source]:
        """The file, read in this process."""
        items = read(Order(path, kind, 500, {}, None, "330100"), lambda: 0)
        opened = next(items)
        assert isinstance(opened, Opened)
        given = (item for item in items if isinstance(item, Batch))
        standards = shipped_standards()
        heading = match_header(opened.header, opened.kind, standards.masking)
        yield Source(opened, given, heading, standards.reasons)

    def take(self, feed: str, rows: Sequence[Ready], *, amend: bool) -> list[Outcome]:
        """One outcome for each row."""
        self.calls.append(len(rows))
        return [Accepted() for _ in rows]


def test_counts_that_do_not_add_up_are_a_fault() -> None:
    """A row that became nothing, or two things, is never passed over in silence."""
    counts = Counts(read=3, accepted=1, duplicates=1, refused=Counter())

    with pytest.raises(OrderFault) as caught:
        counts.check()
    assert "COUNTS_DIFFER" == caught.value.reason


def test_counts_of_files_are_added() -> None:
    """The total of two files is the sum of each count, by reason."""
    total = Counts(2, 1, 0, Counter({"A": 1}), Counter({"W": 1}))

    total.add(Counts(3, 0, 1, Counter({"A": 1, "B": 1}), Counter({"W": 2})))

    assert Counts(5, 1, 1, Counter({"A": 2, "B": 1}), Counter({"W": 3})) == total
    total.check()


def test_the_feed_of_a_kind_is_found() -> None:
    """One feed of the kind needs no naming."""
    assert "lists" == feed_for(TableKind.LISTS, None, FEEDS)


def test_of_several_feeds_one_must_be_named() -> None:
    """Two feeds of one kind: the operator chooses, nobody guesses."""
    with pytest.raises(Misuse) as caught:
        feed_for(TableKind.LICENCES, None, FEEDS)
    assert "FEED_AMBIGUOUS" == caught.value.reason
    assert "new" == feed_for(TableKind.LICENCES, "new", FEEDS)


def test_a_kind_without_feed_is_said() -> None:
    """A table of which the node keeps no feed goes nowhere."""
    with pytest.raises(Misuse) as caught:
        feed_for(TableKind.PENALTIES, None, FEEDS)
    assert "FEED_UNKNOWN" == caught.value.reason


def test_refused_rows_go_beside_the_file(tmp_path: Path) -> None:
    """FILE.refused.csv, unless another is chosen."""
    assert tmp_path / "a.xlsx.refused.csv" == refused_target(tmp_path / "a.xlsx", None)
    assert tmp_path / "b.csv" == refused_target(tmp_path / "a.xlsx", tmp_path / "b.csv")


def test_rows_are_submitted_in_bounded_batches(tmp_path: Path) -> None:
    """No call holds more rows than a batch, so that memory does not grow with the file; progress is told of each."""
    header, row, *_ = (SAMPLES / "330100" / "lists.csv").read_text(encoding="utf-8-sig").splitlines()
    file = tmp_path / "many.csv"
    file.write_text("\n".join([header, *([row] * 1100)]), encoding="utf-8")
    importer = TakingImporter()
    seen: list[int] = []

    done = import_file(file, Choice(), FEEDS, importer, seen.append)

    assert [500, 500, 100] == importer.calls == seen
    assert (1100, 1100) == (done.counts.read, done.counts.accepted)
