# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A question to many members, put together for the process that asks: the node that is served, or a command."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Set
from contextlib import aclosing
from dataclasses import replace
from datetime import date

from federation.log.checkpoint import open_checkpoint
from federation.log.note import Note
from federation.records.exchange import Answer
from federation.records.feed_policy import Dataset
from federation.rules.holders.statement import COVERED, NothingHeld
from federation.rules.routing.merge import owner_of
from federation.rules.routing.plan import Candidate
from federation.standards.calendar import china_date
from node.assemble.casework.routing import routes_of
from node.assemble.members import Members
from node.assemble.stages import Foundation, Views
from node.config import Config
from node.exchange.inquire import Inquirer, Matter
from node.holders.view import Holders
from node.routing.planning import PlanGround, planned
from node.routing.route import Routes
from node.routing.ways import Journey, Neighbour
from node.routing.widely import Mirrors, Reply, Widely

USUAL_TIMEOUT_MS = 10_000
"""Longest wait where whoever asks names none."""
_RESPONDER = "responder"


class WideInquiring:
    """Plans and asks. For one event loop.

    Args:
        foundation: what the node knows.
        views: the own store.
        inquirer: asks one member.
        neighbours: members that are reached directly.
    """

    def __init__(
        self,
        foundation: Foundation,
        views: Views,
        inquirer: Inquirer,
        neighbours: Mapping[str, Neighbour],
    ) -> None:
        config, members = foundation.config, foundation.members
        routes = routes_of(config)

        def held_of(code: str) -> frozenset[str]:
            held = views.query.check(code).holdings
            return frozenset(owner_of(each.entry.origin) for each in held) - {config.node.id}

        def held_as_of_ms(member: str) -> int | None:
            feeds = [view for view in views.reader.feeds() if view.owner == member and view.dataset in COVERED]
            return _oldest(members, [view.note for view in feeds if view.note is not None])

        def told_as_of_ms(answer: Answer, member: str) -> int | None:
            notes = [head.checkpoint for head in answer.heads]
            return _oldest(members, [note for note in notes if _owner(note) == member])

        def journey(end_s: float) -> Journey:
            return Journey(routes, neighbours, end_s)

        def today() -> date:
            return china_date(foundation.clock())

        self._ground = PlanGround(
            _candidates(config, routes), foundation.standards, today, held_of, _Words(views.holders)
        )
        self._widely = Widely(inquirer, journey, Mirrors(config.node.id, held_as_of_ms, told_as_of_ms))

    async def ask(self, matter: Matter, *, everywhere: bool) -> AsyncGenerator[Reply]:
        """As `Widely.ask`, by the plan for the matter; the usual longest wait where it names none."""
        plan = await asyncio.to_thread(planned, self._ground, matter, everywhere=everywhere)
        limited = replace(matter, timeout_ms=matter.timeout_ms or USUAL_TIMEOUT_MS)
        async with aclosing(self._widely.ask(limited, plan)) as flow:
            async for reply in flow:
                yield reply


class _Words:
    """What holder indexes say, as far as a plan rests on it."""

    def __init__(self, holders: Holders) -> None:
        self._holders = holders

    def empty(self, code: str, datasets: Set[Dataset], max_age_s: int, /) -> Mapping[str, int]:
        """As `HolderWords.empty`."""
        said = self._holders.said(code, datasets or COVERED, max_age_s or None)
        return {node_id: word.as_of_ms for node_id, word in said.items() if isinstance(word, NothingHeld)}


def _candidates(config: Config, routes: Routes) -> tuple[Candidate, ...]:
    """Every pinned member; one whose roles are not pinned is taken to answer."""
    responding = {peer.id for peer in config.peer if not peer.roles or _RESPONDER in peer.roles}
    return tuple(
        Candidate(
            peer.id,
            peer.id in responding,
            tuple(hub for hub in routes.followed.get(peer.id, ()) if hub != peer.id and hub in responding),
        )
        for peer in config.peer
    )


def _oldest(members: Members, notes: Iterable[bytes]) -> int | None:
    """When the oldest of some heads, all verified before, was last cosigned; None without any."""
    return min(_cosigned_ms(members, notes), default=None)


def _cosigned_ms(members: Members, notes: Iterable[bytes]) -> Iterator[int]:
    for note in notes:
        keys = members.feed_keys(_origin(note))
        if keys is not None:
            yield (open_checkpoint(note, keys).cosigned_at_s or 0) * 1000


def _origin(note: bytes) -> str:
    return Note.parse(note).text.partition("\n")[0]


def _owner(note: bytes) -> str:
    return owner_of(_origin(note))
