# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Files into batches: the same rows here and in another process, and faults that cross the border between the two."""

import gc
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.errors import ConfigFault, Misuse, UnreachableFault
from federation.records.codec import decode
from federation.rules.rule_book import shipped_rules
from node.assemble.bulk.process import FileReader, collecting_rarely
from node.assemble.bulk.rows import MAX_BATCH_CHARACTERS, Batch, Opened, Order, pack, read, unpack
from node.demo.topology import SAMPLES

CITY = SAMPLES / "330100"
FILES = tuple(sorted(path.name for path in CITY.iterdir()))


def now() -> int:
    """A moment long after the samples."""
    return 4_000_000_000_000


def order(path: Path, batch_rows: int = 20) -> Order:
    """To read a file by the rules that ship for Hangzhou."""
    return Order(path, None, batch_rows, {}, shipped_rules("330100"), "330100")


@pytest.fixture
def reader() -> Iterator[FileReader]:
    """Another process, ended in any case."""
    made = FileReader()
    yield made
    made.close()


def apart(reader: FileReader, wanted: Order) -> list[Opened | Batch]:
    """What another process makes of a file."""
    with reader.reading(wanted) as items:
        return list(items)


@given(st.lists(st.text(alphabet=st.sampled_from("a\x1f\x00,\n中"), max_size=4), min_size=1, max_size=6))
def test_packed_cells_come_back(cells: Sequence[str]) -> None:
    """Whatever characters they hold."""
    assert tuple(cells) == unpack(pack(tuple(cells)))


def test_batches_of_long_rows_are_short(tmp_path: Path) -> None:
    """No batch goes on beyond four million characters, and no row is lost where it ends."""
    header, *_ = (CITY / "lists.csv").read_text(encoding="utf-8-sig").splitlines()
    width = len(header.split(","))
    file = tmp_path / "long.csv"
    file.write_text("\n".join([header, *([",".join(["长" * 13_000] * width)] * 40)]), encoding="utf-8")

    rows = [item.rows for item in read(order(file, 2000), now) if isinstance(item, Batch)]

    assert 40 == sum(rows)
    assert MAX_BATCH_CHARACTERS // (13_000 * width) + 1 == rows[0]


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_ready_or_refused(name: str) -> None:
    """The two of each batch add up to its rows; ready ones decode to the record of their key."""
    opened, *rest = read(order(CITY / name), now)

    assert isinstance(opened, Opened)
    for batch in rest:
        assert isinstance(batch, Batch)
        assert batch.rows == len(batch.ready) + len(batch.refused)
        assert batch.rows <= 20
        for row in batch.ready:
            assert row.key == getattr(decode(row.checked.schema, row.checked.payload), "key", None)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["penalties.xlsx", "licences.csv"])
def test_another_process_reads_the_same(reader: FileReader, name: str) -> None:
    """Header, rows, refusals and warnings are equal to those that are read here."""
    here = list(read(order(CITY / name), lambda: time.time_ns() // 1_000_000))

    assert here == apart(reader, order(CITY / name))


@pytest.mark.slow
def test_faults_of_the_other_process_are_raised_here(reader: FileReader, tmp_path: Path) -> None:
    """Of their own kind, with reason and detail, and nothing of a trace."""
    notes = tmp_path / "notes.csv"
    notes.write_text("a,b\n1,2\n", encoding="utf-8")

    with pytest.raises(Misuse, match="HEADER_UNKNOWN: no column of the header"):
        apart(reader, order(notes))
    with pytest.raises(ConfigFault) as caught:
        apart(reader, order(CITY / "lists.csv")._replace(rules={"agreements/x.toml": b"="}))
    assert type(caught.value) is ConfigFault


def _many(folder: Path) -> Path:
    """A table that is far from read when its first batch is there."""
    header, row, *_ = (CITY / "lists.csv").read_text(encoding="utf-8-sig").splitlines()
    file = folder / "many.csv"
    file.write_text("\n".join([header, *([row] * 20_000)]), encoding="utf-8")
    return file


def _children() -> set[int]:
    """The processes that this one, in whichever thread, has started and that have not ended."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # others end meanwhile
            _, parent, *_ = (process / "stat").read_text().rpartition(")")[2].split()
            if int(parent) == os.getpid():
                found.add(int(process.name))
    return found


@pytest.mark.slow
def test_a_reader_that_is_killed_is_said(reader: FileReader, tmp_path: Path) -> None:
    """What came before stands; then READING_STOPPED; the next file is read by a new process."""
    before = _children()

    with pytest.raises(UnreachableFault, match="READING_STOPPED"), reader.reading(order(_many(tmp_path))) as items:
        assert isinstance(next(items), Opened)
        assert isinstance(next(items), Batch)
        (process,) = _children() - before
        os.kill(process, signal.SIGKILL)
        list(items)

    assert 1 < len(apart(reader, order(CITY / "lists.csv")))


@pytest.mark.slow
def test_one_process_reads_file_after_file(reader: FileReader) -> None:
    """It is started once, each file is read as if it were the first, and closing ends it."""
    before = _children()

    first = apart(reader, order(CITY / "licences.csv"))
    started = _children() - before
    apart(reader, order(CITY / "lists.csv"))

    assert first == apart(reader, order(CITY / "licences.csv"))
    assert (1, started) == (len(started), _children() - before)
    reader.close()
    assert set() == _children() - before


@pytest.mark.slow
def test_no_reader_outlives_an_import_that_stops(reader: FileReader, tmp_path: Path) -> None:
    """Leaving early ends the other process."""
    before = _children()

    with pytest.raises(KeyboardInterrupt), reader.reading(order(_many(tmp_path))) as items:
        next(items)
        raise KeyboardInterrupt

    assert set() == _children() - before


def test_collection_is_as_it_was_afterwards() -> None:
    """Whatever happens in between."""
    before = gc.get_threshold()

    with pytest.raises(KeyError), collecting_rarely():
        assert before != gc.get_threshold()
        raise KeyError

    assert before == gc.get_threshold()
