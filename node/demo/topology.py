# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Who is in the demonstration, and who follows whom. Data only; owners are pinned before their feeds are followed.

330100 Hangzhou -> 330000 Zhejiang -> yrd (delta hub) -> cn (national)
                   310000 Shanghai ->     |
                   310000 Shanghai <------+   Hangzhou's and Zhejiang's feeds, from the hub alone
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FEDERATION = "delta.example"
FEEDS = ("subjects", "licences", "penalties", "lists", "filings")
SAMPLES = Path(__file__).parent / "samples"
HANGZHOU = "330100"
ZHEJIANG = "330000"
SHANGHAI = "310000"
HUB = "yrd"
NATION = "cn"
PURPOSE = "joint-punishment"
ON_POSTGRES = (HANGZHOU, SHANGHAI)
"""The nodes that keep their stores in PostgreSQL when the demonstration is asked to show it."""


@dataclass(frozen=True, slots=True)
class Pin:
    """Members that a node pins by one command; several only when nothing is followed from them.

    Attributes:
        reached: whether its address is pinned too; without it, it is known through a hub only.
        owners: members whose feeds are followed from it.
        may_ask: whether it may ask questions for `PURPOSE`.
    """

    members: tuple[str, ...]
    reached: bool = True
    owners: tuple[str, ...] = ()
    may_ask: bool = False

    @property
    def follow(self) -> tuple[str, ...]:
        """Feeds to follow from it, without the federation."""
        return tuple(f"{owner}/{feed}/1" for owner in self.owners for feed in FEEDS)


@dataclass(frozen=True, slots=True)
class Place:
    """One node of the demonstration."""

    id: str
    name: str
    roles: tuple[str, ...]
    pins: tuple[Pin, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """The sample files that its departments produced, in order of name; none for a hub."""
        folder = SAMPLES / self.id
        return tuple(sorted(path for path in folder.glob("*") if path.suffix in {".csv", ".xlsx"}))

    def followed(self) -> Iterator[str]:
        """The feeds that it follows, without the federation."""
        for pin in self.pins:
            yield from pin.follow


_MEMBER = ("source", "consumer", "responder", "requester")
_RELAY = ("relay", "consumer")
PLACES = (
    Place(HANGZHOU, "杭州 Hangzhou", _MEMBER, (Pin((ZHEJIANG,)), Pin((SHANGHAI, HUB, NATION), reached=False))),
    Place(
        ZHEJIANG,
        "浙江 Zhejiang",
        (*_MEMBER, "relay"),
        (Pin((HUB, SHANGHAI), may_ask=True), Pin((NATION,), reached=False), Pin((HANGZHOU,), owners=(HANGZHOU,))),
    ),
    Place(
        SHANGHAI,
        "上海 Shanghai",
        _MEMBER,
        (Pin((HANGZHOU,), reached=False), Pin((ZHEJIANG,)), Pin((HUB,), owners=(HANGZHOU, ZHEJIANG))),
    ),
    Place(
        HUB,
        "信用长三角 Delta hub",
        _RELAY,
        (
            Pin((HANGZHOU, NATION), reached=False),
            Pin((ZHEJIANG,), owners=(HANGZHOU, ZHEJIANG)),
            Pin((SHANGHAI,), owners=(SHANGHAI,)),
        ),
    ),
    Place(
        NATION,
        "信用中国 National",
        _RELAY,
        (
            Pin((HANGZHOU, ZHEJIANG, SHANGHAI), reached=False),
            Pin((HUB,), owners=(HANGZHOU, ZHEJIANG, SHANGHAI)),
        ),
    ),
)


def relays(feed: str, at: str) -> tuple[str, ...]:
    """The nodes that a feed passes on its way to a node that follows it, the nearest first; its owner is none of them.

    Args:
        feed: without the federation.
        at: a node that follows it.
    """
    owner = feed.partition("/")[0]
    (place,) = [place for place in PLACES if place.id == at]
    (source,) = [pin.members[0] for pin in place.pins if feed in pin.follow]
    return () if source == owner else (source, *relays(feed, source))
