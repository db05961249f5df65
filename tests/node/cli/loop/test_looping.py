# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The loop at the command line: check, feedback, counts, report, duty; on a node that answers about its own entries."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

Xinqiao = Callable[..., Any]
COMPANY = "91330106PDY209008Q"
UNKNOWN = "91330100716105852F"
MARKET = "11330100PDY001020L"
FEED = '\n[[feed]]\nname = "feedback"\ndataset = "feedback"\nreaders = []\n'
WHEN = ("--document", "杭环移〔2026〕1号", "--date", "2026-03-09")
SAID = ("--case", "杭联惩〔2026〕1号", "--measure", "closer-inspection", "--by", MARKET)


@pytest.fixture
def answering(node: Path, xinqiao: Xinqiao) -> Path:
    """The node with entries, and a feed for what its own bodies say about them."""
    config = node / "xinqiao.toml"
    config.write_text(config.read_text(encoding="utf-8") + FEED, encoding="utf-8")
    assert 0 == xinqiao("feeds", "--create", "--node", node, "--json").code
    return node


def test_check_tells_measures_and_never_calls_the_unknown_clean(xinqiao: Xinqiao, node: Path, tmp_path: Path) -> None:
    """Codes as arguments and from a file, in their order; a failing one ends the command with 4."""
    (tmp_path / "codes.txt").write_text(f"\ufeff{UNKNOWN}\n\n  91330106PDY209008X \n", encoding="utf-8")

    said = xinqiao("check", COMPANY, "--file", tmp_path / "codes.txt", "--node", node, "--json")

    known, unknown, failing = said.document["results"]
    assert (4, "known", "unknown", "refused") == (said.code, known["state"], unknown["state"], failing["state"])
    assert "CODE_CHECK" == failing["reason"]["code"]
    assert ("OWN", known["measures"]) == (known["holdings"][0]["standing"], known["holdings"][0]["measures"])
    assert "funds-limit" in known["measures"]
    assert {measure["code"] for measure in said.document["measures"]} == set(known["measures"])


def test_check_is_filtered_and_says_so_to_people(xinqiao: Xinqiao, node: Path) -> None:
    """One body's measures, in both languages, with the body's name."""
    said = xinqiao("check", COMPANY, "--department", MARKET, "--node", node)

    assert 0 == said.code
    assert "列为重点监督检查对象 / Inspected more often" in said.out
    assert "杭州市市场监督管理局" in said.out
    assert "funds-limit" not in said.out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "USAGE_WRONG"),
        ((COMPANY, "--department", "11310000PDY0030268"), "DEPARTMENT_UNKNOWN"),
        ((COMPANY, "--measure", "finance-notice"), "MEASURE_UNKNOWN"),
        ((COMPANY, "--file", "nowhere.txt"), "FILE_UNREADABLE"),
        (tuple([COMPANY] * 10_001), "USAGE_WRONG"),
    ],
    ids=["nothing", "department", "measure", "file", "many"],
)
def test_check_refuses_what_it_cannot_answer(xinqiao: Xinqiao, node: Path, words: tuple[str, ...], reason: str) -> None:
    """With the reason, and exit code 2; nothing on standard output."""
    said = xinqiao("check", *words, "--node", node, "--json")

    assert (2, "", True) == (said.code, said.out, said.err.startswith(reason))


def test_a_file_of_codes_has_its_limit(xinqiao: Xinqiao, node: Path, tmp_path: Path) -> None:
    """A megabyte."""
    (tmp_path / "codes.txt").write_bytes(b"9" * (1024 * 1024 + 1))

    said = xinqiao("check", "--file", tmp_path / "codes.txt", "--node", node)

    assert (2, True) == (said.code, said.err.startswith("FILE_TOO_LARGE"))


