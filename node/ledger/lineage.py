# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether what came before an amendment was destroyed by order: then nobody can see again how it came to stand."""

from federation.log.entry import PayloadState
from federation.log.leaf import LeafKind
from node.entry.holding import HeldEntry
from node.entry.lineage import MAX_VERSIONS_BACK, LineageReader


def rests_on_erased(reader: LineageReader, entry: HeldEntry) -> bool:
    """Whether an earlier version of an entry, or an act on one, has no payload any more."""
    version = entry
    for _ in range(MAX_VERSIONS_BACK):
        leaf = version.leaf
        if leaf is None or leaf.kind is not LeafKind.AMEND or leaf.ref is None or leaf.ref >= version.index:
            return False
        acts = reader.acts(entry.origin, [leaf.ref]).get(leaf.ref, ())
        before = reader.held_at(entry.origin, [leaf.ref])
        if any(each.state is PayloadState.ERASED for each in (*before, *acts)):
            return True
        if not before:
            return False
        version = before[0]
    return False
