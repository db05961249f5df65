# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Querying, explaining and ending entries; proofs that verify offline."""

import base64
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Xinqiao = Callable[..., Any]
LISTS = "delta.example/330100/lists/1"
COMPANY = "91330106PDY209008Q"
BODY = ("--authority", "杭州市生态环境局", "--authority-code", "11330100PDY001012R")
ENDING = ("--kind", "removed", *BODY, "--document", "杭环信〔2026〕99号", "--date", "2026-11-02")


@pytest.fixture
def proof(xinqiao: Xinqiao, node: Path, tmp_path: Path) -> tuple[Path, str]:
    """A proof file of the company's entry, and the verifier key of its feed."""
    file = tmp_path / "proof.txt"
    said = xinqiao("proof", "lists", 0, "-o", file, "--node", node, "--json")
    assert (0, str(file)) == (said.code, said.document["file"])
    return file, said.document["key"]


def test_query_tells_what_counts_and_which_measures_follow(xinqiao: Xinqiao, node: Path) -> None:
    """The company's black entry counts as an own one, with its measures."""
    said = xinqiao("query", COMPANY, "--node", node, "--json").document

    (holding,) = said["holdings"]
    assert (LISTS, 0, "OWN", "fresh") == tuple(holding[name] for name in ("origin", "index", "standing", "freshness"))
    assert "procurement-limit" in said["measures"]
    assert COMPANY == holding["record"]["identity"]["code"]


def test_query_takes_a_code_as_people_write_it(xinqiao: Xinqiao, node: Path) -> None:
    """Full-width characters and small letters are the same code."""
    said = xinqiao("query", "９１330106pdy209008q", "--node", node, "--json").document

    assert (COMPANY, 1) == (said["subject"], len(said["holdings"]))


def test_query_of_an_unknown_subject_finds_nothing(xinqiao: Xinqiao, node: Path) -> None:
    """Nothing held is an answer, not an error."""
    said = xinqiao("query", "91330100716105852F", "--node", node, "--json")

    assert (0, [], []) == (said.code, said.document["holdings"], said.document["measures"])


def test_a_question_to_a_member_needs_its_reasons(xinqiao: Xinqiao, node: Path) -> None:
    """--at without purpose, legal basis and case is refused before anybody is asked."""
    said = xinqiao("query", COMPANY, "--at", "330000", "--purpose", "procurement", "--node", node)

    assert (2, True) == (said.code, said.err.startswith("USAGE_WRONG"))


def test_a_question_to_a_stranger_is_refused(xinqiao: Xinqiao, node: Path) -> None:
    """A member that is not pinned cannot be asked."""
    why = [
        "--purpose",
        "procurement",
        "--legal-basis",
        "招标办法",
        "--case",
        "1",
        "--officer",
        "o-1",
        "--office",
        "p-1",
    ]

    said = xinqiao("query", COMPANY, "--at", "330000", *why, "--node", node)

    assert (2, True) == (said.code, said.err.startswith("MEMBER_UNKNOWN"))


def test_explain_names_reasons_and_versions(xinqiao: Xinqiao, node: Path) -> None:
    """The standing is replayed for today, with the rules that were used."""
    said = xinqiao("explain", "lists", 0, "--node", node, "--json").document

    assert ("OWN", "OWN") == (said["standing"], said["replayed"]["standing"])
    assert said["replayed"]["versions"][0].startswith("rules@")


def test_explain_replays_another_day(xinqiao: Xinqiao, node: Path) -> None:
    """Before it came into force the entry did not count; after, it does."""
    before = xinqiao("explain", "lists", 0, "--as-of", "2026-03-01", "--node", node, "--json").document["replayed"]
    after = xinqiao("explain", "lists", 0, "--as-of", "2026-03-02", "--node", node, "--json").document["replayed"]

    assert ("HELD", ["NOT_YET_VALID"]) == (before["standing"], [reason["code"] for reason in before["reasons"]])
    assert ("OWN", "2026-03-02") == (after["standing"], after["as_of"])


@pytest.mark.parametrize("origin", ["lists", "330100/lists/1", LISTS])
def test_a_feed_can_be_named_in_three_ways(xinqiao: Xinqiao, node: Path, origin: str) -> None:
    """Short for an own feed, without the federation, or whole: the same feed."""
    assert LISTS == xinqiao("explain", origin, 0, "--node", node, "--json").document["origin"]


