# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The nodes that are measured: made once, filled once, and kept when the folder is kept.

330100  the big source       310000  asks both           330000  mirrors the big source
330200  the small source     330300  imports             320000  mirrors the small source
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from federation.rules.rule_book import shipped_law
from node.config import CONFIG_NAME, Config
from tests.bench.data.fill import fill
from tests.bench.data.records import city
from tests.bench.databases import DATABASES
from tests.bench.plan import Plan
from tests.bench.programs import Served
from tests.flow.world import Node, Region

BIG, SMALL, ASKER, IMPORTER = "330100", "330200", "310000", "330300"
MIRRORS = {BIG: "330000", SMALL: "320000"}
FEEDS = ("licences", "penalties", "lists")
PURPOSE = "joint-punishment"
UNLIMITED = "\n[limits]\ncalls_per_second = 1000000\nburst_calls = 1000000\n"
"""The limits are there for floods, which a measurement is."""
ASKING = ("asking/asking@1.toml", "anomalies/anomalies@1.toml")
"""Rules that would take a measurement for an officer who scrapes."""


class Ground:
    """The nodes of one run. Not for two runs at once over one folder.

    Args:
        plan: how large, and where.

    Attributes:
        plan: as given.
        database: the database under test.
        import_peaks: most memory of an import in bytes, by its rows, as far as some row has run it.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.database = DATABASES[plan.database]
        self._region = Region(plan.folder)
        self._copies = count()
        self.import_peaks: dict[int, int] = {}
        made = plan.folder / "made"
        if made.exists():
            for node_id in (BIG, SMALL, ASKER, IMPORTER, *MIRRORS.values()):
                self._region.nodes[node_id] = Node(plan.folder / node_id, plan.folder)
        else:
            self._make()
            made.touch()

    def _make(self) -> None:
        """Makes the nodes and pins them at each other."""
        for node_id in (BIG, SMALL, ASKER, IMPORTER, *MIRRORS.values()):
            lift_limits(self._region.node(node_id).folder)
        nodes = self._region.nodes
        for source, mirror in MIRRORS.items():
            self._region.pin(nodes[source], nodes[ASKER], may_ask=(PURPOSE,))
            self._region.pin(nodes[ASKER], nodes[source])
            self._region.pin(nodes[source], nodes[mirror])
            self._region.pin(nodes[mirror], nodes[source], *(f"{source}/{feed}/1" for feed in FEEDS))

    def records(self, node_id: str) -> int:
        """How many records a source holds."""
        return self.plan.scale if node_id == BIG else self.plan.small

    def config(self, node_id: str) -> Config:
        """The configuration of a node; a source is filled when it is asked for first."""
        config = self._region.nodes[node_id].config
        filled = self.plan.folder / f"{node_id}.filled"
        if node_id in MIRRORS and not filled.exists():
            fill(config, city(self.records(node_id), seed=self.plan.seed), seed=self.plan.seed)
            filled.touch()
        return config

    def origins(self, node_id: str) -> dict[str, int]:
        """Origins of a source's feeds that are measured, and how many entries each has."""
        sizes = {f"{node_id}/{feed}/1": 0 for feed in FEEDS}
        self.config(node_id)
        node = self._region.nodes[node_id]
        return {self._region.origin(feed): node.size(self._region.origin(feed)) for feed in sizes}

    @contextmanager
    def served(self, *configs: Config, profile: Path | None = None) -> Iterator[Sequence[Served]]:
        """Nodes, each a process, until the context ends; all with a profile or none."""
        with ExitStack() as closing:
            nodes = []
            for config in configs:
                log = self.plan.folder / f"{config.folder.name}.log"
                nodes.append(Served(config.folder, log, profile))
                closing.callback(nodes[-1].stop)
            yield [node.ready() for node in nodes]

    @contextmanager
    def copy(self, node_id: str) -> Iterator[Config]:
        """A copy of a node that nobody serves, to be used up."""
        folder = self.plan.folder / f"copy-{next(self._copies)}"
        self.database.drop(folder)
        self.database.copy(self._region.nodes[node_id].folder, folder)
        try:
            yield Node(folder, folder).config
        finally:
            self.database.drop(folder)

    def insert_again(self, config: Config, tables: Mapping[str, str], batch: int) -> float:
        """Inserts the rows of some tables of a node's store raw into a new store; as `insert.insert_again`."""
        return self.database.insert_again(config, self.plan.folder / "raw", tables, batch)


def lift_limits(folder: Path) -> None:
    """Has a node that nobody serves take and ask as much as it can."""
    with (folder / CONFIG_NAME).open("a", encoding="utf-8") as config:
        config.write(UNLIMITED)
    _ask_freely(folder / "rules")


def _ask_freely(rules: Path) -> None:
    """Puts rules in place of those that ship, under which as many questions are answered as can be."""
    for path in ASKING:
        text = shipped_law()[path].decode().replace('version = "1"', 'version = "2"')
        text = re.sub(r"(_per_(?:minute|hour)) = [0-9]+", r"\1 = 10000000", text)
        target = rules / path.replace("@1", "@2")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(re.sub(r"(?m)^refuses_from = .*$", "refuses_from = 0", text), encoding="utf-8")
