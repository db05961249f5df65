# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Five cities on two hubs: seven processes by one clock.

330100 Hangzhou -+                                              +- 310000 Shanghai, which can ask 330000 for heads, too
                 +- 330000 Zhejiang (hub, coordinates) - yrd ---+- 320500 Suzhou
331000 Taizhou  -+                                     (hub)    +- 340100 Hefei

Each city knows the other four by their keys alone, and follows their feeds from its own hub. Objections suspend entries
of Taizhou, as the law of that city says, and mark those of the others.
"""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack, redirect_stdout, suppress
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from federation.records.list_entry import ListEntry, ListKind
from federation.records.subject import Authority
from node.assemble.desk import Desk, open_desk
from node.assemble.making.feeds import create_feeds
from node.cli.main import run
from node.config import CONFIG_NAME
from node.demo.process import environment
from node.demo.zygote import Zygote
from node.intake import Accepted, Outcome, Submission
from node.observe import Observer
from node.rpc.loop.client import BusinessClient
from node.rpc.trust import Trust
from tests.flow.delta import program
from tests.flow.delta.clock import Clock
from tests.flow.delta.program import CLOCK
from tests.flow.world import Node, Region, black, submitted, until
from tests.samples.invented import unified

HANGZHOU, TAIZHOU, SHANGHAI, SUZHOU, HEFEI = "330100", "331000", "310000", "320500", "340100"
CITIES = (HANGZHOU, TAIZHOU, SHANGHAI, SUZHOU, HEFEI)
FIRST_HUB, SECOND_HUB = "330000", "yrd"
HUB_OF = {HANGZHOU: FIRST_HUB, TAIZHOU: FIRST_HUB, SHANGHAI: SECOND_HUB, SUZHOU: SECOND_HUB, HEFEI: SECOND_HUB}
LISTS, TAIZHOU_LISTS, SHANGHAI_LISTS = "330100/lists/1", "331000/lists/1", "310000/lists/1"
FILINGS, SUBJECTS = "330100/filings/1", "330100/subjects/1"
EVERYWHERE = (LISTS, TAIZHOU_LISTS, SHANGHAI_LISTS, FILINGS, SUBJECTS)
"""What every node has."""
FEEDBACK, EXCHANGES = "310000/feedback-330100/1", "330100/_exchange/1"
FEEDBACK_FEED = '[[feed]]\nname = "feedback-330100"\ndataset = "feedback"\nreaders = ["330100", "330000", "yrd"]\n'
COUNTING = frozenset({"OWN", "RECOGNISED"})
PURPOSE = "joint-punishment"
"""For which Shanghai may ask its hub."""
SOON = "\n[follow]\nmax_backoff_s = 1.0\n\n"
"""Who was away is asked again a second after it is back at the latest."""
INDEXES = {HANGZHOU: "publish", FIRST_HUB: "follow", SECOND_HUB: "follow", SUZHOU: "follow"}
"""Who makes a holder index, or fetches those of others."""
HOLDERS_S = 3
"""How often."""
FIRST_MOMENT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
"""A Monday, ten in the morning in China."""
TAIZHOU_ECOLOGY = Authority(name="台州市生态环境局", code=unified("11", "331000", 90001))
SHANGHAI_ECOLOGY = Authority(name="上海市生态环境局", code="11310000PDY003018D")
AGREEMENT = f"""\
id = "flow-lists"
version = "1"
title_zh = "虚构的名单与备案互认协议"
title_en = "Invented agreement on lists and filings"
source = "invented"
parties = {json.dumps(CITIES)}
list_fields = ["eco-environment"]
list_kinds = ["red", "black"]
filing_categories = ["credit-rating"]
review_max_age_years = 1
first_review_grace_years = 0
effective_from = 2018-11-01
"""
BODIES = f"""\
id = "authorities-331000"
version = "1"
source = "invented"

