# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The promises that the stages make their work on, kept by every implementation of the store: reading and deciding."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from federation.log.entry import PayloadState
from federation.log.leaf import Leaf, LeafKind
from federation.records.exchange import Standing
from federation.records.feed_policy import Dataset, FeedPolicy
from node.entry.holding import Decision
from node.ledger.grounds import Against
from node.ledger.history import Past
from node.ledger.ports import Redeciding
from node.ledger.rules import RuleSet
from node.publish import FeedReader, FeedView
from node.query.seen import HoldingReader
from node.storage.store import open_reader
from node.verify.ports import StoreReader

if TYPE_CHECKING:
    from node.storage.dialect.place import StorePlace
    from node.storage.opening.checks import StoreOwner
    from node.storage.store import Store
    from tests.node.storage.conftest import Mirror, OwnFeed

SUBJECT = "91330100MA2XXXXX01"


def decision(origin: str, index: int, **changes: Any) -> Decision:  # noqa: ANN401
    """A black entry that counts."""
    made = Decision(
        origin, index, Dataset.LISTS, SUBJECT, "black", Standing.RECOGNISED, ("RECOGNISED",), (), ("a@1",), None, 7
    )
    return replace(made, **changes)


def policy(origin: str, dataset: Dataset = Dataset.LISTS) -> FeedPolicy:
    """A policy that lets one member read."""
    return FeedPolicy(origin=origin, dataset=dataset, readers=("330000",))


def test_the_reader_is_the_reader_of_every_stage(store: Store) -> None:
    """The type checker sees that the reader keeps every protocol."""
    publish: FeedReader = store.reader
    query: HoldingReader = store.reader
    verify: StoreReader = store.reader
    with query.snapshot() as seen:
        assert (publish.feeds(), seen.feeds(), verify.feeds()) == ([], [], [])
    assert list(store.reader.decisions(counting=False)) == []


def test_feeds_come_in_order_of_origin(store: Store, own_feed: OwnFeed, catalogue: OwnFeed, mirror: Mirror) -> None:
    """Own and mirrored, each with its complete checkpoint."""
    mirror.fill(2, b"note")
    head, index = own_feed.sequencer.load(), catalogue.sequencer.load()
    assert store.reader.feeds() == [
        FeedView(catalogue.origin, "310000", Dataset.CATALOGUE, 0, index.note, None),
        FeedView(own_feed.origin, "310000", Dataset.LISTS, 0, head.note, None),
        FeedView(mirror.origin, "330100", None, 2, b"note", None),
    ]


def test_an_own_feed_is_served_as_soon_as_it_is_signed(store: Store, own_feed: OwnFeed) -> None:
    """Size and note are those of the head."""
    own_feed.publish(own_feed.pending())
    view = store.reader.feed(own_feed.origin)
    assert view is not None
    assert (view.size, view.note) == (1, own_feed.sequencer.load().note)


def test_a_feed_not_held_has_no_view(store: Store) -> None:
    """Nor entries, nor tiles, nor a range."""
    read, origin = store.reader, "delta.example/330100/lists/9"
    assert (read.feed(origin), read.entries(origin, 0, 9), read.tile(origin, 0, 0)) == (None, [], b"")
    assert read.follow_range(origin).size == 0


def test_entries_are_read_in_their_range(store: Store, mirror: Mirror) -> None:
    """Fewer when fewer are stored."""
    mirror.fill(5)
    indexes = [Leaf.decode(row.entry.leaf).time_ms - 1000 for row in store.reader.entries(mirror.origin, 3, 9)]
    assert indexes == [3, 4]


def test_an_own_entry_is_served_as_it_was_published(store: Store, own_feed: OwnFeed) -> None:
    """Present, with salt and payload, byte for byte."""
    (row,) = own_feed.publish(own_feed.pending(b"\x00bytes\xff"))
    (stored,) = store.reader.entries(own_feed.origin, 0, 1)
    assert (stored.entry.state, stored.entry.salt, stored.entry.payload, stored.personal) == (
        PayloadState.PRESENT,
        row.salt,
        b"\x00bytes\xff",
        False,
    )


def test_what_is_quarantined_is_served_as_lost(store: Store, mirror: Mirror) -> None:
    """Without the bytes, which stay here for the operator."""
    mirror.take(mirror.faulty(0, PayloadState.QUARANTINED, "PAYLOAD_COMMITMENT"))
    (stored,) = store.reader.entries(mirror.origin, 0, 1)
    assert (stored.entry.state, stored.entry.salt, stored.entry.payload) == (PayloadState.LOST, b"", b"")
    (held,) = store.reader.held(mirror.origin, 0, 1)
    assert (held.state, held.payload) == (PayloadState.QUARANTINED, b"record")


