# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Every write, sync, rename, truncation and removal of an import fails, or kills the process, at the system's door.

The calls of a normal import are counted under strace; then, in fresh nodes, each of them fails once (EIO), fails with
all that follow (ENOSPC), or is the last the process ever makes (KILL). The oracle after each: the store verifies, what
was reported as accepted is there, of each feed and size one note was ever seen, and a second import ends with every
row published once, in order. Each call is tried in one way; with `XINQIAO_CRASH=all`, in all three.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.log.note import Note
from node.assemble.checking import verify_store
from node.assemble.desk import open_desk
from node.assemble.making.founding import NewNode, create_node
from node.config import load_config
from tests.crash.table import ROWS, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

pytestmark = pytest.mark.slow

CALLS = (
    "write,pwrite64,writev,pwritev,fsync,fdatasync,rename,renameat,renameat2,ftruncate,truncate,unlink,unlinkat,"
    "fallocate,sync_file_range"
)
WAYS = ("error=EIO:when={}", "error=ENOSPC:when={}+", "signal=KILL:when={}")
PATIENCE_S = 30.0
PARTS = 4


def attach(pid: int, trace: Path, *wanted: str) -> subprocess.Popen[bytes]:
    """Starts strace on a process, and waits until it holds it."""
    tracer = subprocess.Popen(
        ["strace", "-f", "-y", "-o", trace, "-p", str(pid), *wanted], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    end = time.monotonic() + PATIENCE_S
    while "TracerPid:\t0\n" in Path(f"/proc/{pid}/status").read_text(encoding="ascii"):
        assert tracer.stderr is not None
        assert tracer.poll() is None, tracer.stderr.read().decode()
        assert time.monotonic() < end
        time.sleep(0.002)
    return tracer


@dataclass
class Jobs:
    """Runs commands in forked processes, some of them under strace."""

    folder: Path
    zygote: subprocess.Popen[str]
    notes: dict[tuple[str, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """A gate, and a node whose empty store is kept."""
        self.gate, self.said, self.trace = self.folder / "gate", self.folder / "said", self.folder / "trace"
        os.mkfifo(self.gate)
        write_table(self.folder / "lists.csv")
        self.node = self.folder / "node"
        self.empty = create_node(self.node, NewNode("330100", "flow.example")).store_path.read_bytes()

    def fresh(self) -> None:
        """The node has imported nothing."""
        for file in self.node.glob("store.db*"):
            file.unlink()
        (self.node / "store.db").touch(0o600)
        (self.node / "store.db").write_bytes(self.empty)
        self.notes.clear()

    def run(self, *wanted: str) -> int:
        """Imports the table; under strace when something is wanted of it. Gives the wait status."""
        assert self.zygote.stdin is not None
        assert self.zygote.stdout is not None
        command = ("import", str(self.folder / "lists.csv"), "--node", str(self.node), "--json")
        self.zygote.stdin.write(json.dumps([str(self.gate), str(self.said), *command]) + "\n")
        self.zygote.stdin.flush()
        pid = int(self.zygote.stdout.readline())
        tracer = attach(pid, self.trace, *wanted) if wanted else None
        self.gate.write_bytes(b"")
        status = int(self.zygote.stdout.readline())
        if tracer is not None:
            tracer.communicate(timeout=PATIENCE_S)
        return status

    def calls(self) -> list[tuple[str, int]]:
        """The calls of a normal import: name, and number among those of its name."""
        self.fresh()
        assert 0 == self.run("-e", f"trace={CALLS}")
        names = re.findall(r"^\d+ +(\w+)\(", self.trace.read_text(errors="replace"), re.M)
        seen: Counter[str] = Counter()
        made = []
        for name in names:
            seen[name] += 1
            made.append((name, seen[name]))
        return made

    def audit(self) -> tuple[int, int]:
        """The oracle; gives how many rows are published, and how many wait."""
        config = load_config(self.node)
        assert [] == list(verify_store(config, lambda _: None))
        with open_desk(config) as desk:
            for view in desk.reader.feeds():
                if view.note is not None:
                    text = Note.parse(view.note).text
                    assert self.notes.setdefault((view.origin, view.size), text) == text
            lists = desk.origin("lists")
            held = desk.reader.held(lists, 0, ROWS + 1)
            numbers = [int(re.findall(rb"\xe3\x80\x95(\d+)", entry.payload)[0]) for entry in held]
            assert numbers == list(range(len(numbers)))
            return len(numbers), desk.reader.pending().get(lists, 0)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jobs]:
    """Jobs; skipped where strace cannot run."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    traced = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False)
    if traced.returncode:
        pytest.skip(f"strace may not trace here: {traced.stderr.decode().strip()}")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    zygote = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("zygote.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        yield Jobs(tmp_path_factory.mktemp("jobs"), zygote)
    finally:
        assert zygote.stdin is not None
        zygote.stdin.close()
        zygote.wait(PATIENCE_S)
        assert zygote.stdout is not None
        zygote.stdout.close()


def ways(number: int) -> Sequence[str]:
    """How one call is to fail."""
    return WAYS if os.environ.get("XINQIAO_CRASH") == "all" else (WAYS[number % len(WAYS)],)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_call_that_writes_fails(jobs: Jobs, part: int) -> None:
    """Nothing accepted is lost, no fork, no traceback; the next import ends as if nothing had happened."""
    calls = jobs.calls()
    assert (ROWS, 0) == jobs.audit()
    assert len(calls) >= 40
    for number, (name, place) in list(enumerate(calls))[part::PARTS]:
        for way in ways(number):
            jobs.fresh()
            status = jobs.run("-e", f"trace={name}", "-e", f"inject={name}:{way.format(place)}")
            said = jobs.said.read_text(encoding="utf-8")
            about = f"{name} {place} {way}: {said}"
            assert "Traceback" not in said, about
            assert ("INJECTED" in jobs.trace.read_text(errors="replace")) == ("error" in way), about
            published, waiting = jobs.audit()
            if status == 0:
                assert (ROWS, 0) == (published, waiting), about
            assert 0 == jobs.run(), about
            assert (ROWS, 0) == jobs.audit(), about
