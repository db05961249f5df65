# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Bare grpc.aio over mutual TLS, with the certificates of two nodes: what the other sides of calls are made of."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import grpc

from node.config import Config, load_config

METHOD = "/bare.Bare/Call"
Handler = Callable[[bytes], Awaitable[bytes]]


async def serve(folder: Path, peer: Path, handle: Handler) -> None:
    """Serves one method with a node's certificate to another node, until the process is ended; prints its port.

    Args:
        folder: the node whose certificate is shown.
        peer: the node that may call.
        handle: request bytes to answer bytes.
    """
    keys = folder / "keys"
    pair = ((keys / "tls.key").read_bytes(), (keys / "tls.pem").read_bytes())
    credentials = grpc.ssl_server_credentials([pair], (peer / "keys" / "ca.pem").read_bytes(), True)

    async def answer(request: bytes, _: object) -> bytes:
        return await handle(request)

    server = grpc.aio.server()
    service, _, method = METHOD[1:].partition("/")
    handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {method: grpc.unary_unary_rpc_method_handler(answer)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.wait_for_termination()


async def call_all(
    own: Config, server: Config, port: str, request: Callable[[int], bytes], calls: int, at_once: int
) -> float:
    """Makes calls, so many at once, over one channel.

    Args:
        own: the node whose certificate is shown.
        server: the node that answers.
        port: where it listens.
        request: number of the call to request bytes.
        calls: how many.
        at_once: how many are under way at a time.

    Returns:
        Seconds for all of them, from the first one after the connection stands.
    """
    keys = own.folder / "keys"
    credentials = grpc.ssl_channel_credentials(
        (server.folder / "keys" / "ca.pem").read_bytes(),
        (keys / "tls.key").read_bytes(),
        (keys / "tls.pem").read_bytes(),
    )
    name = (("grpc.ssl_target_name_override", f"{server.node.id}.{server.node.federation}"),)
    numbers = iter(range(calls))
    async with grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials, options=name) as channel:
        await channel.channel_ready()
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(METHOD)

        async def one_after_another() -> None:
            for number in numbers:
                await call(request(number))

        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(one_after_another())
        return time.perf_counter() - began


def config_at(folder: str) -> Config:
    """The configuration in a folder."""
    return load_config(Path(folder))
