# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Two cities that tell each other what they did: feeds of feedback for one reader each, and statements."""

from collections.abc import Callable
from typing import Any

import pytest

from federation.records.feed_policy import Dataset
from federation.records.loop.feedback import FeedbackResponse
from federation.rules.loop.feedback import Statement
from node.config import FeedSection
from tests.node.region.member import FEEDS, Node
from tests.node.region.world import World

MARKET = "11310000PDY0030268"
FINANCE = "11310000PDY003114N"


def feedback_feed(name: str, *readers: str) -> FeedSection:
    """A feed of feedback for some readers, natural persons included."""
    return FeedSection(name=name, dataset=Dataset.FEEDBACK, readers=readers, person_payload_readers=readers)


@pytest.fixture
def answering(world: World) -> Node:
    """Shanghai, with feeds of feedback for Hangzhou, for Zhejiang, and for itself."""
    feeds = [feedback_feed("feedback-330100", "330100"), feedback_feed("feedback-330000", "330000")]
    return world.node("310000", (*FEEDS, *feeds, feedback_feed("feedback")))


@pytest.fixture(scope="session")
def says() -> Callable[..., Statement]:
    """A sound statement about an entry, but for what is changed."""

    def made(origin: str, index: int = 0, **changes: object) -> Statement:
        sound: dict[str, Any] = {
            "case_id": "沪联惩〔2026〕1号",
            "entry_origin": origin,
            "entry_index": index,
            "measure": "closer-inspection",
            "implementer": MARKET,
            "response": FeedbackResponse.ACCEPTED,
        }
        return Statement(**{**sound, **changes})

    return made
