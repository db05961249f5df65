# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Verify: one byte changed anywhere in a stored feed is named with its feed and index."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from federation.log.checkpoint import FeedKeys
from node.verify.ports import Progress
from node.verify.whole import Verify

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

Checked = Callable[[Any], list[tuple[str, int | None, str]]]
PERSON, ENDING = 5, 7
FLIPPED = {"leaf": (0, 1, 5, 10, 15, 20, 52, 83), "salt": (0, 31), "payload": (0, 20, -1)}


@pytest.fixture
async def shanghai(world: World, hangzhou: Node, samples: Samples) -> Node:
    """A node with a mirror: records, one of them about a person and withheld, and an ending of the first."""
    node = world.node("310000")
    hangzhou.publish("lists", *(samples.black(number) for number in range(PERSON)))
    hangzhou.publish("lists", samples.black(PERSON, identity=samples.person, responsible_persons=()))
    hangzhou.publish("lists", samples.black(6))
    hangzhou.publish("lists", samples.ending(), ref=0)
    await world.mirror(node, hangzhou, "lists")
    return node


def flip(at: int) -> Callable[[bytes], bytes]:
    """Flips one bit of one byte, counted from the start or the end."""

    def flipped(raw: bytes) -> bytes:
        changed = bytearray(raw)
        changed[at] ^= 1
        return bytes(changed)

    return flipped


def always(value: object) -> Callable[[object], object]:
    """Puts one value in place of any."""
    return lambda _: value


def test_a_whole_store_has_no_findings(world: World, shanghai: Node, checked: Checked) -> None:
    """Own feeds, mirrors, and catalogues."""
    assert [] == checked(shanghai)
    world.audit()


@pytest.mark.parametrize("index", [0, 3, ENDING])
@pytest.mark.parametrize("column", ["leaf", "salt", "payload"])
def test_one_bit_of_an_entry_is_named(
    hangzhou: Node, shanghai: Node, checked: Checked, index: int, column: str
) -> None:
    """In each column that holds bytes, at several places."""
    origin = hangzhou.origin("lists")
    reason = "LEAF_MISMATCH" if column == "leaf" else "PAYLOAD_COMMITMENT"
    for at in FLIPPED[column]:
        shanghai.tamper(f"entry.{column}", origin, flip(at), index)
        assert (origin, index, reason) in checked(shanghai)
        shanghai.tamper(f"entry.{column}", origin, flip(at), index)
    assert [] == checked(shanghai)


CASES: list[tuple[str, int, object]] = [
    *(("state", 2, number) for number in (0, 2, 3, 4, 5, 6, 7, 255)),
    *(("state", PERSON, number) for number in (0, 1, 4, 6, 7)),
    ("subject", 2, "91330100MA2PDY0153"),
    ("subject", 2, None),
    ("subject", PERSON, "330102194901019917"),
    ("personal", 2, 1),
    ("personal", PERSON, 1),
    ("fault", 2, "PAYLOAD_COMMITMENT"),
    ("fault", PERSON, "PAYLOAD_COMMITMENT"),
    ("salt", 2, None),
    ("payload", 2, None),
    ("payload", PERSON, b"x"),
    ("payload", 2, "text"),
    ("leaf", 2, b"short"),
]


@pytest.mark.slow
def test_another_value_in_a_column_is_named(hangzhou: Node, shanghai: Node, checked: Checked) -> None:
    """A state, subject or fault that the bytes do not bear out, also one that does not exist."""
    origin = hangzhou.origin("lists")
    for column, index, value in CASES:
        (before,) = shanghai.tamper(f"entry.{column}", origin, always(value), index)
        assert (origin, index) in [(where, at) for where, at, _ in checked(shanghai)], (column, value)
        shanghai.tamper(f"entry.{column}", origin, always(before), index)
    assert [] == checked(shanghai)


