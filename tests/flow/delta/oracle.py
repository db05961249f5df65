# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Doubts the whole federation after each step: stores, mirrors, decisions, acknowledgements and letters agree."""

from functools import partial

from federation.log.leaf import LeafKind
from node.acknowledge.statement import Stage
from node.assemble.checking import verify_store
from tests.flow.delta.world import CITIES, COUNTING, EVERYWHERE, SUBJECTS, Delta
from tests.flow.world import until


def require_whole(delta: Delta) -> None:
    """Waits until everything has come everywhere, and sees that it is the same everywhere.

    Raises:
        AssertionError: something has not come, or differs, or a store is not whole.
    """
    sizes = {feed: delta.desk(feed.split("/")[0]).reader.follow_range(delta.origin(feed)).size for feed in EVERYWHERE}
    for feed, size in sizes.items():
        _require_acknowledged(delta, feed, size)
    for node in delta.nodes.values():
        assert [] == list(verify_store(node.config, lambda _: None)), node.id
        assert () == tuple(delta.desk(node.id).reader.quarantines()), node.id
        until(partial(_nothing_waits, delta, node.id), f"letters handed on by {node.id}")
    for feed, size in sizes.items():
        _require_same(delta, feed, size)


def _nothing_waits(delta: Delta, node_id: str) -> bool:
    return not delta.desk(node_id).reader.letters_waiting(9)


def _require_acknowledged(delta: Delta, feed: str, size: int) -> None:
    """Every other node has stated to the origin that all entries are in effect there, and holds them."""
    owner, origin = feed.split("/", maxsplit=1)[0], delta.origin(feed)
    reader, others = delta.desk(owner).reader, set(delta.nodes) - {owner}

    def in_effect() -> dict[str, int]:
        return {each.member: each.size for each in reader.newest_stated(origin) if each.stage is Stage.IN_EFFECT}

    try:
        until(lambda: in_effect() == dict.fromkeys(others, size), f"all of {feed} acknowledged")
    except AssertionError:
        raise AssertionError(f"of {size} entries of {feed} are in effect: {in_effect()}") from None
    assert () == tuple(delta.desk(owner).late()), feed
    for node_id in others:
        assert size == delta.desk(node_id).reader.follow_range(origin).size, (feed, node_id)


def _require_same(delta: Delta, feed: str, size: int) -> None:
    """Every copy has the leaves of the origin; there is one decision for each record; each counts in all or in none."""
    owner, origin = feed.split("/", maxsplit=1)[0], delta.origin(feed)
    entries = delta.desk(owner).reader.held(origin, 0, size)
    facts = [each.index for each in entries if each.leaf is not None and each.leaf.kind <= LeafKind.AMEND]
    counting = {}
    for node_id in delta.nodes:
        reader = delta.desk(node_id).reader
        assert [each.raw_leaf for each in entries] == [each.raw_leaf for each in reader.held(origin, 0, size)], node_id
        decided = [reader.decision(origin, index) for index in (facts if feed != SUBJECTS else ())]
        assert None not in decided, (feed, node_id)
        if node_id in CITIES:
            counting[node_id] = [made.index for made in decided if made is not None and made.standing in COUNTING]
    assert all(each == counting[owner] for each in counting.values()), (feed, counting)
