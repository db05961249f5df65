# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A store with a history in it, made once and copied for each attack."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from federation.records.act import AnnotationKind
from federation.records.exchange import Standing
from node.ledger.history import Past
from node.ledger.replay import Replay, Replayed
from node.storage.opening.checks import StoreOwner
from node.storage.store import open_reader
from tests.node.region.member import FEDERATION, Node
from tests.node.region.samples import COMPANY, Samples
from tests.node.region.world import World
from tests.samples import invented

LISTS = f"{FEDERATION}/330100/lists/1"
FILINGS = f"{FEDERATION}/330100/filings/1"
OWNER = StoreOwner(FEDERATION, "310000")
AGREEMENT = Path("agreements") / "yrd-lists@1.toml"
OTHER = COMPANY.model_copy(update={"code": invented.company("杭州", 301).code})
IN_LISTS = "feed = (SELECT feed FROM feed WHERE origin LIKE '%/330100/lists/1')"
MEANT = {
    "IN_LISTS": IN_LISTS,
    "AGREEMENT": "CAST(content AS TEXT) LIKE '%id = \"yrd-lists\"%'",
    "FILES": "CAST(content AS TEXT) LIKE 'xinqiao rules%'",
}
Change = Callable[..., None]


def put_in_force(node: Node, old: str, new: str, path: Path = AGREEMENT) -> None:
    """Changes a rule file of a node, which starts with it."""
    file = node.config.rules_folder / path
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    node.reopen()
    node.stages.ledger.start()
    node.decide()


def turns(node: Node, index: int, origin: str = LISTS) -> list[tuple[Standing, tuple[str, ...]]]:
    """Standing and reasons of every decision on an entry, in turn."""
    with node.reader.deciding() as seen:
        made = [
            *seen.past_decisions(origin, index, (index, -1), 99),
            seen.decisions_between(origin, index, index)[index],
        ]
    return [(each.decision.standing, each.decision.reasons) for each in made if isinstance(each, Past)]


async def _tell(world: World, samples: Samples) -> Node:
    """A red entry suspended by a black one that is removed, one that lapses, a filing; and other rules at the end."""
    hangzhou, shanghai = world.node("330100"), world.node("310000")
    shanghai.stages.ledger.start()

    async def follow(day: int) -> None:
        world.clock.to(date(2026, 3, day))
        await world.mirror(shanghai, hangzhou, "lists", "filings")
        for node in (shanghai, hangzhou):
            while node.stages.ledger.review():
                pass

    hangzhou.publish("lists", samples.red(1), samples.black(2, identity=OTHER, valid_until=date(2026, 3, 5)))
    hangzhou.publish("filings", samples.filing(1))
    await follow(2)
    hangzhou.publish("lists", samples.black(3))
    await follow(3)
    hangzhou.publish("lists", samples.mark(AnnotationKind.OBJECTION), ref=2)
    hangzhou.publish("lists", samples.ending(), ref=2)
    await follow(4)
    await follow(6)
    world.clock.to(date(2026, 3, 7))
    put_in_force(shanghai, '"eco-environment", ', "")
    return shanghai


@pytest.fixture(scope="session")
def told(templates: Path, tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> Path:
    """The store of Shanghai after it all."""
    world = World(tmp_path_factory.mktemp("told"), templates)
    with asyncio.Runner() as runner:
        shanghai = runner.run(_tell(world, samples))
    world.end()
    return shanghai.config.store_path


@pytest.fixture
def path(told: Path, tmp_path: Path) -> Path:
    """A copy of that store, for one test."""
    return Path(shutil.copy2(told, tmp_path / "store.db"))


@pytest.fixture
def change(path: Path) -> Change:
    """Changes the store behind the back of the program.

    IN_LISTS in a statement is the feed of lists, AGREEMENT the file of the agreement, FILES the list of files.
    """

    def changed(statement: str, *values: object) -> None:
        for word, condition in MEANT.items():
            statement = statement.replace(word, condition)
        with closing(sqlite3.connect(path)) as connection, connection:
            assert connection.execute(statement, values).rowcount > 0

    return changed


@pytest.fixture
def replayed(path: Path) -> Callable[..., Replayed]:
    """What a replay of the store comes to."""

    def run(as_of: date | None = None, *origins: str) -> Replayed:
        with open_reader(path, OWNER) as reader:
            return Replay(reader, as_of, lambda _: None).run(origins or None)

    return run


@pytest.fixture
def reasons(replayed: Callable[..., Replayed]) -> Callable[[], Mapping[str, int]]:
    """What did not agree, by reason; everything else has agreed."""

    def run() -> Mapping[str, int]:
        said = replayed()
        assert said.ok is not bool(said.found)
        return dict(said.found)

    return run
