# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`mark`: what an operator says of an own entry, and what comes of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.node.cli.conftest import Said, Xinqiao

BODY = ("--authority", "杭州市生态环境局", "--authority-code", "11330100PDY001012R", "--date", "2026-11-02")
Do = Callable[[str, str], Said]


@pytest.fixture
def do(xinqiao: Xinqiao, node: Path) -> Do:
    """Ends or marks the first entry; the document's number is the kind."""

    def done(command: str, kind: str) -> Said:
        words = ("--kind", kind, *BODY, "--document", f"{kind}号", "--node", node, "--json")
        return xinqiao(command, "lists", 0, *words)

    return done


def test_marks_come_and_go(xinqiao: Xinqiao, node: Path, do: Do) -> None:
    """An objection leaves the entry in force, a suspension does not; each is told while it lasts."""
    seen = []
    for kind in ("objection", "suspended", "objection-closed", "resumed"):
        assert (0, "accepted") == ((said := do("mark", kind)).code, said.document["outcome"])
        shown = xinqiao("explain", "lists", 0, "--node", node, "--json").document
        seen.append((shown["standing"], [reason["code"] for reason in shown["reasons"]]))

    assert [
        ("OWN", ["OBJECTION_UNDER_WAY"]),
        ("HELD", ["SUSPENDED", "OBJECTION_UNDER_WAY"]),
        ("HELD", ["SUSPENDED"]),
        ("OWN", []),
    ] == seen


def test_a_wrong_repair_is_revoked_and_its_history_shown(xinqiao: Xinqiao, node: Path, do: Do) -> None:
    """The entry counts again; whoever asks sees the repair and its revocation."""
    assert [0, 0] == [do(command, kind).code for command, kind in (("end", "repaired"), ("mark", "restored"))]

    shown = xinqiao("explain", "lists", 0, "--node", node, "--json").document
    assert "OWN" == shown["standing"]
    assert [("repaired", None), ("restored", None)] == [
        (act["record"]["kind"], act["no_effect"]) for act in shown["acts"]
    ]


@pytest.mark.parametrize(("kind", "reason"), [("restored", "RESTORE_WITHOUT_REPAIR"), ("resumed", "NOTHING_TO_RESUME")])
def test_a_mark_out_of_turn_is_refused(do: Do, kind: str, reason: str) -> None:
    """With 4, and the reason."""
    said = do("mark", kind)

    assert (4, True) == (said.code, said.err.startswith(reason))


def test_a_mark_after_the_end_is_refused(do: Do) -> None:
    """Nothing else is said of what has ended."""
    assert 0 == do("end", "removed").code

    assert do("mark", "suspended").err.startswith("ACT_AFTER_END")
