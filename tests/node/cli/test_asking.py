# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`query --at`: a member that is being served answers with evidence, or refuses."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from node.demo.zygote import Forked

Xinqiao = Callable[..., Any]
Serving = Callable[[Path], AbstractContextManager[tuple[Forked, dict[str, Any]]]]
COMPANY = "91330106PDY209008Q"
ASKED = ("query", COMPANY, "--at", "330100", "--purpose", "procurement")
WHY = ("--legal-basis", "《政府采购法》第二十二条", "--case", "采2026-7", "--officer", "o-1", "--office", "p-1")


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
        said = xinqiao(*ASKED, *WHY, "--node", shanghai, "--json")
    (finding,) = said.document["findings"]
    assert (0, True, "OWN", COMPANY) == (
        said.code,
        said.document["verified"],
        finding["standing"],
        finding["record"]["identity"]["code"],
    )
    assert [1, 1] == [logged(xinqiao, node) for node in pair]


def test_a_saved_answer_is_proven_without_any_node(
    xinqiao: Xinqiao, serving: Serving, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    """Saved through the served node or beside it, for its owner alone: with the cards it is proven, changed not."""
    shanghai, hangzhou = pair
    trust, paths = tmp_path / "trust", [tmp_path / "through.answer", tmp_path / "direct.answer"]
    trust.mkdir()
    with serving(hangzhou):
        with serving(shanghai):
            assert 0 == xinqiao(*ASKED, *WHY, "--save", paths[0], "--node", shanghai).code
        assert 0 == xinqiao(*ASKED, *WHY, "--save", paths[1], "--node", shanghai).code
    assert [0o600] * 2 == [path.stat().st_mode & 0o777 for path in paths]
    assert 3 == xinqiao("verify-answer", paths[0], "--trust", trust).code
    for node in pair:
        (trust / f"{node.name}.toml").write_bytes((tmp_path / f"{node.name}.toml").read_bytes())

    for path in paths:
        said = xinqiao("verify-answer", path, "--trust", trust, "--json")
        assert (0, "proven", COMPANY, []) == (
            said.code,
            *(said.document[name] for name in ("verdict", "subject", "findings")),
        )
        assert [COMPANY] == [one["record"]["identity"]["code"] for one in said.document["records"]]
    page = tmp_path / "report.html"
    made = xinqiao("report", paths[0], "--trust", trust, "--output", page, "--json")
    assert (0, 0o600, True) == (made.code, page.stat().st_mode & 0o777, COMPANY in page.read_text(encoding="utf-8"))
    raw = paths[0].read_bytes()
    paths[0].write_bytes(raw.replace(b"\nanswer ", b"\nanswer 0", 1))
    shown = xinqiao("verify-answer", paths[0], "--trust", trust)
    refused = xinqiao("report", paths[0], "--trust", trust, "--output", tmp_path / "none.html")
    assert (5, "ANSWER_NOT_PROVEN", False) == (refused.code, refused.err.split()[0], (tmp_path / "none.html").exists())
    assert (5, True, True) == (shown.code, "已证明被改动" in shown.out, "ANSWER_FILE_MALFORMED" in shown.out)


@pytest.mark.parametrize(
    ("valid_until", "verdict"), [("2000-01-01T00:00:00+08:00", 3), ("2999-01-01T00:00:00+08:00", 0)]
)
def test_an_answer_is_judged_by_the_keys_of_its_time(
    xinqiao: Xinqiao, serving: Serving, pair: tuple[Path, Path], tmp_path: Path, valid_until: str, verdict: int
) -> None:
    """A card whose keys had ended before proves nothing; one that ends later does."""
    shanghai, hangzhou = pair
    trust, path = tmp_path / "trust", tmp_path / "kept.answer"
    trust.mkdir()
    with serving(hangzhou):
        assert 0 == xinqiao(*ASKED, *WHY, "--save", path, "--node", shanghai).code
    for node in pair:
        card = (
            (tmp_path / f"{node.name}.toml")
            .read_text()
            .replace("[[peer]]\n", f"[[peer]]\nvalid_until = {valid_until}\n")
        )
        (trust / f"{node.name}.toml").write_text(card)

    assert verdict == xinqiao("verify-answer", path, "--trust", trust).code


def test_what_is_no_plain_file_is_not_replaced(
    xinqiao: Xinqiao, serving: Serving, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    """A link, as `/dev/stdout` is one, stays what it is."""
    shanghai, hangzhou = pair
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"kept")
    link.symlink_to(target)
    with serving(hangzhou):
        said = xinqiao(*ASKED, *WHY, "--save", link, "--node", shanghai)

    assert ("FILE_UNWRITABLE", True, b"kept") == (said.err.split()[0], link.is_symlink(), target.read_bytes())


def test_saving_goes_with_a_member(xinqiao: Xinqiao, pair: tuple[Path, Path], tmp_path: Path) -> None:
    """What is held here is nobody's signed answer."""
    said = xinqiao("query", COMPANY, "--save", tmp_path / "file", "--node", pair[0])

    assert (2, "USAGE_WRONG") == (said.code, said.err.partition(" ")[0])


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


def test_a_person_is_asked_about_on_an_authority_alone(
    xinqiao: Xinqiao, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    """Without one, or on one that was withdrawn, nothing is sent: 4; with one the member is called: 3, it is away."""
    shanghai, _ = pair
    person = ("query", "330102194901019917", "--at", "330100", "--purpose", "procurement", *WHY, "--node", shanghai)
    paper = tmp_path / "consent.pdf"
    paper.write_bytes(b"signed")
    day = date.today()
    days = ("--valid-from", day - timedelta(days=2), "--valid-until", day + timedelta(days=2))
    consent = ("--consent", paper, "--consent-number", "授2026-7", *days)

    said = [xinqiao(*person), xinqiao(*person, *consent)]
    assert 0 == xinqiao("authorisations", "withdraw", paper, "--reason", "本人撤回", "--node", shanghai).code
    said.append(xinqiao(*person, *consent))
    assert [4, 3, 4] == [each.code for each in said]
    assert ["AUTHORISATION_MISSING", "AUTHORISATION_WITHDRAWN"] == [each.err.split()[0] for each in said[::2]]


def test_a_member_that_does_not_answer_is_unavailable(xinqiao: Xinqiao, pair: tuple[Path, Path]) -> None:
    """A member that is not served ends the command with 3, in one line."""
    shanghai, _ = pair

    said = xinqiao("query", COMPANY, "--at", "330100", "--purpose", "procurement", *WHY, "--node", shanghai)

    assert (3, "", 1) == (said.code, said.out, len(said.err.splitlines()))


def test_a_member_with_another_certificate_is_told_in_one_line(
    xinqiao: Xinqiao, serving: Serving, new_node: Callable[[str], Path], tmp_path: Path
) -> None:
    """What gRPC itself has to say of a handshake that failed is not on the operator's screen."""
    shanghai, hangzhou, card = new_node("310000"), new_node("330100"), tmp_path / "card"
    other = xinqiao("init", "330100", "--federation", "delta.example", "--node", tmp_path / "other", "--json")
    card.write_text(other.document["card"], encoding="utf-8")
    words = [sys.executable, "-m", "node", *ASKED, *WHY, "--node", str(shanghai)]
    plain = {name: value for name, value in os.environ.items() if name != "GRPC_VERBOSITY"}
    with serving(hangzhou) as (_, ready):
        assert 0 == xinqiao("peers", "add", card, "--address", ready["peers"], "--node", shanghai).code
        said = subprocess.run(words, env=plain, capture_output=True, text=True, check=False)

    assert (3, "", 1) == (said.returncode, said.stdout, len(said.stderr.splitlines()))
    assert said.stderr.startswith("PEER_")
