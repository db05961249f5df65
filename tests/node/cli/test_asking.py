# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`query --at`: a member that is being served answers with evidence, or refuses."""

import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

Xinqiao = Callable[..., Any]
Serving = Callable[[Path], AbstractContextManager[tuple[subprocess.Popen[str], dict[str, Any]]]]
COMPANY = "91330106PDY209008Q"
WHY = ("--legal-basis", "《政府采购法》第二十二条", "--case", "采2026-7")


@pytest.fixture
def pair(
    xinqiao: Xinqiao, new_node: Callable[[str], Path], table: Callable[..., Path], tmp_path: Path
) -> tuple[Path, Path]:
    """Shanghai, which asks, and Hangzhou, which holds the entry and grants questions for procurement."""
    shanghai, hangzhou = new_node("310000"), new_node("330100")
    assert 0 == xinqiao("import", table({}), "--node", hangzhou).code
    grant = ("--may-ask", "procurement")
    assert 0 == xinqiao("peers", "add", tmp_path / "310000.toml", *grant, "--node", hangzhou).code
    assert 0 == xinqiao("peers", "add", tmp_path / "330100.toml", "--node", shanghai).code
    return shanghai, hangzhou


def test_a_granted_question_is_answered_with_evidence(
    xinqiao: Xinqiao, serving: Serving, pair: tuple[Path, Path]
) -> None:
    """The answer holds the entry, verified, and both sides have logged the exchange."""
    shanghai, hangzhou = pair
    with serving(hangzhou):
        said = xinqiao(
            "query", COMPANY, "--at", "330100", "--purpose", "procurement", *WHY, "--node", shanghai, "--json"
        )
    (finding,) = said.document["findings"]
    assert (0, True, "OWN", COMPANY) == (
        said.code,
        said.document["verified"],
        finding["standing"],
        finding["record"]["identity"]["code"],
    )
    assert [1, 1] == [logged(xinqiao, node) for node in pair]


def logged(xinqiao: Xinqiao, node: Path) -> int:
    """Exchanges that a node has logged; what came just before it was stopped still waits to be published."""
    feeds = xinqiao("feeds", "--node", node, "--json").document["feeds"]
    (published,) = [feed["size"] for feed in feeds if "/_exchange/" in feed["origin"] and feed["own"]]
    waiting = xinqiao("status", "--node", node, "--json").document["entries"]["pending"]
    return int(published + waiting)


def test_a_question_for_another_purpose_is_refused(xinqiao: Xinqiao, serving: Serving, pair: tuple[Path, Path]) -> None:
    """What was not granted is refused with 4, in one line, and nothing is told."""
    shanghai, hangzhou = pair
    with serving(hangzhou):
        said = xinqiao("query", COMPANY, "--at", "330100", "--purpose", "tendering", *WHY, "--node", shanghai, "--json")

    assert (4, "", 1) == (said.code, said.out, len(said.err.splitlines()))
    assert said.err.startswith("PURPOSE_NOT_GRANTED")


def test_a_member_that_does_not_answer_is_unavailable(xinqiao: Xinqiao, pair: tuple[Path, Path]) -> None:
    """A member that is not served ends the command with 3, in one line."""
    shanghai, _ = pair

    said = xinqiao("query", COMPANY, "--at", "330100", "--purpose", "procurement", *WHY, "--node", shanghai)

    assert (3, "", 1) == (said.code, said.out, len(said.err.splitlines()))
