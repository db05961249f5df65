# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The own index: whom it speaks of, whom it never does, and when it is made anew."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from federation.errors import StoreFault
from federation.records.feed_policy import Dataset
from federation.rules.holders.filter import Filter
from federation.rules.holders.statement import HOLDER_INDEX_TYPE, require_bits
from node.config import FeedSection
from node.exchange.dialogue import opened
from node.holders import building
from node.holders.index import HeldIndex, shape_of
from tests.node.holders.looking import publish
from tests.node.region.member import FEEDS

if TYPE_CHECKING:
    from federation.records.subject import Identity
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

OTHER = "91330100MA2PDY023W"


def filter_of(node: Node, held: HeldIndex | None) -> Filter:
    """The filter of an index that is held, which is the one that was signed."""
    assert held is not None
    bits = node.reader.holder_bits(node.id, held.index.bits_sha256)
    assert bits is not None
    require_bits(held.index, bits)
    return Filter(shape_of(held.index), held.index.salt, bits)


def other(samples: Samples) -> Identity:
    """Another company."""
    return samples.company.model_copy(update={"code": OTHER})


async def test_an_index_holds_whom_the_open_feeds_speak_of(hangzhou: Node, samples: Samples) -> None:
    """By dataset, signed by the message key, with the sizes that it covers."""
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    hangzhou.publish("filings", samples.filing(identity=other(samples)))
    held = await publish(hangzhou)

    made = filter_of(hangzhou, held)
    assert held is not None
    assert opened(held.envelope, HOLDER_INDEX_TYPE, hangzhou.keys.message_verifier)
    found = {
        (code, dataset) for code in (samples.company.code, OTHER) for dataset in Dataset if made.has(dataset, code)
    }
    assert {(samples.company.code, Dataset.LISTS), (OTHER, Dataset.FILINGS)} == found
    assert 2 == held.index.keys
    assert {"lists": 2, "filings": 1, "subjects": 0, "licences": 0, "penalties": 0} == {
        feed.dataset: feed.size for feed in held.index.feeds
    }


async def test_no_natural_person_is_in_an_index(hangzhou: Node, samples: Samples) -> None:
    """Though the feed is open to every member: a person's number could be found by trying."""
    hangzhou.publish("lists", samples.black(1, identity=samples.person), samples.black(2))
    held = await publish(hangzhou)

    assert held is not None
    assert 1 == held.index.keys
    assert not filter_of(hangzhou, held).has(Dataset.LISTS, samples.person.code)


async def test_a_restricted_feed_is_not_covered(world: World, samples: Samples) -> None:
    """Neither is it named, nor is anybody in it in the index."""
    inner = FeedSection(name="inner", dataset=Dataset.LISTS, readers=("310000",))
    hangzhou = world.node("330100", (*FEEDS, inner))
    hangzhou.publish("lists", samples.black(1))
    hangzhou.publish("inner", samples.black(2, identity=other(samples)))
    held = await publish(hangzhou)

    assert held is not None
    assert not filter_of(hangzhou, held).has(Dataset.LISTS, OTHER)
    assert hangzhou.origin("inner") not in {feed.origin for feed in held.index.feeds}


async def test_a_node_without_open_feeds_has_no_index(world: World, samples: Samples) -> None:
    """Nothing could be said by it; one of before is dropped."""
    inner = FeedSection(name="inner", dataset=Dataset.LISTS, readers=("310000",))
    hangzhou = world.node("330100", (inner,))
    hangzhou.publish("inner", samples.black(1))

    assert None is await publish(hangzhou)


async def test_whom_nothing_is_held_about_any_more_leaves_the_index(hangzhou: Node, samples: Samples) -> None:
    """A repaired or removed record is nobody's business, and its subject is gone with the next build."""
    hangzhou.publish("lists", samples.black(1), samples.black(2, identity=other(samples)))
    await publish(hangzhou)
    hangzhou.publish("lists", samples.ending(), ref=0)
    held = await publish(hangzhou)

    made = filter_of(hangzhou, held)
    assert not made.has(Dataset.LISTS, samples.company.code)
    assert made.has(Dataset.LISTS, OTHER)
    assert held is not None
    assert 1 == held.index.keys


async def test_who_has_another_record_stays(hangzhou: Node, samples: Samples) -> None:
    """Whichever of them ended."""
    hangzhou.publish("lists", samples.black(1), samples.black(2), samples.black(3))
    hangzhou.publish("lists", samples.ending(), ref=0)
    hangzhou.publish("lists", samples.ending(), ref=2)

    assert filter_of(hangzhou, await publish(hangzhou)).has(Dataset.LISTS, samples.company.code)


