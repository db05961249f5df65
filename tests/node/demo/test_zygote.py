# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A command that is forked is the command that is started: what it says, where it runs, and how it ends."""

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from node.demo.process import environment
from node.demo.zygote import Forked, Zygote

CODE = ("check-code", "91330100716105852F", "--json")
PATIENCE_S = 30.0


def ran(zygote: Zygote, *arguments: str, folder: Path | None = None) -> tuple[int, bytes, bytes]:
    """Runs a command to its end; exit code, and what it said on either output."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        code = zygote.start(arguments, out, errors, folder).wait(PATIENCE_S)
        out.seek(0)
        errors.seek(0)
        return code, out.read(), errors.read()


def waiting(zygote: Zygote, folder: Path) -> Forked:
    """A command that reads a FIFO which nobody writes: it goes on until it is ended."""
    if not (folder / "lists.csv").exists():
        subprocess.run(["mkfifo", folder / "lists.csv"], check=True)
    with tempfile.TemporaryFile() as out:
        return zygote.start(("catalogue", "check", str(folder / "lists.csv")), out, out)


def is_there(process: Forked) -> bool:
    """Whether there is such a process, be it one that has ended and was not waited for."""
    return Path(f"/proc/{process.pid}").exists()


def goes(process: Forked) -> bool:
    """Whether there is none any more, at once or after a while: one that is killed ends when its turn comes."""
    end = time.monotonic() + PATIENCE_S
    while is_there(process) and time.monotonic() < end:
        time.sleep(0.001)
    return not is_there(process)


CHECK = ("catalogue", "check", "rule.toml")


@pytest.mark.parametrize("arguments", [CODE, ("check-code", "1"), ("no-such-command",), CHECK], ids=" ".join)
def test_a_forked_command_says_what_a_started_one_does(
    zygote: Zygote, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """Exit code and either output are those of `python -m node` in the same folder, byte for byte."""
    (tmp_path / "rule.toml").write_text("no rule", encoding="utf-8")
    started = subprocess.run(
        [sys.executable, "-m", "node", *arguments], env=environment(), cwd=tmp_path, capture_output=True, check=False
    )

    assert (started.returncode, started.stdout, started.stderr) == ran(zygote, *arguments, folder=tmp_path)


def test_commands_run_beside_each_other(zygote: Zygote, tmp_path: Path) -> None:
    """One that waits holds up no other."""
    held = waiting(zygote, tmp_path)
    code, said, _ = ran(zygote, *CODE)
    with pytest.raises(TimeoutError):
        held.wait(0.01)
    held.close()

    assert (0, True) == (code, json.loads(said)["codes"][0]["accepted"])


def test_a_command_that_is_let_go_of_is_killed(zygote: Zygote, tmp_path: Path) -> None:
    """Nobody waits for it any more: it ends, and no process of it remains."""
    held = waiting(zygote, tmp_path)
    beside = waiting(zygote, tmp_path)

    held.close()

    assert goes(held)
    assert is_there(beside)
    beside.close()


def test_a_signal_that_ends_a_command_is_told(zygote: Zygote, tmp_path: Path) -> None:
    """As of any process: a negative code."""
    held = waiting(zygote, tmp_path)

    subprocess.run(["kill", "-TERM", str(held.pid)], check=True)

    assert -signal.SIGTERM == held.wait(PATIENCE_S)


def test_closing_ends_what_runs_and_lets_nothing_begin(tmp_path: Path) -> None:
    """When whoever forks is let go of, or is gone, commands end with it."""
    with Zygote(environment()) as made:
        held = waiting(made, tmp_path)

    with pytest.raises(ChildProcessError):
        held.wait(PATIENCE_S)
    assert not is_there(held)
    with pytest.raises(OSError), tempfile.TemporaryFile() as out:
        made.start(CODE, out, out)
