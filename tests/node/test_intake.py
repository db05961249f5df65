# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Intake: idempotent, refuses with reasons, and a crash at any point loses nothing and doubles nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.errors import StoreFault
from federation.log.leaf import Leaf, LeafKind
from federation.records.act import AnnotationKind
from federation.records.codec import encode, schema_of
from federation.records.feed_policy import Dataset, FeedPolicy
from node.intake import Accepted, Duplicate, Refused, Submission, submission_of

if TYPE_CHECKING:
    from node.intake import Outcome
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World


def leaves(node: Node, feed: str) -> list[Leaf]:
    """The leaves of an own feed."""
    entries = node.reader.held(node.origin(feed), 0, 100)
    return [leaf for entry in entries if (leaf := entry.leaf) is not None]


def test_an_import_is_accepted_once(hangzhou: Node, world: World, samples: Samples) -> None:
    """The same record twice in one call, again while it waits, and again after it was published: one entry."""
    record = samples.black()
    item = submission_of(record, encode(record))

    assert [Accepted(), Duplicate()] == hangzhou.offer("lists", item, item)
    assert [Duplicate()] == hangzhou.offer("lists", item)
    hangzhou.stages.publish_pending()
    assert [Duplicate()] == hangzhou.offer("lists", item)
    assert 1 == len(leaves(hangzhou, "lists"))
    world.audit()


@pytest.mark.parametrize("published", [False, True])
def test_other_bytes_under_a_known_key_are_refused(hangzhou: Node, samples: Samples, published: bool) -> None:
    """Whether the first ones wait or are published: a key stands for one record."""
    hangzhou.offer("lists", hangzhou.item(samples.black()))
    if published:
        hangzhou.stages.publish_pending()

    changed = hangzhou.item(samples.black(reason="偷排"))

    assert [Refused("", "KEY_CONFLICT")] == hangzhou.offer("lists", changed)


def test_other_bytes_are_published_as_an_amendment_on_request(hangzhou: Node, world: World, samples: Samples) -> None:
    """Each amendment acts on the one before it, and only the newest counts."""
    hangzhou.publish("lists", samples.black())
    for reason in ("偷排", "再次偷排"):
        assert [Accepted()] == hangzhou.offer("lists", hangzhou.item(samples.black(reason=reason)), amend=True)
        hangzhou.stages.publish_pending()

    kinds = [(leaf.kind, leaf.ref) for leaf in leaves(hangzhou, "lists")]
    assert [(LeafKind.ADD, None), (LeafKind.AMEND, 0), (LeafKind.AMEND, 1)] == kinds
    assert [False, False, True] == [hangzhou.decision(hangzhou.origin("lists"), at).counts for at in range(3)]
    world.audit()


def test_an_amendment_of_what_still_waits_is_too_early(hangzhou: Node, samples: Samples) -> None:
    """There is no index yet to act on."""
    hangzhou.offer("lists", hangzhou.item(samples.black()))

    changed = hangzhou.item(samples.black(reason="偷排"))

    assert [Refused("", "AMEND_TOO_EARLY")] == hangzhou.offer("lists", changed, amend=True)


def test_an_act_is_never_an_amendment(hangzhou: Node, samples: Samples) -> None:
    """Another act under the key of an earlier one is refused, also where amending is asked for."""
    hangzhou.publish("lists", samples.black())
    hangzhou.offer("lists", hangzhou.item(samples.mark(AnnotationKind.OBJECTION), 0, "mark"))
    hangzhou.stages.publish_pending()

    again = hangzhou.item(samples.mark(AnnotationKind.RESUMED), 0, "mark")

    assert [Refused("", "KEY_CONFLICT")] == hangzhou.offer("lists", again, amend=True)


@pytest.mark.parametrize("between", ["nothing", "publish", "call"])
def test_an_entry_ends_once(hangzhou: Node, world: World, samples: Samples, between: str) -> None:
    """A second END is refused: in the same call, while the first one waits, and after it was published."""
    hangzhou.publish("lists", samples.black())
    first, second = (hangzhou.item(samples.ending(number=number), 0) for number in (1, 2))
    if between == "nothing":
        outcomes = hangzhou.offer("lists", first, second)
    else:
        outcomes = hangzhou.offer("lists", first)
        if between == "publish":
            hangzhou.stages.publish_pending()
        outcomes += hangzhou.offer("lists", second)
    hangzhou.stages.publish_pending()

    assert [Accepted(), Refused("ref", "ACT_AFTER_END")] == outcomes
    assert [LeafKind.ADD, LeafKind.END] == [leaf.kind for leaf in leaves(hangzhou, "lists")]
    world.audit()


def test_an_entry_is_not_amended_and_ended_in_one_call(hangzhou: Node, samples: Samples) -> None:
    """What comes first counts: the END would act on an entry that is replaced."""
    hangzhou.publish("lists", samples.black())
    changed = hangzhou.item(samples.black(reason="偷排"))
    ending = hangzhou.item(samples.ending(), 0)

    assert [Accepted(), Refused("ref", "ACT_AFTER_AMEND")] == hangzhou.offer("lists", changed, ending, amend=True)


