# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Filings between regions: recognised by proof, never filed twice, and never back once they are over."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from federation.log.leaf import LeafKind
from federation.records.agency_filing import AgencyFiling, FilingStanding
from federation.records.codec import encode, schema_of
from federation.records.exchange import Standing
from federation.records.subject import Authority
from node.entry.pending import Pending
from node.intake import Accepted, Refused
from node.query.filings import registered

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

SHANGHAI = Authority(name="上海市发展和改革委员会", code="11310000PDY003042X")


def register(node: Node, *, counting: bool = True) -> list[tuple[str, int, bool, tuple[str, ...], Standing]]:
    """The register of a node: place, whether own, categories, standing."""
    found = registered(node.reader, node.id, node.stages.foundation.book, counting=counting)
    return [
        (each.decision.origin, each.decision.index, each.own, each.categories, each.decision.standing) for each in found
    ]


async def test_what_is_recognised_is_not_filed_again(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """In none of the categories that count here; the refusal names the place, and other categories may be filed."""
    hangzhou.publish("filings", samples.filing(1, categories=("credit-rating", "factoring")))
    await world.mirror(shanghai, hangzhou, "filings")
    twice, other, over = (
        samples.filing(number, authority=SHANGHAI, source=SHANGHAI, **change)
        for number, change in (
            (7, {"categories": ("credit-rating", "receivables")}),
            (8, {"categories": ("factoring",)}),
            (9, {"categories": ("credit-rating",), "standing": FilingStanding.CANCELLED}),
        )
    )
    refused, *accepted = shanghai.publish("filings", twice, other, over)

    assert isinstance(refused, Refused)
    assert ("categories", "ALREADY_RECOGNISED") == (refused.field, refused.reason)
    assert refused.detail.endswith(f"{hangzhou.origin('filings')} 0")
    assert all(isinstance(each, Accepted) for each in accepted)
    assert [
        (shanghai.origin("filings"), 0, True, ("factoring",), Standing.OWN),
        (hangzhou.origin("filings"), 0, False, ("credit-rating",), Standing.RECOGNISED),
    ] == register(shanghai)
    world.audit()


async def test_an_own_filing_can_be_kept_up_though_another_is_recognised(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """What was filed before the other came is suspended like any filing."""
    own = samples.filing(7, authority=SHANGHAI, source=SHANGHAI)
    shanghai.publish("filings", own)
    hangzhou.publish("filings", samples.filing(1))
    await world.mirror(shanghai, hangzhou, "filings")
    suspended = own.model_copy(update={"standing": FilingStanding.SUSPENDED})

    (outcome,) = shanghai.offer("filings", shanghai.item(suspended), amend=True)

    assert isinstance(outcome, Accepted)


async def test_a_cancelled_filing_does_not_come_back(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Its own node refuses that; forced into the feed, it is nothing at any node."""
    filing = samples.filing(1)
    cancelled = filing.model_copy(update={"standing": FilingStanding.CANCELLED})
    hangzhou.publish("filings", filing)
    hangzhou.offer("filings", hangzhou.item(cancelled), amend=True)
    hangzhou.stages.publish_pending()
    (outcome,) = hangzhou.offer("filings", hangzhou.item(filing), amend=True)
    force(hangzhou, filing, 1)
    await world.mirror(shanghai, hangzhou, "filings")

    assert Refused("ref", "FILING_CLOSED") == outcome
    assert [] == register(shanghai) == register(hangzhou)
    origin = hangzhou.origin("filings")
    for node in (hangzhou, shanghai):
        decision = node.decision(origin, 2)
        assert (Standing.REFUSED, ("RECORD_INVALID", "FILING_CLOSED")) == (decision.standing, decision.reasons)
    world.audit()


def force(node: Node, filing: AgencyFiling, ref: int) -> None:
    """Publishes an amendment that the node's own intake refuses, as a node of another make might."""
    payload = encode(filing)
    key, digest = hashlib.sha256(b"forced").digest(), hashlib.sha256(payload).digest()
    code = filing.identity.code
    row = Pending(key, digest, LeafKind.AMEND, schema_of(filing), ref, bytes(32), payload, code, False)
    origin = node.origin("filings")
    node.accepted[origin].append(payload)
    with node.stages.store.write() as unit:
        unit.add_pending(origin, [row])
    node.stages.publish_pending()
    node.decide()
