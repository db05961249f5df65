# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`propagation`: where what happened to an entry is in effect, and who is late."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from federation.records.exchange import LateAcknowledgement
from node.acknowledge.statement import Stage, Stated
from node.assemble.stages import Stages, standard_clock
from node.config import load_config

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Xinqiao = Callable[..., Any]

LISTS = "delta.example/330100/lists/1"
BODY = ("--authority", "杭州市生态环境局", "--authority-code", "11330100PDY001012R")
LONG_AGO_DAYS = 9


def says(node: Path, member: str, stage: Stage, size: int) -> None:
    """A member's statement has come in."""
    now_ms = standard_clock()
    with Stages.open(load_config(node)) as stages, stages.store.write() as unit:
        unit.keep_stated(LISTS, [Stated(member, stage, size, now_ms // 1000 * 1000, b"n")], now_ms)


@pytest.fixture
def ended(xinqiao: Xinqiao, node: Path) -> Path:
    """A node of which the first entry has ended; a hub has it in effect, a city holds it."""
    words = ("--kind", "removed", *BODY, "--document", "杭环移1号", "--date", date(2026, 11, 2).isoformat())
    assert 0 == xinqiao("end", "lists", 0, *words, "--node", node).code
    for stage in Stage:
        says(node, "yrd", stage, 3)
    says(node, "310000", Stage.HELD, 3)
    return node


def test_an_ending_is_shown_member_by_member(xinqiao: Xinqiao, ended: Path) -> None:
    """Received, verified, in effect, acknowledged; the exit code is 3 until all have."""
    said = xinqiao("propagation", "lists", 0, "--node", ended, "--json")

    (act,) = said.document["acts"]
    city, hub = act["members"]
    assert (3, False, 2, "END") == (said.code, said.document["acknowledged"], act["index"], act["kind"])
    assert ("310000", None, None, 0, False) == tuple(
        city[name] for name in ("member", "in_effect", "acknowledged", "late_ms", "overdue")
    )
    assert city["received"] == city["verified"] is not None
    assert all(hub[name] for name in ("received", "verified", "in_effect", "acknowledged"))
    says(ended, "310000", Stage.IN_EFFECT, 3)
    assert 0 == xinqiao("propagation", "lists", 0, "--node", ended).code


def test_people_are_shown_a_table_in_both_languages(xinqiao: Xinqiao, ended: Path) -> None:
    """With the term; an act can be named itself, and so can an entry on which nothing acts."""
    shown = xinqiao("propagation", "lists", 0, "--node", ended)

    assert all(words in shown.out for words in ("310000", "未确认", "生效 / In effect", "期限 / due", "2 END"))
    assert "2 END" in xinqiao("propagation", "lists", 2, "--node", ended).out
    assert "1 ADD" in xinqiao("propagation", "330100/lists/1", 1, "--node", ended).out


def test_nobody_is_late_while_the_term_runs(xinqiao: Xinqiao, ended: Path) -> None:
    """The city has a working day for it."""
    said = xinqiao("propagation", "--node", ended, "--json")

    assert (0, {"late": [], "acknowledged": True}) == (said.code, said.document)
    assert "没有逾期" in xinqiao("propagation", "--node", ended).out
    assert [] == xinqiao("status", "--node", ended, "--json").document["problems"]


def test_who_is_late_is_listed_and_in_the_status(xinqiao: Xinqiao, ended: Path) -> None:
    """The member, since which act, how many, by how long; overdue once the longest term is over, too."""
    _long_ago(ended)

    said = xinqiao("propagation", "--node", ended, "--json")

    (late,) = said.document["late"]
    assert (3, "310000", LISTS, 2, 1, 0) == (
        said.code,
        *(late[name] for name in ("member", "origin", "first", "count", "in_effect")),
    )
    assert late["overdue"]
    assert late["late_ms"] > 86_400_000
    assert "超过法定上限" in xinqiao("propagation", "--node", ended).out
    problems = xinqiao("status", "--node", ended, "--json").document["problems"]
    assert [{"place": f"{LISTS} → 310000", "reason": "ACKNOWLEDGEMENT_OVERDUE"}] == problems


def test_what_was_told_of_late_members_is_listed(xinqiao: Xinqiao, ended: Path) -> None:
    """For coordinators: by whom, which member, since which act, and why."""
    late = LateAcknowledgement(
        origin=LISTS, member="310000", first_index=2, published_ms=1, due_ms=2, reason="ACKNOWLEDGEMENT_LATE"
    )
    with Stages.open(load_config(ended)) as stages:
        exchange = stages.foundation.origin("_exchange")
        with stages.store.write() as unit:
            stages.intake.submit_within(unit, exchange, [late])
        assert stages.store.lead()
        stages.publish_pending()

    (told,) = xinqiao("propagation", "--told", "--node", ended, "--json").documents
    assert ("330100", "310000", 2) == (told["told_by"], told["member"], told["first_index"])
    assert "ACKNOWLEDGEMENT_LATE" in xinqiao("propagation", "--told", "--node", ended).out


def _long_ago(node: Path) -> None:
    """Dates the ending back, in the leaf as it is stored."""
    config = load_config(node)
    long_ago_ms = standard_clock() - LONG_AGO_DAYS * 86_400_000
    with Stages.open(config) as stages:
        raw = stages.store.reader.leaf(LISTS, 2)
    assert raw is not None
    changed = raw[:2] + long_ago_ms.to_bytes(8, "big") + raw[10:]
    with closing(sqlite3.connect(config.store_path)) as connection, connection:
        connection.execute("update entry set leaf = ? where leaf = ?", (changed, raw))


@pytest.mark.parametrize(
    ("words", "reason"),
    [(("lists",), "USAGE_WRONG"), (("lists", 9), "ENTRY_NOT_FOUND"), (("nothing", 0), "FEED_UNKNOWN")],
)
def test_what_cannot_be_shown_says_why(xinqiao: Xinqiao, node: Path, words: tuple[object, ...], reason: str) -> None:
    """With a stable reason, and exit code 2."""
    said = xinqiao("propagation", *words, "--node", node)

    assert (2, reason) == (said.code, said.err.split(" ")[0].rstrip(":"))
