# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Ports for servers under test: below those that systems give to callers, and each test worker has its own."""

import itertools
import os
import socket

PORTS_A_WORKER = 2500
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw3").removeprefix("gw")) % 4
_OFFSETS = itertools.count(os.getpid() % PORTS_A_WORKER)


def free_port() -> int:
    """A port nobody listens on now, and that no other worker will choose; never the same one twice in a row."""
    for offset in _OFFSETS:
        port = 10_000 + _WORKER * PORTS_A_WORKER + offset % PORTS_A_WORKER
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


def free_ports(count: int) -> list[int]:
    """Several such ports."""
    return [free_port() for _ in range(count)]
