# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The processes of the demonstration: `xinqiao` commands, run to their end or kept running, and always cleaned up."""

import json
import os
import secrets
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from federation.errors import Fault
from node.demo.zygote import Forked, Zygote

FIRST_PORT = 24_000
LAST_PORT = 32_000
COMMAND_TIMEOUT_S = 60.0
READY_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 45.0
_COMMAND = (sys.executable, "-m", "node")
Document = dict[str, Any]
"""What a command prints with `--json`."""


def failed(expectation: str) -> Fault:
    """The fault of a demonstration in which something is not as it should be."""
    return Fault("DEMO_FAILED", expectation)


def command(arguments: Sequence[str], *, codes: Sequence[int] = (0,), folder: Path | None = None) -> list[Document]:
    """Runs one command with `--json` to its end.

    Args:
        arguments: what stands after `xinqiao`.
        codes: exit codes that are as expected.
        folder: working directory.

    Returns:
        The objects it printed, one for each line.

    Raises:
        Fault: DEMO_FAILED, with the command and what it said; or `commands_end_here` is over, or has not begun.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        process = _COMMANDS.start([*arguments, "--json"], out, errors, folder)
        try:
            code = process.wait(COMMAND_TIMEOUT_S)
        except TimeoutError:
            raise failed(f"xinqiao {' '.join(arguments)} took over {COMMAND_TIMEOUT_S:.0f} s") from None
        except ChildProcessError:
            raise failed("the demonstration is over") from None
        finally:
            process.close()
        said, complaint = (_read_back(file) for file in (out, errors))
    if code not in codes:
        raise failed(f"xinqiao {' '.join(arguments)} ended with {code}: {complaint.strip()}")
    return [json.loads(line) for line in said.splitlines()]


def _read_back(file: IO[bytes]) -> str:
    """What a command has written."""
    file.seek(0)
    return file.read().decode("utf-8", "replace")


class _Commands:
    """The commands that run, in any thread: children of one process, which has loaded the program for all of them.

    An interrupt may come while a thread is being started, and then nobody waits for what that thread does: so whoever
    clears up ends what runs, and lets nothing more begin.
    """

    def __init__(self) -> None:
        self._zygote: Zygote | None = None

    def start(self, arguments: Sequence[str], out: IO[bytes], errors: IO[bytes], folder: Path | None) -> Forked:
        """Starts one."""
        if self._zygote is None:
            raise failed("the demonstration is over")
        try:
            return self._zygote.start(arguments, out, errors, folder)
        except OSError:
            raise failed("the demonstration is over") from None

    @contextmanager
    def within(self) -> Iterator[None]:
        """Commands run in the block, and none after it."""
        with Zygote(environment()) as zygote:
            self._zygote = zygote
            try:
                yield
            finally:
                self._zygote = None


_COMMANDS = _Commands()


def commands_end_here() -> AbstractContextManager[None]:
    """A block after which no command of this process runs, or begins, in whatever thread."""
    return _COMMANDS.within()


def environment() -> Mapping[str, str]:
    """The environment of the commands: the program is found wherever it was started, no node folder is preset."""
    kept = {name: value for name, value in os.environ.items() if name != "XINQIAO_NODE"}
    found = os.pathsep.join(path for path in sys.path if path)
    return {**kept, "PYTHONPATH": found, "PYTHONUTF8": "1"}


def free_addresses(count: int) -> list[str]:
    """Loopback addresses that nobody uses: neighbouring ports below those that systems give to callers.

    A port from the range of callers could be taken by any connection before its server binds it, the demonstration's
    own connections among them.
    """
    blocks = list(range(FIRST_PORT, LAST_PORT - count, count))
    secrets.SystemRandom().shuffle(blocks)
    for first in blocks:
        ports = range(first, first + count)
        if all(map(_is_free, ports)):
            return [f"127.0.0.1:{port}" for port in ports]
    raise failed("no free ports on the loopback")


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Running:
    """A command that goes on and prints objects, one a line; a context manager that ends it.

    Args:
        arguments: what stands after `xinqiao`.
        log: file for what it says on standard error.
    """

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        self._name = f"xinqiao {' '.join(arguments)}"
        self._log = log
        with log.open("ab") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - this program itself
                [*_COMMAND, *arguments, "--json"],
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment(),
            )
        self._rest = b""
        self._asked = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()

    def next(self, timeout_s: float = READY_TIMEOUT_S) -> Document:
        """The next object that it prints.

        Raises:
            Fault: DEMO_FAILED, it ended, or said nothing in time.
        """
        deadline = time.monotonic() + timeout_s
        while b"\n" not in self._rest:
            piece = self._read(deadline - time.monotonic())
            if not piece:
                raise failed(f"{self._name} said nothing; its log ends: {self._last_words()}")
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        said: Document = json.loads(line)
        return said

    def _read(self, timeout_s: float) -> bytes:
        """Bytes as soon as there are any; empty when it ended or the time is over."""
        out = self._pipe()
        with selectors.DefaultSelector() as ready:
            ready.register(out, selectors.EVENT_READ)
            if not ready.select(max(0.0, timeout_s)):
                return b""
        return os.read(out.fileno(), 65536)

    def _pipe(self) -> IO[bytes]:
        if self._process.stdout is None:
            raise failed(f"{self._name} has no output")
        return self._process.stdout

    def _last_words(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "(empty)"

    def ask_to_stop(self) -> None:
        """Asks it to end, once; does not wait. A second signal could come after it has let go of the first."""
        if not self._asked and self._process.poll() is None:
            self._asked = True
            self._process.terminate()

    def stop(self) -> int:
        """Ends it in order, and by force when it does not end; returns its exit code."""
        self.ask_to_stop()
        try:
            code = self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._pipe().close()
        return code
