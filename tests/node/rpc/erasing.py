# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands behind orders to erase, and behind statements of members: remembers or says what it was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from node.erase.order import AlreadyOrdered, NotErasable, Ordered, Outcome


@dataclass
class Erasing:
    """Orders the first entry, knows the second, and refuses the others."""

    erased: list[tuple[str, tuple[int, ...], str, bool]] = field(default_factory=list)

    def erase(self, feed: str, indexes: Sequence[int], ground: str, *, with_acts: bool) -> Sequence[Outcome]:
        """One outcome for each index."""
        self.erased.append((feed, tuple(indexes), ground, with_acts))
        said: list[Outcome] = [Ordered(indexes[0], (7, 8)), *(AlreadyOrdered(index) for index in indexes[1:2])]
        return [*said, *(NotErasable(index, "ENTRY_NOT_FOUND") for index in indexes[2:])]


class Stating:
    """A statement stage."""

    def acknowledged(self, caller: str, origin: str, known: bytes) -> bytes:
        """Who showed how much of which feed."""
        return f"{caller} {origin} {len(known)}".encode()

    def statements(self, caller: str, origin: str) -> Sequence[bytes]:
        """More than may be told."""
        return [f"{caller} {origin} {number}".encode() for number in range(70)]