def test_feedback_is_counted_and_reported(xinqiao: Xinqiao, answering: Path, tmp_path: Path) -> None:
    """From the answer to the row of the report, in both formats."""
    taken = xinqiao("feedback", "lists", "0", *SAID, "--result", "=已检查", "--node", answering, "--json")
    again = xinqiao("feedback", "lists", "0", *SAID, "--result", "=已检查", "--node", answering, "--json")
    stats = xinqiao("loop", "stats", "--node", answering, "--json").document

    assert (0, False, True) == (taken.code, taken.document["repeated"], again.document["repeated"])
    (line,) = [line for line in stats["lines"] if line["department"] == MARKET and line["answered"]]
    assert ("implemented", "330100", 1) == (line["side"], line["region"], line["accepted"])
    for form in ("csv", "xlsx"):
        out = tmp_path / f"report.{form}"
        month = stats["as_of"][:7]
        said = xinqiao(
            "loop", "report", "--month", month, "--format", form, "--out", out, "--node", answering, "--json"
        )
        assert {"file": str(out), "cases": 1, "period": month.replace("-", "")} == said.document
    with (tmp_path / "report.csv").open(encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    sheet = list(openpyxl.load_workbook(tmp_path / "report.xlsx")["report"].iter_rows(values_only=True))
    assert ("'=已检查", COMPANY) == (row["实施结果 Result"], row["主体代码 Code"])
    assert "=已检查" in sheet[1]


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("lists", "9", *SAID), 4, "FEEDBACK_ENTRY_UNKNOWN"),
        (("lists", "0", *SAID[:3], "public-shaming", *SAID[4:]), 4, "FEEDBACK_MEASURE_UNKNOWN"),
        (("lists", "0", "--case", " ", *SAID[2:]), 4, "FEEDBACK_CASE_MISSING"),
        (("lists", "0", *SAID, "--response", "refused"), 4, "FEEDBACK_REASON_MISSING"),
        (("lists", "0", *SAID, "--implemented", "2099-01-01"), 4, "DATE_IN_FUTURE"),
        (("lists", "0", *SAID, "--evidence", "zz"), 2, "FIELD_MALFORMED"),
        (("lists", "0", *SAID, "--received", "2026-3-2"), 2, "DATE_MALFORMED"),
    ],
)
def test_feedback_without_ground_is_refused(
    xinqiao: Xinqiao, answering: Path, words: tuple[str, ...], code: int, reason: str
) -> None:
    """With its reason in both languages."""
    said = xinqiao("feedback", *words, "--node", answering)

    assert (code, True) == (said.code, said.err.startswith(reason)), said.err


def test_without_a_feed_for_it_feedback_is_refused(xinqiao: Xinqiao, node: Path) -> None:
    """FEEDBACK_NO_FEED says what to add to the configuration."""
    said = xinqiao("feedback", "lists", "0", *SAID, "--node", node)

    assert (4, True) == (said.code, said.err.startswith("FEEDBACK_NO_FEED"))


def test_a_feed_of_feedback_for_everybody_is_refused(xinqiao: Xinqiao, node: Path) -> None:
    """By the configuration itself, before anything opens."""
    config = node / "xinqiao.toml"
    config.write_text(config.read_text(encoding="utf-8") + FEED.replace("[]", '["*"]'), encoding="utf-8")

    said = xinqiao("status", "--node", node)

    assert (2, True) == (said.code, said.err.startswith("CONFIG_INVALID"))


def test_a_removal_lifts_what_was_done_at_once(xinqiao: Xinqiao, answering: Path) -> None:
    """With the command that ends the entry."""
    xinqiao("feedback", "lists", "0", *SAID, "--node", answering)
    body = ("--authority", "杭州市生态环境局", "--authority-code", "11330100PDY001012R")
    ended = xinqiao("end", "lists", "0", "--kind", "removed", *body, *WHEN, "--node", answering)
    stats = xinqiao("loop", "stats", "--node", answering, "--json").document

    assert 0 == ended.code, ended.err
    (line,) = [line for line in stats["lines"] if line["answered"]]
    assert (1, 1) == (line["answered"], line["lifted"])


@pytest.mark.parametrize("month", ["2026", "2026-13", "202603", "2026-03-01"])
def test_a_month_that_is_none_is_refused(xinqiao: Xinqiao, node: Path, month: str) -> None:
    """DATE_MALFORMED."""
    said = xinqiao("loop", "report", "--month", month, "--node", node)

    assert (2, True) == (said.code, said.err.startswith("DATE_MALFORMED"))


def test_duty_lists_what_was_published_late_with_the_rate(xinqiao: Xinqiao, empty_node: Path, tmp_path: Path) -> None:
    """The sample's decisions are old: all of them late, whatever the day, and named without their subjects."""
    sample = Path(__file__).parents[4] / "node" / "demo" / "samples" / "330100" / "licences.csv"
    xinqiao("import", shutil.copy(sample, tmp_path / "licences.csv"), "--node", empty_node, "--json")

    said = xinqiao("duty", "--node", empty_node, "--json").document
    before = xinqiao("duty", "--as-of", "1990-01-01", "--node", empty_node, "--json").document

    assert said["late_in_all"] == sum(line["late"] for line in said["authorities"]) > 0
    assert all({"document_number", "authority", "last_day"} <= late.keys() for late in said["late"])
    assert ([], 0) == (before["authorities"], before["late_in_all"])
    people = xinqiao("duty", "--node", empty_node).out
    assert "双公示及时率" in people
