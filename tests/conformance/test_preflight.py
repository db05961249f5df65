# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Before any case: mistakes of configuration are found and told with their cure."""

from collections.abc import Callable

import pytest

from conformance.config import load
from conformance.peer.peer import attending
from conformance.preflight import preflight
from tests.conformance.reference.bench import Bench


def _with(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


async def test_a_good_configuration_has_nothing_to_mend(bench: Bench) -> None:
    """Against the correct node the preflight is silent."""
    async with bench.serve() as address:
        assert await preflight(address, load(bench.config)) == ()


@pytest.mark.parametrize("address", ["nowhere", ":8443", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:八"])
async def test_an_address_that_is_none_is_told(bench: Bench, address: str) -> None:
    """A target that is not HOST:PORT is refused before anything is opened."""
    (problem,) = await preflight(address, load(bench.config))
    assert problem.what == f"target {address!r} is not HOST:PORT"


async def test_a_closed_port_is_told(bench: Bench) -> None:
    """A node that does not run is told as unreachable, not as a failed case."""
    async with bench.serve() as address:
        closed = address
    (problem,) = await preflight(closed, load(bench.config))
    assert problem.what.startswith(f"{closed} cannot be reached")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('ca = "server-ca.pem"', 'ca = "foreign-ca.pem"'),
        ("[target]", '[target]\ntls_name = "other.example"'),
        ('certificate = "member.pem"\nkey = "member.key"', 'certificate = "foreign.pem"\nkey = "foreign.key"'),
    ],
    ids=["wrong CA", "wrong name", "our certificate not trusted"],
)
async def test_a_wrong_chain_or_name_is_told(bench: Bench, old: str, new: str) -> None:
    """The TLS chain and the names of both sides are checked on the way to the node."""
    config = load(bench.variant("way", _with(old, new)))
    async with bench.serve() as address:
        (problem,) = await preflight(address, config)
    assert problem.what.startswith("no TLS connection as 310000")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (
            '"expired.pem"\nkey = "expired.key"',
            '"member.pem"\nkey = "member.key"',
            "[strangers.expired] certificate must have ended",
        ),
        (
            '"foreign.pem"\nkey = "foreign.key"',
            '"expired.pem"\nkey = "expired.key"',
            "[strangers.foreign] certificate has ended",
        ),
        (
            '"member.pem"\nkey = "member.key"',
            '"expired.pem"\nkey = "expired.key"',
            "[identity] certificate is not valid now",
        ),
        (
            'key = "member.key"',
            'key = "foreign.key"',
            "[identity] member.pem and foreign.key do not belong together, or are not PEM",
        ),
        (
            'key = "coordinator.key"',
            'key = "foreign.key"',
            "[coordinator] coordinator.pem and foreign.key do not belong together, or are not PEM",
        ),
        (
            '"coordinator.pem"\nkey = "coordinator.key"\nmessage_key = "second.key"\n[keys]',
            '"expired.pem"\nkey = "expired.key"\nmessage_key = "second.key"\n[keys]',
            "[relay] certificate is not valid now",
        ),
        (
            'certificate = "foreign.pem"',
            'certificate = "message.key"',
            "[strangers.foreign] message.key and foreign.key do not belong together, or are not PEM",
        ),
    ],
)
async def test_material_that_does_not_fit_is_told(bench: Bench, old: str, new: str, what: str) -> None:
    """Certificates that are not what their table says are found without a connection."""
    config = load(bench.variant("material", _with(old, new)))
    assert [problem.what for problem in await preflight("127.0.0.1:1", config)] == [what]


async def test_a_peer_that_can_neither_listen_nor_look_is_told(bench: Bench) -> None:
    """Our own address and the target's local port are looked at before any case, each with its cure."""
    config = load(bench.peered)
    assert config.peer is not None
    async with bench.following() as address, attending(config):
        (taken,) = await preflight(address, config)
    async with bench.serve() as address:
        (unserved,) = await preflight(address, config)
    assert taken.what.startswith(f"[peer] listen {config.peer.listen} cannot be listened at")
    assert unserved.what.startswith(f"[peer.local] {config.peer.local.address} takes no connection")
