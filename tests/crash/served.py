# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A node served in a process of its own, seen as its operator sees it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from node.config import load_config
from tests.flow.world import Node, until

SHIFTED = Path(__file__).with_name("shifted.py")
SILENT = "no answer"


def beat_every_second(node: Node) -> None:
    """Lets the node cosign so often, so that a fault of the store shows soon."""
    path = node.folder / "xinqiao.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n[publish]\nheartbeat_s = 1\n", encoding="utf-8")
    load_config(node.folder)


def serve_shifted(node: Node, shift: Path) -> None:
    """Serves the node under a clock that stands off by so many milliseconds as a file says, at every look."""
    with node.log.open("ab") as log:
        node.process = subprocess.Popen([sys.executable, SHIFTED, node.folder, shift], stdout=log, stderr=log)
    until(lambda: '"serving"' in node.log.read_text(encoding="utf-8"), "the node serves")


def status(node: Node) -> dict[str, Any]:
    """What `xinqiao status --json` says, in a process of its own; asked again when the node was too busy to answer."""

    def answered() -> dict[str, Any] | None:
        code, said = node.ran("status")
        assert 0 == code, said
        found: dict[str, Any] = said
        return None if found["serving"] and found["read_only"] is None else found

    return until(answered, "a status that the node itself has a part in") or {}


def why_read_only(node: Node) -> set[str]:
    """The reasons why the node takes nothing in; empty while it does, and `SILENT` when it was too busy to say."""
    told = node.ask(lambda desk: desk.condition())
    return {SILENT} if told is None else set(told.values())
