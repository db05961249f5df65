# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What tests of following share: a feed to follow, and what the follower says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.follow.ports import Health

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples


def filled(node: Node, samples: Samples, count: int = 6) -> str:
    """Publishes some entries with an ending among them; gives their origin."""
    node.publish("lists", *(samples.black(number) for number in range(count - 1)))
    node.publish("lists", samples.ending(), ref=0)
    return node.origin("lists")


def reasons(node: Node, origin: str) -> list[str]:
    """Reasons of the evidence kept on a feed."""
    return [evidence.reason for _, evidence in node.reader.evidence(origin)]


def health(node: Node, origin: str) -> Health:
    """How following goes."""
    return node.reader.health()[origin, "yrd"]
