# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Straight into the log: the promises of intake and sequencer in one transaction, and a crash at any point of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.errors import OrderFault, StoreFault
from federation.records.codec import encode
from federation.records.feed_policy import Dataset
from federation.rules.admission import Admitted
from node.assemble.bulk.straight import Straight
from node.entry.pending import Checked
from node.intake import Accepted, Duplicate, Refused, check_record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from federation.records.list_entry import ListEntry
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World


def checked(record: ListEntry, key: str | None = None) -> Checked:
    """A record as it comes from a file."""
    found = check_record(record, key or record.key, Dataset.LISTS, lambda _: Admitted())
    assert isinstance(found, Checked)
    return found


def straight(node: Node) -> Straight:
    """The way into the lists."""
    return Straight(node.stages, node.origin("lists"))


def payloads(node: Node) -> list[bytes]:
    """What the lists say, in their order."""
    return [entry.payload for entry in node.reader.held(node.origin("lists"), 0, 1000)]


def remember(node: Node, *records: ListEntry) -> None:
    """Tells the oracle what was accepted."""
    node.accepted[node.origin("lists")] += [encode(record) for record in records]


def test_a_batch_is_published_when_it_is_taken(hangzhou: Node, world: World, samples: Samples) -> None:
    """Accepted rows are under the signed head at once, nothing waits, and the same rows again are duplicates."""
    records = [samples.black(number) for number in range(300)]
    way = straight(hangzhou)

    first = way.take([checked(record) for record in records])
    again = way.take([checked(record) for record in records[:2]])

    remember(hangzhou, *records)
    assert ([Accepted()] * 300, [Duplicate()] * 2) == (first, again)
    assert hangzhou.accepted[hangzhou.origin("lists")] == payloads(hangzhou)
    assert {} == hangzhou.reader.pending()
    hangzhou.decide()
    world.audit()


def test_what_waited_before_is_not_overtaken(hangzhou: Node, world: World, samples: Samples) -> None:
    """Entries that an earlier command left in the queue are published first."""
    hangzhou.offer("lists", hangzhou.item(samples.black(1)))

    straight(hangzhou).take([checked(samples.black(2))])

    remember(hangzhou, samples.black(2))
    assert [encode(samples.black(number)) for number in (1, 2)] == payloads(hangzhou)
    hangzhou.decide()
    world.audit()


@pytest.mark.parametrize("amend", [False, True])
def test_rows_of_one_file_never_amend_one_another(hangzhou: Node, samples: Samples, amend: bool) -> None:
    """Other bytes under the key of an earlier row are refused, in the same batch and in the next one alike."""
    one, other, third = (checked(samples.black(1, reason=reason)) for reason in ("一", "二", "三"))
    way = straight(hangzhou)

    outcomes = [*way.take([one, other], amend=amend), *way.take([third], amend=amend)]

    reason = "AMEND_TOO_EARLY" if amend else "KEY_CONFLICT"
    assert [Accepted(), Refused("", reason), Refused("", reason)] == outcomes
    assert 1 == len(payloads(hangzhou))


def test_the_next_file_may_amend(hangzhou: Node, world: World, samples: Samples) -> None:
    """A changed row of a later file acts on the entry of the earlier one."""
    before, after = samples.black(1), samples.black(1, reason="偷排")
    straight(hangzhou).take([checked(before)])

    outcomes = straight(hangzhou).take([checked(after)], amend=True)

    remember(hangzhou, before, after)
    assert [Accepted()] == outcomes
    assert [0] == list(hangzhou.reader.acts(hangzhou.origin("lists"), [0]))
    hangzhou.decide()
    world.audit()


def test_more_than_fits_under_a_checkpoint_is_refused(hangzhou: Node, samples: Samples) -> None:
    """Nothing of it is kept."""
    items = [checked(samples.black(1), f"key {number}") for number in range(2001)]

    with pytest.raises(OrderFault, match="BATCH_TOO_LARGE"):
        straight(hangzhou).take(items)
    assert [] == payloads(hangzhou)


def _flipped(rows: Sequence[tuple[bytes, bytes, bytes]]) -> Sequence[tuple[bytes, bytes, bytes]]:
    """The last payload with one bit changed."""
    leaf, salt, payload = rows[-1]
    return [*rows[:-1], (leaf, salt, payload[:-1] + bytes([payload[-1] ^ 1]))]


@pytest.mark.parametrize("twist", [_flipped, lambda rows: rows[:-1], lambda rows: [*rows[:-2], rows[-1], rows[-2]]])
def test_nothing_is_signed_over_what_was_stored_otherwise(
    hangzhou: Node,
    world: World,
    samples: Samples,
    twist: Callable[[Sequence[tuple[bytes, bytes, bytes]]], Sequence[tuple[bytes, bytes, bytes]]],
) -> None:
    """A bit, a row or an order that the store changed undoes the batch, which can be taken again."""
    records = [samples.black(number) for number in range(3)]
    way = straight(hangzhou)
    hangzhou.trouble.twists["stored"] = twist
    with pytest.raises(StoreFault, match="STORED_BATCH_DIFFERS"):
        way.take([checked(record) for record in records])
    assert [] == payloads(hangzhou)

    hangzhou.trouble.twists.clear()
    way.take([checked(record) for record in records])

    remember(hangzhou, *records)
    assert hangzhou.accepted[hangzhou.origin("lists")] == payloads(hangzhou)
    hangzhou.decide()
    world.audit()


@pytest.mark.slow
@pytest.mark.parametrize("lasting", [False, True])
def test_a_store_that_fails_at_any_call_ends_with_the_clean_feed(
    hangzhou: Node, world: World, samples: Samples, lasting: bool
) -> None:
    """Whether the process dies of it or not, importing again gives each row once, in the order of the file."""
    made = 0

    def batches(start: int) -> list[list[Checked]]:
        return [[checked(samples.black(start + 3 * batch + row)) for row in range(3)] for batch in range(2)]

    for point in range(100):
        rows = batches(made)
        hangzhou.trouble.arm(point, lasting=lasting)
        try:
            way = straight(hangzhou)
            for batch in rows:
                way.take(batch)
        except StoreFault:
            pass
        fired = hangzhou.trouble.fired
        if fired and lasting:
            hangzhou.reopen()
        hangzhou.trouble.mend()
        way = straight(hangzhou)
        outcomes = [outcome for batch in rows for outcome in way.take(batch)]
        assert all(isinstance(outcome, Accepted | Duplicate) for outcome in outcomes)
        remember(hangzhou, *(samples.black(made + number) for number in range(6)))
        made += 6
        assert hangzhou.accepted[hangzhou.origin("lists")] == payloads(hangzhou)
        if not fired:
            break
    else:
        pytest.fail("the points never ended")

    hangzhou.decide()
    world.audit()
