# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The demonstration from outside: one command, real processes, everything it promises, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from federation.errors import Fault
from node.demo.expected import check_import, promised
from node.demo.process import command, commands_end_here
from node.demo.topology import FEEDS, HANGZHOU, NATION, PLACES, SHANGHAI

DEMO = (sys.executable, "-m", "node", "demo", "--json")
LISTS = "delta.example/330100/lists/1"


def alone(folder: Path) -> Mapping[str, str]:
    """An environment whose temporary folder is empty, so that what is left behind is seen."""
    return {**os.environ, "TMPDIR": str(folder)}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_demonstration_keeps_every_promise(tmp_path: Path) -> None:
    """One run, one object, every promise in it, and nothing left behind: two nodes on PostgreSQL, three on files."""
    words, postgres = [*DEMO, "--postgres"], [HANGZHOU, SHANGHAI]
    done = subprocess.run(words, capture_output=True, env=alone(tmp_path), text=True, check=False, timeout=240)

    assert (0, "") == (done.returncode, done.stderr)
    (line,) = done.stdout.splitlines()
    said = json.loads(line)
    assert postgres == said["postgres"]
    check_story(said)
    check_rows(said)
    check_followers(said)
    check_replay(said)
    assert [] == list(tmp_path.iterdir())
    assert [] == processes_below(tmp_path)


def check_story(said: dict[str, Any]) -> None:
    """Recognised two hops away, proof verified, filing recognised, question answered, removal, objection, repair."""
    assert (True, ["330100", "330000", "310000", "yrd", "cn"]) == (said["ok"], said["nodes"])
    assert (LISTS, True) == (said["proof"]["origin"], said["proof"]["verified"])
    assert ("RECOGNISED", ["yrd", "330000"]) == (said["recognition"]["standing"], said["recognition"]["relayed_by"])
    assert "RECOGNISED" == said["filing"]["standing"]
    assert (1, True) == (said["question"]["findings"], said["question"]["verified"])
    assert 0 <= said["removal_ms"] < 30_000
    objection, repair = said["objection"], said["repair"]
    assert (NATION, ["OBJECTION_UNDER_WAY", "ENDED_REMOVED"]) == (objection["seen_at"], objection["seen"])
    assert "removed" == objection["told"]
    assert (SHANGHAI, ["REPAIR_UNDER_WAY", "ENDED_REPAIRED"]) == (repair["seen_at"], repair["seen"])
    assert sorted(set(said["nodes"]) - {HANGZHOU}) == repair["acknowledged_by"]


def check_rows(said: dict[str, Any]) -> None:
    """At least 300 rows; read is the sum of the rest for each node and together; entries are what was accepted."""
    rows = said["rows"]

    assert rows["total"]["read"] >= 300
    for counts in rows.values():
        assert counts["read"] == counts["accepted"] + counts["duplicate"] + sum(counts["refused"].values())
    ends = 1 + 2 + 2  # one for the removal; a mark and an end each for the objection and the repair
    assert rows["total"]["accepted"] + ends == sum(said["feeds"].values())


def check_followers(said: dict[str, Any]) -> None:
    """The nation follows everything through the hub, and each node's store verifies with all that it followed."""
    assert said["rows"]["total"]["accepted"] == said["followed"][NATION]
    assert [] == [node for node in said["nodes"] if said["verified"][node] < said["followed"][node]]
    assert min(said["shanghai"][standing] for standing in ("recognised", "held", "refused")) > 0


def check_replay(said: dict[str, Any]) -> None:
    """Every node made all decisions of the story again: in Shanghai more than there are entries, since some changed."""
    assert set(said["nodes"]) == set(said["replayed"])
    assert sum(said["shanghai"]["standings"].values()) < said["replayed"][SHANGHAI]
    assert 0 < said["replayed"][HANGZHOU] < said["replayed"][NATION]


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("number", "step"),
    [(signal.SIGINT, "Waiting for the entries"), (signal.SIGTERM, "Making five nodes")],
    ids=("ctrl-c while serving", "terminate while making"),
)
def test_an_interrupted_demonstration_cleans_up(tmp_path: Path, number: signal.Signals, step: str) -> None:
    """Interrupted at any step it ends with 130, and neither folder nor process remains."""
    words = [word for word in DEMO if word != "--json"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=alone(tmp_path), text=True
    ) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if step in line:
                break
        demo.send_signal(number)
        code = demo.wait(60)

    assert 130 == code
    assert [] == list(tmp_path.iterdir())
    assert [] == processes_below(tmp_path)


def processes_below(folder: Path) -> list[str]:
    """Command lines of living processes that name a folder, or were given it for what is temporary."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line, given = ((process / name).read_bytes() for name in ("cmdline", "environ"))
        except OSError:
            continue
        if str(folder).encode() in line + given and b"pytest" not in line:
            found.append(line.replace(b"\0", b" ").decode("utf-8", "replace"))
    return found


def test_a_count_that_was_not_promised_fails_loudly() -> None:
    """A file whose counts differ from the README of the samples is named, with both counts."""
    name = next(iter(promised()))
    wrong = {"file": f"/tmp/{name}", "read": 1, "accepted": 1, "duplicates": 0, "refused": {}}  # noqa: S108 - no file

    with pytest.raises(Fault) as caught:
        check_import(name.partition("/")[0], [wrong], promised())
    assert ("DEMO_FAILED", True) == (caught.value.reason, name in caught.value.detail)


def test_a_command_that_fails_fails_the_demonstration(tmp_path: Path) -> None:
    """An unexpected exit code names the command and what it said."""
    with commands_end_here(), pytest.raises(Fault) as caught:
        command(("status", "--node", str(tmp_path)))
    assert "DEMO_FAILED" == caught.value.reason
    assert "ended with 2: CONFIG_MISSING" in caught.value.detail


def test_every_sample_file_has_a_promise() -> None:
    """Nothing is imported whose counts are not checked, and nothing is promised that is not imported."""
    files = {f"{place.id}/{file.name}" for place in PLACES for file in place.files}

    assert set(promised()) == files
    assert all(rows.sound for rows in promised().values())


def test_shanghai_follows_hangzhou_through_the_hub_alone() -> None:
    """Hangzhou is pinned at Shanghai without an address, and all its feeds come from the hub."""
    (shanghai,) = [place for place in PLACES if place.id == SHANGHAI]
    followed = {pin.members: pin.follow for pin in shanghai.pins}
    (hangzhou,) = [pin for pin in shanghai.pins if "330100" in pin.members]

    assert (False, ()) == (hangzhou.reached, hangzhou.follow)
    assert {f"330100/{feed}/1" for feed in FEEDS} <= set(followed["yrd",])


def test_a_folder_with_something_in_it_is_not_touched(tmp_path: Path) -> None:
    """--keep takes an empty folder only; what is in another stays, and the operator is told."""
    (tmp_path / "mine").write_text("mine", encoding="utf-8")

    done = subprocess.run([*DEMO, "--keep", str(tmp_path)], capture_output=True, text=True, check=False)

    assert (2, "", True) == (done.returncode, done.stdout, done.stderr.startswith("FOLDER_NOT_EMPTY"))
    assert ["mine"] == [path.name for path in tmp_path.iterdir()]