def test_a_record_that_cannot_be_read_is_served_unchanged(store: Store, mirror: Mirror) -> None:
    """Its commitment holds: others judge the record for themselves."""
    mirror.take(mirror.faulty(0, PayloadState.PRESENT, "RECORD_MALFORMED"))
    (stored,) = store.reader.entries(mirror.origin, 0, 1)
    assert (stored.entry.state, stored.entry.payload) == (PayloadState.PRESENT, b"record")


def test_a_special_feed_is_known_by_its_name(store: Store, mirror: Mirror) -> None:
    """A mirrored catalogue is one before any policy is known."""
    catalogue = type(mirror)(store, "delta.example/330100/_catalogue/1")
    catalogue.fill(1)
    view = store.reader.feed(catalogue.origin)
    assert view is not None
    assert view.dataset is Dataset.CATALOGUE


def test_the_newest_policy_counts(store: Store, mirror: Mirror) -> None:
    """The one kept last stands with the feed."""
    newer = FeedPolicy(origin=mirror.origin, dataset=Dataset.LISTS)
    mirror.fill(1)
    with store.write() as unit:
        for given in (policy(mirror.origin), newer):
            unit.keep_policy(given)
    view = store.reader.feed(mirror.origin)
    assert view is not None
    assert view.policy == newer


@pytest.mark.parametrize("policy_first", [True, False])
def test_a_mirror_takes_its_kind_from_its_policy(store: Store, mirror: Mirror, *, policy_first: bool) -> None:
    """Whether the policy comes before the feed or after it."""
    for tell in (policy_first, not policy_first):
        with store.write() as unit:
            if tell:
                unit.keep_policy(policy(mirror.origin, Dataset.FILINGS))
            else:
                unit.keep_note(mirror.origin, b"note")
    with store.write() as unit:
        assert unit.dataset(mirror.origin) is Dataset.FILINGS


def test_a_policy_cannot_make_a_feed_a_catalogue(store: Store, mirror: Mirror) -> None:
    """A catalogue is readable by all; only its name makes it one."""
    with store.write() as unit:
        unit.keep_policy(policy(mirror.origin, Dataset.CATALOGUE))
        unit.keep_note(mirror.origin, b"note")
        unit.keep_policy(policy(mirror.origin, Dataset.CATALOGUE))
    with store.write() as unit:
        assert unit.dataset(mirror.origin) is None


def test_a_feed_keeps_its_kind(store: Store, mirror: Mirror) -> None:
    """What a mirror was first told to be it is for ever: decisions rest on it. A feed not held has no kind."""
    for kind in (Dataset.LISTS, Dataset.FILINGS):
        with store.write() as unit:
            unit.keep_policy(policy(mirror.origin, kind))
            unit.keep_note(mirror.origin, b"note")
    with store.write() as unit:
        assert (unit.dataset(mirror.origin), unit.dataset("delta.example/1/x/1")) == (Dataset.LISTS, None)


def test_entries_about_a_subject_are_found_in_every_feed(store: Store, own_feed: OwnFeed, mirror: Mirror) -> None:
    """Ordered by origin and index, at most the limit."""
    own_feed.publish(own_feed.pending()._replace(subject=SUBJECT))
    mirror.take(mirror.row(0), mirror.row(1, subject=SUBJECT), mirror.row(2, subject=SUBJECT))
    found = [(entry.origin, entry.index) for entry in store.reader.about(SUBJECT, 9)]
    assert found == [(own_feed.origin, 0), (mirror.origin, 1), (mirror.origin, 2)]
    assert len(store.reader.about(SUBJECT, 2)) == 2


def test_entries_about_nobody_are_not_found(store: Store, mirror: Mirror) -> None:
    """The empty number is nobody's."""
    mirror.fill(1)
    assert store.reader.about("", 9) == []


def test_acts_are_found_by_what_they_act_on(store: Store, mirror: Mirror) -> None:
    """In the order of the feed; what names a later entry acts on nothing."""
    acts = [(2, LeafKind.ANNOTATE, 0), (3, LeafKind.END, 1), (4, LeafKind.END, 0), (5, LeafKind.END, 9)]
    mirror.take(mirror.row(0), mirror.row(1), *(mirror.row(at, kind=kind, ref=ref) for at, kind, ref in acts))
    found = store.reader.acts(mirror.origin, [0, 1, 2, 9, 2**64 - 2])
    assert {index: [act.index for act in on] for index, on in found.items()} == {0: [2, 4], 1: [3]}


