# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What holds for every test, and the PostgreSQL servers that tests share."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from node.demo.postgres import TemporaryPostgres, best_programs, installed_programs

# A shell that starts its work in the background has it ignore interrupts, and every program started from it inherits
# that: the tests that interrupt programs would wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)

QUICK = {"fsync": "off", "full_page_writes": "off", "max_connections": "60", "shared_buffers": "32MB"}
"""No test pulls the plug of a server, so that it need not wait for the disk."""

Servers = Callable[[str], TemporaryPostgres]


@pytest.fixture(scope="session")
def postgres_servers() -> Iterator[Servers]:
    """Servers by the kind of PostgreSQL, `system` or `package`, started when they are first asked for."""
    running: dict[str, TemporaryPostgres] = {}
    with ExitStack() as closing:

        def server(kind: str) -> TemporaryPostgres:
            if kind not in running:
                found = [programs for programs in installed_programs() if programs.name.startswith(kind)]
                if not found:
                    pytest.skip(f"no PostgreSQL of the {kind} here")
                running[kind] = closing.enter_context(TemporaryPostgres(found[0], QUICK))
            return running[kind]

        yield server


@pytest.fixture(scope="session")
def postgres(postgres_servers: Servers) -> TemporaryPostgres:
    """A server, whichever is here: the test extra brings one."""
    return postgres_servers(best_programs().name.split()[0])
