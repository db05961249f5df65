# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The ways of letters, read off the configuration."""

from collections import defaultdict

from federation.log.checkpoint import Origin
from node.assemble.members import Members
from node.cases.post import Correspondents
from node.config import Config
from node.identity.keys import KeyRing
from node.routing.route import Routes

_RELAY = "relay"


def routes_of(config: Config) -> Routes:
    """Who is reached directly, through whom others' feeds come, and who hands letters on."""
    reached = [peer for peer in config.peer if peer.address]
    followed: defaultdict[str, list[str]] = defaultdict(list)
    for peer in reached:
        for feed in peer.follow:
            followed[Origin.parse(f"{config.node.federation}/{feed}").node_id].append(peer.id)
    relays = tuple(peer.id for peer in reached if _RELAY in peer.roles)
    return Routes(config.node.id, frozenset(peer.id for peer in reached), dict(followed), relays)


def correspondents_of(config: Config, members: Members, keys: KeyRing) -> Correspondents:
    """Whom letters come from and go to."""
    known = {**members.message_keys, keys.node_id: keys.message_verifier}
    return Correspondents(known, routes_of(config), round(config.follow.max_backoff_s * 1000))
