# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Audit files compared: what could not be checked stays apart, and memory stays flat."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from federation.errors import Misuse, WorldFault
from federation.records.codec import EXCHANGE_SCHEMA
from federation.records.exchange import ExchangeSide
from federation.rules.audit.pairing import Pair, PairClass, Terms
from node.audit import reconciling, sorting
from node.audit.reconciling import Reconciliation, reconcile
from node.audit.sorting import Sorter
from tests.node.audit.logs import ANSWERING, ASKING, Line, Log, exchange, honest, sides, trust_in

if TYPE_CHECKING:
    from pathlib import Path

TRUST = trust_in(ASKING, ANSWERING)
COUNT = 200


class Files:
    """The files of two nodes, and what comes of comparing them."""

    def __init__(self, folder: Path) -> None:
        asked, told = sides(honest(COUNT))
        self.asking, self.answering = Log(ASKING, asked), Log(ANSWERING, told)
        self.paths = [folder / "asking", folder / "answering"]
        self.told: list[Pair] = []

    def compare(self, trust: object = TRUST) -> Reconciliation:
        """Writes and compares them."""
        self.told.clear()
        for log, path in zip((self.asking, self.answering), self.paths, strict=True):
            log.export(path)
        return self.again(trust)

    def again(self, trust: object = TRUST) -> Reconciliation:
        """Compares them as they are."""
        return reconcile(self.paths, trust, Terms(), self.told.append)  # type: ignore[arg-type]

    @property
    def why(self) -> set[tuple[PairClass, str]]:
        """Class and reason of what was told."""
        return {(pair.found, pair.why) for pair in self.told}


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Two honest logs."""
    return Files(tmp_path)


def test_honest_logs_match(files: Files) -> None:
    """All of them, with nothing to tell; the order of the files does not matter."""
    for _ in range(2):
        came = files.compare()
        assert (True, COUNT, []) == (came.is_sound, came.tally.total(PairClass.MATCHED), files.told)
        assert -100 == came.tally.apart_ms(0.5)
        files.paths.reverse()


@pytest.mark.parametrize("harm", ["cut", "changed", "unknown"])
def test_a_log_that_is_not_proven_counts_for_nobody_and_against_nobody(files: Files, harm: str) -> None:
    """Cut short, changed after it was sealed, or of an unknown key: its exchanges could not be checked."""
    files.compare()
    raw, trust = files.paths[1].read_bytes(), TRUST
    if harm == "unknown":
        trust = trust_in(ASKING)
    else:
        files.paths[1].write_bytes(
            raw[:-500] if harm == "cut" else raw.replace(b"joint-punishment", b"joint-punishmenT", 1)
        )
    came = files.again(trust)

    assert {(PairClass.UNAUDITABLE, "AUDIT_LOG_UNPROVEN")} == files.why
    assert (False, came.tally.exchanges) == (came.is_sound, came.tally.total(PairClass.UNAUDITABLE))
    assert [True, False] == [side.audited.proven for side in came.sides]


def test_an_open_period_is_proven_up_to_the_clocks_last_word(files: Files) -> None:
    """What is missing before it is missing; what is missing after it could not be checked."""
    files.answering.said_ms = files.answering.lines[150].leaf_ms
    del files.answering.lines[199], files.answering.lines[50]
    files.compare()

    assert [
        (PairClass.MISSING_AT_RESPONDER, ""),
        (PairClass.UNAUDITABLE, "AUDIT_PERIOD_EDGE"),
    ] == [(pair.found, pair.why) for pair in files.told]


def test_what_was_erased_could_not_be_checked(files: Files) -> None:
    """Nor could what is missing about then; it is never called missing."""
    files.answering.erased = {50}
    came = files.compare()

    assert {(PairClass.UNAUDITABLE, "AUDIT_PAYLOAD_ABSENT")} == files.why
    assert (1, COUNT - 1) == (len(files.told), came.tally.total(PairClass.MATCHED))


def test_too_much_that_cannot_be_read_leaves_a_log_unproven(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that memory stays flat whatever a file holds."""
    monkeypatch.setattr(reconciling, "MOST_UNREADABLE", 3)
    files.answering.erased = {10, 20, 30, 40}
    files.compare()

    assert {(PairClass.UNAUDITABLE, "AUDIT_LOG_UNPROVEN")} == files.why


def test_exchanges_with_others_could_not_be_checked(files: Files) -> None:
    """Their logs are not among the files."""
    line = files.asking.lines[50]
    other = line.record.model_copy(update={"responder": "320000"})
    files.asking.lines[50] = Line(other, line.leaf_ms)
    del files.answering.lines[50]
    came = files.compare()

    assert {(PairClass.UNAUDITABLE, "AUDIT_LOG_ABSENT")} == files.why
    assert 1 == came.tally.classes["310000", "320000", PairClass.UNAUDITABLE]


def test_entries_of_other_kinds_are_counted_apart(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not exchanges, and are no fault; those that say they are, and are not, cannot be read."""
    monkeypatch.setattr(reconciling, "EXCHANGE_SCHEMA", EXCHANGE_SCHEMA + 1)
    came = files.compare()

    assert ([COUNT] * 2, 0) == ([side.others for side in came.sides], came.tally.exchanges)


def test_the_files_of_one_node_are_not_compared_with_each_other(files: Files) -> None:
    """Nor a single file, nor too many."""
    files.compare()
    for paths in ([files.paths[0]] * 2, files.paths[:1], files.paths * 101):
        with pytest.raises(Misuse, match="AUDIT_FILES_WRONG"):
            reconcile(paths, TRUST, Terms(), files.told.append)


def test_any_number_of_rows_is_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over several runs, of rows of any length, each once."""
    monkeypatch.setattr(sorting, "RUN_ROWS", 100)
    monkeypatch.setattr(sorting, "_CHUNK", 64)
    randomness = random.Random(1)
    rows = [randomness.randbytes(randomness.randrange(300)) for _ in range(1050)]
    with Sorter() as sorter:
        for row in rows:
            sorter.add(row)
        assert sorted(rows) == list(sorter.rows())


def test_no_room_to_sort_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason of the system."""
    monkeypatch.setattr(sorting, "RUN_ROWS", 1)
    with Sorter(tmp_path / "nowhere") as sorter, pytest.raises(WorldFault, match="FILE_UNWRITABLE"):
        sorter.add(b"row")


def test_a_reversed_pair_of_nodes_is_told_apart(files: Files) -> None:
    """Where each asks the other, each direction has its own line."""
    for number, at_ms in enumerate(honest(20)):
        for log, side in ((files.answering, ExchangeSide.REQUESTER), (files.asking, ExchangeSide.RESPONDER)):
            record = exchange(1000 + number, side, at_ms + 1, requester=ANSWERING, responder=ASKING)
            log.lines.append(Line(record, at_ms + 200))
    for log in (files.asking, files.answering):
        log.lines.sort(key=lambda line: line.leaf_ms)
    came = files.compare()

    assert (COUNT, 20) == (
        came.tally.classes[ASKING, ANSWERING, PairClass.MATCHED],
        came.tally.classes[ANSWERING, ASKING, PairClass.MATCHED],
    )
