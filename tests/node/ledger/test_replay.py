# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Past decisions are made again byte for byte; whatever was altered since, in any place, is found."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from federation.records.exchange import Standing
from node.ledger import replay as replaying
from node.ledger import rules as ruling
from node.storage.store import open_reader
from tests.node.ledger.conftest import FILINGS, LISTS, OWNER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from node.ledger.replay import Replayed
    from tests.node.ledger.conftest import Change
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

    Reasons = Callable[[], Mapping[str, int]]

RED, LAPSING, BLACK = 0, 1, 2
EARLIER = "UPDATE past_decision SET {} WHERE IN_LISTS AND idx = ? AND turn = ?"
ENTRY = "UPDATE entry SET {} WHERE IN_LISTS AND idx = ?"
NOW = "UPDATE decision SET {} WHERE IN_LISTS AND idx = ?"


def test_the_whole_history_agrees(replayed: Callable[..., Replayed]) -> None:
    """Every decision ever made: with acts, against black entries, on days that came, and by rules that are gone."""
    said = replayed()

    assert (True, said.decisions, {}) == (said.ok, said.agreed, dict(said.apart))
    assert 10 <= said.decisions


@pytest.mark.parametrize(("day", "decisions"), [(1, 0), (2, 3), (3, 4), (6, 4), (30, 4)])
def test_decisions_of_a_day_are_those_in_force_when_it_ended(
    replayed: Callable[..., Replayed], day: int, decisions: int
) -> None:
    """One for each entry that was there; none of what came later."""
    said = replayed(date(2026, 3, day))

    assert (decisions, decisions) == (said.decisions, said.agreed)


def test_one_feed_alone_can_be_replayed(replayed: Callable[..., Replayed]) -> None:
    """The filing by both rules, and no list."""
    said = replayed(None, FILINGS)

    assert (2, 2) == (said.decisions, said.agreed)


@pytest.mark.parametrize(
    ("cells", "fields"),
    [
        ("standing = 'RECOGNISED', counts = 1", ("standing",)),
        ("reasons = 'RECOGNISED'", ("reasons",)),
        ("measures = 'procurement-limit'", ("measures",)),
        ("versions = 'rules@other'", ("versions",)),
        ("review_on = '2031-01-01'", ("review_on",)),
        ("list_kind = 'watch'", ("list_kind",)),
        ("subject = '91330100MA2PDY0152'", ("subject",)),
    ],
)
def test_a_decision_that_was_edited_is_found(
    replayed: Callable[..., Replayed], change: Change, cells: str, fields: tuple[str, ...]
) -> None:
    """Whichever of its columns; named with what is stored and what comes out."""
    change(NOW.format(cells), LAPSING)
    said = replayed()

    (finding,) = said.findings
    assert ("REPLAY_DIFFERS", LISTS, LAPSING, fields) == (finding.reason, finding.origin, finding.index, finding.fields)
    assert Standing.LAPSED.value in {finding.stored, finding.again}
    assert said.decisions - 1 == said.agreed


def test_a_past_decision_that_was_edited_is_found(replayed: Callable[..., Replayed], change: Change) -> None:
    """Although nothing rests on it any more."""
    change(EARLIER.format("standing = 'REFUSED'"), RED, 0)

    (finding,) = replayed().findings
    assert (RED, 0, ("standing",)) == (finding.index, finding.turn, finding.fields)
    assert ("REFUSED", "RECOGNISED") == (finding.stored, finding.again)


def test_the_day_of_a_decision_cannot_be_moved(replayed: Callable[..., Replayed], change: Change) -> None:
    """A lapse that is dated back: on that day it had not lapsed."""
    change(EARLIER.format("decided_at_ms = decided_at_ms - 259200000"), LAPSING, 1)

    (finding,) = replayed().findings
    assert (LAPSING, 1, "LAPSED", "RECOGNISED") == (finding.index, finding.turn, finding.stored, finding.again)