@pytest.mark.parametrize("index", [0, 4, ENDING])
def test_one_bit_of_a_tile_is_named_with_the_entry_it_stands_for(
    hangzhou: Node, shanghai: Node, checked: Checked, index: int
) -> None:
    """The hash of a leaf in the lowest tile."""
    shanghai.tamper("tile.hashes", hangzhou.origin("lists"), flip(32 * index + 7))

    assert [(hangzhou.origin("lists"), index, "LEAF_MISMATCH")] == checked(shanghai)


@pytest.mark.slow
def test_one_bit_of_an_upper_tile_is_named(hangzhou: Node, samples: Samples, checked: Checked) -> None:
    """The hash over 256 leaves, of which proofs are made: with the first of the leaves."""
    hangzhou.publish("lists", *(samples.black(number) for number in range(600)))
    assert [] == checked(hangzhou)

    hangzhou.tamper("tile.hashes", hangzhou.origin("lists"), lambda raw: flip(33)(raw) if len(raw) == 64 else raw)

    assert [(hangzhou.origin("lists"), 256, "TILE_MISMATCH")] == checked(hangzhou)


def test_one_bit_of_the_note_is_named_with_the_feed(hangzhou: Node, shanghai: Node, checked: Checked) -> None:
    """Text, log signature, or cosignature."""
    origin = hangzhou.origin("lists")
    for at in (0, 12, 28, 29, 31, 40, 76, 90, 130, 150, 190, -2, -60):
        shanghai.tamper("feed.note", origin, flip(at))
        assert origin in [where for where, _, _ in checked(shanghai)], at
        shanghai.tamper("feed.note", origin, flip(at))


@pytest.mark.parametrize(("column", "value"), [("note", None), ("complete_size", 7), ("complete_size", 9)])
def test_a_note_that_is_not_of_the_stored_size_is_named(
    hangzhou: Node, shanghai: Node, checked: Checked, column: str, value: object
) -> None:
    """Missing, or of another number of entries."""
    shanghai.tamper(f"feed.{column}", hangzhou.origin("lists"), lambda _: value)

    assert hangzhou.origin("lists") in [origin for origin, _, _ in checked(shanghai)]


def test_a_right_edge_that_leads_elsewhere_is_named(hangzhou: Node, shanghai: Node, checked: Checked) -> None:
    """Following would go on from it."""
    shanghai.tamper("feed.edge", hangzhou.origin("lists"), flip(-1))

    assert [(hangzhou.origin("lists"), None, "ROOT_MISMATCH")] == checked(shanghai)


def test_an_entry_that_is_missing_is_named(hangzhou: Node, shanghai: Node, checked: Checked) -> None:
    """The first index that is not there; and the root is not reached."""
    shanghai.tamper("entry.idx", hangzhou.origin("lists"), lambda index: index + 100, 3)

    found = checked(shanghai)
    assert (hangzhou.origin("lists"), 3, "ENTRY_MISSING") in found
    assert (hangzhou.origin("lists"), None, "ROOT_MISMATCH") in found


def test_an_act_that_is_not_found_by_its_entry_is_named(hangzhou: Node, shanghai: Node, checked: Checked) -> None:
    """An ending that was moved away from what it ends would have no effect."""
    shanghai.tamper("act.ref", hangzhou.origin("lists"), lambda ref: ref + 1)

    assert [(hangzhou.origin("lists"), ENDING, "ACT_MISSING")] == checked(shanghai)


def test_an_entry_that_cannot_be_read_hides_no_other_feed(
    hangzhou: Node, shanghai: Node, samples: Samples, checked: Checked
) -> None:
    """It is named, what stands before it and in other feeds too."""
    shanghai.publish("lists", samples.black(1))
    shanghai.tamper("entry.state", hangzhou.origin("lists"), lambda _: 99, 4)
    shanghai.tamper("entry.leaf", hangzhou.origin("lists"), flip(40), 2)
    shanghai.tamper("entry.payload", shanghai.origin("lists"), flip(9), 0)

    found = checked(shanghai)
    assert {
        (hangzhou.origin("lists"), 2, "LEAF_MISMATCH"),
        (hangzhou.origin("lists"), 4, "STORE_CORRUPT"),
        (shanghai.origin("lists"), 0, "PAYLOAD_COMMITMENT"),
    } <= set(found)


