# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A real node folder, made once by the commands themselves and copied for each test, and a way to run commands."""

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from node.cli.main import run
from node.demo.zygote import Forked, Zygote
from tests.loopback import free_port

FEDERATION = "delta.example"
STOP_S = 30.0
LISTS = f"{FEDERATION}/330100/lists/1"
COMPANY = "91330106PDY209008Q"
HEADER = (
    "名单类别,名单名称,领域,主体名称,主体类别,统一社会信用代码,列入事由,列入依据,认定标准,认定文号,认定单位,认定单位统一社会信用代码,"
    "认定日期,生效日期,有效期至,数据来源单位,数据来源单位统一社会信用代码"
)
ROW = (
    "黑名单,生态环境领域黑名单,生态环境,杭州湖畔蓝星印染有限公司,法人及非法人组织,{code},篡改监测数据,《水污染防治法》,"
    "yrd-eco-environment-black@2,{number},杭州市生态环境局,11330100PDY001012R,{day},{day},2099/12/31,杭州市生态环境局,11330100PDY001012R"
)


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one object on standard output."""
        (line,) = self.out.splitlines()
        said: dict[str, Any] = json.loads(line)
        return said

    @property
    def documents(self) -> list[dict[str, Any]]:
        """The objects on standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


Xinqiao = Callable[..., Said]


def rows_text(rows: Sequence[Mapping[str, str]]) -> str:
    """A list table of one kind of row; what a row does not give is as in the story's company."""
    given = [{"code": COMPANY, "number": "杭环信〔2026〕88号", "day": "2026/03/02", **row} for row in rows]
    return "\n".join([HEADER, *(ROW.format(**row) for row in given), ""])


@pytest.fixture
def xinqiao(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Xinqiao:
    """Runs a command in this process."""
    monkeypatch.delenv("XINQIAO_NODE", raising=False)

    def called(*arguments: object) -> Said:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        printed = capfd.readouterr()
        return Said(code, printed.out, printed.err)

    return called


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty node of Hangzhou; its heads, cosigned once for the whole session, are fresh for a day."""
    folder = tmp_path_factory.mktemp("made") / "node"
    assert 0 == run(["init", "330100", "--federation", FEDERATION, "--node", str(folder), "--json"])
    with (folder / "xinqiao.toml").open("a", encoding="utf-8") as config:
        config.write("\n[follow]\nmax_age_s = 86400\n")
    return folder


@pytest.fixture(scope="session")
def filled(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same node with two black entries: on the story's company, and on another."""
    folder = tmp_path_factory.mktemp("filled") / "node"
    shutil.copytree(made, folder)
    table = folder.parent / "lists.csv"
    table.write_text(rows_text([{}, {"code": "91330106PDY2000038", "number": "杭环信〔2026〕89号"}]), encoding="utf-8")
    assert 0 == run(["import", str(table), "--node", str(folder), "--json"])
    return folder


@pytest.fixture
def empty_node(made: Path, tmp_path: Path) -> Path:
    """A copy of the empty node."""
    return Path(shutil.copytree(made, tmp_path / "node"))


@pytest.fixture
def node(filled: Path, tmp_path: Path) -> Path:
    """A copy of the node with entries."""
    return Path(shutil.copytree(filled, tmp_path / "node"))


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Writes a list table; each row says what differs from the story's company."""

    def written(*rows: Mapping[str, str], name: str = "lists.csv") -> Path:
        path = tmp_path / name
        path.write_text(rows_text(rows), encoding="utf-8")
        return path

    return written


@pytest.fixture
def new_node(xinqiao: Xinqiao, tmp_path: Path) -> Callable[[str], Path]:
    """Makes an empty node on free ports; its card stands beside its folder."""

    def made(node_id: str) -> Path:
        folder = tmp_path / node_id
        ports = [word for name in ("--peers", "--local", "--admin") for word in (name, free_address())]
        said = xinqiao("init", node_id, "--federation", FEDERATION, *ports, "--node", folder, "--json")
        (tmp_path / f"{node_id}.toml").write_text(said.document["card"], encoding="utf-8")
        return folder

    return made


def free_address() -> str:
    """A loopback address that nobody uses."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
def serving(zygote: Zygote) -> Callable[[Path], AbstractContextManager[tuple[Forked, dict[str, Any]]]]:
    """Serves a node: the process, and what it said when it was ready; ended in any case."""

    @contextmanager
    def served(node: Path) -> Iterator[tuple[Forked, dict[str, Any]]]:
        told, telling = os.pipe()
        with os.fdopen(told) as line, (node / "serve.log").open("wb") as log:
            with os.fdopen(telling, "wb") as out:
                process = zygote.start(["serve", "--json", "--node", str(node)], out, log)
            try:
                yield process, json.loads(line.readline())
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(STOP_S)

    return served
