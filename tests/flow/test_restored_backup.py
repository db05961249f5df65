# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Yesterday's backup is put back: the node signs nothing until its mirror has given it back what it had signed."""

import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from federation.errors import ConfigFault, UnreachableFault
from federation.log.note import Note
from node.assemble.upkeep.refilling import refill_node
from tests.flow.world import Node, Region, black, put_back, submitted, until

pytestmark = pytest.mark.slow

BATCH = 1500


@dataclass
class Seen:
    """Every checkpoint of the feed that left a process: of one size there is only ever one."""

    origin: str
    notes: dict[str, str] = field(default_factory=dict)

    def look(self, *nodes: Node) -> None:
        """Keeps what the nodes hold now."""
        for node in nodes:
            view = node.ask(lambda desk: desk.reader.feed(self.origin))
            if view is not None and view.note is not None:
                text = Note.parse(view.note).text
                size = text.split("\n")[1]
                assert self.notes.setdefault(size, text) == text


KILLED = """
import os, signal, sys
from pathlib import Path
from node.assemble.upkeep.refilling import refill_node
from node.config import load_config
dies = lambda entries: entries > 1 and os.kill(os.getpid(), signal.SIGKILL)
refill_node(load_config(Path(sys.argv[1])), "yrd", None, dies)
"""


@pytest.fixture
def pair(region: Region) -> tuple[Node, Node]:
    """Hangzhou and a hub that follows it."""
    origin, hub = region.node("330100"), region.node("yrd")
    region.pin(hub, origin, "330100/lists/1")
    region.pin(origin, hub)
    return origin, hub


def test_a_restored_backup_is_refilled_and_signs_on(region: Region, pair: tuple[Node, Node]) -> None:
    """Killed in the middle and run again, the refill brings everything back; both go on, and are whole."""
    origin, hub = pair
    lists, store = region.origin("330100/lists/1"), origin.folder / "store.db"
    seen = Seen(lists)
    origin.submit("lists", submitted(black(0)))
    old = Path(shutil.copy(store, origin.folder / "old.db"))
    origin.submit("lists", *(submitted(black(number)) for number in range(1, BATCH)))
    origin.serve()
    hub.serve()
    until(lambda: hub.size(lists) == BATCH, "the whole mirror")
    seen.look(origin, hub)
    origin.stop()
    put_back(old, store)

    origin.serve()
    until(lambda: b"HISTORY_LOST" in origin.log.read_bytes(), "the refusal")
    with pytest.raises(UnreachableFault, match="STORE_UNAVAILABLE"):
        origin.submit("lists", submitted(black(BATCH)))
    assert b"mend: xinqiao feed refill --from" in origin.log.read_bytes()
    with pytest.raises(ConfigFault, match="STORE_BUSY"):
        refill_node(origin.config, hub.id, None, lambda _: None)
    seen.look(origin, hub)
    origin.stop()
    killed = subprocess.run([sys.executable, "-c", KILLED, origin.folder], check=False, timeout=60)
    assert -signal.SIGKILL == killed.returncode
    assert 1 < origin.ask(lambda desk: desk.reader.follow_range(lists).size) < BATCH
    with pytest.raises(ConfigFault, match="REFILL_UNFINISHED"):
        origin.submit("lists")
    said = _refilled(origin)
    assert (BATCH, 0) == (said["after"], said["lost"])

    origin.serve()
    origin.submit("lists", submitted(black(BATCH)))
    until(lambda: hub.size(lists) == BATCH + 1, "what comes after the refill")
    seen.look(origin, hub)
    region.check()


def _refilled(node: Node) -> dict[str, Any]:
    """What the command says of the list feed."""
    code, said = node.ran("feed", "refill", "--from", "yrd")
    assert 0 == code, said
    (found,) = [feed for feed in said["feeds"] if "/lists/" in feed["origin"]]
    return dict(found)
