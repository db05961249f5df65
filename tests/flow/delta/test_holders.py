# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A holder index made in one city tells another, two hubs away, whom it need not be asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.records.feed_policy import Dataset
from federation.rules.holders.statement import HOLDER_INDEX_TYPE, HolderSaid, MayHold, NothingHeld
from federation.standards.identity import CodeKind
from node.assemble.stages import Views
from node.exchange.dialogue import opened
from tests.flow.delta.world import HANGZHOU, HOLDERS_S, LISTS, SUZHOU
from tests.flow.world import removal
from tests.samples.invented import unified

if TYPE_CHECKING:
    from tests.flow.delta.world import Delta

pytestmark = pytest.mark.slow


def said(delta: Delta, code: str) -> HolderSaid | None:
    """What Hangzhou's index says at Suzhou of what lists hold about a subject."""
    desk = delta.desk(SUZHOU)
    return Views(desk.foundation, desk.reader).holders.said(code, {Dataset.LISTS}).get(HANGZHOU)


def test_an_index_comes_through_two_hubs_as_it_was_signed(delta: Delta) -> None:
    """Who is listed may be held there, who is not is not; who has ended leaves it, and comes to be no reason to ask."""
    index, record = delta.listed()
    listed, nobody = record.identity.code, unified("91", "330100", 77777)
    assert CodeKind.USCC is record.identity.code_kind

    held_there = MayHold(frozenset({Dataset.LISTS}))
    delta.as_time_flies(lambda: said(delta, listed) == held_there, "the index, with the subject in it", HOLDERS_S)
    assert isinstance(said(delta, nobody), NothingHeld)
    held = delta.desk(SUZHOU).reader.holder_index(HANGZHOU)
    assert held is not None
    assert opened(held.envelope, HOLDER_INDEX_TYPE, delta.desk(HANGZHOU).foundation.keys.message_verifier)

    delta.publish(LISTS, removal(index))
    delta.await_counting(LISTS, index, counts=False)  # or the hubs would seem to withhold it, as time flies
    delta.as_time_flies(lambda: isinstance(said(delta, listed), NothingHeld), "the index without it", HOLDERS_S)
