# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Publishing: who may read what, chunks that verify alone, and proofs that hold."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from federation.errors import AccessFault, ForkFault, NoteFault, RangeFault
from federation.log.checkpoint import FeedKeys, open_checkpoint
from federation.log.entry import PayloadState
from federation.log.merkle import CompactRange, leaf_hash, verify_consistency, verify_inclusion
from federation.records.codec import decode
from federation.records.feed_policy import Dataset, FeedPolicy
from node.config import FeedSection
from node.follow.ports import Health
from node.publish import CHUNK_BYTES, CHUNK_ENTRIES, ENTRY_OVERHEAD_BYTES, Chunk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from node.publish import Publisher
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

CLOSED = FeedSection(name="lists", dataset=Dataset.LISTS, readers=("310000",))


def calls(publisher: Publisher, caller: str, origin: str) -> list[Callable[[], object]]:
    """Every question about one feed."""
    return [
        lambda: publisher.view(caller, origin),
        lambda: publisher.checkpoint(caller, origin),
        lambda: list(publisher.entries(caller, origin, 1, 0, 0)),
        lambda: publisher.inclusion(caller, origin, 0, 1),
        lambda: publisher.consistency(caller, origin, 0, 1),
    ]


def chunks(node: Node, caller: str, feed: str, *, size: int | None = None, start: int = 0) -> list[Chunk]:
    """All entries of a feed, as a caller gets them."""
    origin = node.origin(feed)
    wanted = node.publisher.view(node.id, origin).size if size is None else size
    return list(node.publisher.entries(caller, origin, wanted, start, 0))


def keys_of(node: Node, feed: str) -> FeedKeys:
    """The keys of an own feed."""
    keys = node.stages.foundation.members.feed_keys(node.origin(feed))
    assert keys is not None
    return keys


def root(node: Node, feed: str) -> bytes:
    """The signed root of an own feed."""
    return open_checkpoint(node.publisher.checkpoint(node.id, node.origin(feed)), keys_of(node, feed)).checkpoint.root


def states(found: Sequence[Chunk]) -> list[PayloadState]:
    """Payload states over all chunks."""
    return [entry.state for chunk in found for entry in chunk.entries]


def test_a_feed_closed_to_the_caller_is_not_there(world: World, samples: Samples) -> None:
    """Every question about it gets the answer for a feed that does not exist, word for word; so does its list."""
    node = world.node("330100", [CLOSED])
    node.publish("lists", samples.black())
    closed, absent = node.origin("lists"), "delta.example/330100/never/1"

    for caller in ("330000", "stranger"):
        for closed_call, absent_call in zip(
            calls(node.publisher, caller, closed), calls(node.publisher, caller, absent), strict=True
        ):
            with pytest.raises(AccessFault) as refused:
                closed_call()
            with pytest.raises(AccessFault) as missing:
                absent_call()
            assert ("FEED_NOT_FOUND", str(missing.value)) == (refused.value.reason, str(refused.value))
        assert closed not in [view.origin for view in node.publisher.feeds(caller, "", 0)]
    assert closed in [view.origin for view in node.publisher.feeds("310000", "", 0)]


async def test_a_mirror_enforces_the_policy_of_the_origin(world: World, samples: Samples) -> None:
    """A hub serves a closed feed to whom its origin named, and to nobody else, though its own feeds are open."""
    node = world.node("330100", [FeedSection(name="lists", dataset=Dataset.LISTS, readers=("yrd", "310000"))])
    hub = world.node("yrd")
    node.publish("lists", samples.black())
    origin = node.origin("lists")
    await world.mirror(hub, node, "lists")

    assert origin in [view.origin for view in hub.publisher.feeds("310000", "", 0)]
    assert hub.publisher.checkpoint("330100", origin) == node.publisher.checkpoint("330100", origin)
    with pytest.raises(AccessFault, match="FEED_NOT_FOUND"):
        hub.publisher.checkpoint("330000", origin)


async def test_a_feed_closed_to_a_hub_is_closed_at_the_hub(world: World, samples: Samples) -> None:
    """The new policy is withheld from a hub that it does not name; the old, open one is not in force there any more."""
    node, hub = world.node("330100"), world.node("yrd")
    node.publish("lists", samples.black())
    origin = node.origin("lists")
    await world.mirror(hub, node, "lists")
    assert origin in [view.origin for view in hub.publisher.feeds("310000", "", 0)]
    policy = next(policy for policy in node.stages.policies if policy.origin == origin)
    closed = policy.model_copy(update={"readers": ("330000",)})
    node.offer("_catalogue", node.item(closed), amend=True)
    node.stages.publish_pending()
    await world.mirror(hub, node)

    for call in calls(hub.publisher, "310000", origin):
        with pytest.raises(AccessFault, match="FEED_NOT_FOUND"):
            call()
    assert hub.publisher.checkpoint("330100", origin) == node.publisher.checkpoint("330100", origin)
    node.offer("_catalogue", node.item(policy.model_copy(update={"readers": ("310000", "yrd")})), amend=True)
    node.stages.publish_pending()
    await world.mirror(hub, node)
    assert hub.publisher.checkpoint("310000", origin) == node.publisher.checkpoint("310000", origin)


