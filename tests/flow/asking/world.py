# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Eight members and three hubs on a way: every node a process of its own.

310000 Shanghai, which asks - yrd (hub) -+- 330100 Hangzhou, mirrored by the hub and by Shanghai
                                         +- 340100 Hefei, which lies on command
                                         +- cn (hub) -+- 320500 Suzhou
                                                      +- 330000 Zhejiang (hub) - 331000 Taizhou
"""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from federation.records.list_entry import ListEntry
from federation.records.subject import Authority
from federation.standards.calendar import china_date
from node.assemble.making.card import node_card
from node.cli.main import run
from node.cli.opening import now_ms
from node.demo.zygote import Zygote
from tests.flow.asking.liar import CANCELLED
from tests.flow.world import Node, Region, black, submitted, until, uscc
from tests.samples.invented import unified

SHANGHAI, HANGZHOU, TAIZHOU, SUZHOU, HEFEI = "310000", "330100", "331000", "320500", "340100"
CITIES = (SHANGHAI, HANGZHOU, TAIZHOU, SUZHOU, HEFEI)
DELTA, NATION, PROVINCE = "yrd", "cn", "330000"
LINES = (
    *((SHANGHAI, DELTA), (DELTA, HANGZHOU), (DELTA, HEFEI), (DELTA, NATION)),
    *((NATION, SUZHOU), (NATION, PROVINCE), (PROVINCE, TAIZHOU)),
)
BODIES = {
    TAIZHOU: Authority(name="台州市生态环境局", code=unified("11", "331000", 90001)),
    HEFEI: Authority(name="合肥市生态环境局", code=unified("11", "340100", 90002)),
}
PURPOSE, OTHER_PURPOSE = "joint-punishment", "procurement"
SUBJECT = uscc(1)
PERSON = "330102194901019917"
WHY = ("--legal-basis", "虚构依据", "--case", "案-1", "--officer", "o-1", "--office", "p-1")
LISTS = "330100/lists/1"
DOCUMENT = "台环密〔2026〕7号"
"""Number of Taizhou's document: nobody but Taizhou and who asks is to see it."""


@dataclass
class Liar(Node):
    """A node that lies as a file says; its program is another one."""

    lie: Path = Path()

    def start(self, *options: str) -> Node:
        """Starts the process."""
        self._said_before = self.log.stat().st_size if self.log.exists() else 0
        words = ("-m", "tests.flow.asking.liar", str(self.lie), "serve", "--node", str(self.folder), "--json", *options)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([sys.executable, *words], stdout=log, stderr=log)
        return self


