# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`objection`, `repair` and `cases` on a node that is not being served: filed, listed, shown, decided."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from federation.records.case import CaseKind
from federation.standards.calendar import china_date
from node.assemble.stages import Stages, standard_clock
from node.cases.window import Application, Filed
from node.config import load_config

Xinqiao = Callable[..., Any]
COMPANY = "91330106PDY209008Q"
DECIDED = ("--document", "杭环异〔2026〕1号", "--date", "2026-11-02")


def file(xinqiao: Xinqiao, node: Path, *more: object, command: tuple[str, str] = ("objection", "file")) -> Any:  # noqa: ANN401
    """Files a case about the first entry of the node's list."""
    said = ("--applicant", "杭州湖畔蓝星印染有限公司", "--code", COMPANY, "--grounds", "虚构的理由")
    return xinqiao(*command, "lists", "0", *said, *more, "--node", node, "--json")


def test_an_objection_is_filed_shown_and_decided(xinqiao: Xinqiao, node: Path, tmp_path: Path) -> None:
    """The mark and the end of it are published by the commands themselves."""
    (tmp_path / "ruling.pdf").write_bytes(b"a ruling")
    filed = file(xinqiao, node, "--document", tmp_path / "ruling.pdf")
    assert 0 == filed.code, filed.err
    case = filed.document["case_id"]
    explained = xinqiao("explain", "lists", "0", "--node", node, "--json").document
    assert ["OBJECTION_UNDER_WAY"] == [reason["code"] for reason in explained["reasons"]]

    shown = xinqiao("cases", "show", case, "--node", node, "--json").document
    said = shown["letters"][0]["says"]
    expected = [{"name": "ruling.pdf", "sha256": hashlib.sha256(b"a ruling").hexdigest()}]
    assert (expected, "虚构的理由") == (said["documents"], said["grounds"])
    assert COMPANY not in str(shown)

    assert "accepted" == xinqiao("cases", "accept", case, "--node", node, "--json").document["state"]
    decided = xinqiao("cases", "decide", case, "--outcome", "removed", *DECIDED, "--node", node, "--json")
    assert (0, "decided", "closed") == (decided.code, decided.document["state"], decided.document["phase"])
    assert "ENDED_REMOVED" in xinqiao("explain", "lists", "0", "--node", node).out
    assert xinqiao("verify", "--node", node, "--json").document["ok"]
    assert [] == xinqiao("cases", "--open", "--node", node, "--json").document["cases"]


def test_each_kind_can_be_listed_alone(xinqiao: Xinqiao, node: Path) -> None:
    """`objection` and `repair` without a word list their own."""
    case = file(xinqiao, node).document["case_id"]

    objections, repairs = (
        xinqiao(word, "--node", node, "--json").document["cases"] for word in ("objection", "repair")
    )

    assert ([case], []) == ([each["case_id"] for each in objections], repairs)


def test_people_read_what_became_of_a_case(xinqiao: Xinqiao, node: Path) -> None:
    """The list names no applicant; one case shows who says what, and every statement."""
    case = file(xinqiao, node).document["case_id"]
    assert 0 == xinqiao("cases", "refuse", case, "--why", "材料不全", "--node", node).code

    listed, shown = xinqiao("cases", "--node", node).out, xinqiao("cases", "show", case, "--node", node).out

    assert case in listed
    assert "湖畔" not in listed
    assert all(word in shown for word in ("湖畔", "虚构的理由", "not_accepted", "材料不全", "status/3"))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("decide", "--outcome", "removed", *DECIDED), "CASE_STATE_ILLEGAL"),
        (("decide", "--outcome", "rejected"), "FIELD_MISSING"),
        (("accept", "--why", "字" * 1001), "FIELD_TOO_LONG"),
    ],
)
def test_a_step_that_cannot_be_taken_is_refused(
    xinqiao: Xinqiao, node: Path, words: tuple[str, ...], reason: str
) -> None:
    """In one line with its reason; exit code 4, and nothing has changed."""
    case = file(xinqiao, node).document["case_id"]

    said = xinqiao("cases", words[0], case, *words[1:], "--node", node)

    assert (4, reason) == (said.code, said.err.split()[0].rstrip(":"))
    assert 2 == xinqiao("cases", "show", case, "--node", node, "--json").document["sequence"]


