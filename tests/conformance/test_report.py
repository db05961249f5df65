# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is reported: every failure in full, in every form, and nothing a node says can forge a report."""

import io
import json

import pytest
from defusedxml.ElementTree import fromstring
from rich.console import Console

from conformance.register import CASES
from conformance.report import failure_lines, inert, show, to_json, to_junit
from conformance.verdict import Judgement, Result, Status

HOSTILE = "\x1b[2J\n</failure>\u202e=HYPERLINK(1)\x00[red]PASS[/red]"
FAILED = Judgement(CASES[0], Status.FAILED, "ANONYMOUS_ACCEPTED", "a refusal", HOSTILE, 12)
RESULT = Result(
    "127.0.0.1:8443",
    "330100",
    0,
    tuple(case.id for case in CASES),
    (FAILED, *(Judgement(case, Status.PASSED) for case in CASES[1:])),
)


def _shown(*, terminal: bool) -> str:
    page = io.StringIO()
    show(RESULT, Console(file=page, force_terminal=terminal, width=200, color_system=None))
    return page.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_a_failure_says_everything(terminal: bool) -> None:
    """Case, clause, reason, expected, actual and cure in both languages stand on the page."""
    case, page = CASES[0], _shown(terminal=terminal)
    wanted = (case.id, "C-TI-01", "ANONYMOUS_ACCEPTED", "a refusal", case.mend.en, case.mend.zh)
    assert [text for text in wanted if text not in page] == []


def test_what_could_not_be_tested_asks_for_what_is_missing() -> None:
    """NOT_TESTABLE does not send the operator to mend a node that was never judged."""
    judgement = Judgement(CASES[0], Status.NOT_TESTABLE, "NOT_TESTABLE", "what the case needs", "configure this")
    lines = failure_lines(judgement)
    assert [CASES[0].mend.en in line for line in lines] == [False] * len(lines)
    assert "  actual:   configure this" in lines


def test_a_pipe_gets_one_line_for_each_case() -> None:
    """Without a terminal the list of cases is plain lines that begin with the status."""
    lines = _shown(terminal=False).split("\n")[: len(CASES)]
    assert [line.split()[:2] for line in lines] == [[str(j.status), j.case.id] for j in RESULT.judgements]


@pytest.mark.parametrize("terminal", [True, False])
def test_what_the_node_says_is_shown_inert(terminal: bool) -> None:
    """Escapes, line breaks, bidirectional marks and markup of a node reach no viewer."""
    page = _shown(terminal=terminal)
    assert [c for c in ("\x1b", "\x00", "\u202e") if c in page] == []
    assert "[red]PASS[/red]" in page


def test_long_text_is_cut() -> None:
    """No text of a node is longer than 500 characters in a report."""
    assert inert("a" * 10_000) == "a" * 500 + "…"


def test_json_carries_the_verdict_and_every_case() -> None:
    """The JSON object names conclusion, exit code and each case with its reason."""
    document = json.loads(to_json(RESULT))
    assert (document["conclusion"], document["exit_code"], document["partial"]) == ("NOT CONFORMANT", 1, False)
    assert [case["id"] for case in document["cases"]] == list(RESULT.planned)
    assert document["cases"][0]["reason"] == "ANONYMOUS_ACCEPTED"


def test_junit_counts_and_parses_whatever_a_node_says() -> None:
    """The XML is well-formed, counts the failure, and carries its full text."""
    suite = fromstring(to_junit(RESULT))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == (str(len(CASES)), "1", "0")
    assert suite.findtext("testcase/failure") == "\n".join(failure_lines(FAILED))


def test_junit_of_a_partial_run_has_an_error() -> None:
    """A run of too few cases is no green in a build server."""
    partial = Result("127.0.0.1:1", "330100", 0, RESULT.planned, (Judgement(CASES[1], Status.PASSED),))
    assert fromstring(to_junit(partial)).get("errors") == "1"
