# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the oracle reads of a node: is it whole, what does it keep, and what would a fresh judgement say?"""

from federation.log.checkpoint import FeedKeys
from federation.log.leaf import LeafKind
from federation.records.feed_policy import Dataset
from federation.standards.calendar import china_date
from node.entry.holding import Acts, Decision, HeldEntry, acts_of
from node.entry.lineage import void_places
from node.ledger.judging import judge
from node.ledger.replay import Finding, Replay
from node.verify.whole import Verify
from tests.node.region.member import Node


def verify_of(node: Node) -> Verify:
    """A check of the node's whole store."""
    keys: dict[str, FeedKeys] = {}
    for view in node.reader.feeds():
        found = node.stages.foundation.members.feed_keys(view.origin)
        assert found is not None
        keys[view.origin] = found
    return Verify(node.reader, keys, lambda _: None)


def kept(node: Node, origin: str) -> list[bytes]:
    """Payloads published, and then those that wait, each in their order."""
    with node.stages.store.write() as unit:
        waiting = [item.pending.payload for item in unit.waiting(origin, 1 << 30)]
    return [*(stored.entry.payload for stored in node.reader.entries(origin, 0, 1 << 30)), *waiting]


def decided(node: Node) -> dict[tuple[str, int], tuple[object, ...]]:
    """What the ledger keeps."""
    return {(each.origin, each.index): _said(each) for each in node.reader.decisions(counting=False)}


def replayed(node: Node) -> dict[tuple[str, int], tuple[object, ...]]:
    """What a fresh judgement of everything held says: black and watch entries first, red ones knowing them."""
    rules, today = node.stages.foundation.ledger_rules, china_date(node.clock())
    facts: dict[tuple[str, int], HeldEntry] = {}
    acts: dict[tuple[str, int], Acts] = {}
    for view in node.reader.feeds():
        if view.dataset in {Dataset.LISTS, Dataset.FILINGS}:
            held = node.reader.held(view.origin, 0, 1 << 30)
            wanted = {entry.index for entry in held if entry.leaf is None or entry.leaf.kind <= LeafKind.AMEND}
            wanted |= {leaf.ref for entry in held if (leaf := entry.leaf) and leaf.ref is not None}
            on = node.reader.acts(view.origin, sorted(wanted))
            facts |= {(view.origin, index): held[index] for index in wanted}
            with node.reader.snapshot() as seen:
                void = void_places(seen, held)
            acts |= {
                (view.origin, index): acts_of(held[index], on.get(index, ()), void.get((view.origin, index), ""))
                for index in wanted
            }
    first = {
        place: judge(rules, entry, acts[place], black_elsewhere=False, as_of=today) for place, entry in facts.items()
    }
    black = {each.subject for each in first.values() if each.is_black and each.counts}
    with node.reader.snapshot() as seen:
        kin = seen.one_subject(sorted({entry.subject for entry in facts.values()}))
    return {
        place: _said(
            judge(rules, entry, acts[place], black_elsewhere=not black.isdisjoint(kin[entry.subject]), as_of=today)
        )
        for place, entry in facts.items()
    }


def again(node: Node) -> list[Finding]:
    """Decisions in the history of a node that do not come out again as they were made, and those not counted."""
    said = Replay(node.reader, None, lambda _: None).run()
    assert said.decisions == said.agreed + said.apart.total() + sum(said.found.values())
    return said.findings


def _said(decision: Decision) -> tuple[object, ...]:
    about = (decision.subject, decision.list_kind, decision.standing, decision.reasons)
    return (*about, decision.measures, decision.versions, decision.review_on)