[authorities.{TAIZHOU_ECOLOGY.code}]
name = "{TAIZHOU_ECOLOGY.name}"
regions = ["3310"]
fields = ["eco-environment"]
valid_from = 2015-01-01
"""
Answer = TypeVar("Answer")


class Delta(Region):
    """The seven nodes while they are served; whatever is done to one of them is undone by whoever did it.

    Attributes:
        clock: of all of them.
        numbers: of subjects that no test has used yet.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / "clock"
        self.clock = Clock(path)
        given = {**environment(), CLOCK: str(path)}
        super().__init__(folder, Zygote(given, program.__name__))
        self.clock.begin_at(round(FIRST_MOMENT.timestamp() * 1000))
        self.numbers = count(1)
        self._desks: dict[str, tuple[ExitStack, Desk]] = {}
        with self.clock.kept():
            self._make()
        try:
            self.start(*self.nodes)
        except BaseException:
            self.close()
            raise

    def _make(self) -> None:
        for node_id in CITIES:
            self.node(node_id)
        self.node(FIRST_HUB, roles=("relay", "consumer", "coordinator"))
        self.node(SECOND_HUB, roles=("relay", "consumer"))
        for node in self.nodes.values():
            with (node.folder / CONFIG_NAME).open("a", encoding="utf-8") as config:
                index = f"[holders]\n{INDEXES[node.id]} = true\nevery_s = {HOLDERS_S}\n\n" if node.id in INDEXES else ""
                config.write(SOON + index + (FEEDBACK_FEED if node.id == SHANGHAI else ""))
        create_feeds(self.nodes[SHANGHAI].config)
        for node in self.nodes.values():
            _rule(node, "agreements/flow-lists@1.toml", AGREEMENT)
            _rule(node, "authorities/authorities-331000@1.toml", BODIES)
            self._pin_all(node)

    def _pin_all(self, at: Node) -> None:
        """Those it has no address of first, since feeds are followed of members that are pinned."""
        ways = self._ways(at.id)
        for other in sorted(self.nodes.values(), key=lambda node: node.id in ways):
            if other is not at:
                may_ask = (PURPOSE,) if (at.id, other.id) == (SECOND_HUB, SHANGHAI) else ()
                self.pin(at, other, *ways.get(other.id, ()), indirect=other.id not in ways, may_ask=may_ask)

    def _ways(self, node_id: str) -> dict[str, Sequence[str]]:
        """Whom a node has an address of, and what it follows from each."""
        if node_id == FIRST_HUB:
            own = {city: self._of(city) for city in (HANGZHOU, TAIZHOU)}
            own[HANGZHOU] = (*own[HANGZHOU], EXCHANGES)
            return {**own, SECOND_HUB: (SHANGHAI_LISTS, FEEDBACK)}
        if node_id == SECOND_HUB:
            rest = [feed for feed in EVERYWHERE if feed != SHANGHAI_LISTS]
            return {FIRST_HUB: rest, SHANGHAI: (SHANGHAI_LISTS, FEEDBACK), SUZHOU: (), HEFEI: ()}
        ways: dict[str, Sequence[str]] = {
            HUB_OF[node_id]: [feed for feed in EVERYWHERE if not feed.startswith(node_id)]
        }
        if node_id == HANGZHOU:
            ways[FIRST_HUB] = (*ways[FIRST_HUB], FEEDBACK)
        return {**ways, FIRST_HUB: ()} if node_id == SHANGHAI else ways

    @staticmethod
    def _of(city: str) -> tuple[str, ...]:
        return tuple(feed for feed in EVERYWHERE if feed.startswith(city))

    @property
    def today(self) -> date:
        """The day by the clock."""
        return self.clock.today

    def desk(self, node_id: str) -> Desk:
        """The node's desk, kept open; for reading, and for what the served node does."""
        if node_id not in self._desks:
            closing = ExitStack()
            self._desks[node_id] = closing, closing.enter_context(open_desk(self.nodes[node_id].config))
        return self._desks[node_id][1]

    def stop(self, *node_ids: str) -> None:
        """Ends some nodes in order."""
        for node_id in node_ids:
            if node_id in self._desks:
                self._desks.pop(node_id)[0].close()
            assert 0 == self.nodes[node_id].stop(), node_id

    def start(self, *node_ids: str) -> None:
        """Serves some nodes again."""
        for node_id in node_ids:
            self.nodes[node_id].start()
        for node_id in node_ids:
            self.nodes[node_id].ready()

    def close(self) -> None:
        """Ends all, the processes first."""
        super().close()
        if self.zygote is not None:
            self.zygote.close()
        for closing, _ in self._desks.values():
            closing.close()
        self._desks.clear()

    def publish(self, feed: str, submission: Submission) -> int:
        """Submits to a node that is served, which must accept; the index it is published at, once it is."""
        node_id, name, _ = feed.split("/")
        desk, origin = self.desk(node_id), self.origin(feed)
        index = desk.reader.follow_range(origin).size
        (outcome,) = self.offer(feed, submission)
        assert isinstance(outcome, Accepted), outcome
        until(lambda: desk.reader.follow_range(origin).size > index, f"published in {name}")
        return index

    def offer(self, feed: str, submission: Submission, *, amend: bool = False) -> list[Outcome]:
        """What becomes of a submission to a node that is served."""
        node_id, name, _ = feed.split("/")
        return self.desk(node_id).submit(name, [submission], amend=amend)

    def listed(self, feed: str = LISTS, kind: ListKind = ListKind.BLACK, **changes: object) -> tuple[int, ListEntry]:
        """A new entry about a subject of its own that counts in all five cities; its index and record."""
        bodies = {LISTS: black(0).authority, TAIZHOU_LISTS: TAIZHOU_ECOLOGY, SHANGHAI_LISTS: SHANGHAI_ECOLOGY}
        record = black(next(self.numbers), kind)
        record = record.model_copy(update={"authority": bodies[feed], "source": bodies[feed], **changes})
        index = self.publish(feed, submitted(record))
        self.await_counting(feed, index, counts=True)
        return index, record

    def decision(self, node_id: str, feed: str, index: int) -> tuple[str, tuple[str, ...]]:
        """Standing and reasons of an entry at a node; empty before it is decided on."""
        made = self.desk(node_id).reader.decision(self.origin(feed), index)
        return ("", ()) if made is None else (made.standing.value, tuple(made.reasons))

    def await_counting(self, feed: str, index: int, *, counts: bool, at: Sequence[str] = CITIES) -> None:
        """Waits until an entry counts in all of some cities, or in none of them any more."""
        for city in at:
            until(partial(self._is_counting, city, feed, index, counts), f"{feed} {index} counts in {city}: {counts}")

    def _is_counting(self, city: str, feed: str, index: int, counts: bool) -> bool:
        return (self.decision(city, feed, index)[0] in COUNTING) == counts

    def await_reason(self, feed: str, index: int, reason: str, at: Sequence[str] | None = None) -> None:
        """Waits until every node gives a reason for what it makes of an entry."""
        for node_id in self.nodes if at is None else at:
            until(partial(self._is_said, node_id, feed, index, reason), f"{reason} for {feed} {index} at {node_id}")

    def _is_said(self, node_id: str, feed: str, index: int, reason: str) -> bool:
        return reason in self.decision(node_id, feed, index)[1]

    def as_time_flies(self, look: Callable[[], Answer], what: str, seconds: float = 30) -> Answer:
        """What is found while half a minute, or another time, passes by the clock again and again.

        Four times a second at first, then less and less often: a call that a node makes ends, out of time, when the
        clock is moved before the answer has come.
        """
        patience_s = 0.25
        for _ in range(40):
            self.clock.forward(seconds)
            with suppress(AssertionError):
                return until(look, what, patience_s)
            patience_s = min(1.1 * patience_s, 2.0)
        raise AssertionError(f"never came: {what}")

    def business(self, city: str, call: Callable[[BusinessClient], Awaitable[Answer]]) -> Answer:
        """What a business system of a city is told at its local port."""

        async def asked() -> Answer:
            config = self.nodes[city].config
            client = BusinessClient(config.listen.local, Trust.of(config, Observer(city)), 10)
            try:
                return await call(client)
            finally:
                await client.close()

        return asyncio.run(asked())

    def command(self, node_id: str, *words: str) -> tuple[int, Any]:
        """Exit code of a command of the program, and the object that it printed."""
        with redirect_stdout(io.StringIO()) as said:
            code = run([*words, "--node", str(self.nodes[node_id].folder), "--json"])
        return code, json.loads(said.getvalue()) if said.getvalue() else None


def _rule(node: Node, name: str, text: str) -> None:
    path = node.folder / "rules" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