def test_payloads_about_persons_are_withheld_unless_granted(world: World, samples: Samples) -> None:
    """Leaves come to every reader; the payload only to whom the policy names, and to the owner."""
    granted = FeedSection(name="lists", dataset=Dataset.LISTS, person_payload_readers=("310000",))
    node = world.node("330100", [granted])
    node.publish("lists", samples.black(1), samples.black(2, identity=samples.person, responsible_persons=()))

    present, withheld = PayloadState.PRESENT, PayloadState.WITHHELD
    assert [present, withheld] == states(chunks(node, "330000", "lists"))
    assert [present, present] == states(chunks(node, "310000", "lists"))
    assert [present, present] == states(chunks(node, "330100", "lists"))
    (_, hidden) = chunks(node, "330000", "lists")[0].entries
    assert (b"", b"") == (hidden.salt, hidden.payload)


def test_a_catalogue_tells_only_of_feeds_the_caller_may_read(world: World) -> None:
    """The other entries are withheld, so that nobody learns of closed feeds or their readers."""
    node = world.node("330100", [CLOSED])

    def seen(caller: str) -> set[str]:
        entries = [entry for chunk in chunks(node, caller, "_catalogue") for entry in chunk.entries]
        records = [decode(8, entry.payload) for entry in entries if entry.state is PayloadState.PRESENT]
        return {record.origin.split("/")[2] for record in records if isinstance(record, FeedPolicy)}

    assert {"_catalogue"} == seen("330000")
    assert {"_catalogue", "lists"} == seen("310000")
    assert {"_catalogue", "_exchange", "lists"} == seen("330100")


def test_the_exchange_log_is_for_coordinators(world: World) -> None:
    """No other member reads it, whatever roles it states itself."""
    node = world.node("330100", nyrd={"roles": ("coordinator",)})
    origin = node.origin("_exchange")

    assert node.publisher.checkpoint("yrd", origin)
    with pytest.raises(AccessFault, match="FEED_NOT_FOUND"):
        node.publisher.checkpoint("310000", origin)


def test_feeds_come_in_pages(hangzhou: Node) -> None:
    """Ordered by origin, after the last one of the page before."""
    everything = [view.origin for view in hangzhou.publisher.feeds(hangzhou.id, "", 0)]
    pages, after = [], ""
    while page := hangzhou.publisher.feeds(hangzhou.id, after, 3):
        pages += [view.origin for view in page]
        after = page[-1].origin

    assert (sorted(everything), 7) == (everything, len(everything))
    assert everything == pages


@pytest.mark.slow
def test_each_chunk_fits_the_limits_and_verifies_alone(hangzhou: Node, samples: Samples) -> None:
    """From wherever one starts: the chunk's leaves lead to the signed root by its own proof; bytes and counts fit."""
    long = "长" * 3900
    hangzhou.publish("lists", *(samples.black(number, reason=long if number % 3 else "短") for number in range(60)))
    hangzhou.publish("lists", *(samples.black(number) for number in range(60, 1300)))
    size, signed = 1300, root(hangzhou, "lists")
    leaves = [leaf_hash(entry.raw_leaf) for entry in hangzhou.reader.held(hangzhou.origin("lists"), 0, size)]

    for start in (0, 1, 17, 255, 256, 1299):
        found = chunks(hangzhou, "310000", "lists", start=start)
        assert [start, size] == [found[0].first_index, found[-1].first_index + len(found[-1].entries)]
        for chunk in found:
            grown = CompactRange.empty().extended(leaves[: chunk.first_index])
            grown = grown.extended([leaf_hash(entry.leaf) for entry in chunk.entries])
            assert verify_consistency(grown.size, size, grown.root(), signed, chunk.consistency_path)
            weight = sum(len(entry.payload) + ENTRY_OVERHEAD_BYTES for entry in chunk.entries)
            assert weight <= CHUNK_BYTES
            assert 1 <= len(chunk.entries) <= CHUNK_ENTRIES
        assert all(a.first_index + len(a.entries) == b.first_index for a, b in pairwise(found))


