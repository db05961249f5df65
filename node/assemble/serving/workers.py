# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Several processes that serve one node on PostgreSQL, on the same ports: the system hands each new connection to one.

Each is started by exec, never by fork, since gRPC does not live through a fork. This process serves nothing: it starts
the others, starts one anew when it ends, and ends all of them when it is told to. A worker that no longer hears its
parent (the pipe to it breaks) ends by itself.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from federation.errors import ConfigFault
from node.config import Config
from node.observe import Observer, configure_logging

READY_S = 60.0
STOP_S = 30.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
_LOOK_EVERY_S = 0.2
_CHUNK = 65536


def serve_workers(config: Config, count: int, ready: Callable[[dict[str, str]], None]) -> None:
    """Serves a node with several processes until SIGTERM or SIGINT.

    Args:
        config: the node's configuration.
        count: how many processes, at least 2.
        ready: told the addresses when every process answers on every port.

    Raises:
        ConfigFault: WORKERS_NEED_POSTGRES, WORKERS_NEED_PORTS; WORKER_FAILED, one of them could not begin: it has said
            why on standard error.
    """
    if config.store.postgres is None:
        raise ConfigFault(
            "WORKERS_NEED_POSTGRES",
            "a SQLite file has one writer, so one process serves it; mend: move the node to PostgreSQL "
            "(xinqiao store move), or leave --workers out",
        )
    if any(address.endswith(":0") for address in config.listen.model_dump().values()):
        raise ConfigFault("WORKERS_NEED_PORTS", "listen: several processes share fixed ports; mend: name them")
    configure_logging(config.telemetry.log_level)
    _Crew(config, count).run(ready)


@dataclass(slots=True)
class _Worker:
    """One process, and how often it ended in a row soon after it began."""

    number: int
    process: "subprocess.Popen[bytes] | None" = None
    begun: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    due: float = 0.0
    said: bytes = field(default=b"")

    @property
    def addresses(self) -> dict[str, str] | None:
        """What it listens on, once it is ready."""
        line, end, _ = self.said.partition(b"\n")
        return {key: value for key, value in json.loads(line).items() if key != "serving"} if end else None


class _Crew:
    """All workers of one node."""

    def __init__(self, config: Config, count: int) -> None:
        self._config = config
        self._observer = Observer(config.node.id)
        self._workers = [_Worker(number) for number in range(count)]
        self._stopping = False
        self._heard = selectors.DefaultSelector()

    def run(self, ready: Callable[[dict[str, str]], None]) -> None:
        """Starts all, tells when all are ready, watches until told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            for worker in self._workers:
                self._start(worker)
            ready(self._until_ready())
            while not self._stopping:
                self._hear(_LOOK_EVERY_S)
                self._mend()
        finally:
            self._end()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _start(self, worker: _Worker) -> None:
        words = [sys.executable, "-m", "node", "serve", "--node", str(self._config.folder)]
        worker.said, worker.begun = b"", time.monotonic()
        worker.process = subprocess.Popen(  # noqa: S603 - this program itself
            [*words, "--json", "--worker", str(worker.number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        if worker.process.stdout is not None:
            self._heard.register(worker.process.stdout, selectors.EVENT_READ, worker)

    def _hear(self, timeout_s: float) -> None:
        """Takes in what workers say; one that says no more has ended, or is about to."""
        for key, _ in self._heard.select(timeout_s):
            said = os.read(key.fd, _CHUNK)
            key.data.said = (key.data.said + said)[:_CHUNK]
            if not said:
                self._heard.unregister(key.fileobj)

    def _until_ready(self) -> dict[str, str]:
        """The addresses, once every worker has said that it is ready.

        Raises:
            ConfigFault: WORKER_FAILED.
        """
        deadline = time.monotonic() + READY_S
        while not self._stopping:
            self._hear(_LOOK_EVERY_S)
            ended = [worker for worker in self._workers if worker.process is None or worker.process.poll() is not None]
            if ended or time.monotonic() > deadline:
                raise ConfigFault("WORKER_FAILED", "a process could not begin to serve; what it said stands above")
            found = [worker.addresses for worker in self._workers]
            if all(addresses is not None for addresses in found):
                return found[0] or {}
        return {}

    def _mend(self) -> None:
        """Starts workers anew that have ended: at once, or with growing pauses when they end again and again."""
        now = time.monotonic()
        for worker in self._workers:
            if worker.process is not None and worker.process.poll() is not None:
                self._observer.worker_ended(worker.number, worker.process.returncode)
                lasted = now - worker.begun > LONGEST_PAUSE_S
                worker.pause_s = FIRST_PAUSE_S if lasted else min(2 * worker.pause_s, LONGEST_PAUSE_S)
                worker.due = now + worker.pause_s
                self._close(worker)
            elif worker.process is None and now >= worker.due:
                self._start(worker)

    def _close(self, worker: _Worker) -> None:
        if worker.process is not None:
            for pipe in (worker.process.stdin, worker.process.stdout):
                if pipe is not None:
                    pipe.close()
            worker.process = None

    def _end(self) -> None:
        """Ends every worker in order, and by force when it does not end."""
        running = [worker.process for worker in self._workers if worker.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_S
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._heard.close()
        for worker in self._workers:
            self._close(worker)