def test_an_act_that_was_left_out_is_found(reasons: Reasons, change: Change) -> None:
    """Also where the decision was edited so that it fits its inputs: the feed has the act."""
    cells = "grounds = NULL, standing = 'HELD', reasons = 'FIELD_NOT_COVERED'"
    change(NOW.format(cells), BLACK)

    assert {"REPLAY_ACT_LEFT_OUT": 1} == reasons()


def test_an_act_that_is_gone_is_found(reasons: Reasons, change: Change) -> None:
    """From what tells which acts are on an entry: every decision that considered it."""
    change("DELETE FROM act WHERE IN_LISTS AND ref = ?", BLACK)

    assert {"REPLAY_INPUTS_DIFFER": 2} == reasons()


def test_a_black_entry_that_was_left_out_is_found(reasons: Reasons, change: Change) -> None:
    """It counts against a red one in force: made to count behind the back of the program, that is found, too."""
    change(NOW.format("standing = 'RECOGNISED', counts = 1"), BLACK)

    assert {"REPLAY_DIFFERS": 1, "REPLAY_BLACK_LEFT_OUT": 1} == reasons()


def test_a_suspension_without_its_black_entry_is_found(reasons: Reasons, change: Change) -> None:
    """The decision that it names is not in the history."""
    grounds = f"grounds = 'black {LISTS} {BLACK} 9'"
    change(EARLIER.format(grounds), RED, 1)

    assert {"REPLAY_INPUTS_DIFFER": 1} == reasons()
    change("DELETE FROM past_decision WHERE IN_LISTS AND idx = ?", BLACK)
    assert {"REPLAY_INPUTS_DIFFER": 1, "REPLAY_HISTORY_BROKEN": 1} == reasons()


def test_a_black_decision_that_was_taken_out_is_found_twice(reasons: Reasons, change: Change) -> None:
    """In its own history, and by the red entry that it suspended."""
    change("DELETE FROM past_decision WHERE IN_LISTS AND idx = ? AND turn = 0", BLACK)

    assert {"REPLAY_BLACK_UNFOUNDED": 1, "REPLAY_HISTORY_BROKEN": 1} == reasons()


@pytest.mark.parametrize(
    ("cells", "reason", "count"),
    [
        ("payload = x'00'", "REPLAY_PAYLOAD_DAMAGED", 3),
        ("salt = zeroblob(32)", "REPLAY_PAYLOAD_DAMAGED", 3),
        ("state = 4, salt = NULL, payload = NULL", "REPLAY_PAYLOAD_LOST", 3),
        ("leaf = zeroblob(84)", "REPLAY_PAYLOAD_DAMAGED", 3),
        ("state = 4, salt = NULL, payload = NULL, leaf = zeroblob(84)", "REPLAY_PAYLOAD_LOST", 3),
    ],
)
def test_an_entry_that_was_altered_is_found(
    reasons: Reasons, change: Change, cells: str, reason: str, count: int
) -> None:
    """By every decision on it, as what it is."""
    change(ENTRY.format(cells), LAPSING)

    assert {reason: count} == reasons()


def test_a_leaf_that_was_altered_is_found(reasons: Reasons, change: Change, path: Path) -> None:
    """Also where its commitment still fits the payload: another time, by every decision on the entry."""
    with open_reader(path, OWNER) as reader:
        entry = reader.entry(LISTS, RED)
    assert entry is not None
    assert entry.leaf is not None
    change(ENTRY.format("leaf = ?"), entry.leaf._replace(time_ms=1).encode(), RED)

    assert {"REPLAY_INPUTS_DIFFER": 4} == reasons()


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE rule_file SET content = CAST(content || x'0a' AS BLOB) WHERE AGREEMENT", "RULES_DAMAGED"),
        ("DELETE FROM rule_file WHERE AGREEMENT", "RULES_NOT_KEPT"),
        ("UPDATE rule_file SET content = CAST(content || x'0a' AS BLOB) WHERE FILES", "RULES_DAMAGED"),
        ("UPDATE rule_file SET content = x'00' WHERE FILES", "RULES_DAMAGED"),
        ("DELETE FROM rule_file WHERE FILES", "RULES_NOT_KEPT"),
        ("DELETE FROM rule_set", "RULES_NOT_KEPT"),
    ],
)
def test_rules_that_were_altered_are_found(
    replayed: Callable[..., Replayed], change: Change, statement: str, reason: str
) -> None:
    """No decision agrees by rules that cannot be read as they were."""
    change(statement)
    said = replayed()

    assert {reason: said.decisions} == dict(said.found)
    assert 0 == said.agreed