def test_end_ends_the_effect(xinqiao: Xinqiao, node: Path) -> None:
    """After `end` the entry no longer counts, and says why; the other one does."""
    said = xinqiao("end", "lists", 0, *ENDING, "--node", node, "--json")
    explained = xinqiao("explain", "lists", 0, "--node", node, "--json").document

    assert (0, "accepted") == (said.code, said.document["outcome"])
    assert ("ENDED", ["ENDED_REMOVED"]) == (explained["standing"], [reason["code"] for reason in explained["reasons"]])
    assert ["removed"] == [act["record"]["kind"] for act in explained["acts"]]
    assert "OWN" == xinqiao("explain", "lists", 1, "--node", node, "--json").document["standing"]


def test_ending_twice_with_the_same_decision_changes_nothing(xinqiao: Xinqiao, node: Path) -> None:
    """The same command again is a duplicate and ends with 0."""
    xinqiao("end", "lists", 0, *ENDING, "--node", node)
    before = xinqiao("feeds", "--node", node, "--json").document

    said = xinqiao("end", "lists", 0, *ENDING, "--node", node, "--json")

    assert (0, "duplicate") == (said.code, said.document["outcome"])
    assert before == xinqiao("feeds", "--node", node, "--json").document


def test_what_has_ended_cannot_be_ended_by_another_decision(xinqiao: Xinqiao, node: Path) -> None:
    """A second ending of the same entry is refused with 4."""
    xinqiao("end", "lists", 0, *ENDING, "--node", node)
    other = ("--kind", "revoked", *BODY, "--document", "另一号", "--date", "2026-11-03")

    said = xinqiao("end", "lists", 0, *other, "--node", node, "--json")

    assert (4, "", True) == (said.code, said.out, said.err.startswith("ACT_AFTER_END"))


def test_only_own_entries_can_be_ended(xinqiao: Xinqiao, node: Path) -> None:
    """A foreign feed's entry is its origin's to end."""
    said = xinqiao("end", "310000/lists/1", 0, *ENDING, "--node", node)

    assert (2, True) == (said.code, said.err.startswith("FEED_NOT_OWN"))


def test_an_ending_by_a_body_with_a_wrong_code_is_refused(xinqiao: Xinqiao, node: Path) -> None:
    """The code of the deciding authority is checked; nothing is published."""
    words = ("--kind", "removed", "--authority", "某局", "--authority-code", "11330100PDY001012A")

    said = xinqiao("end", "lists", 0, *words, "--document", "1", "--date", "2026-11-02", "--node", node)

    assert (4, True) == (said.code, said.err.startswith("CODE_CHECK"))
    assert "OWN" == xinqiao("explain", "lists", 0, "--node", node, "--json").document["standing"]


def test_a_proof_verifies_offline(xinqiao: Xinqiao, proof: tuple[Path, str]) -> None:
    """File and key are enough: no node folder is needed."""
    file, key = proof

    said = xinqiao("verify-proof", file, "--key", key, "--json")

    checked = said.document
    assert (0, True, LISTS, 0) == (said.code, checked["verified"], checked["origin"], checked["index"])
    assert COMPANY == checked["record"]["identity"]["code"]


def test_a_proof_verifies_with_the_key_on_the_members_card(
    xinqiao: Xinqiao, node: Path, proof: tuple[Path, str]
) -> None:
    """The log key on a card is named after the node; it is the same key."""
    card = xinqiao("peers", "card", "--node", node).out
    (key,) = [line.split('"')[1] for line in card.splitlines() if line.startswith("log_key")]

    assert 0 == xinqiao("verify-proof", proof[0], "--key", key).code


def test_a_proof_can_be_printed(xinqiao: Xinqiao, node: Path, proof: tuple[Path, str]) -> None:
    """Without -o the same text goes to standard output."""
    assert proof[0].read_text(encoding="utf-8") == xinqiao("proof", "lists", 0, "--node", node).out


def test_an_ended_entry_still_has_its_proof(xinqiao: Xinqiao, node: Path) -> None:
    """That it was published stays provable, and every record of the feed verifies under the newer checkpoint."""
    xinqiao("end", "lists", 0, *ENDING, "--node", node)

    assert 0 == xinqiao("proof", "lists", 0, "--node", node).code


