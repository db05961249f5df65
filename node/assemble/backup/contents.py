# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The feeds in a store, each checked in a moment: does its tree lead to what was signed?

Of every feed the right edge is recomputed from the tiles, and the root at the size of its checkpoint is compared with
the one that its note states; the notes of own feeds verify with the node's own keys. `verify` checks the rest: every
leaf and payload.
"""

from collections.abc import Sequence

from federation.errors import FieldFault, NoteFault, StoreFault
from federation.log.checkpoint import Checkpoint, FeedKeys, Origin, open_checkpoint
from federation.log.merkle import EMPTY_ROOT
from federation.log.note import Note
from federation.log.tile import TileTree
from node.assemble.backup.manifest import FeedFacts
from node.identity.keys import KeyRing
from node.publish import FeedView
from node.storage.read.reader import Reader


def checked_feeds(reader: Reader, keys: KeyRing) -> Sequence[FeedFacts]:
    """Every feed held, ordered by origin.

    Raises:
        StoreFault: STORE_CORRUPT, a feed is not what was signed; the detail names it and says what to mend.
    """
    return [_checked(reader, view, keys) for view in reader.feeds()]


def _checked(reader: Reader, view: FeedView, keys: KeyRing) -> FeedFacts:
    held = reader.follow_range(view.origin)
    tree = TileTree(lambda level, index: reader.tile(view.origin, level, index))
    try:
        whole = tree.compact_range(held.size) == held and view.size <= held.size
        root = tree.root(view.size) if whole else EMPTY_ROOT
    except StoreFault as fault:
        if fault.reason != "TILE_MISMATCH":
            raise
        whole = False
    if not whole:
        raise _corrupt(view, "the stored tree does not lead to its own edge")
    if view.note is not None and _signed(view.note, view.origin, keys) != Checkpoint(view.origin, view.size, root):
        raise _corrupt(view, "the stored checkpoint is not of the stored tree")
    if view.note is None and view.size:
        raise _corrupt(view, "the checkpoint is missing")
    note = None if view.note is None else view.note.decode("utf-8", "replace")
    return FeedFacts(origin=view.origin, size=view.size, held=held.size, root=root.hex(), note=note)


def _signed(note: bytes, origin: str, keys: KeyRing) -> Checkpoint | None:
    """What a note states; None when it is no note, or of an own feed and not signed by this node."""
    try:
        owner = Origin.parse(origin)
        if (owner.federation, owner.node_id) != (keys.federation, keys.node_id):
            return Checkpoint.parse(Note.parse(note).text)
        return open_checkpoint(note, FeedKeys(origin, keys.log_verifier(origin), keys.clock_verifier)).checkpoint
    except (FieldFault, NoteFault):
        return None


def _corrupt(view: FeedView, why: str) -> StoreFault:
    mending = "mend: xinqiao verify says more. xinqiao store restore BACKUP --replace brings a whole store back"
    return StoreFault("STORE_CORRUPT", f"{view.origin}: {why}; {mending}")
