# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a letter or a question goes next: never back to whoever brought it, so that it cannot go in circles.

A member that is pinned with an address is reached directly, and in no other way. Else it goes by a hub, in this order:
the one that brought the case which is answered; those through which a feed of the destination is followed; any other
member with the role of a relay. A hub that knows no way says so, and the next one is tried.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Routes:
    """What a configuration says of ways.

    Attributes:
        home: this node.
        direct: members that are pinned with an address.
        followed: for a node, the members through which its feeds are followed.
        relays: members with the role of a relay that are pinned with an address.
    """

    home: str
    direct: frozenset[str]
    followed: Mapping[str, Sequence[str]]
    relays: Sequence[str]

    def hops(self, destination: str, sender: str = "", back: str = "") -> tuple[str, ...]:
        """The members to try, best first; none when there is no way.

        Args:
            destination: the node it is for.
            sender: who brought it; empty for one of this node's own.
            back: who brought the case that it answers; empty when nobody did.
        """
        if destination in self.direct:
            return () if destination == sender else (destination,)
        wanted = (back, *self.followed.get(destination, ()), *self.relays)
        return tuple(hop for hop in dict.fromkeys(wanted) if hop in self.direct and hop != sender)
