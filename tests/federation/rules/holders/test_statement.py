# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What an index says, and every way in which one is refused. One lie for each test."""

import hashlib
from typing import Any

import pytest

from federation.errors import FieldFault, PeerFault
from federation.records.codec import decode_as, encode
from federation.records.exchange import Standing
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.records.holders.index import MAX_COVERED_FEEDS, CoveredFeed, HolderIndex
from federation.rules.holders.filter import Filter, Shape
from federation.rules.holders.statement import (
    CannotSay,
    HolderSaid,
    MayHold,
    NothingHeld,
    Wanted,
    may_be_covered,
    may_be_in,
    require_bits,
    require_newer,
    require_sound,
    said_by,
    shows,
)

COMPANY, OTHER = "91330100MA2PDY0152", "91330100MA2PDY023W"
NOW, HOUR_MS = 1_800_000_000_000, 3_600_000
LISTS, PENALTIES = "delta.example/330100/lists/1", "delta.example/330100/penalties/1"
FILTER = Filter(Shape(1024, 7), bytes(32))
FILTER.add(Dataset.LISTS, [COMPANY])
LISTED, PUNISHED = frozenset({Dataset.LISTS}), frozenset({Dataset.PENALTIES})


def covered(origin: str = LISTS, dataset: Dataset = Dataset.LISTS) -> CoveredFeed:
    """A feed that is covered."""
    return CoveredFeed(origin=origin, dataset=dataset, size=9)


def index(**changes: object) -> HolderIndex:
    """A sound header of that filter, but for some changes."""
    sound: dict[str, Any] = {
        "node_id": "330100",
        "built_at_ms": NOW - HOUR_MS,
        "as_of_ms": NOW,
        "salt": bytes(32),
        "false_positives_per_million": 10_000,
        "keys": 1,
        "bits": 1024,
        "hashes": 7,
        "feeds": (covered(), covered(PENALTIES, Dataset.PENALTIES)),
        "bits_sha256": hashlib.sha256(FILTER.bits).digest(),
    }
    return HolderIndex(**{**sound, **changes})


def said(wanted: Wanted, now_ms: int = NOW, **changes: object) -> HolderSaid:
    """What the index says, where an hour is old."""
    return said_by(index(**changes), FILTER.has, wanted, now_ms, HOUR_MS)


def test_a_hit_names_the_datasets_that_may_hold_something() -> None:
    """And no others of those asked about."""
    assert MayHold(LISTED) == said(Wanted(COMPANY))


def test_a_miss_says_as_of_when() -> None:
    """So whoever did not ask can tell how old the ground of it is."""
    assert NothingHeld(NOW) == said(Wanted(OTHER))


def test_a_dataset_that_is_not_asked_about_is_no_hit() -> None:
    """Who asks about penalties need not ask a node that only lists the company."""
    assert NothingHeld(NOW) == said(Wanted(COMPANY, PUNISHED))


def test_a_dataset_that_no_covered_feed_holds_is_not_looked_up() -> None:
    """Its positions would be set by chance alone."""
    everything = Filter(Shape(1024, 7), bytes(32), b"\xff" * 128)

    assert MayHold(LISTED) == said_by(index(feeds=(covered(),)), everything.has, Wanted(OTHER), NOW, HOUR_MS)


@pytest.mark.parametrize("code", ["", "330102194901019917X", "33010219490101991O", "91330100ma2pdy0152"])
def test_of_others_than_organisations_it_says_nothing(code: str) -> None:
    """No code, one of another length, characters of no unified code, or not normalised: whoever asks has to ask."""
    assert CannotSay("SUBJECT_NOT_COVERED") == said(Wanted(code))


def test_an_old_index_says_nothing() -> None:
    """Up to the very age it does."""
    assert NothingHeld(NOW) == said(Wanted(OTHER), NOW + HOUR_MS)
    assert CannotSay("HOLDER_INDEX_STALE") == said(Wanted(OTHER), NOW + HOUR_MS + 1)


def test_a_feed_beside_the_covered_ones_takes_a_question() -> None:
    """A restricted feed that whoever asks may read is not in the index, so a miss would be silently partial."""
    restricted = frozenset({LISTS, "delta.example/330100/inner/1"})

    assert CannotSay("FEED_NOT_COVERED") == said(Wanted(OTHER, origins=restricted))
    assert NothingHeld(NOW) == said(Wanted(OTHER, origins=frozenset({LISTS})))


def test_a_dataset_that_no_index_covers_takes_a_question() -> None:
    """Feedback is told to those it names alone."""
    assert CannotSay("FEED_NOT_COVERED") == said(Wanted(OTHER, frozenset({Dataset.FEEDBACK})))


