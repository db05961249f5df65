# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands behind orders to erase: remembers what it was told."""

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
