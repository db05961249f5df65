# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`exchanges` and `audit`: the log is listed, exported, checked offline and compared, in words and exit codes."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from federation.records.exchange import Exchange, ExchangeSide
from federation.standards.calendar import china_date
from node.assemble.stages import Stages, standard_clock
from node.cli.auditing.reconciling import _plain
from node.config import load_config
from node.exchange.inquire import uuid7

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Xinqiao = Callable[..., Any]

FEDERATION = "delta.example"
NOW_MS = standard_clock() - 2000
DAYS = ("--from", china_date(NOW_MS - 86_400_000).isoformat(), "--to", china_date(NOW_MS + 86_400_000).isoformat())


def exchange(number: int, side: ExchangeSide, logged_at_ms: int, **changes: object) -> Exchange:
    """One side's entry of an exchange between Shanghai and Hangzhou."""
    fields: dict[str, Any] = {
        "exchange_id": uuid7(logged_at_ms, number.to_bytes(10, "big")),
        "requester": "310000",
        "responder": "330100",
        "side": side,
        "purpose": "procurement",
        "outcome": "ANSWERED",
        "question_sha256": bytes([number]) * 32,
        "answer_sha256": bytes([number]) * 32,
        "commitment": bytes([number]) * 32,
        "logged_at_ms": logged_at_ms,
    }
    return Exchange(**{**fields, **changes})


def log(node: Path, *entries: Exchange) -> None:
    """Puts entries into a node's exchange log."""
    with Stages.open(load_config(node)) as stages:
        for entry in entries:
            stages.exchange_log.log(entry)
        stages.publish_pending()


@pytest.fixture
def two(new_node: Callable[[str], Path]) -> tuple[Path, Path]:
    """Shanghai asked Hangzhou four times; they do not say the same of the third, and Hangzhou lacks the fourth."""
    asking, answering = new_node("310000"), new_node("330100")
    asked, told = ExchangeSide.REQUESTER, ExchangeSide.RESPONDER
    now_ms = standard_clock() - 2000  # not when this module was read: that may be long ago
    log(asking, *(exchange(number, asked, now_ms) for number in (1, 2, 3, 4)))
    log(
        answering,
        *(exchange(number, told, now_ms) for number in (1, 2)),
        exchange(3, told, now_ms, purpose="financing"),
    )
    return asking, answering


@pytest.fixture
def trust(two: tuple[Path, Path], tmp_path: Path) -> Path:
    """A trust folder with both cards."""
    folder = tmp_path / "trust"
    folder.mkdir()
    for node in two:
        card = tmp_path / f"{node.name}.toml"
        (folder / card.name).write_bytes(card.read_bytes())
    return folder


@pytest.fixture
def files(xinqiao: Xinqiao, two: tuple[Path, Path], tmp_path: Path) -> list[Path]:
    """The audit files of both."""
    paths = [tmp_path / f"{node.name}.audit" for node in two]
    for node, path in zip(two, paths, strict=True):
        said = xinqiao("audit", "export", path, *DAYS, "--node", node, "--json")
        assert (0, path.stat().st_size, 0o600) == (said.code, said.document["bytes"], path.stat().st_mode & 0o777)
    return paths


def test_the_exchange_log_is_listed_newest_first_and_page_by_page(xinqiao: Xinqiao, two: tuple[Path, Path]) -> None:
    """Each page says where the next one begins; the last one that there is none."""
    first = xinqiao("exchanges", "--node", two[0], "--limit", 3, "--json").document
    rest = xinqiao("exchanges", "--node", two[0], "--before", first["before"], "--json").document

    assert ([3, 2, 1], 1) == ([one["index"] for one in first["exchanges"]], first["before"])
    assert ([0], None) == ([one["index"] for one in rest["exchanges"]], rest["before"])
    assert ("310000", "330100", "requester") == tuple(
        rest["exchanges"][0][name] for name in ("requester", "responder", "side")
    )
    assert "310000 → 330100" in xinqiao("exchanges", "--node", two[0]).out


@pytest.mark.parametrize(
    ("words", "indexes"),
    [
        (("--purpose", "financing"), [2]),
        (("--peer", "310000"), [2, 1, 0]),
        (("--peer", "320000"), []),
        (("--outcome", "PURPOSE_NOT_GRANTED"), []),
        (DAYS, [2, 1, 0]),
        (("--to", china_date(NOW_MS - 3 * 86_400_000).isoformat()), []),
        (("--from", china_date(NOW_MS + 3 * 86_400_000).isoformat()), []),
    ],
)
def test_exchanges_are_filtered(
    xinqiao: Xinqiao, two: tuple[Path, Path], words: tuple[str, ...], indexes: list[int]
) -> None:
    """By the other side, purpose, outcome and day."""
    said = xinqiao("exchanges", *words, "--node", two[1], "--json").document
    assert indexes == [one["index"] for one in said["exchanges"]]


def test_what_is_no_exchange_log_is_not_listed(xinqiao: Xinqiao, two: tuple[Path, Path]) -> None:
    """Another feed, or one that is not held; a period that ends before it begins."""
    for words in (("--log", "lists"), ("--log", "320000/_exchange/1")):
        said = xinqiao("exchanges", *words, "--node", two[0])
        assert 2 == said.code
        assert "FEED_NOT_FOUND" in said.err
    wrong = xinqiao("exchanges", "--from", "2026-02-01", "--to", "2026-01-01", "--node", two[0])
    assert (2, True) == (wrong.code, "PERIOD_INVALID" in wrong.err)