@pytest.mark.parametrize("ref", [1, 7, 2**63, 2**64 - 2])
def test_an_act_on_what_is_not_there_is_refused(hangzhou: Node, samples: Samples, ref: int) -> None:
    """Whatever index a caller names."""
    hangzhou.publish("lists", samples.black())

    assert [Refused("ref", "REF_NOT_ACTIVE")] == hangzhou.offer("lists", hangzhou.item(samples.ending(), ref))


def test_an_act_on_an_act_is_refused(hangzhou: Node, samples: Samples) -> None:
    """Only records end; an ending does not."""
    hangzhou.publish("lists", samples.black())
    hangzhou.publish("lists", samples.ending(), ref=0)

    assert [Refused("ref", "REF_NOT_ACTIVE")] == hangzhou.offer("lists", hangzhou.item(samples.ending(number=2), 1))


def test_an_ended_entry_takes_no_annotation(hangzhou: Node, samples: Samples) -> None:
    """Nothing more is said of what has ended."""
    hangzhou.publish("lists", samples.black())
    hangzhou.publish("lists", samples.ending(), ref=0)

    objection = hangzhou.item(samples.mark(AnnotationKind.OBJECTION), 0)

    assert [Refused("ref", "ACT_AFTER_END")] == hangzhou.offer("lists", objection)


def refusals(node: Node, samples: Samples) -> list[tuple[str, Submission, Refused]]:
    """Feed, submission, and why it is refused."""
    record = samples.black()
    payload, schema = encode(record), schema_of(record)
    return [
        ("filings", Submission("k", schema, payload), Refused("schema", "DATASET_MISMATCH")),
        ("lists", Submission("", schema, payload), Refused("key", "FIELD_MISSING")),
        ("lists", Submission("k" * 513, schema, payload), Refused("key", "FIELD_TOO_LONG")),
        ("lists", Submission("k", schema, bytes(65537)), Refused("payload", "FIELD_TOO_LONG")),
        ("lists", Submission("k", schema, b"\xff"), Refused("payload", "RECORD_MALFORMED")),
        ("lists", Submission("k", 99, payload), Refused("schema", "SCHEMA_UNKNOWN")),
        ("lists", Submission("k", schema, payload, ref=0), Refused("ref", "REF_FORBIDDEN")),
        ("lists", node.item(samples.ending()), Refused("ref", "REF_MISSING")),
        (
            "lists",
            node.item(samples.black(standard="unheard-of@1")),
            Refused("standard", "STANDARD_UNREGISTERED"),
        ),
        (
            "lists",
            node.item(FeedPolicy(origin=node.origin("lists"), dataset=Dataset.LISTS)),
            Refused("schema", "DATASET_MISMATCH"),
        ),
    ]


def test_what_breaks_a_rule_is_refused_with_field_and_reason(hangzhou: Node, world: World, samples: Samples) -> None:
    """One by one; nothing of it is kept."""
    cases = refusals(hangzhou, samples)

    assert [[refused] for *_, refused in cases] == [hangzhou.offer(feed, item) for feed, item, _ in cases]
    assert {} == hangzhou.reader.pending()
    world.audit()


def test_bad_items_do_not_stop_good_ones(hangzhou: Node, world: World, samples: Samples) -> None:
    """Outcomes come in the order of the submissions, and the good ones are published."""
    items = [hangzhou.item(samples.black(1)), Submission("x", 4, b"\xff"), hangzhou.item(samples.black(2))]

    outcomes: list[Outcome] = hangzhou.offer("lists", *items)
    hangzhou.stages.publish_pending()

    assert [Accepted(), Refused("payload", "RECORD_MALFORMED"), Accepted()] == outcomes
    assert 2 == len(leaves(hangzhou, "lists"))
    world.audit()


def test_no_two_salts_are_alike(hangzhou: Node, samples: Samples) -> None:
    """Each record has 32 random bytes of its own, never derived from it."""
    hangzhou.publish("lists", *(samples.black(number) for number in range(20)))

    salts = {entry.salt for entry in hangzhou.reader.held(hangzhou.origin("lists"), 0, 100)}

    assert (20, {32}) == (len(salts), {len(salt) for salt in salts})


def test_a_crash_at_each_point_of_submitting(hangzhou: Node, world: World, samples: Samples) -> None:
    """The repeated call ends as if nothing had happened: accepted, or a duplicate of what was kept."""
    point = 0
    while True:
        items = [hangzhou.item(samples.black(100 * point + number)) for number in (1, 2)]
        hangzhou.trouble.arm(point)
        try:
            hangzhou.offer("lists", *items)
        except StoreFault:
            hangzhou.reopen()
            again = hangzhou.offer("lists", *items)
            assert again in ([Accepted(), Accepted()], [Duplicate(), Duplicate()])
            world.audit()
            point += 1
            continue
        break
    hangzhou.reopen()
    hangzhou.stages.publish_pending()
    world.audit()
    assert 4 <= point
