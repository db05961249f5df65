# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What an answer that was kept is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.records.act import AnnotationKind
from node.audit.bundle import AnswerBundle
from node.audit.trust import TrustFolder
from tests.node.region.talk import PURPOSE, Wire, inquirer, matter
from tests.node.region.world import World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.node.region.samples import Samples

from tests.node.audit.kept import HOSTILE, Kept, keys_of_card


@pytest.fixture(scope="module")
async def kept(tmp_path_factory: pytest.TempPathFactory, templates: Path, samples: Samples) -> AsyncIterator[Kept]:
    """Shanghai has asked Hangzhou, once for all: whoever changes the answer changes a copy."""
    world = World(tmp_path_factory.mktemp("kept"), templates)
    shanghai = world.node("310000")
    hangzhou = world.node("330100", n310000={"may_ask": (PURPOSE,)})
    hangzhou.publish("lists", samples.black(1, reason=HOSTILE))
    hangzhou.publish("lists", samples.mark(AnnotationKind.OBJECTION), ref=0)
    answered = await inquirer(shanghai).inquire_signed("330100", Wire(hangzhou, "310000"), matter())
    members = {node.keys.clock_verifier.name: keys_of_card(node) for node in (hangzhou, shanghai)}
    yield Kept(AnswerBundle(answered.question, answered.signed), shanghai, hangzhou, TrustFolder(members))
    world.end()
