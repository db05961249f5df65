# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is written for people is complete and true: reasons have texts, settings are listed, commands run."""

import ast
import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.row import TableKind
from federation.standards.reading import shipped
from node.config import Config, FeedSection, OperatorSection, PeerSection
from node.demo.zygote import Zygote
from tests.forked import Script
from tests.loopback import free_port

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|[A-Z]{6,}")
MAKERS = re.compile(r".*(Fault|Misuse|Refused|NotAdmitted|NotGranted|Contradiction|RefusedWith)$")


def _said_in_code() -> Iterator[tuple[str, str]]:
    """Reason codes that faults and refusals are made with, and where."""
    for folder in ("federation", "adapters", "node"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(call, ast.Call):
                    continue
                name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
                if MAKERS.match(name):
                    for argument in call.args[:2]:
                        said = str(argument.value) if isinstance(argument, ast.Constant) else ""
                        if CODE.fullmatch(said):
                            yield said, f"{path.relative_to(ROOT)}:{call.lineno}"


def test_every_reason_has_texts() -> None:
    """Every reason code in the code has a Chinese and an English text in the `reasons` catalogue."""
    known = set(re.findall(r"^\[([A-Z0-9_]+)\]$", shipped("reasons@1.toml").decode(), re.M))

    assert {} == {code: place for code, place in _said_in_code() if code not in known}


def _settings() -> Iterator[str]:
    for section, field in Config.model_fields.items():
        if section in {"folder", "feed", "peer", "operator"}:
            continue
        assert field.annotation is not None
        yield from (f"{section}.{name}" for name in field.annotation.model_fields)
    yield from (f"feed.{name}" for name in FeedSection.model_fields)
    yield from (f"peer.{name}" for name in PeerSection.model_fields)
    yield from (f"operator.{name}" for name in OperatorSection.model_fields)


@pytest.mark.parametrize("setting", list(_settings()))
def test_every_setting_is_in_the_readme(setting: str) -> None:
    """Every key of `xinqiao.toml` stands in the README's configuration chapter."""
    assert f"`{setting}`" in README


@pytest.mark.parametrize("kind", list(TableKind))
def test_every_kind_of_table_is_in_the_readme(kind: TableKind) -> None:
    """Every kind of table that can be imported is named."""
    assert kind.value in README


def _runnable(text: str, mark: str) -> str:
    """The commands of the blocks with a mark, in their order."""
    return "\n".join(re.findall(rf"<!-- {mark}: [^>]*-->\n```sh\n(.*?)```", text, re.S))


LOOKS = """\
until_told() {
    looks=0
    until xinqiao "$2" --node /tmp/xinqiao-310000 --json ${3-} | grep "$1" > /dev/null; do
        looks=$((looks + 1)); test $looks -lt 100
        sleep 0.3
    done
}
"""
LONG_ENOUGH = {
    "sleep 8\nxinqiao list ": "until_told RECOGNISED list",
    "sleep 2\nxinqiao explain ": "until_told ENDED_REMOVED explain '330100/lists/1 0'",
    "sleep 8\nxinqiao feed refill ": "until_told '\"serving\": *true' status",
}
"""What the README gives a machine some seconds for, and how it is seen at Shanghai: this one has other things to do."""


def _patient(script: str) -> str:
    """The script, waiting until things are so."""
    for place, waiting in LONG_ENOUGH.items():
        assert 1 == script.count(place)
        script = script.replace(place, f"{waiting}\n{place.partition(chr(10))[2]}")
    assert "sleep" not in script
    return LOOKS + script


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_readmes_commands_run(tmp_path: Path, zygote: Zygote) -> None:
    """Following the README line by line makes two nodes, and shows what it says; ports, folders, waits are others."""
    script = _patient(_runnable(README, "run"))
    script = script.replace("/tmp/xinqiao", str(tmp_path / "xinqiao"))  # noqa: S108 - the README's own words
    assert 'export PATH="$PWD/.venv/bin:$PATH"\n' in script
    script = script.replace("$PWD/.venv/bin:", "")
    script = script.replace("node/demo/samples/330100/", f"{_samples(tmp_path)}/")
    script = script.replace("--federation delta.example\n", f"--federation delta.example {_ports()}\n", 1)
    for port in (7453, 7454, 7455):
        script = script.replace(f"127.0.0.1:{port}", f"127.0.0.1:{free_port()}")
    code, said = _ran(script, tmp_path, zygote)

    assert 0 == code, said
    assert "RECOGNISED" in said
    assert "ENDED_REMOVED" in said


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_operations_chapter_runs_as_written(tmp_path: Path, zygote: Zygote) -> None:
    """Its commands, one after the other, on a node with entries; only folders are others."""
    imported = f"xinqiao import {_samples(tmp_path)}/lists.csv || true"
    begin = f"export XINQIAO_NODE={tmp_path}/node\nxinqiao init 330100 --federation delta.example\n{imported}\n"
    script = _runnable(README, "operate").replace("/tmp/xinqiao", str(tmp_path / "xinqiao"))  # noqa: S108 - as above

    code, said = _ran(f"{begin}{script}", tmp_path, zygote)

    assert 0 == code, said
    assert "✓ 一致 / whole" in said


@pytest.mark.slow
def test_the_installed_command_is_the_program() -> None:
    """`xinqiao` beside Python runs the module's `main`: what the READMEs' commands do elsewhere they do there."""
    done = subprocess.run(
        [Path(sys.executable).with_name("xinqiao"), "check-code", "1"], capture_output=True, text=True, check=False
    )

    assert (4, True) == (done.returncode, "CODE_LENGTH" in done.stdout)


def _ran(script: str, folder: Path, zygote: Zygote) -> tuple[int, str]:
    """Runs a script in a process group of its own, which is ended with it; exit code, and what it said."""
    with (folder / "said").open("w+b") as said, Script(zygote) as program:
        path = os.pathsep.join([str(program.folder), os.environ["PATH"]])
        shell = subprocess.Popen(
            ["sh", "-eu", "-c", script],
            cwd=ROOT,
            stdout=said,
            stderr=said,
            env={**os.environ, "PATH": path},
            start_new_session=True,
        )
        try:
            code = shell.wait(240)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
    return code, (folder / "said").read_text(encoding="utf-8")


def _samples(folder: Path) -> Path:
    """The samples where refused rows may be written beside them."""
    for name in ("lists.csv", "penalties.xlsx"):
        (folder / name).write_bytes((ROOT / "node" / "demo" / "samples" / "330100" / name).read_bytes())
    return folder


def _ports() -> str:
    return " ".join(f"--{name} 127.0.0.1:{free_port()}" for name in ("peers", "local", "admin"))
