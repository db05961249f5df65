# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether what is stored of an own feed is what was signed and what was built: asked before anything is signed."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from federation.errors import ConfigFault, FieldFault, NoteFault, StoreFault
from federation.log.checkpoint import FeedKeys, open_checkpoint
from federation.log.leaf import Leaf
from federation.log.merkle import CompactRange
from federation.log.tile import TileTree


class StoredFeed(Protocol):
    """A transaction that reads an own feed as it is stored."""

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One stored tile, empty when there is none."""
        ...

    def stored(self, origin: str, start: int, stop: int) -> Sequence[tuple[bytes, bytes, bytes]]:
        """Leaf, salt and payload of entries [start, stop)."""
        ...


class Head(Protocol):
    """The stored head of a feed."""

    @property
    def range(self) -> CompactRange:
        """Right edge."""
        ...

    @property
    def time_ms(self) -> int:
        """Time of the newest entry."""
        ...

    @property
    def note(self) -> bytes:
        """The signed note."""
        ...


def require_head(unit: StoredFeed, head: Head, keys: FeedKeys) -> None:
    """Sees that tiles, right edge, signed note and the newest entry's time agree.

    Raises:
        ConfigFault: REFILL_UNFINISHED, only part of what a mirror has was brought back.
        StoreFault: HEAD_CORRUPT; nothing may be built on it.
    """
    tree = TileTree(lambda level, index: unit.tile(keys.origin, level, index))
    try:
        leads = tree.compact_range(head.range.size) == head.range
    except StoreFault as fault:
        if fault.reason != "TILE_MISMATCH":
            raise
        leads = False
    if not leads:
        raise StoreFault("HEAD_CORRUPT", f"{keys.origin}: stored tiles do not lead to the stored head")
    try:
        signed = open_checkpoint(head.note, keys)
    except NoteFault as fault:
        raise StoreFault("HEAD_CORRUPT", f"{keys.origin}: stored head: {fault.reason}") from fault
    size, root = signed.checkpoint.size, signed.checkpoint.root
    if size < head.range.size and root == tree.root(size):
        raise ConfigFault(
            "REFILL_UNFINISHED",
            f"{keys.origin}: bringing back entries from a mirror was interrupted; nothing will be signed; "
            "mend: xinqiao feed refill --from PEER, the same PEER as before",
        )
    if (size, root) != (head.range.size, head.range.root()):
        raise StoreFault("HEAD_CORRUPT", f"{keys.origin}: the signed head is not the stored one")
    if head.time_ms != _newest_time(unit, keys.origin, head.range.size):
        raise StoreFault("HEAD_CORRUPT", f"{keys.origin}: the stored time is not that of the newest entry")


def require_tiles(unit: StoredFeed, origin: str, tiles: Mapping[tuple[int, int], bytes], after: CompactRange) -> None:
    """Sees that the stored tiles are those that were built, and that they lead to the root that will be signed.

    The latter finds a hash that changed in the store since an earlier batch put it there.

    Raises:
        StoreFault: STORED_BATCH_DIFFERS.
    """
    stored = {(level, index): unit.tile(origin, level, index) for level, index in tiles}
    tree = TileTree(lambda level, index: stored.get((level, index)) or unit.tile(origin, level, index))
    if stored != tiles or tree.compact_range(after.size) != after:
        raise StoreFault("STORED_BATCH_DIFFERS", f"{origin}: a stored tile is not what was built")


def _newest_time(unit: StoredFeed, origin: str, size: int) -> int | None:
    """When the newest of so many entries was sequenced; 0 for none at all, None for one that cannot be read."""
    if size == 0:
        return 0
    try:
        return next((Leaf.decode(leaf).time_ms for leaf, _, _ in unit.stored(origin, size - 1, size)), None)
    except FieldFault:
        return None
