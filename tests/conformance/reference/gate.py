# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands before every method of the reference node: how often a member may call, and what has killed it."""

import time
from dataclasses import dataclass, field

from tests.conformance.reference.fault import Fault
from tests.conformance.reference.refusal import No

BURST, PER_SECOND = 30.0, 20.0
LIMITED, WATCHED = "FeedService/ListFeeds", "FeedService/WatchCheckpoints"
MOST_WATCHES = 50
DEEP = b"\x83\x7d" * 1000


@dataclass
class Gate:
    """Counts the calls of each member to one method; the others are as many as they are."""

    faults: frozenset[Fault]
    left: dict[str, tuple[float, float]] = field(default_factory=dict)
    watches: int = 0
    dead: bool = False

    def enter(self, method: str, request: bytes, caller: str) -> None:
        """Let a call pass, or refuse it."""
        self.watches += method == WATCHED
        self.dead |= Fault.STREAMS_FATAL in self.faults and self.watches > MOST_WATCHES
        self.dead |= Fault.NESTING_FATAL in self.faults and DEEP in request
        self.dead |= Fault.TEXT_FATAL in self.faults and b"<script>" in request
        if self.dead:
            raise No("STORE_UNAVAILABLE")
        if method == LIMITED and Fault.CALLS_UNLIMITED not in self.faults:
            self._take("" if Fault.OTHERS_STARVED in self.faults else caller)

    def _take(self, member: str) -> None:
        now = time.monotonic()
        left, at = self.left.get(member, (BURST, now))
        left = min(BURST, left + (now - at) * PER_SECOND)
        if left < 1:
            forever = Fault.LOCKED_OUT in self.faults
            self.left[member] = (float("-inf") if forever else left, now)
            said = "" if Fault.LIMIT_NAMELESS in self.faults else None
            retry_s = None if Fault.RETRY_UNTOLD in self.faults else 0.01 if forever else (1 - left) / PER_SECOND
            raise No("LIMIT_EXCEEDED", said=said, retry_s=retry_s)
        self.left[member] = (left - 1, now)
