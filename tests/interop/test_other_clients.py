# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Clients made by others read from a running node over mTLS, with the protos alone: Go's stack in buf, and grpc-js."""

import base64
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.interop.conftest import Served

    Run = Callable[..., Awaitable[tuple[int, str, str]]]

ROOT = Path(__file__).parents[2]
BUF = str(Path(sys.executable).with_name("buf"))


async def curl(run: "Run", served: "Served", method: str, request: dict[str, Any]) -> tuple[int, list[Any], str]:
    """Calls a FeedService method with `buf curl`; exit code, messages and errors."""
    certificates = ("--cacert", str(served.ca), "--cert", str(served.certificate), "--key", str(served.key))
    call = ("curl", "--protocol", "grpc", "--schema", str(ROOT / "protos"), "--servername", served.name)
    url = f"https://{served.address}/creditexchange.v1.FeedService/{method}"
    code, output, errors = await run(BUF, *call, *certificates, "-d", json.dumps(request), url, folder=ROOT / "protos")
    return code, _documents(output), errors


def _documents(text: str) -> list[Any]:
    """The JSON documents that stand one after another."""
    found, decoder, rest = [], json.JSONDecoder(), text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        found.append(document)
        rest = rest[end:].strip()
    return found


async def test_buf_reads_a_checkpoint(run: "Run", served: "Served") -> None:
    """The signed note arrives byte for byte."""
    code, messages, errors = await curl(run, served, "GetCheckpoint", {"origin": served.origin})

    assert (0, "") == (code, errors)
    assert [True] == [base64.b64decode(message["checkpoint"]).startswith(served.note) for message in messages]


async def test_buf_reads_entries(run: "Run", served: "Served") -> None:
    """Every leaf arrives, in order, over several chunks."""
    request = {"origin": served.origin, "checkpointSize": len(served.leaves)}
    code, messages, _ = await curl(run, served, "ReadEntries", request)
    leaves = [base64.b64decode(entry["leaf"]) for message in messages for entry in message["entries"]]

    assert 0 == code
    assert len(messages) > 1
    assert list(served.leaves) == leaves


async def test_buf_is_told_why(run: "Run", served: "Served") -> None:
    """A refusal carries the stable reason in its details, for every client."""
    code, _, errors = await curl(run, served, "GetCheckpoint", {"origin": served.closed})

    error = json.loads(errors)

    assert 0 != code
    assert "not_found" == error["code"]
    assert b"FEED_NOT_FOUND" in base64.b64decode(error["details"][0]["value"] + "==")


async def read_with_js(run: "Run", grpc_js: Path, served: "Served", origin: str) -> tuple[int, dict[str, Any]]:
    """Reads a feed with the grpc-js client."""
    certificates = (str(served.ca), str(served.certificate), str(served.key))
    arguments = ("read_feed.js", str(ROOT / "protos"), served.address, served.name, *certificates, origin)
    code, output, errors = await run("node", *arguments, folder=grpc_js)
    assert output, errors
    result: dict[str, Any] = json.loads(output)
    return code, result


async def test_grpc_js_reads_checkpoint_and_entries(run: "Run", grpc_js: Path, served: "Served") -> None:
    """A JavaScript client, generated from the protos, gets the same bytes."""
    code, result = await read_with_js(run, grpc_js, served, served.origin)

    assert 0 == code, result
    assert base64.b64decode(result["checkpoint"]).startswith(served.note)
    assert list(served.leaves) == [base64.b64decode(leaf) for leaf in result["leaves"]]
    assert {"PAYLOAD_STATE_PRESENT"} == set(result["states"])


async def test_grpc_js_is_told_why(run: "Run", grpc_js: Path, served: "Served") -> None:
    """A refusal arrives with the canonical code (5, NOT_FOUND)."""
    code, result = await read_with_js(run, grpc_js, served, served.closed)

    assert (1, 5) == (code, result["code"])
