# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`xinqiao` as a script finds it: a small program that has the command forked, and is it for whoever started it.

It hands on its arguments, folder, environment and both outputs, and ends as the command does; told to terminate, it
tells the command; killed, it takes the command with it.
"""

import contextlib
import json
import select
import socket
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from node.demo.zygote import Forked, Zygote

LOOK_S = 0.5
_REQUEST_BYTES = 64 * 1024
_PROGRAM = """#!{python} -IS
import json, os, signal, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect({place!r})
asked = {{"arguments": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
socket.send_fds(line, [json.dumps(asked).encode()], [1, 2])
said = line.makefile("r")
pid = int(said.readline())
signal.signal(signal.SIGTERM, lambda number, _: os.kill(pid, number))
code = int(said.readline())
sys.exit(code if code >= 0 else 128 - code)
"""


class Script:
    """The program in a folder of its own; a context manager that takes it away.

    Attributes:
        folder: what to put in front of PATH.
    """

    def __init__(self, zygote: Zygote) -> None:
        self._zygote = zygote
        self._place = TemporaryDirectory(prefix="xq-")  # short: the name of a socket has about a hundred letters
        self.folder = Path(self._place.name)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self.folder / "line"))
        self._listening.listen()
        program = self.folder / "xinqiao"
        program.write_text(_PROGRAM.format(python=sys.executable, place=str(self.folder / "line")), encoding="utf-8")
        program.chmod(0o700)

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._place.cleanup()

    def _listen(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,)).start()

    def _serve(self, line: socket.socket) -> None:
        """One command: begun, waited for, told of; ended when nobody waits for it."""
        with line, contextlib.suppress(OSError):  # it may go at any moment, and then nobody is to be told
            raw, files, _, _ = socket.recv_fds(line, _REQUEST_BYTES, 2)
            if not raw:
                return
            asked = json.loads(raw)
            with open(files[0], "wb") as out, open(files[1], "wb") as errors:  # noqa: PTH123 - no path, but open files
                process = self._zygote.start(
                    asked["arguments"], out, errors, Path(asked["folder"]), asked["environment"]
                )
            with contextlib.closing(process):
                line.sendall(b"%d\n" % process.pid)
                code = _waited(process, line)
            if code is not None:
                line.sendall(b"%d\n" % code)


def _waited(process: Forked, line: socket.socket) -> int | None:
    """The exit code; None when whoever waited is gone, and the command with that."""
    while True:
        try:
            return process.wait(LOOK_S)
        except TimeoutError:
            gone, _, _ = select.select([line], [], [], 0)
            if gone:
                return None