def test_an_own_feed_is_checked_like_a_mirror(hangzhou: Node, samples: Samples, checked: Checked) -> None:
    """The origin finds what changed in its own store."""
    hangzhou.publish("lists", *(samples.black(number) for number in range(3)))
    hangzhou.tamper("entry.payload", hangzhou.origin("lists"), flip(30), 1)

    assert [(hangzhou.origin("lists"), 1, "PAYLOAD_COMMITMENT")] == checked(hangzhou)


@pytest.mark.parametrize(
    "case",
    [
        ("entry.payload", flip(30), 1, "PAYLOAD_COMMITMENT"),
        ("entry.salt", flip(3), 1, "PAYLOAD_COMMITMENT"),
        ("entry.leaf", flip(70), 1, "LEAF_MISMATCH"),
        ("entry.leaf", flip(1), 1, "LEAF_MALFORMED"),
        ("entry.leaf", always(b"short"), 1, "LEAF_MALFORMED"),
        ("entry.state", always(2), 1, "STATE_INVALID"),
        ("entry.subject", always("91330100MA2PDY0153"), 1, "COLUMN_MISMATCH"),
        ("entry.subject", always(None), 1, "COLUMN_MISMATCH"),
        ("entry.personal", always(1), 1, "COLUMN_MISMATCH"),
        ("entry.fault", always("PAYLOAD_COMMITMENT"), 1, "COLUMN_MISMATCH"),
        ("entry.payload", always("text"), 1, "STORE_CORRUPT"),
        ("entry.salt", always(None), 1, "PAYLOAD_COMMITMENT"),
        ("entry.idx", lambda index: index + 100, 1, "ENTRY_MISSING"),
        ("tile.hashes", flip(32 * 1 + 5), 1, "LEAF_MISMATCH"),
        ("act.ref", lambda ref: ref + 1, 3, "ACT_MISSING"),
    ],
)
def test_what_changed_in_a_feed_that_lacks_nothing_is_named(
    hangzhou: Node, samples: Samples, checked: Checked, case: tuple[str, Callable[[Any], Any], int, str]
) -> None:
    """Entries that all have their payload are checked by the batch: any that is wrong is named all the same."""
    place, twist, index, reason = case
    hangzhou.publish("lists", *(samples.black(number) for number in range(3)))
    hangzhou.publish("lists", samples.ending(), ref=0)
    origin = hangzhou.origin("lists")
    assert [] == checked(hangzhou)

    hangzhou.tamper(place, origin, twist, index if place.startswith("entry") else None)

    assert (origin, index, reason) in checked(hangzhou)


def test_a_feed_of_an_unknown_key_is_named(shanghai: Node) -> None:
    """Nothing vouches for it."""
    keys: dict[str, FeedKeys] = {}

    found = list(Verify(shanghai.reader, keys, lambda _: None).run())

    assert {view.origin for view in shanghai.reader.feeds()} == {finding.origin for finding in found}
    assert "KEY_UNKNOWN" in {finding.reason for finding in found}


def test_progress_comes_to_the_whole(hangzhou: Node, samples: Samples) -> None:
    """Counted in entries over all feeds."""
    hangzhou.publish("lists", *(samples.black(number) for number in range(3)))
    steps: list[Progress] = []
    list(Verify(hangzhou.reader, {}, steps.append).run())

    assert Progress(10, 10) == steps[-1]


def test_a_store_moved_elsewhere_is_the_same_store(hangzhou: Node, samples: Samples, checked: Checked) -> None:
    """A copy of the file verifies as the file does: nothing is outside it."""
    hangzhou.publish("lists", samples.black())
    hangzhou.stages.store.close()
    copy = hangzhou.config.store_path.with_suffix(".copy")
    shutil.copy2(hangzhou.config.store_path, copy)
    copy.replace(hangzhou.config.store_path)
    hangzhou.open()

    assert [] == checked(hangzhou)
