# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Members' indexes are taken as the member signed them, and not older: else the last good one stays. One lie each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.records.codec import encode
from federation.records.holders.index import HolderIndex
from federation.rules.holders.statement import HOLDER_INDEX_TYPE
from node.exchange.dialogue import Envelope, seal
from node.holders.index import MAX_HEADER_BYTES, HeldIndex
from tests.node.holders.looking import Message, Way, follow, publish
from tests.node.region.world import World

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples

Spoil = Callable[[Message], Message | None]


@dataclass(frozen=True)
class Lied:
    """Hangzhou has published twice; Shanghai has the index of the first time. A hub is there, too."""

    hangzhou: Node
    shanghai: Node
    hub: Node
    first: HeldIndex
    second: HeldIndex

    async def refused(self, spoil: Spoil, source: str = "yrd") -> str:
        """Why the second index is not taken when it comes spoilt; what is held is the first, whole."""
        refusals = await follow(self.shanghai, "330100", {source: Way(self.hangzhou, spoil)})
        self.still_held()
        ((peer, reason),) = refusals
        assert source == peer
        return reason

    def still_held(self) -> None:
        """What is held is the first index, whole."""
        kept = self.shanghai.reader.holder_index("330100")
        assert kept is not None
        assert self.first.header == kept.header
        assert self.shanghai.reader.holder_bits("330100", self.first.index.bits_sha256) is not None


@pytest.fixture(scope="module")
async def lied(tmp_path_factory: pytest.TempPathFactory, templates: Path, samples: Samples) -> AsyncIterator[Lied]:
    """One world for all lies: none leaves anything behind."""
    world = World(tmp_path_factory.mktemp("lied"), templates)
    hangzhou, hub = world.node("330100"), world.node("yrd")
    shanghai = world.node("310000", nyrd={"roles": ("relay",)})
    hangzhou.publish("lists", samples.black(1))
    first = await publish(hangzhou)
    assert [] == await follow(shanghai, "330100", {"330100": Way(hangzhou)})
    hangzhou.publish("lists", samples.black(2))
    second = await publish(hangzhou)
    await publish(hub)
    assert first is not None
    assert second is not None
    yield Lied(hangzhou, shanghai, hub, first, second)
    world.end()


def headed(change: Callable[[Envelope], Envelope | None]) -> Spoil:
    """Spoils the header alone."""
    return lambda message: change(message) if isinstance(message, Envelope) else message


@pytest.mark.parametrize(
    "spoil",
    [
        lambda bits: bits[:-1] + bytes([bits[-1] ^ 1]),
        lambda bits: bits[:-1],
        lambda bits: bits + b"\0",
        lambda _bits: None,
        lambda _bits: b"",
    ],
    ids=["a bit", "shorter", "longer", "nothing", "empty"],
)
async def test_altered_bits_are_refused(lied: Lied, spoil: Callable[[bytes], bytes | None]) -> None:
    """Whoever turned, cut or added any."""
    said = await lied.refused(lambda message: message if isinstance(message, Envelope) else spoil(message))

    assert "HOLDER_INDEX_ALTERED" == said


async def test_an_older_index_is_refused(lied: Lied) -> None:
    """A hub that hands on what the member has replaced would hide what came since."""
    older = replace(lied.first, header=seal(HOLDER_INDEX_TYPE, encode(_aged(lied)), lied.hangzhou.keys).to_bytes())

    assert "HOLDER_INDEX_OLDER" == await lied.refused(headed(lambda _: older.envelope))


def _aged(lied: Lied) -> HolderIndex:
    return lied.second.index.model_copy(update={"built_at_ms": 1, "as_of_ms": lied.first.index.as_of_ms - 1})


async def test_another_signer_is_refused(lied: Lied) -> None:
    """A hub may sign for itself alone."""
    said = await lied.refused(headed(lambda header: seal(HOLDER_INDEX_TYPE, header.payload, lied.hub.keys)))

    assert "HOLDER_INDEX_UNSIGNED" == said


async def test_a_header_that_was_changed_is_refused(lied: Lied) -> None:
    """One byte beside what was signed."""
    said = await lied.refused(headed(lambda header: replace(header, payload=header.payload + b"\0")))

    assert "HOLDER_INDEX_UNSIGNED" == said


async def test_what_was_signed_for_another_end_is_refused(lied: Lied) -> None:
    """The type is under the signature."""
    said = await lied.refused(headed(lambda header: seal("application/other", header.payload, lied.hangzhou.keys)))

    assert "HOLDER_INDEX_UNSIGNED" == said


async def test_another_nodes_index_is_refused(lied: Lied) -> None:
    """A hub that answers with its own."""
    assert [("yrd", "HOLDER_INDEX_UNSIGNED")] == await follow(
        lied.shanghai, "330100", {"yrd": Way(lied.hub, instead="yrd")}
    )
    lied.still_held()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"node_id": "yrd"}, "HOLDER_INDEX_FOREIGN"),
        ({"as_of_ms": 1 << 62}, "HOLDER_INDEX_FROM_FUTURE"),
        ({"bits": 64 * 1024 * 1024 * 8}, "HOLDER_INDEX_TOO_LARGE"),
        ({"bits": 8}, "HOLDER_INDEX_MALFORMED"),
        ({"keys": 0}, "HOLDER_INDEX_FALSE"),
    ],
)
async def test_what_a_node_may_not_state_is_refused(lied: Lied, changes: dict[str, object], reason: str) -> None:
    """Though it signed it itself; a filter that is too long is not even fetched."""
    stated = lied.second.index.model_copy(update=changes)

    said = await lied.refused(headed(lambda _: seal(HOLDER_INDEX_TYPE, encode(stated), lied.hangzhou.keys)), "330100")
    assert reason == said


async def test_a_header_over_its_limit_is_refused(lied: Lied) -> None:
    """Before its signature is checked."""
    said = await lied.refused(headed(lambda header: replace(header, payload=bytes(MAX_HEADER_BYTES + 1))))

    assert "HOLDER_INDEX_TOO_LARGE" == said


async def test_a_filter_without_its_header_is_refused(lied: Lied) -> None:
    """Nobody knows what it would be of."""
    assert "ANSWER_MALFORMED" == await lied.refused(headed(lambda _: None))
