# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A running node, a process of its own, for clients that are not ours. They use only what `Served` says."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from node.assemble.making.feeds import create_feeds
from tests.flow.world import Region, black, submitted

SIZE = 1500
NPM_S = 60.0


@dataclass(frozen=True)
class Served:
    """A running node, as a client must know it, and what it must read there.

    Attributes:
        address: host and port of its peers port.
        name: name in its certificate.
        ca: its authority, PEM.
        certificate: the caller's certificate, PEM.
        key: the caller's key, PEM.
        origin: a feed that the caller may read.
        closed: a feed that it may not.
        note: the checkpoint up to its cosignature, which is renewed while the node runs.
        leaves: the leaves under it.
    """

    address: str
    name: str
    ca: Path
    certificate: Path
    key: Path
    origin: str
    closed: str
    note: bytes
    leaves: tuple[bytes, ...]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Hangzhou's node with a list of 1500 entries and a feed for nobody, and Shanghai's certificate to call it with."""
    region = Region(tmp_path_factory.mktemp("interop"))
    hangzhou, shanghai = region.node("330100"), region.node("310000")
    region.pin(hangzhou, shanghai)
    with (hangzhou.folder / "xinqiao.toml").open("a", encoding="utf-8") as config:
        config.write('\n[[feed]]\nname = "closed"\ndataset = "lists"\nreaders = []\n')
    create_feeds(hangzhou.config)
    hangzhou.submit("lists", *(submitted(black(number)) for number in range(SIZE)))
    origin = region.origin("330100/lists/1")
    note, leaves = hangzhou.ask(
        lambda desk: (
            desk.publisher.checkpoint("330100", origin),
            tuple(entry.raw_leaf for entry in desk.reader.held(origin, 0, SIZE)),
        )
    )
    hangzhou.serve()
    yield Served(
        address=hangzhou.config.listen.peers,
        name=f"330100.{hangzhou.config.node.federation}",
        ca=hangzhou.folder / "keys" / "ca.pem",
        certificate=shanghai.folder / "keys" / "tls.pem",
        key=shanghai.folder / "keys" / "tls.key",
        origin=origin,
        closed=region.origin("330100/closed/1"),
        note=note.rpartition(b"\xe2\x80\x94 ")[0],
        leaves=leaves,
    )
    region.close()


@pytest.fixture(scope="session")
async def grpc_js(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with grpc-js installed as the lock file says; skips where npm, or its registry, is missing."""
    here, folder = Path(__file__).parent, tmp_path_factory.mktemp("grpc-js")
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("npm and node are not installed: the grpc-js client cannot be run")
    for name in ("package.json", "package-lock.json", "read_feed.js"):
        shutil.copy(here / name, folder)
    code, errors = 1, "it took too long"
    with suppress(TimeoutError):  # a registry that is out of reach is waited for by npm for minutes
        async with asyncio.timeout(NPM_S):
            code, _, errors = await run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=folder)
    if code:
        pytest.skip(f"npm ci did not work, so the grpc-js client cannot be run: {errors[-200:]}")
    return folder


async def run(program: str, *arguments: str, folder: Path) -> tuple[int, str, str]:
    """Runs a program in a folder while the loop goes on serving; its exit code, output and errors."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(program, *arguments, cwd=folder, stdout=pipe, stderr=pipe)
    try:
        output, errors = await process.communicate()
    finally:
        if process.returncode is None:  # nobody waits for it any more
            process.kill()
            await process.wait()
    return process.returncode or 0, output.decode(), errors.decode()


@pytest.fixture(scope="session", name="run")
def run_fixture() -> object:
    """Runs a program while the loop goes on serving."""
    return run
