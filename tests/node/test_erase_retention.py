# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Retention at a node: only what is past its term goes, with its versions and acts, and only when asked for."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

import pytest

from federation.log.entry import PayloadState
from federation.records.list_entry import ListKind
from node.assemble.serving.condition import Condition
from node.assemble.serving.loops import Bells, Loops
from node.assemble.serving.retaining import Retaining
from node.config import RetentionSection
from node.erase.retention import Due, Terms, due_in
from node.observe import Observer
from tests.node.region.trouble import InLine

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples

AFTER = date(2030, 3, 2)


def due(node: Node, day: date) -> list[Due]:
    """What is past its term in the lists."""
    terms = Terms(node.stages.foundation.book.retention, node.id, day)
    return [each for batch in due_in(node.reader, node.origin("lists"), terms) for each in batch]


def filled(node: Node, samples: Samples) -> None:
    """A black entry of three years, one that is still open, a red one, and a black one in two versions, removed."""
    node.publish("lists", samples.black(1), samples.black(2, valid_until=None), samples.red(3))
    node.publish("lists", samples.black(4, valid_until=None))
    node.offer("lists", node.item(samples.black(4, valid_until=None, reason="更正")), amend=True)
    node.stages.publish_pending()
    node.publish("lists", samples.ending(), ref=4)


def test_what_is_past_its_term_is_found(hangzhou: Node, samples: Samples) -> None:
    """Five years after the decision, what has lapsed or ended; not what is open, red, or an earlier version."""
    filled(hangzhou, samples)

    (found,) = due(hangzhou, AFTER)

    assert [] == due(hangzhou, date(2030, 3, 1))
    assert ((0, 4), "retention-330000@1/lists") == (found.indexes, found.term.name)
    assert "第十六条" in found.ground
    assert ListKind.BLACK in found.term.list_kinds


def test_what_was_erased_has_no_term(hangzhou: Node, samples: Samples) -> None:
    """A second pass finds nothing; versions and acts went with the record."""
    filled(hangzhou, samples)
    for each in due(hangzhou, AFTER):
        hangzhou.stages.eraser.order(each.origin, each.indexes, each.ground, with_acts=True)
    hangzhou.stages.publish_pending()

    held = hangzhou.reader.held(hangzhou.origin("lists"), 0, 99)
    assert [0, 3, 4, 5] == [entry.index for entry in held if entry.state is PayloadState.ERASED]
    assert [] == due(hangzhou, AFTER)


def test_a_node_without_terms_reads_nothing(hangzhou: Node, samples: Samples) -> None:
    """No rule, no erasure."""
    filled(hangzhou, samples)

    assert [] == list(due_in(hangzhou.reader, hangzhou.origin("lists"), Terms((), hangzhou.id, AFTER)))


@pytest.mark.parametrize(("enforce", "gone"), [(False, []), (True, [0, 3, 4, 5])])
async def test_the_loop_erases_when_it_is_configured(
    hangzhou: Node, samples: Samples, *, enforce: bool, gone: list[int]
) -> None:
    """By itself once a day, and never unless the operator has said so."""
    filled(hangzhou, samples)
    hangzhou.clock.to(AFTER)
    foundation = hangzhou.stages.foundation
    foundation.config = foundation.config.model_copy(update={"retention": RetentionSection(enforce=enforce)})
    bells = Bells(asyncio.get_running_loop())
    observer = Observer(hangzhou.id)
    loops = Loops(hangzhou.stages, bells, InLine(), observer, Condition())
    queue = bells.queue(hangzhou.origin("lists"))
    with ThreadPoolExecutor(1) as readers:
        task = asyncio.create_task(Retaining(hangzhou.stages, bells, loops, readers, observer).run())
        if enforce:
            await queue.wait(0, 30)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    hangzhou.stages.publish_pending()

    held = hangzhou.reader.held(hangzhou.origin("lists"), 0, 99)
    assert gone == [entry.index for entry in held if entry.state is PayloadState.ERASED]
