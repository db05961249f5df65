# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Programs that are run or kept running for a measurement, each a process of its own, always ended."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

READY_S = 60.0
STOP_S = 30.0
LOOK_S = 0.05
PROFILED = "XINQIAO_BENCH_PROFILE"
"""Names the file that a program's profile goes to; see profiling.py."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that has ended.

    Attributes:
        seconds: from its start to its end.
        peak_bytes: most memory it had at once, with what it had started.
        said: what it printed, one object a line.
    """

    seconds: float
    peak_bytes: int
    said: Sequence[Any]


def xinqiao(*arguments: str, profile: Path | None = None) -> Finished:
    """Runs a command of the product with `--json` to its end.

    Args:
        arguments: what stands after `xinqiao`.
        profile: where its profile goes; None for none.

    Raises:
        AssertionError: it failed.
    """
    command = [*_program(profile), *arguments, "--json"]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment(profile)) as process:
        watch = _Watch(process.pid)
        try:
            said, _ = process.communicate()
            seconds = time.perf_counter() - began
        finally:
            process.kill()
            watch.stop()
    assert process.returncode == 0, f"{' '.join(arguments)}: {said.decode()[-2000:]}"
    return Finished(seconds, watch.peak_bytes, [json.loads(line) for line in said.splitlines()])


class _Watch:
    """Looks at a program and all that it has started, twenty times a second, until it is told to stop."""

    def __init__(self, process: int) -> None:
        self.peak_bytes = 0
        self._process = process
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._stopped.wait(LOOK_S):
            self.peak_bytes = max(self.peak_bytes, family_bytes(self._process))

    def stop(self) -> None:
        """Ends the looking."""
        self._stopped.set()
        self._thread.join()


def family_bytes(process: int) -> int:
    """Most memory that a process had at once so far, and each one that it has started and that still runs, in all."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        return 0
    own = sum(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
    return own + sum(family_bytes(int(child)) for child in children)


@contextmanager
def running(module: str, *arguments: str) -> Iterator[str]:
    """A server of the other side, until the context ends; gives the first line it prints."""
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(STOP_S)
        process.stdout.close()


class Served:
    """A node being served; call `ready` before it is used, and `stop` in the end. Several may start at once.

    Args:
        folder: the node's folder.
        log: where it logs.
        profile: where its profile goes; None for none.
    """

    def __init__(self, folder: Path, log: Path, profile: Path | None = None) -> None:
        self._log = log
        self._before = log.stat().st_size if log.exists() else 0
        with log.open("ab") as told:
            self._process = subprocess.Popen(
                [*_program(profile), "serve", "--node", str(folder), "--json"],
                stdout=told,
                stderr=told,
                env=_environment(profile),
            )

    def ready(self) -> Self:
        """Waits until it answers.

        Raises:
            AssertionError: it ended, or does not answer in time.
        """
        end = time.monotonic() + READY_S
        while b'"serving"' not in (said := self._log.read_bytes()[self._before :]):
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise AssertionError(said.decode()[-2000:])
            time.sleep(0.02)
        return self

    def peak_bytes(self) -> int:
        """Most memory it had at once so far, with what it has started."""
        return family_bytes(self._process.pid)

    def stop(self) -> None:
        """Ends it in order, and by force when it does not end."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _program(profile: Path | None) -> list[str]:
    return [sys.executable, "-m", "node" if profile is None else "tests.bench.profiling"]


def _environment(profile: Path | None) -> dict[str, str]:
    return dict(os.environ) if profile is None else {**os.environ, PROFILED: str(profile)}