def test_decisions_of_another_program_are_not_taken_for_ours(reasons: Reasons, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later version that decides otherwise says so, and makes nothing again by its own ways."""
    monkeypatch.setattr(ruling, "PROGRAM", "deciding@999")

    assert {"RULES_OF_OTHER_PROGRAM"} == set(reasons())


def test_rows_that_are_gone_are_found(reasons: Reasons, change: Change) -> None:
    """The decision in force on an entry, and one before it."""
    change("DELETE FROM past_decision WHERE IN_LISTS AND idx = ? AND turn = 1", LAPSING)
    change("DELETE FROM decision WHERE IN_LISTS AND idx = ?", RED)

    assert {"REPLAY_HISTORY_BROKEN": 1, "REPLAY_DECISION_MISSING": 1} == reasons()


@pytest.mark.parametrize("cells", ["standing = 'MAYBE'", "review_on = 'soon'", "decided_at_ms = 'then'"])
def test_a_row_that_is_none_is_found(reasons: Reasons, change: Change, cells: str) -> None:
    """And the others are replayed all the same."""
    change(EARLIER.format(cells), LAPSING, 0)

    assert {"REPLAY_ROW_DAMAGED": 1} == reasons()


@pytest.mark.parametrize("grounds", ["nonsense", "acts 1", "acts one 2", "payload SOMEWHERE", "tie x 1", "black x y z"])
def test_grounds_that_nobody_wrote_are_found(reasons: Reasons, change: Change, grounds: str) -> None:
    """They are read strictly."""
    change(NOW.format(f"grounds = '{grounds}'"), LAPSING)

    assert {"REPLAY_INPUTS_DIFFER": 1} == reasons()


def test_what_cannot_be_made_again_is_counted_apart(replayed: Callable[..., Replayed], change: Change) -> None:
    """Made before inputs were kept, or on more than is written down: neither wrong nor agreed."""
    change(EARLIER.format("rules = NULL, inputs = NULL"), LAPSING, 0)
    change(EARLIER.format("grounds = 'more'"), LAPSING, 1)
    said = replayed()

    assert ({"REPLAY_BEFORE_HISTORY": 1, "REPLAY_GROUNDS_CUT": 1}, True) == (dict(said.apart), said.ok)
    assert said.decisions - 2 == said.agreed


def test_findings_are_listed_up_to_a_limit_and_counted_whole(
    replayed: Callable[..., Replayed], change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that was altered as a whole must not fill the memory."""
    monkeypatch.setattr(replaying, "MAX_FINDINGS_LISTED", 2)
    change("UPDATE decision SET measures = 'none'")
    said = replayed()

    assert (2, 4) == (len(said.findings), said.found.total())


async def test_a_destroyed_payload_is_told_and_never_agrees(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """What was decided while it was there cannot be made again; what was decided since, and on others, can."""
    hangzhou.publish("lists", samples.red(1), samples.black(2))
    await world.mirror(shanghai, hangzhou, "lists")
    hangzhou.stages.eraser.order(hangzhou.origin("lists"), (1,), "个人信息保护法第四十七条")
    hangzhou.stages.publish_pending()
    await world.mirror(shanghai, hangzhou, "lists")

    for node in (hangzhou, shanghai):
        said = replaying.Replay(node.reader, None, lambda _: None).run()
        assert {"REPLAY_PAYLOAD_DESTROYED": 1} == dict(said.apart)
        assert (True, said.decisions - 1) == (said.ok, said.agreed)
