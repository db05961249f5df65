# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What holds for every test, and the PostgreSQL servers that tests share."""

import os
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from node.demo.postgres import TemporaryPostgres, best_programs, installed_programs
from node.demo.process import environment
from node.demo.zygote import Zygote

# A shell that starts its work in the background has it ignore interrupts, and every program started from it inherits
# that: the tests that interrupt programs would wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)

# As every command sets it; but gRPC reads it once a process, and here that may be for a test of something else: its
# lines would come, late, between those of a command.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

# How long an example takes says how busy the machine is. CI tries the same examples every time, so that a run can be
# repeated; whoever works on the code tries others.
settings.register_profile(
    "project", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")

QUICK = {"fsync": "off", "full_page_writes": "off", "max_connections": "60", "shared_buffers": "32MB"}
"""No test pulls the plug of a server, so that it need not wait for the disk."""

Servers = Callable[[str], TemporaryPostgres]
FEDERATION = Path(__file__).parent / "federation"
FLOW = Path(__file__).parent / "flow"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of federation run first: what is read once a process must be read while coverage looks on.

    Those that start many processes follow, so that none of them is left over for one worker alone at the end.
    """
    items.sort(key=lambda item: (not item.path.is_relative_to(FEDERATION), not item.path.is_relative_to(FLOW)))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Coverage of federation is what its own tests reach: all others run without, a third faster.

    What is pure is tested where it is; that a city's flow happens to pass a line is no test of it.
    """
    plugin = item.config.pluginmanager.getplugin("_cov")
    controller = getattr(plugin, "cov_controller", None)
    if controller is None or item.path.is_relative_to(FEDERATION):
        return (yield)
    controller.pause()
    try:
        return (yield)
    finally:
        controller.resume()


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


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Forks the commands of tests that run many: each is a process of its own, and none loads the program anew."""
    with Zygote(environment()) as made:
        yield made