@pytest.mark.parametrize(
    ("before", "after"),
    [("index 0", "index 1"), ("creditexchange/evidence@v1", "creditexchange/evidence@v2"), ("lists/1\n", "lists/2\n")],
    ids=("index", "form", "origin"),
)
def test_an_altered_proof_is_refused(xinqiao: Xinqiao, proof: tuple[Path, str], before: str, after: str) -> None:
    """Whatever is changed in the file, it is refused with 4, and nothing is printed as if it were proven."""
    file, key = proof
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(before, after, 1), encoding="utf-8")

    said = xinqiao("verify-proof", file, "--key", key, "--json")

    assert (4, "", 1) == (said.code, said.out, len(said.err.splitlines()))


def test_an_altered_record_is_refused(xinqiao: Xinqiao, proof: tuple[Path, str]) -> None:
    """One byte of the payload breaks the commitment."""
    file, key = proof
    lines = file.read_text(encoding="utf-8").split("\n")
    payload = bytearray(base64.b64decode(lines[4].removeprefix("payload ")))
    payload[-1] ^= 1
    lines[4] = f"payload {base64.b64encode(payload).decode()}"
    file.write_text("\n".join(lines), encoding="utf-8")

    said = xinqiao("verify-proof", file, "--key", key)

    assert (4, True) == (said.code, said.err.startswith("EVIDENCE_COMMITMENT"))


def test_a_proof_under_another_key_is_refused(xinqiao: Xinqiao, tmp_path: Path, proof: tuple[Path, str]) -> None:
    """The same origin claimed by another node's key proves nothing."""
    other = xinqiao("init", "330100", "--federation", "delta.example", "--node", tmp_path / "other", "--json").document

    said = xinqiao("verify-proof", proof[0], "--key", other["keys"][LISTS])

    assert (4, "") == (said.code, said.out)


@pytest.mark.parametrize("key", ["", "nonsense", f"{LISTS}+00000000+AAAA"])
def test_a_malformed_key_is_a_usage_error(xinqiao: Xinqiao, proof: tuple[Path, str], key: str) -> None:
    """A key that is none is the caller's mistake: 2."""
    said = xinqiao("verify-proof", proof[0], "--key", key)

    assert (2, True) == (said.code, said.err.startswith("VERIFIER_MALFORMED"))


def test_a_missing_proof_file_is_said(xinqiao: Xinqiao, tmp_path: Path) -> None:
    """There is no trace for a wrong path."""
    said = xinqiao("verify-proof", tmp_path / "none", "--key", "x")

    assert (2, True) == (said.code, said.err.startswith("FILE_NOT_FOUND"))


def test_a_proof_that_cannot_be_written_is_said(xinqiao: Xinqiao, node: Path, tmp_path: Path) -> None:
    """A folder that is not there is named in one line."""
    said = xinqiao("proof", "lists", 0, "-o", tmp_path / "none" / "p.txt", "--node", node)

    assert (2, True) == (said.code, said.err.startswith("FILE_UNWRITABLE"))


def test_watch_tells_every_change(xinqiao: Xinqiao, node: Path) -> None:
    """`explain --watch` says what the entry is, and says it again when it ends, until it is told to stop."""
    words = [sys.executable, "-m", "node", "explain", "lists", "0", "--watch", "--json", "--node", str(node)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout is not None
        before = json.loads(watch.stdout.readline())
        taken = xinqiao("end", "lists", 0, *ENDING, "--node", node, "--json").document["taken_at_ms"]
        after = json.loads(watch.stdout.readline())
        watch.send_signal(signal.SIGINT)
        code = watch.wait(30)

    assert ("OWN", "ENDED", 130) == (before["standing"], after["standing"], code)
    assert before["seen_at_ms"] < taken


def test_watch_waits_for_an_entry_that_has_not_come(node: Path) -> None:
    """An entry that is not there yet is ABSENT, not an error."""
    words = [sys.executable, "-m", "node", "explain", "lists", "9", "--watch", "--json", "--node", str(node)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout is not None
        said = json.loads(watch.stdout.readline())
        watch.terminate()

    assert ("ABSENT", ["ENTRY_NOT_FOUND"]) == (said["standing"], said["reasons"])


def test_warnings_of_an_ending_are_sentences(xinqiao: Xinqiao, node: Path) -> None:
    """What is doubtful about an ending is told to people in both languages, not as a bare code."""
    words = list(ENDING)
    words[words.index("--authority-code") + 1] = "91330100716105852F"

    said = xinqiao("end", "lists", 0, *words, "--node", node)

    assert (0, True) == (said.code, "AUTHORITY_NOT_PUBLIC 按其代码" in said.out)
