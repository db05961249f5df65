# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a mirror lags behind what its origin is known to have signed, whoever showed it.

A hub that withholds entries can show neither a newer checkpoint nor a newer cosignature of the origin, and so the feed
becomes stale by the agreed age. Two things tell sooner. A checkpoint beyond what is held, asked of the origin or of
another hub. And a statement of this node itself, that it held more, as whoever it was made to shows it: then this store
is an older copy of what it was, and nothing of the feed is fresh before it has caught up.
"""

from dataclasses import dataclass

from federation.errors import NoteFault
from federation.log.checkpoint import FeedKeys, open_checkpoint

GRACE_MS = 30_000
"""A follower may be so long behind a checkpoint that somebody else knows already."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A checkpoint signed by a feed's origin that was shown beside the way the feed is followed.

    Attributes:
        size: its size.
        note: the checkpoint with the log's signature, which proves that there is more.
        peer: who showed it.
        since_ms: since when it is known; 0 when this node had acknowledged it.
    """

    size: int
    note: bytes
    peer: str
    since_ms: int


def is_behind(since_ms: int | None, now_ms: int) -> bool:
    """Whether a feed is behind what it should be.

    Args:
        since_ms: since when a larger checkpoint is known than is complete here; None when none is.
        now_ms: time now.
    """
    return since_ms is not None and now_ms - since_ms > GRACE_MS


def shown_by(peer: str, raw: bytes, keys: FeedKeys, now_ms: int) -> Ahead | None:
    """What a peer's checkpoint of a feed proves; None where the origin did not sign it."""
    try:
        size = open_checkpoint(raw, keys).checkpoint.size
    except NoteFault:
        return None
    return Ahead(size, raw, peer, now_ms)
