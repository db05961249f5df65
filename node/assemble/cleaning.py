# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Cleans a node's store up after erasures, while nobody serves it."""

from dataclasses import dataclass
from pathlib import Path

from federation.errors import ConfigFault
from node.assemble.stages import Stages, place_of
from node.config import Config
from node.storage.opening.checks import is_served


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What cleaning up came to.

    Attributes:
        before_bytes: length of the store's files before; 0 for a database.
        after_bytes: likewise after.
        whole: whether everything was rewritten; else somebody was reading, or the database's role may not order it.
    """

    before_bytes: int
    after_bytes: int
    whole: bool


def clean_store(config: Config) -> Cleaned:
    """Rewrites the store's files, so that nothing of what was erased lingers in them. Takes as long as copying it.

    Raises:
        ConfigFault: STORE_BUSY, the node is being served.
        StoreFault: STORE_FULL, there is no room for the copy; the store is as it was.
    """
    place = place_of(config)
    if is_served(place):
        raise ConfigFault("STORE_BUSY", f"{place} is in use; mend: stop the node, clean, and start it again")
    with Stages.open(config) as stages:
        before = _length(place)
        whole = stages.store.clean()
    return Cleaned(before, _length(place), whole)


def _length(place: object) -> int:
    if not isinstance(place, Path):
        return 0
    files = (place, place.with_name(f"{place.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