def test_own_acts_are_found_too(store: Store, own_feed: OwnFeed) -> None:
    """As the sequencer gave them their index."""
    own_feed.publish(own_feed.pending())
    own_feed.publish(own_feed.pending(b"end", LeafKind.END, 0))
    assert [act.index for act in store.reader.acts(own_feed.origin, [0])[0]] == [1]


@pytest.mark.parametrize("index", [1, 2**63, 2**64 - 2])
def test_an_entry_not_held_is_none(store: Store, mirror: Mirror, index: int) -> None:
    """Whatever number a caller names."""
    mirror.fill(1)
    assert (store.reader.entry(mirror.origin, index), store.reader.decision(mirror.origin, index)) == (None, None)


def test_the_cursor_starts_at_the_beginning_and_is_kept(store: Store, mirror: Mirror) -> None:
    """For each feed its own."""
    mirror.fill(3)
    with store.write() as unit:
        before = unit.cursor(mirror.origin)
        unit.set_cursor(mirror.origin, 3)
    with store.write() as unit:
        assert (before, unit.cursor(mirror.origin), unit.cursor("delta.example/1/x/1")) == (0, 3, 0)


def test_entries_are_applied_in_their_order(store: Store, mirror: Mirror) -> None:
    """`held` from a start, at most the limit; `held_at` in order of index, missing ones left out."""
    mirror.fill(600)
    with store.write() as unit:
        assert [entry.index for entry in unit.held(mirror.origin, 598, 9)] == [598, 599]
        assert [entry.index for entry in unit.held(mirror.origin, 5, 2)] == [5, 6]
        assert [entry.index for entry in unit.held_at(mirror.origin, [700, *range(600, -1, -1)])] == list(range(600))


def test_a_change_of_rules_is_followed_to_its_end(store: Store, own_feed: OwnFeed, catalogue: OwnFeed) -> None:
    """How far it has come is kept, over the feeds that are decided on; the digest of the rules in force, too."""
    at = Redeciding("a" * 64, own_feed.origin, 500)
    with store.write() as unit:
        before = unit.rules_digest(), unit.redeciding()
        unit.set_rules_digest("digest")
        unit.keep_redeciding(at)
        assert catalogue.origin not in unit.decided_feeds()
    with store.write() as unit:
        assert (before, unit.rules_digest(), unit.redeciding()) == (("", None), "digest", at)
        unit.keep_redeciding(None)
        assert unit.redeciding() is None


def test_a_decision_is_kept_with_all_its_reasons(store: Store, mirror: Mirror) -> None:
    """And replaced by the next one on the same entry."""
    mirror.fill(1)
    first = decision(mirror.origin, 0)
    second = replace(
        first, reasons=("HELD", "B"), measures=("M1", "M2"), versions=(), review_on=date(2030, 1, 2), subject=""
    )
    for made in (first, second):
        with store.write() as unit:
            unit.keep_decisions([made])
        assert store.reader.decision(mirror.origin, 0) == made


def test_a_decision_that_replaces_another_keeps_it(store: Store, mirror: Mirror) -> None:
    """With all but its subject, from when to when; the day of review that an erasure put aside, too."""
    mirror.fill(3)
    first = [replace(decision(mirror.origin, at), rules=1, inputs=b"i" * 32, grounds=("acts 1 2",)) for at in range(2)]
    second = [replace(each, turn=1, standing=Standing.ENDED, decided_at_ms=99) for each in first]
    with store.write() as unit:
        unit.keep_decisions(first)
        unit.keep_decisions([*second, decision(mirror.origin, 2)])
    with store.reader.deciding() as seen:
        kept = seen.past_decisions(mirror.origin, 2, (0, -1), 9)
        found = seen.decision_in_turn((mirror.origin, 0, 0)), seen.decision_in_turn((mirror.origin, 0, 1))
        none = seen.decision_in_turn((mirror.origin, 0, 2))
        paged = seen.past_decisions(mirror.origin, 2, (0, 0), 1)

    assert kept == [Past(replace(each, subject=""), 99) for each in first]
    assert found == (kept[0], Past(second[0], None))
    assert none is None
    assert paged == kept[1:]


