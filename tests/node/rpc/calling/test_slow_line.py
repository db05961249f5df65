# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A line on which everything takes long: the other end is reached all the same, if in its own time."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from node.exchange.dialogue import Envelope

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tests.node.rpc.conftest import Lab

DELAY_S = 0.4
"""Longer than gRPC waits for a connection by itself, when it is told to try again soon."""


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hands bytes on, each piece late."""
    with suppress(ConnectionError):
        while piece := await reader.read(65536):
            await asyncio.sleep(DELAY_S)
            writer.write(piece)
            await writer.drain()
    writer.close()


async def slow_line(address: str) -> AsyncGenerator[str]:
    """The address of a line to an address."""
    host, _, port = address.rpartition(":")

    async def carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, int(port))
        await asyncio.gather(_carry(reader, back), _carry(there, writer))

    async with await asyncio.start_server(carried, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_handshake_over_a_slow_line_is_waited_for(lab: Lab) -> None:
    """Both ways of the handshake come late, more than a second in all; then the member is served."""
    async with aclosing(slow_line(lab.addresses["peers"])) as line:
        client, question = lab.peer_at(await anext(line), 30), Envelope("question", b"question", bytes(4), bytes(64))
        answer = await client.ask(question)  # once: else a second connection might come about
        await client.close()

    assert question.payload == answer.payload
