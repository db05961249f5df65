# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A feed's head as a peer shows it, with what it knows of members' statements; all still to be verified."""

from dataclasses import dataclass

from creditexchange.v1.feed_service_pb2 import GetCheckpointResponse

MAX_STATEMENTS = 64


@dataclass(frozen=True, slots=True)
class ShownHead:
    """What a peer shows of a feed.

    Attributes:
        checkpoint: its newest checkpoint, as a signed note.
        acknowledged: the caller's own statement of more entries than it showed to know; empty when there is none.
        statements: what members state of the feed, as far as it was asked for; at most 64 notes.
    """

    checkpoint: bytes
    acknowledged: bytes
    statements: tuple[bytes, ...]


def head_from_wire(message: GetCheckpointResponse) -> ShownHead:
    """A head; statements beyond the limit are left out."""
    return ShownHead(message.checkpoint, message.acknowledged, tuple(message.statements[:MAX_STATEMENTS]))


def head_to_wire(head: ShownHead) -> GetCheckpointResponse:
    """A head as it is shown."""
    return GetCheckpointResponse(
        checkpoint=head.checkpoint, acknowledged=head.acknowledged, statements=head.statements[:MAX_STATEMENTS]
    )