def test_rules_are_kept_once_by_their_bytes(store: Store) -> None:
    """Two sets share the files that both have; each has a number from 1 on, and none is called by another's."""
    sets = [RuleSet("330100", {"rules/a": b"a", "rules/b": raw}) for raw in (b"b", b"c")]
    with store.write() as unit:
        assert [unit.rules_number(each.digest) for each in sets] == [None, None]
        assert [unit.keep_rules(each, 7) for each in sets] == [1, 2]
    with store.write() as unit:
        assert [unit.rules_number(each.digest) for each in sets] == [1, 2]
    with store.reader.deciding() as seen:
        assert seen.rules_digests() == {1: sets[0].digest, 2: sets[1].digest}
        wanted = [*sets[0].digests.values(), sets[1].digest, "f" * 64, "no digest"]
        assert sorted(seen.rule_bytes(wanted).values()) == sorted([b"a", b"b", sets[1].listed])


def test_a_black_decision_counts_only_while_it_has_effect(store: Store, mirror: Mirror) -> None:
    """Ended ones and other kinds do not; red ones are found whether they count or not."""
    mirror.fill(4)
    origin = mirror.origin
    made = [
        decision(origin, 0, subject="A"),
        decision(origin, 1, subject="B", standing=Standing.ENDED),
        decision(origin, 2, subject="C", list_kind="red"),
        decision(origin, 3, subject="A", list_kind="red", standing=Standing.HELD),
    ]
    with store.write() as unit:
        unit.keep_decisions(made)
        assert unit.black_counts(["A", "B", "C", "D"]) == {"A"}
        assert unit.black_places(["A", "B"]) == {"A": Against(origin, 0, 0)}
        assert list(unit.decided(origin, [-1, 0, 1, 2**64])) == [0, 1]
        assert unit.red_decisions(["A", "C", "D"]) == [(origin, 2), (origin, 3)]


def test_decisions_fall_due_on_their_day(store: Store, mirror: Mirror) -> None:
    """On it and before it, oldest first, at most the limit; without a day never."""
    mirror.fill(4)
    days = [date(2030, 3, 1), None, date(2030, 1, 31), date(2030, 3, 2)]
    with store.write() as unit:
        unit.keep_decisions([decision(mirror.origin, at, review_on=day) for at, day in enumerate(days)])
        assert unit.due(date(2030, 3, 1), 9) == [(mirror.origin, 2), (mirror.origin, 0)]
        assert unit.due(date(2030, 3, 1), 1) == [(mirror.origin, 2)]


@pytest.mark.parametrize(("counting", "expected"), [(False, [3, 1, 4, 0, 2]), (True, [1, 4, 0])])
def test_decisions_are_listed_by_kind_and_index(
    store: Store, mirror: Mirror, *, counting: bool, expected: list[int]
) -> None:
    """Filings first, then black, red, watch; only what counts when asked so."""
    mirror.fill(5)
    kinds = ["red", "black", "watch", "", "black"]
    standings = [Standing.OWN, Standing.OWN, Standing.HELD, Standing.REFUSED, Standing.RECOGNISED]
    made = [
        decision(mirror.origin, at, list_kind=kind, standing=standing)
        for at, (kind, standing) in enumerate(zip(kinds, standings, strict=True))
    ]
    with store.write() as unit:
        unit.keep_decisions(made)
    assert [one.index for one in store.reader.decisions(counting=counting)] == expected


def test_a_list_of_decisions_is_of_one_state(store: Store, mirror: Mirror) -> None:
    """What is decided while it is being read is not in it."""
    mirror.fill(3)
    with store.write() as unit:
        unit.keep_decisions([decision(mirror.origin, 0), decision(mirror.origin, 1)])
    listed = store.reader.decisions(counting=False)
    seen = [next(listed).index]
    with store.write() as unit:
        unit.keep_decisions([decision(mirror.origin, 2)])
    assert seen + [one.index for one in listed] == [0, 1]


def test_another_reader_sees_each_commit(store: Store, place: StorePlace, owner: StoreOwner, own_feed: OwnFeed) -> None:
    """A reader beside the writer, without its lock, sees what is committed when it asks."""
    with open_reader(place, owner) as reader:
        sizes = []
        for _ in range(3):
            view = reader.feed(own_feed.origin)
            sizes.append(view.size if view else None)
            own_feed.publish(own_feed.pending())
    assert (sizes, store.reader.follow_range(own_feed.origin).size) == ([0, 1, 2], 3)


def test_many_threads_read_while_one_writes(store: Store, own_feed: OwnFeed) -> None:
    """More of them than there are connections; each call is of one state: a feed's entries reach its size."""

    def look(_number: int) -> bool:
        view = store.reader.feed(own_feed.origin)
        assert view is not None
        return len(store.reader.entries(own_feed.origin, 0, view.size)) == view.size

    with ThreadPoolExecutor(40) as threads:
        looks = threads.map(look, range(200))
        for _ in range(10):
            own_feed.publish(own_feed.pending())
        assert all(looks)
