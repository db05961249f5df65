# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A process that has loaded the program once, and forks a child for each command: a start in milliseconds.

Run as `python zygote.py`. For each line of standard input, a JSON list of a gate, a file for what is said and the
command's arguments, it forks a child that waits until somebody opens the gate (a FIFO) and then runs the command, as
`python -m node` would; its process id and, when it has ended, its wait status go to standard output, a line each.
"""

import ctypes
import json
import os
import sys
from pathlib import Path

from federation.rules.rule_book import parse_rule_book, shipped_rules
from federation.standards.bundle import shipped_standards
from node.cli.main import run
from node.cli.sources import import_files

_PR_SET_PTRACER = 0x59616D61
_ANYONE = -1


def _child(gate: str, said: str, arguments: list[str]) -> None:
    """Runs one command in this process, and ends it."""
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANYONE, 0, 0, 0)
    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    with Path(gate).open("rb") as opened:
        opened.read()
    code = 1
    try:
        code = run(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def main() -> None:
    """Forks until standard input ends."""
    assert callable(import_files)  # loaded before the first fork, with all that it needs
    parse_rule_book(shipped_rules("330100"))  # and the rules read, which the node's own are equal to
    shipped_standards()
    for line in sys.stdin:
        gate, said, *arguments = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _child(gate, said, arguments)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