async def test_an_amended_record_is_in_by_its_new_version(hangzhou: Node, samples: Samples) -> None:
    """The old one has ended; the subject of the new one is found."""
    hangzhou.publish("lists", samples.black(1))
    changed = samples.black(1, identity=other(samples))
    hangzhou.offer("lists", hangzhou.item(changed, key=samples.black(1).key), amend=True)
    while hangzhou.stages.sequencer(hangzhou.origin("lists")).sequence():
        pass
    made = filter_of(hangzhou, await publish(hangzhou))

    assert (False, True) == tuple(made.has(Dataset.LISTS, code) for code in (samples.company.code, OTHER))


async def test_what_lapses_leaves_the_index_with_the_day(hangzhou: Node, samples: Samples) -> None:
    """Although the feed has not moved: nobody's answer shows it any more."""
    hangzhou.publish("lists", samples.black(1))
    await publish(hangzhou)
    hangzhou.clock.to(date(2027, 3, 9))
    assert filter_of(hangzhou, await publish(hangzhou)).has(Dataset.LISTS, samples.company.code)

    hangzhou.clock.to(date(2027, 3, 10))
    assert not filter_of(hangzhou, await publish(hangzhou)).has(Dataset.LISTS, samples.company.code)


async def test_an_index_that_is_right_is_stated_again(hangzhou: Node, samples: Samples) -> None:
    """With the time, signed anew; its bits stay, so that nobody fetches them again."""
    hangzhou.publish("lists", samples.black(1))
    before = await publish(hangzhou)
    hangzhou.clock.forward(hours=1)
    after = await publish(hangzhou)

    assert before is not None
    assert after is not None
    assert 3_600_000 == after.index.as_of_ms - before.index.as_of_ms
    assert before.index == after.index.model_copy(update={"as_of_ms": before.index.as_of_ms})
    assert opened(after.envelope, HOLDER_INDEX_TYPE, hangzhou.keys.message_verifier)


async def test_a_feed_that_moved_gets_a_new_index_under_a_new_salt(hangzhou: Node, samples: Samples) -> None:
    """Two indexes of one node cannot be laid upon each other to see who came or went."""
    hangzhou.publish("lists", samples.black(1))
    before = await publish(hangzhou)
    hangzhou.publish("lists", samples.black(2))
    after = await publish(hangzhou)

    assert before is not None
    assert after is not None
    assert after.index.as_of_ms > before.index.as_of_ms
    assert after.index.salt != before.index.salt
    filter_of(hangzhou, after)


async def test_a_clock_that_went_back_makes_no_older_index(hangzhou: Node, samples: Samples) -> None:
    """Followers would refuse it."""
    hangzhou.publish("lists", samples.black(1))
    before = await publish(hangzhou)
    hangzhou.clock.forward(seconds=-1)
    stated = await publish(hangzhou)
    hangzhou.publish("lists", samples.black(2))
    made = await publish(hangzhou)

    times = [each.index.as_of_ms for each in (before, stated, made) if each is not None]
    assert [times[0], times[0] + 1, times[0] + 2] == times


async def test_entries_are_read_batch_by_batch(
    hangzhou: Node, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is left out where one batch ends and the next begins, and acts are found in each."""
    monkeypatch.setattr(building, "BATCH_ENTRIES", 3)
    codes = (samples.company.code, OTHER, "91330106PDY209008Q", "91330106PDY2000038")
    subjects = [samples.company.model_copy(update={"code": code}) for code in codes]
    hangzhou.publish("lists", *(samples.black(number, identity=each) for number, each in enumerate(subjects)))
    hangzhou.publish("lists", samples.ending(), ref=0)
    made = filter_of(hangzhou, await publish(hangzhou))

    assert [False, True, True, True] == [made.has(Dataset.LISTS, code) for code in codes]


async def test_an_act_beyond_the_covered_size_is_none_yet(hangzhou: Node, samples: Samples) -> None:
    """Else an amended record would be out before its new version is in."""
    hangzhou.publish("lists", samples.black(1))
    hangzhou.publish("lists", samples.ending(), ref=0)
    feed = hangzhou.origin("lists")

    assert [[False], [True]] == [
        [entry.acted for entry in hangzhou.reader.subjects_shown(feed, 0, stop, 9)] for stop in (1, 2)
    ]


async def test_a_failing_disk_leaves_the_last_good_index(hangzhou: Node, samples: Samples) -> None:
    """Header and bits are of one index, whichever moment the store went away at."""
    hangzhou.publish("lists", samples.black(1))
    before = await publish(hangzhou)
    hangzhou.publish("lists", samples.black(2, identity=other(samples)))
    for point in range(2):
        hangzhou.trouble.arm(point)
        with pytest.raises(StoreFault):
            await publish(hangzhou)
        hangzhou.reopen()
        assert before == hangzhou.reader.holder_index(hangzhou.id)
        assert not filter_of(hangzhou, before).has(Dataset.LISTS, OTHER)

    assert filter_of(hangzhou, await publish(hangzhou)).has(Dataset.LISTS, OTHER)
