# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A process that has loaded the program once and forks a child for each command, which so begins in milliseconds.

`Zygote` starts it and asks it; run as `python -m node.demo.zygote FD MODULE` it is that process. A request is a JSON
object and three file descriptors: standard output, standard error, and a socket of the command's own. Over that socket
come the child's process id and, when it has ended, its exit code; whoever closes it has the child killed. When the
descriptor FD is closed, or whoever holds it is gone, every child is killed.

It runs one thread and never calls: nothing that a fork would break, gRPC above all, has begun in it.
"""

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import IO, Any, Self

PROGRAM = "node.cli.main"
_REQUEST_BYTES = 64 * 1024
STOP_TIMEOUT_S = 10.0


class Forked:
    """A command that the process has forked: to be waited for, and let go of with `close`, which kills what still runs.

    Attributes:
        pid: its process id.
    """

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._said = b""
        self._code: int | None = None
        self.pid = int(self._next(None))

    def wait(self, timeout_s: float | None = None) -> int:
        """Its exit code, negative for the signal that ended it.

        Raises:
            TimeoutError: it runs on.
            ChildProcessError: the process that forked it is gone, and it with that.
        """
        if self._code is None:
            self._code = int(self._next(timeout_s))
            self.close()
        return self._code

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        try:
            return self.wait(0)
        except TimeoutError:
            return None

    def send_signal(self, number: signal.Signals) -> None:
        """Sends it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def close(self) -> None:
        """Lets go of it; ends it if it still runs."""
        self._line.close()

    def _next(self, timeout_s: float | None) -> bytes:
        """The next line about it."""
        end = None if timeout_s is None else time.monotonic() + timeout_s
        while b"\n" not in self._said:
            self._line.settimeout(None if end is None else max(0.001, end - time.monotonic()))
            piece = self._line.recv(64)
            if not piece:
                self.close()
                raise ChildProcessError("the process that forks commands is gone")
            self._said += piece
        line, _, self._said = self._said.partition(b"\n")
        return line


class Zygote:
    """The process that forks; a context manager that ends it, with every command of it. May be used by any thread.

    Args:
        environment: of every command.
        program: module that has `COMMANDS`, loads them with `program`, and runs one with `run`.
    """

    def __init__(self, environment: Mapping[str, str], program: str = PROGRAM) -> None:
        self._control, theirs = socket.socketpair()
        self._lock = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this program itself
                [sys.executable, "-m", __name__, str(theirs.fileno()), program],
                stdin=subprocess.DEVNULL,
                env=environment,
                pass_fds=(theirs.fileno(),),
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(
        self,
        arguments: Sequence[str],
        out: IO[bytes],
        errors: IO[bytes],
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Forked:
        """Begins a command.

        Args:
            arguments: what stands after `xinqiao`.
            out: file for its standard output.
            errors: file for its standard error.
            folder: its working directory.
            environment: instead of the one that the process was given.

        Raises:
            OSError: the process is gone, or has been ended.
        """
        place = str(folder) if folder else None
        asked = {"arguments": list(arguments), "folder": place, "environment": dict(environment or {})}
        ours, theirs = socket.socketpair()
        try:
            with theirs, self._lock:
                files = [out.fileno(), errors.fileno(), theirs.fileno()]
                socket.send_fds(self._control, [json.dumps(asked).encode()], files)
                theirs.close()
                return Forked(ours)  # its number has come: the next request cannot run into this one
        except BaseException:
            ours.close()
            raise

    def close(self) -> None:
        """Ends every command that runs, and the process; no command begins after it."""
        self._control.close()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Forking:
    """What the process does: takes requests, forks, and tells how each child ended."""

    def __init__(self, control: socket.socket, program: ModuleType) -> None:
        self._control = control
        self._program = program
        self._running: dict[int, socket.socket] = {}
        self._ready = selectors.DefaultSelector()
        self._woken, self._waking = os.pipe()

    def run(self) -> None:
        """Forks until nobody holds the other end."""
        os.set_blocking(self._waking, False)
        signal.set_wakeup_fd(self._waking)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: who started this one decides
        self._ready.register(self._control, selectors.EVENT_READ)
        self._ready.register(self._woken, selectors.EVENT_READ)
        try:
            while self._turn():
                pass
        finally:
            for pid in self._running:
                os.kill(pid, signal.SIGKILL)
            for pid in self._running:
                os.waitpid(pid, 0)

    def _turn(self) -> bool:
        """Does what there is to do, or waits for it; False when nobody can ask any more."""
        for key, _ in self._ready.select():
            if key.fileobj is self._control:
                if not self._begin():
                    return False
            elif key.fileobj == self._woken:
                os.read(self._woken, 4096)
            else:
                self._end(key.data)
        self._reap()
        return True

    def _begin(self) -> bool:
        """Forks for one request; False when nobody can ask any more."""
        raw, files, _, _ = socket.recv_fds(self._control, _REQUEST_BYTES, 3)
        if not raw:
            return False
        request = json.loads(raw)
        pid = os.fork()
        if pid == 0:
            self._child(request, files)
        out, errors, line = files
        os.close(out)
        os.close(errors)
        self._running[pid] = told = socket.socket(fileno=line)
        self._ready.register(told, selectors.EVENT_READ, pid)
        self._tell(told, pid)
        return True

    def _child(self, request: dict[str, Any], files: Sequence[int]) -> None:
        """Runs one command as a process of its own would, and never returns."""
        code = 1
        try:
            self._become(request, files)
            code = self._program.run(request["arguments"])
            sys.stdout.flush()
            sys.stderr.flush()
        except BaseException:  # as the interpreter does: whatever it is, it is printed, and the process ends
            traceback.print_exc()
        finally:
            os._exit(code)

    def _become(self, request: dict[str, Any], files: Sequence[int]) -> None:
        """Lets go of what is the parent's, and takes what the command is given."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._ready.close()
        self._control.close()
        for line in self._running.values():
            line.close()
        os.dup2(files[0], 1)
        os.dup2(files[1], 2)
        for handle in (*files, self._woken, self._waking):
            os.close(handle)
        if request["folder"] is not None:
            os.chdir(request["folder"])
        if request["environment"]:
            os.environ.clear()
            os.environ.update(request["environment"])
        sys.argv = ["xinqiao", *request["arguments"]]

    def _end(self, pid: int) -> None:
        """Nobody waits for a child: it goes."""
        told = self._running.get(pid)
        if told is not None and not told.recv(64):
            self._ready.unregister(told)
            os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        """Tells of every child that has ended."""
        while self._running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            told = self._running.pop(pid)
            with contextlib.suppress(KeyError):
                self._ready.unregister(told)
            self._tell(told, os.waitstatus_to_exitcode(status))
            told.close()

    @staticmethod
    def _tell(told: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError):  # whoever asked may be gone
            told.sendall(b"%d\n" % number)


def main(handle: int, module: str) -> None:
    """Loads the program with all its commands, and forks; what is loaded stays, and is nobody's garbage."""
    gc.disable()
    program = import_module(module)
    program.program(list(program.COMMANDS))
    gc.freeze()
    with socket.socket(fileno=handle) as control:
        _Forking(control, program).run()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