def test_a_case_that_is_not_here_is_said_so(xinqiao: Xinqiao, node: Path) -> None:
    """Whichever step is asked for."""
    for words in (("show", "x"), ("accept", "x"), ("withdraw", "x")):
        said = xinqiao("cases", *words, "--node", node)

        assert (2, "CASE_UNKNOWN") == (said.code, said.err.split()[0].rstrip(":"))


def test_a_case_for_a_node_that_is_not_pinned_waits_with_its_reason(xinqiao: Xinqiao, node: Path) -> None:
    """It is filed all the same: the operator pins the node, and it goes."""
    words = ("--applicant", "甲", "--code", COMPANY, "--grounds", "虚构")
    said = xinqiao("objection", "file", "delta.example/310000/lists/1", "0", *words, "--node", node, "--json")

    (waiting,) = xinqiao("cases", "--node", node, "--json").document["waiting"]

    assert (0, "310000", said.document["case_id"]) == (said.code, waiting["destination"], waiting["case_id"])


def test_a_repair_that_is_not_admissible_is_refused_before_it_is_filed(
    xinqiao: Xinqiao, empty_node: Path, table: Callable[..., Path]
) -> None:
    """With the reason, and nothing is kept; the entry is of yesterday, whenever that is."""
    yesterday = china_date(standard_clock()) - timedelta(days=1)
    assert 0 == xinqiao("import", table({"day": f"{yesterday:%Y/%m/%d}"}), "--node", empty_node).code
    said = file(xinqiao, empty_node, command=("repair", "apply"))

    assert (4, "REPAIR_NOT_YET") == (said.code, said.err.split()[0].rstrip(":"))
    assert [] == xinqiao("cases", "--node", empty_node, "--json").document["cases"]


@pytest.mark.parametrize("path", ["nowhere.pdf", "."])
def test_a_document_that_cannot_be_read_files_nothing(xinqiao: Xinqiao, node: Path, tmp_path: Path, path: str) -> None:
    """The line names the file."""
    said = file(xinqiao, node, "--document", tmp_path / path)

    assert (2, "FILE_UNREADABLE") == (said.code, said.err.split()[0].rstrip(":"))
    assert [] == xinqiao("cases", "--node", node, "--json").document["cases"]


def problems(xinqiao: Xinqiao, node: Path) -> list[tuple[str, str]]:
    """What `status` says is not as it should be, of cases."""
    found = xinqiao("status", "--node", node, "--json").document["problems"]
    return [(each["place"], each["reason"]) for each in found if each["place"].startswith("case ")]


def in_days(days: int) -> Callable[[], int]:
    """A clock that is so many days ahead."""
    return lambda: time.time_ns() // 1_000_000 + days * 86_400_000


def test_a_term_that_has_run_out_stands_in_the_status(xinqiao: Xinqiao, node: Path) -> None:
    """Until the authority takes its step."""
    case = file(xinqiao, node).document["case_id"]
    assert [] == problems(xinqiao, node)
    with Stages.open(load_config(node), in_days(60)) as stages:
        assert 1 == stages.cases.overdue()

    assert [(f"case {case}", "CASE_OVERDUE")] == problems(xinqiao, node)
    assert "逾期 / overdue" in xinqiao("cases", "--node", node).out
    xinqiao("cases", "accept", case, "--node", node)
    assert [] == problems(xinqiao, node)


def test_a_case_that_nobody_answers_stands_in_the_status(xinqiao: Xinqiao, node: Path) -> None:
    """A hub may have receipted it, and lost or withheld it since: the filing node notices by itself."""
    with Stages.open(load_config(node), in_days(-4)) as stages:
        filed = stages.cases.file(
            Application(CaseKind.OBJECTION, "delta.example/310000/lists/1", 0, "甲", COMPANY, "虚构")
        )
        assert isinstance(filed, Filed)
        (letter,) = stages.store.reader.letters_waiting(9)
        stages.cases.post.settle([replace(letter, due_ms=None, hop="yrd", receipt=b"r")])

    assert [(f"case {filed.case_id}", "CASE_UNANSWERED")] == problems(xinqiao, node)