def test_the_logs_held_here_are_shown_with_their_clocks(xinqiao: Xinqiao, two: tuple[Path, Path]) -> None:
    """A period that ends before the clock's last word can be proven whole."""
    (shown,) = xinqiao("audit", "--node", two[0], "--json").document["logs"]

    assert (f"{FEDERATION}/310000/_exchange/1", 4) == (shown["log"], shown["entries"])
    assert abs(shown["spoken_ms"] - standard_clock()) < 60_000
    assert shown["log"] in xinqiao("audit", "--node", two[0]).out


def test_an_open_period_could_not_be_checked_whole(xinqiao: Xinqiao, files: list[Path], trust: Path) -> None:
    """Its last day is not over: entries may still come, which the exit code and the words say."""
    said = xinqiao("audit", "verify", files[0], "--trust", trust, "--json")

    assert (3, "unchecked", [5, 5]) == (
        said.code,
        said.document["verdict"],
        [said.document["entries"][name] for name in ("claimed", "read")],
    )
    assert ["AUDIT_PERIOD_OPEN"] == [each["reason"] for each in said.document["findings"]]
    assert "无法核验 / Could not be checked" in xinqiao("audit", "verify", files[0], "--trust", trust).out


def test_a_period_that_is_over_is_proven(xinqiao: Xinqiao, two: tuple[Path, Path], trust: Path, tmp_path: Path) -> None:
    """Though nothing was logged in it; in words for people, with what it does not prove."""
    day = china_date(NOW_MS - 5 * 86_400_000)
    words = ("--from", (day - timedelta(days=1)).isoformat(), "--to", day.isoformat())
    shown = xinqiao("audit", "export", tmp_path / "file", *words, "--node", two[0])
    said = xinqiao("audit", "verify", tmp_path / "file", "--trust", trust)

    assert (0, 0) == (shown.code, said.code)
    assert "310000/_exchange/1" in shown.out
    assert "✓ 已证明" in said.out
    assert "不能证明" in said.out


def test_an_altered_file_is_proven_altered(xinqiao: Xinqiao, files: list[Path], trust: Path) -> None:
    """One byte of an entry: exit code 5, and the entry is named."""
    files[0].write_bytes(files[0].read_bytes().replace(b"procurement", b"procuremenT", 1))
    said = xinqiao("audit", "verify", files[0], "--trust", trust, "--json")

    assert (5, "altered") == (said.code, said.document["verdict"])
    assert ("PAYLOAD_COMMITMENT", 0) in [(each["reason"], each["index"]) for each in said.document["findings"]]
    assert "✗ 已证明被改动 / Proven altered" in xinqiao("audit", "verify", files[0], "--trust", trust).out
    files[0].write_bytes(b"something else")
    said = xinqiao("audit", "verify", files[0], "--trust", trust, "--json")
    assert (5, None) == (said.code, said.document["log"])


def test_two_files_are_compared_exchange_by_exchange(
    xinqiao: Xinqiao, files: list[Path], trust: Path, tmp_path: Path
) -> None:
    """With coverage; the file of rows holds all that is not matched, for its owner alone."""
    rows = tmp_path / "rows.csv"
    said = xinqiao("audit", "reconcile", *files, "--trust", trust, "--csv", rows, "--json")
    counted = {name: count for name, count in said.document["classes"].items() if count}

    assert (5, {"MATCHED": 2, "FIELD_MISMATCH": 1, "UNAUDITABLE": 1}) == (said.code, counted)
    assert (2, 2, False) == (
        said.document["coverage"]["logs_proven"],
        said.document["coverage"]["logs_given"],
        said.document["sound"],
    )
    read = list(csv.reader(io.StringIO(rows.read_text(encoding="utf-8-sig"))))
    assert [["FIELD_MISMATCH", "purpose", ""], ["UNAUDITABLE", "", "AUDIT_PERIOD_EDGE"]] == [
        [row[0], row[4], row[5]] for row in read[1:]
    ]
    assert 0o600 == rows.stat().st_mode & 0o777
    shown = xinqiao("audit", "reconcile", *files, "--trust", trust).out
    assert all(words in shown for words in ("覆盖 / Coverage: 2 / 2", "字段不符 / fields differ", "无法核对"))


def test_files_that_could_not_be_compared_are_said_so(
    xinqiao: Xinqiao, files: list[Path], trust: Path, tmp_path: Path
) -> None:
    """One card is missing: exit code 3, and nothing is called missing or matched."""
    (trust / "330100.toml").unlink()
    said = xinqiao("audit", "reconcile", *files, "--trust", trust, "--json")

    assert (3, 4) == (said.code, said.document["classes"]["UNAUDITABLE"])
    assert 4 == said.document["exchanges"]
    unwritable = xinqiao("audit", "reconcile", *files, "--trust", trust, "--csv", tmp_path / "no" / "rows.csv")
    assert (2, True) == (unwritable.code, "FILE_UNWRITABLE" in unwritable.err)


def test_a_file_that_cannot_be_written_leaves_nothing_behind(
    xinqiao: Xinqiao, two: tuple[Path, Path], tmp_path: Path
) -> None:
    """Neither under its name nor under another."""
    said = xinqiao("audit", "export", tmp_path / "no" / "file", *DAYS, "--node", two[0])

    assert (2, True) == (said.code, "FILE_UNWRITABLE" in said.err)
    said = xinqiao("audit", "export", tmp_path / "file", *DAYS, "--log", "lists", "--node", two[0])
    assert (2, []) == (said.code, list(tmp_path.glob("file*")))


@pytest.mark.parametrize(
    ("cell", "written"),
    [("=1+1", "'=1+1"), ("@x", "'@x"), ("-x", "'-x"), ("+1", "'+1"), ("-12", "-12"), ("\tx", "'\tx"), ("x", "x")],
)
def test_no_cell_is_taken_for_a_formula(cell: str, written: str) -> None:
    """A number stays one."""
    assert written == _plain(cell)