def test_a_limit_bounds_the_entries_of_a_stream(hangzhou: Node, samples: Samples) -> None:
    """And the proof still leads to the size asked for."""
    hangzhou.publish("lists", *(samples.black(number) for number in range(9)))

    (chunk,) = hangzhou.publisher.entries("310000", hangzhou.origin("lists"), 9, 2, 3)

    leaves = [leaf_hash(entry.raw_leaf) for entry in hangzhou.reader.held(hangzhou.origin("lists"), 0, 9)]
    five = CompactRange.empty().extended(leaves[:5]).root()
    assert (2, 3) == (chunk.first_index, len(chunk.entries))
    assert verify_consistency(5, 9, five, root(hangzhou, "lists"), chunk.consistency_path)


def test_proofs_hold_for_every_index_and_size(hangzhou: Node, samples: Samples) -> None:
    """Inclusion of each leaf, and consistency from each size, to the signed root."""
    hangzhou.publish("lists", *(samples.black(number) for number in range(11)))
    origin, signed = hangzhou.origin("lists"), root(hangzhou, "lists")
    leaves = [leaf_hash(entry.raw_leaf) for entry in hangzhou.reader.held(origin, 0, 11)]

    for index in range(11):
        path = hangzhou.publisher.inclusion("310000", origin, index, 11)
        assert verify_inclusion(leaves[index], index, 11, path, signed)
    for first in range(12):
        before = CompactRange.empty().extended(leaves[:first]).root()
        assert verify_consistency(
            first, 11, before, signed, hangzhou.publisher.consistency("310000", origin, first, 11)
        )


def test_sizes_and_indexes_beyond_the_checkpoint_are_refused(hangzhou: Node, samples: Samples) -> None:
    """Also what is pending, and ranges the wrong way round."""
    hangzhou.publish("lists", *(samples.black(number) for number in range(3)))
    hangzhou.offer("lists", hangzhou.item(samples.black(3)))
    origin, publisher = hangzhou.origin("lists"), hangzhou.publisher
    wrong: list[Callable[[], object]] = [
        lambda: list(publisher.entries("310000", origin, 4, 0, 0)),
        lambda: list(publisher.entries("310000", origin, 3, 3, 0)),
        lambda: list(publisher.entries("310000", origin, 0, 0, 0)),
        lambda: publisher.inclusion("310000", origin, 3, 3),
        lambda: publisher.inclusion("310000", origin, 0, 4),
        lambda: publisher.consistency("310000", origin, 0, 4),
        lambda: publisher.consistency("310000", origin, 3, 2),
    ]

    for call in wrong:
        with pytest.raises(RangeFault, match="RANGE_INVALID"):
            call()


def test_what_a_caller_knows_is_compared(hangzhou: Node, samples: Samples) -> None:
    """Every checkpoint passed through agrees, and one beyond what is held says nothing."""
    origin, notes = hangzhou.origin("lists"), []
    for number in range(4):
        notes.append(hangzhou.publisher.checkpoint("310000", origin))
        hangzhou.publish("lists", samples.black(number))

    for note in notes:
        hangzhou.publisher.compare_known(keys_of(hangzhou, "lists"), note)
    with pytest.raises(NoteFault):
        hangzhou.publisher.compare_known(keys_of(hangzhou, "filings"), notes[0])


def test_a_second_history_known_by_a_caller_is_a_fork_with_both_notes(hangzhou: Node, samples: Samples) -> None:
    """The proof names the note that came and the one that is held."""
    hangzhou.publish("lists", samples.black(1))
    hangzhou.publish("lists", samples.black(2))
    other = hangzhou.other_history("lists", 1)

    with pytest.raises(ForkFault, match="FORK_DETECTED") as fork:
        hangzhou.publisher.compare_known(keys_of(hangzhou, "lists"), other)
    held = hangzhou.publisher.checkpoint("310000", hangzhou.origin("lists"))
    assert (other, held) == fork.value.evidence


def test_a_mirror_without_a_checkpoint_has_none_to_give(shanghai: Node) -> None:
    """It says so to its own node; others are not told of a feed whose policy has not come."""
    origin = "delta.example/330100/lists/1"
    with shanghai.stages.store.write() as unit:
        unit.keep_health(origin, "yrd", Health(None, 1, "TEST"))

    with pytest.raises(AccessFault, match="NO_CHECKPOINT"):
        shanghai.publisher.checkpoint(shanghai.id, origin)
    with pytest.raises(AccessFault, match="FEED_NOT_FOUND"):
        shanghai.publisher.checkpoint("yrd", origin)