class Asking(Region):
    """The federation while it is served."""

    def __init__(self, folder: Path, zygote: Zygote) -> None:
        super().__init__(folder, zygote=zygote)
        self.begun = china_date(now_ms())
        self.lie = folder / "lie"
        self.lie.write_text("", encoding="utf-8")
        self._make()
        try:
            for node in self.nodes.values():
                node.start()
            for node in self.nodes.values():
                node.ready()
            self._fill()
        except BaseException:
            self.close()
            raise

    def _make(self) -> None:
        for city in CITIES:
            self.node(city)
        for hub in (DELTA, NATION, PROVINCE):
            self.node(hub, roles=("relay", "responder") if hub == DELTA else ("relay",))
        honest = self.nodes[HEFEI]
        self.nodes[HEFEI] = Liar(honest.folder, honest.log, lie=self.lie)
        reached = {(one, other) for pair in LINES for one, other in (pair, pair[::-1])}
        follow = {(DELTA, HANGZHOU): (LISTS,), (SHANGHAI, DELTA): (LISTS,)}
        for at in self.nodes.values():
            others = sorted(self.nodes.values(), key=lambda other: (at.id, other.id) in reached)
            for other in others:
                if other is not at:
                    way = (at.id, other.id)
                    granted = _granted(*way)
                    self.pin(at, other, *follow.get(way, ()), indirect=way not in reached, may_ask=granted)
        for city, body in BODIES.items():
            rules = self.nodes[city].folder / "rules" / "authorities"
            rules.mkdir(exist_ok=True)
            (rules / f"authorities-{city}@1.toml").write_text(_bodies(city, body), encoding="utf-8")
        trust = self.folder / "trust"
        trust.mkdir()
        for node in self.nodes.values():
            (trust / f"{node.id}.toml").write_text(node_card(node.config), encoding="utf-8")

    def _fill(self) -> None:
        """An entry on the subject in Hangzhou, which two nodes mirror, one in Taizhou, and two in Hefei."""
        self.nodes[HANGZHOU].submit("lists", submitted(black(1)))
        self.nodes[TAIZHOU].submit("lists", submitted(entry(TAIZHOU, DOCUMENT)))
        self.nodes[HEFEI].submit("lists", *(submitted(entry(HEFEI, f"合环认〔2026〕{number}号")) for number in (1, 2)))
        until(lambda: self.nodes[SHANGHAI].size(self.origin(LISTS)) == 1, "Hangzhou's list in Shanghai")
        for city, size in ((TAIZHOU, 1), (HEFEI, 2)):
            until(partial(self._is_published, city, size), f"the list of {city}")
        until(lambda: self.asked()[0] == 0, "every way, and the hub's mirror")

    def _is_published(self, city: str, size: int) -> bool:
        return self.nodes[city].size(self.origin(f"{city}/lists/1")) == size

    def command(self, node_id: str, *words: str) -> tuple[int, Any]:
        """Exit code of a command at a node, and the object that it printed."""
        return called(*words, "--node", str(self.nodes[node_id].folder))

    def asked(self, *words: str, purpose: str = PURPOSE, code: str = SUBJECT, within: str = "30") -> tuple[int, Any]:
        """What Shanghai is told, by its plan."""
        return self.command(SHANGHAI, "query", code, "--purpose", purpose, *WHY, "--timeout", within, *words)

    @contextmanager
    def lying(self, lie: str) -> Iterator[None]:
        """Hefei lies within the block."""
        self.lie.write_text(lie, encoding="utf-8")
        try:
            yield
        finally:
            self.lie.write_text("", encoding="utf-8")
            self.lie.with_name(CANCELLED).unlink(missing_ok=True)

    @contextmanager
    def down(self, node_id: str) -> Iterator[None]:
        """A node is dead within the block."""
        self.nodes[node_id].kill()
        try:
            yield
        finally:
            self.nodes[node_id].serve()
            until(lambda: self.became(node_id) == "answered", f"{node_id} answers again")

    @contextmanager
    def slow(self, node_id: str) -> Iterator[None]:
        """A node stands still within the block; its connections do not."""
        process = self.nodes[node_id].process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process.pid, signal.SIGCONT)

    def became(self, node_id: str) -> str:
        """What becomes of a member when it is asked now."""
        _, said = self.asked()
        told = {one["member"]: str(one["became"]) for one in said["members"] if one["place"] != "mirror"}
        return told[node_id]

    def outcomes(self) -> set[str]:
        """Outcomes in Shanghai's own log."""
        _, said = self.command(SHANGHAI, "exchanges")
        return {one.get("outcome", "") for one in said["exchanges"]}

    def reconciled(self, *responders: str) -> dict[str, dict[str, int]]:
        """How the logs of Shanghai and of each responder agree: exchanges by class, as a coordinator counts them.

        What is logged is published a moment later, and only what is published is in a file.
        """
        files = {}
        for node_id in (SHANGHAI, *responders):
            until(partial(self._has_published, node_id), f"all that {node_id} has logged")
            files[node_id] = str(self.folder / f"{node_id}.audit")
            days = ("--from", self.begun.isoformat(), "--to", china_date(now_ms()).isoformat())
            self.command(node_id, "audit", "export", files[node_id], *days)
        told: dict[str, dict[str, int]] = {}
        for responder in responders:
            pair = (files[SHANGHAI], files[responder])
            _, said = called("audit", "reconcile", *pair, "--trust", str(self.folder / "trust"))
            told |= {one["responder"]: one["classes"] for one in said["pairs"] if one["responder"] == responder}
        return told

    def _has_published(self, node_id: str) -> bool:
        return not self.nodes[node_id].ask(lambda desk: desk.reader.pending())

    def verified(self, path: Path) -> tuple[int, Any]:
        """What a saved answer proves, by the cards alone."""
        return called("verify-answer", str(path), "--trust", str(self.folder / "trust"))


def called(*words: str) -> tuple[int, Any]:
    """Exit code of a command, and the object that it printed."""
    with redirect_stdout(io.StringIO()) as said:
        code = run([*words, "--json"])
    return code, json.loads(said.getvalue()) if said.getvalue() else None


def entry(city: str, document: str) -> ListEntry:
    """A city's entry on the subject."""
    changes = {"authority": BODIES[city], "source": BODIES[city], "document_number": document}
    return black(1).model_copy(update=changes)


def _bodies(city: str, body: Authority) -> str:
    """The file of a city's one authority."""
    return f'''\
id = "authorities-{city}"
version = "1"
source = "invented"

[authorities.{body.code}]
name = "{body.name}"
regions = ["{city[:4]}"]
fields = ["eco-environment"]
valid_from = 2015-01-01
'''


def _granted(at: str, other: str) -> Sequence[str]:
    """Shanghai may ask everybody for one purpose; the province may ask Taizhou for another one, too."""
    if other == SHANGHAI:
        return (PURPOSE,)
    return (OTHER_PURPOSE,) if (at, other) == (TAIZHOU, PROVINCE) else ()
