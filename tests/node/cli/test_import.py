# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`import`: every row becomes one thing, twice changes nothing, what is refused can be mended and imported again."""

import os
import pty
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

Xinqiao = Callable[..., Any]
Table = Callable[..., Path]
OTHER = "91330106PDY2000038"
WRONG = "91330106PDY2000031"


def sizes(xinqiao: Xinqiao, node: Path) -> Mapping[str, int]:
    """The size of every feed of a node."""
    return {feed["origin"]: feed["size"] for feed in xinqiao("feeds", "--node", node, "--json").document["feeds"]}


def test_counts_add_up_and_name_each_reason(xinqiao: Xinqiao, empty_node: Path, table: Table) -> None:
    """Rows read are the sum of accepted, duplicate and refused ones, and refusals are counted by reason."""
    file = table(
        {},
        {"number": "二"},
        {},
        {"code": WRONG, "number": "三"},
        {"day": "2026/02/30", "number": "四"},
        {"day": "2025/01/02"},
    )

    said = xinqiao("import", file, "--node", empty_node, "--json")

    total = said.document["total"]
    assert (4, 6, 2, 1) == (said.code, total["read"], total["accepted"], total["duplicates"])
    assert {"CODE_CHECK": 1, "DATE_MALFORMED": 1, "KEY_CONFLICT": 1} == total["refused"]
    assert total["read"] == total["accepted"] + total["duplicates"] + total["refused_total"]


def test_a_clean_file_ends_with_0(xinqiao: Xinqiao, empty_node: Path, table: Table) -> None:
    """Without refusals the command ends with 0 and leaves no file of refused rows."""
    file = table({})

    said = xinqiao("import", file, "--node", empty_node, "--json")

    assert (0, None) == (said.code, said.document["files"][0]["refused_file"])
    assert [file.name] == [path.name for path in file.parent.glob("lists.csv*")]


def test_importing_twice_changes_nothing(xinqiao: Xinqiao, empty_node: Path, table: Table) -> None:
    """The second import finds duplicates only, and no feed grows."""
    file = table({}, {"number": "二"})
    xinqiao("import", file, "--node", empty_node)
    before = sizes(xinqiao, empty_node)

    said = xinqiao("import", file, "--node", empty_node, "--json")

    assert (2, 0) == (said.document["total"]["duplicates"], said.document["total"]["accepted"])
    assert before == sizes(xinqiao, empty_node)


def test_the_kind_of_table_decides_the_feed(xinqiao: Xinqiao, empty_node: Path, table: Table) -> None:
    """A list table goes to the feed of lists, and is published there at once when nobody serves the node."""
    said = xinqiao("import", table({}), "--node", empty_node, "--json")

    (file,) = said.document["files"]
    assert ("lists", "lists", "csv/utf-8") == (file["kind"], file["feed"], file["form"])
    assert 1 == sizes(xinqiao, empty_node)["delta.example/330100/lists/1"]


def test_refused_rows_can_be_mended_and_imported_again(xinqiao: Xinqiao, empty_node: Path, table: Table) -> None:
    """The file of refused rows keeps the columns; mended, it is imported as it stands, and refuses nothing."""
    file = table({}, {"code": WRONG, "number": "二"})
    refused = Path(xinqiao("import", file, "--node", empty_node, "--json").document["files"][0]["refused_file"])
    text = refused.read_text(encoding="utf-8-sig")
    refused.write_text(text.replace(WRONG, OTHER), encoding="utf-8-sig")

    said = xinqiao("import", refused, "--node", empty_node, "--json")

    assert (0, 1, 1) == (said.code, said.document["total"]["read"], said.document["total"]["accepted"])


def test_refusals_at_admission_name_the_column_of_the_file(xinqiao: Xinqiao, empty_node: Path, table: Table) -> None:
    """A row refused by a rule names row, column, value and reason as a row that cannot be read does."""
    said = xinqiao("import", table({"code": WRONG}), "--node", empty_node, "--json")

    (row,) = said.document["files"][0]["refused_rows"]
    expected = {"row": 2, "field": "统一社会信用代码", "value": WRONG, "reason": "CODE_CHECK", "detail": ""}
    assert expected == row


def test_the_file_of_refused_rows_is_for_its_owner_alone(xinqiao: Xinqiao, empty_node: Path, table: Table) -> None:
    """It holds personal data in full: 0600."""
    target = empty_node / "mend.csv"

    xinqiao("import", table({"code": WRONG}), "--refused", target, "--node", empty_node)

    assert 0o600 == stat.S_IMODE(target.stat().st_mode)
    assert "CODE_CHECK" in target.read_text(encoding="utf-8-sig")


def test_a_changed_row_is_refused_unless_amending(xinqiao: Xinqiao, empty_node: Path, table: Table) -> None:
    """The same document with other content is KEY_CONFLICT; with --amend it is published as an amendment."""
    xinqiao("import", table({}), "--node", empty_node)
    changed = table({"day": "2026/03/03"}, name="changed.csv")

    refused = xinqiao("import", changed, "--node", empty_node, "--json")
    amended = xinqiao("import", changed, "--amend", "--node", empty_node, "--json")

    assert (4, {"KEY_CONFLICT": 1}) == (refused.code, refused.document["total"]["refused"])
    assert (0, 1) == (amended.code, amended.document["total"]["accepted"])
    assert 2 == sizes(xinqiao, empty_node)["delta.example/330100/lists/1"]


