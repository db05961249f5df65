# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Brings a store up to the register of erasures: a backup that is older than an erasure must not bring anything back.

Every batch is a transaction of its own; how far the register was followed is kept with the last one, so that a crash
repeats work and never skips any. Called before anything of a store is served: after a restore, and at every start,
where it costs one look at the file's length.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice

from node.storage.register import Erased
from node.storage.store import Store

BATCH_LINES = 500


def reapply(store: Store) -> int:
    """Destroys in a store whatever its register names and the store still holds.

    Args:
        store: open for writing; entries that it does not hold are left out, feeds that it does not know too.

    Returns:
        How many entries were destroyed; 0 when the store was as new as the register.

    Raises:
        StoreFault: ERASURES_UNREADABLE, or the store cannot be written; call it again before anything is served.
    """
    register = store.register
    if register is None:
        return 0
    size = register.size()
    with store.write() as unit:
        if unit.registered() == size:
            return 0
    destroyed = 0
    lines = register.read()
    while batch := list(islice(lines, BATCH_LINES)):
        destroyed += _destroy(store, batch)
    with store.write() as unit:
        unit.set_registered(size)
    return destroyed


def _destroy(store: Store, batch: Sequence[Erased]) -> int:
    by_feed: defaultdict[str, list[int]] = defaultdict(list)
    for erased in batch:
        by_feed[erased.origin].append(erased.index)
    with store.write() as unit:
        return sum(unit.destroy_again(origin, indexes) for origin, indexes in sorted(by_feed.items()))
