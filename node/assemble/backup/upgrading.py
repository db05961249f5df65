# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Brings the store of a node up to this version of the program, with a backup first; says of which version it is."""

from dataclasses import dataclass

from federation.errors import StoreFault
from node.assemble.backup.saving import Saved, backups_folder, fresh_file, save_as
from node.assemble.stages import Foundation, place_of
from node.config import Config
from node.storage.copying.snapshot import Told
from node.storage.opening.checks import identified, known_revisions, require_store
from node.storage.opening.creation import migrate_store


@dataclass(frozen=True, slots=True)
class StoreVersion:
    """Where a store is, and of which version.

    Attributes:
        place: a path, or the name of a schema.
        revision: version of its tables.
        newest: the version that this program works with.
    """

    place: str
    revision: str
    newest: str


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade came to.

    Attributes:
        before: version of the tables before.
        after: version now; equal when there was nothing to do.
        saved: the backup made before; None when there was nothing to do, or none was wanted.
    """

    before: str
    after: str
    saved: Saved | None


def store_version(config: Config) -> StoreVersion:
    """Looks at the store of a node; changes nothing.

    Raises:
        ConfigFault: STORE_MISSING, STORE_FOREIGN, STORE_TOO_NEW, STORE_TOO_OPEN.
        StoreFault: it cannot be read.
    """
    place = place_of(config)
    require_store(place)
    return StoreVersion(str(place), identified(place, Foundation(config).owner), known_revisions()[0])


def upgrade(config: Config, told: Told, *, with_backup: bool = True) -> Upgraded:
    """Brings the store of a node up to this version.

    Args:
        config: the node; it must not be served.
        told: told how much of the backup is done, and how much there is in all.
        with_backup: make a backup first, in the node's folder `backups`.

    Raises:
        ConfigFault: STORE_BUSY; or as `store_version`.
        StoreFault: the store is as it was before; the detail names the backup.
    """
    foundation = Foundation(config)
    saved: list[Saved] = []

    def prepare(revision: str) -> None:
        if with_backup:
            mark = f"-before-upgrade-from-{revision}"
            path = fresh_file(backups_folder(config), config.node.id, foundation.clock(), mark)
            saved.append(save_as(foundation, path, told))

    try:
        before, after = migrate_store(place_of(config), foundation.owner, prepare)
    except StoreFault as fault:
        backup = f"; the store is as it was, its backup is {saved[0].path}" if saved else "; the store is as it was"
        raise StoreFault(fault.reason, fault.detail + backup) from None
    return Upgraded(before, after, saved[0] if saved else None)
