# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Indexes in the store: handed out whole or not at all, and dropped when nobody asks for them any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.errors import StoreFault
from node.assemble.serving.holders.handing import Handing
from node.assemble.serving.holders.publishing import drop_unwanted
from node.config import HoldersSection
from tests.node.holders.looking import Way, follow, publish

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples


async def test_the_own_index_is_handed_out_without_a_name(hangzhou: Node, samples: Samples) -> None:
    """And under its own; after the last piece there is none."""
    hangzhou.publish("lists", samples.black(1))
    held = await publish(hangzhou)
    handing = Handing(hangzhou.reader, "330100")

    assert held is not None
    assert [held, held, None] == [handing.index(node_id) for node_id in ("", "330100", "310000")]
    assert [128, 0] == [len(handing.piece(held, number)) for number in (0, 1)]


async def test_pieces_of_an_index_that_was_replaced_are_refused(hangzhou: Node, samples: Samples) -> None:
    """The end of the old one is never taken for the end of the new."""
    hangzhou.publish("lists", samples.black(1))
    old = await publish(hangzhou)
    hangzhou.publish("lists", samples.black(2))
    await publish(hangzhou)

    assert old is not None
    with pytest.raises(StoreFault, match="STORE_CONTENDED"):
        Handing(hangzhou.reader, "330100").piece(old, 1)


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (HoldersSection(), []),
        (HoldersSection(publish=True), ["310000"]),
        (HoldersSection(follow=True), ["330100"]),
        (HoldersSection(publish=True, follow=True), ["310000", "330100"]),
    ],
)
async def test_what_is_switched_off_is_dropped_at_the_next_start(
    hangzhou: Node, shanghai: Node, samples: Samples, wanted: HoldersSection, kept: list[str]
) -> None:
    """An index that nobody keeps right must not go on to be handed out or believed."""
    hangzhou.publish("lists", samples.black(1))
    await publish(hangzhou)
    await publish(shanghai)
    await follow(shanghai, "330100", {"330100": Way(hangzhou)})
    foundation = shanghai.stages.foundation
    foundation.config = foundation.config.model_copy(update={"holders": wanted})
    drop_unwanted(shanghai.stages)

    assert kept == [held.node_id for held in shanghai.reader.holder_indexes()]