def test_several_files_are_counted_each_and_together(xinqiao: Xinqiao, empty_node: Path, table: Table) -> None:
    """Each file has its own counts, and the total is their sum."""
    files = [table({}, name="a.csv"), table({}, {"number": "二"}, name="b.csv")]

    said = xinqiao("import", *files, "--node", empty_node, "--json")

    assert [1, 2] == [file["read"] for file in said.document["files"]]
    assert (3, 2, 1) == tuple(said.document["total"][name] for name in ("read", "accepted", "duplicates"))


def test_more_rows_than_a_batch_are_all_taken(xinqiao: Xinqiao, empty_node: Path, table: Table) -> None:
    """1201 rows are three batches; none is lost between them, and a duplicate across batches is found."""
    rows = [{"number": f"第{number}号"} for number in range(1200)]

    said = xinqiao("import", table(*rows, rows[0]), "--node", empty_node, "--json")

    assert (1201, 1200, 1) == tuple(said.document["total"][name] for name in ("read", "accepted", "duplicates"))
    assert 1200 == sizes(xinqiao, empty_node)["delta.example/330100/lists/1"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--feed", "gossip"), "FEED_UNKNOWN"),
        (("--feed", "licences"), "FEED_MISMATCH"),
        (("--kind", "penalties"), "HEADER_UNKNOWN"),
    ],
)
def test_what_does_not_fit_is_said_before_a_row_is_read(
    xinqiao: Xinqiao, empty_node: Path, table: Table, options: tuple[str, ...], reason: str
) -> None:
    """A feed that is not there, or of another kind, and a table of another kind, are refused in one line."""
    said = xinqiao("import", table({}), *options, "--node", empty_node)

    assert (2, "", 1) == (said.code, said.out, len(said.err.splitlines()))
    assert said.err.startswith(reason)


def test_a_missing_file_is_said(xinqiao: Xinqiao, empty_node: Path) -> None:
    """There is no trace for a wrong path."""
    said = xinqiao("import", empty_node / "nothing.csv", "--node", empty_node)

    assert (2, 1) == (said.code, len(said.err.splitlines()))
    assert said.err.startswith("FILE_NOT_FOUND")


def test_a_file_that_is_no_table_is_said(xinqiao: Xinqiao, empty_node: Path) -> None:
    """A header of no known table names what was looked for."""
    file = empty_node / "notes.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")

    said = xinqiao("import", file, "--node", empty_node)

    assert 2 == said.code
    assert said.err.startswith("HEADER_UNKNOWN")


def test_refused_rows_never_replace_the_file_imported(xinqiao: Xinqiao, empty_node: Path, table: Table) -> None:
    """--refused may not name the source."""
    file = table({"code": WRONG})
    before = file.read_bytes()

    said = xinqiao("import", file, "--refused", file, "--node", empty_node)

    assert said.err.startswith("FILE_IS_SOURCE")
    assert before == file.read_bytes()


def test_one_refused_file_goes_with_one_source(xinqiao: Xinqiao, empty_node: Path, table: Table) -> None:
    """--refused with several files would mix columns."""
    files = [table({}, name="a.csv"), table({}, name="b.csv")]

    assert 2 == xinqiao("import", *files, "--refused", empty_node / "r.csv", "--node", empty_node).code


def test_people_see_counts_and_reasons_in_both_languages(xinqiao: Xinqiao, empty_node: Path, table: Table) -> None:
    """Without --json there are tables: counts, reasons, the first refused rows."""
    said = xinqiao("import", table({}, {"code": WRONG, "number": "二"}), "--node", empty_node)

    assert "读取 / read" in said.out
    assert "末位校验码错误" in said.out
    assert "The check character at the end of the code is wrong" in said.out


def test_a_person_in_a_refused_row_is_masked(xinqiao: Xinqiao, empty_node: Path, table: Table) -> None:
    """A citizen number with a slip, in the column of unified codes, is not shown whole."""
    said = xinqiao("import", table({"code": "330106191003079991"}), "--node", empty_node, "--json")

    assert "330106191003079991" not in said.out
    assert 1 == said.document["total"]["refused_total"]


def test_what_was_imported_before_a_bad_file_is_told(
    xinqiao: Xinqiao, empty_node: Path, table: Table, tmp_path: Path
) -> None:
    """The counts of the files before are shown though a later file fails, and that file is named."""
    (tmp_path / "empty.csv").write_bytes(b"")

    said = xinqiao("import", table({}), tmp_path / "empty.csv", "--node", empty_node)

    assert (2, True, True) == (said.code, "lists.csv" in said.out, "接收 / accepted" in said.out)
    assert said.err.startswith("FILE_EMPTY")
    assert str(tmp_path / "empty.csv") in said.err


def test_an_interrupted_import_says_how_to_go_on(empty_node: Path, table: Table) -> None:
    """On a terminal the rows are counted; Ctrl-C ends with 130, and says that the file can be imported again."""
    file = table(*({"number": str(number)} for number in range(20_000)))
    words = [sys.executable, "-m", "node", "import", str(file), "--node", str(empty_node)]
    screen, end = pty.openpty()
    with os.fdopen(screen, "rb", buffering=0) as shown, subprocess.Popen(words, stderr=end) as process:
        os.close(end)
        said = b""
        while b"rows" not in said:
            said += shown.read(4096)
        process.send_signal(signal.SIGINT)
        with suppress(OSError):  # EIO: nobody holds the other end of the terminal any more
            while more := shown.read(4096):
                said += more
        code = process.wait(30)

    assert (130, False) == (code, b"Traceback" in said)
    assert "再次导入此文件即可继续 / the rows taken so far are kept" in said.decode()