@pytest.mark.parametrize(
    ("readers", "dataset", "expected"),
    [
        (("*",), Dataset.LISTS, True),
        (("*", "310000"), Dataset.SUBJECTS, True),
        (("310000",), Dataset.LISTS, False),
        ((), Dataset.LISTS, False),
        (("*",), Dataset.CATALOGUE, False),
        (("*",), Dataset.EXCHANGE, False),
    ],
)
def test_only_what_every_member_may_read_is_covered(readers: tuple[str, ...], dataset: Dataset, expected: bool) -> None:
    """And of that what members ask about."""
    assert expected is may_be_covered(FeedPolicy(origin=LISTS, dataset=dataset, readers=readers))


@pytest.mark.parametrize(
    ("code", "personal", "expected"),
    [(COMPANY, False, True), (COMPANY, True, False), ("330102194901019917", True, False), ("E1234567", False, False)],
)
def test_no_natural_person_may_be_in(code: str, personal: bool, expected: bool) -> None:
    """Whatever the number looks like; nor may what has no unified code."""
    assert expected is may_be_in(code, personal=personal)


def test_what_no_answer_shows_is_not_in() -> None:
    """Ended, lapsed and void records are left out; all that counts or waits is in."""
    assert {Standing.ENDED, Standing.LAPSED, Standing.REFUSED} == {each for each in Standing if not shows(each)}


def test_a_sound_index_is_taken() -> None:
    """The header, its filter, and the same once more; the bytes are read as they were written."""
    require_sound(index(), "330100", "delta.example", NOW - 300_000)
    require_bits(index(), FILTER.bits)
    require_newer(index(), index())
    require_newer(index(), index(as_of_ms=NOW - 1))
    assert index() == decode_as(HolderIndex, encode(index()))


@pytest.mark.parametrize(
    "changes",
    [
        {"node_id": "310000"},
        {"feeds": (covered("delta.example/310000/lists/1"),)},
        {"feeds": (covered("other.example/330100/lists/1"),)},
        {"feeds": (covered("lists"),)},
        {"feeds": (covered("delta.example/330100/_exchange/1", Dataset.EXCHANGE),)},
    ],
)
def test_an_index_speaks_of_its_own_nodes_feeds_alone(changes: dict[str, object]) -> None:
    """Another node's header, or feeds of another node, federation or kind, are refused."""
    with pytest.raises(PeerFault, match="HOLDER_INDEX_FOREIGN"):
        require_sound(index(**changes), "330100", "delta.example", NOW)


def test_an_index_from_the_future_is_refused() -> None:
    """It could not be replaced by a right one until then."""
    with pytest.raises(PeerFault, match="HOLDER_INDEX_FROM_FUTURE"):
        require_sound(index(), "330100", "delta.example", NOW - 300_001)


@pytest.mark.parametrize("changes", [{"as_of_ms": NOW - 1}, {"keys": 2}])
def test_an_older_index_is_refused(changes: dict[str, object]) -> None:
    """And another one of the same time: a hub could hide what came since, or a node have said two things at once."""
    with pytest.raises(PeerFault, match="HOLDER_INDEX_OLDER"):
        require_newer(index(**changes), index())


@pytest.mark.parametrize("bits", [b"", FILTER.bits[:-1], FILTER.bits + b"\0", b"\1" + FILTER.bits[1:]])
def test_other_bits_are_refused(bits: bytes) -> None:
    """Fewer, more, or one that was turned."""
    with pytest.raises(PeerFault, match="HOLDER_INDEX_ALTERED"):
        require_bits(index(), bits)


@pytest.mark.parametrize(
    ("bits", "keys"),
    [
        (b"\xff" * 128, 1000),  # everything seems to be there
        (b"\xff" * 128, 10_000),
        (bytes(128), 5),  # keys without a trace
        (b"\xff" + bytes(127), 1),  # eight ones of seven positions
    ],
)
def test_bits_that_cannot_be_what_is_stated_are_refused(bits: bytes, keys: int) -> None:
    """Though they are signed: the stated rate, or the number of keys, is false."""
    with pytest.raises(PeerFault, match="HOLDER_INDEX_FALSE"):
        require_bits(index(bits_sha256=hashlib.sha256(bits).digest(), keys=keys), bits)


@pytest.mark.parametrize(
    "changes",
    [
        {"bits": 1016},
        {"bits": 1025},
        {"bits": 64 * 1024 * 1024 * 8 + 8},
        {"hashes": 0},
        {"hashes": 33},
        {"false_positives_per_million": 99},
        {"false_positives_per_million": 100_001},
        {"salt": bytes(31)},
        {"bits_sha256": b""},
        {"as_of_ms": NOW - HOUR_MS - 1},
        {"feeds": (covered(PENALTIES), covered(LISTS))},
        {"feeds": (covered(), covered())},
        {"feeds": tuple(covered(f"{LISTS}{number:04d}") for number in range(MAX_COVERED_FEEDS + 1))},
    ],
)
def test_a_header_keeps_its_limits(changes: dict[str, object]) -> None:
    """Sizes, counts and order are what the contract says, or it is no header."""
    with pytest.raises(FieldFault):
        index(**changes)
