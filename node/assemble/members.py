# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The pinned members of a configuration, as the stages know them.

The seam of the trust view: signed federation metadata will be read here, and nothing else will change.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from federation.errors import FieldFault
from federation.log.checkpoint import FeedKeys, Origin
from federation.log.note import Verifier
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.rules.asking.bearer import RELAY_ROLE
from federation.rules.disclosure import PurposeGrant
from node.config import Config, PeerSection
from node.identity.keys import KeyRing

CATALOGUE = "_catalogue"
EXCHANGE = "_exchange"
REMEMBERED_FEEDS = 4096
"""Feeds whose keys are remembered: they are asked for with every head and record that comes."""


class Members:
    """Who belongs to the federation as far as this node has pinned it. Immutable; safe from any thread."""

    def __init__(self, config: Config, keys: KeyRing) -> None:
        self._config = config
        self._keys = keys
        self._peers: Mapping[str, PeerSection] = {peer.id: peer for peer in config.peer}
        self._clock_keys = tuple(Verifier.parse(peer.clock_key) for peer in config.peer)
        self.feed_keys = lru_cache(maxsize=REMEMBERED_FEEDS)(self._feed_keys)

    @property
    def message_keys(self) -> Mapping[str, Verifier]:
        """Message keys by node id."""
        return {node_id: Verifier.parse(peer.message_key) for node_id, peer in self._peers.items()}

    @property
    def clock_keys(self) -> Sequence[Verifier]:
        """Clock keys of the pinned members, with which they cosign what they mirror."""
        return self._clock_keys

    @property
    def grants(self) -> Mapping[str, PurposeGrant]:
        """What each member may ask for."""
        return {
            node_id: PurposeGrant(*map(frozenset, (peer.may_ask, peer.may_ask_about_persons, peer.may_ask_in_batches)))
            for node_id, peer in self._peers.items()
        }

    @property
    def relays(self) -> frozenset[str]:
        """Members that may bring questions of others."""
        return frozenset(node_id for node_id, peer in self._peers.items() if RELAY_ROLE in peer.roles)

    @property
    def roles(self) -> Mapping[str, frozenset[str]]:
        """Roles by node id, as they are pinned; the own ones as this node states them."""
        pinned = {node_id: frozenset[str](peer.roles) for node_id, peer in self._peers.items()}
        return {**pinned, self._config.node.id: frozenset(self._config.node.roles)}

    @property
    def coordinators(self) -> frozenset[str]:
        """Members that may read exchange logs."""
        return frozenset(node_id for node_id, peer in self._peers.items() if "coordinator" in peer.roles)

    def _feed_keys(self, origin: str) -> FeedKeys | None:
        """The keys of a feed: own, or of a pinned member; None for everybody else's."""
        try:
            parsed = Origin.parse(origin)
        except FieldFault:
            return None
        if parsed.federation != self._config.node.federation:
            return None
        if parsed.node_id == self._keys.node_id:
            return FeedKeys(origin, self._keys.log_verifier(origin), self._keys.clock_verifier)
        peer = self._peers.get(parsed.node_id)
        if peer is None:
            return None
        return FeedKeys(origin, Verifier.parse(peer.log_key).renamed(origin), Verifier.parse(peer.clock_key))

    def followed(self, peer: PeerSection) -> tuple[str, ...]:
        """Origins to follow from a peer: those asked for, and the catalogue of each of their owners."""
        federation = self._config.node.federation
        origins = [f"{federation}/{followed}" for followed in peer.follow]
        owners = {Origin.parse(origin).node_id for origin in origins}
        return tuple(sorted({*origins, *(f"{federation}/{owner}/{CATALOGUE}/1" for owner in owners)}))


def own_policies(config: Config, coordinators: Iterable[str]) -> tuple[FeedPolicy, ...]:
    """The policies that the configuration states for the node's feeds, its two special ones included."""
    prefix = f"{config.node.federation}/{config.node.id}"
    named = [
        FeedPolicy(
            origin=f"{prefix}/{feed.name}/{feed.epoch}",
            dataset=feed.dataset,
            readers=feed.readers,
            person_payload_readers=feed.person_payload_readers,
        )
        for feed in config.feed
    ]
    catalogue = FeedPolicy(origin=f"{prefix}/{CATALOGUE}/1", dataset=Dataset.CATALOGUE, readers=("*",))
    exchange = FeedPolicy(
        origin=f"{prefix}/{EXCHANGE}/1", dataset=Dataset.EXCHANGE, readers=tuple(sorted(coordinators))
    )
    return (catalogue, exchange, *named)
