# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Makes a backup the node's store.

Everything is done to a copy beside the store, while no other process may write: its checksum, its owner, its
version, its trees and signatures are checked, and what was erased since is destroyed in it. Only then does it become
the store, by `node/storage/copying/placing.py`. A crash before that leaves the store that was there; the copy is
cleared away by the next attempt.

A backup is an old copy: what was signed since is not in it. The node asks its mirrors at start and signs nothing while
one of them knows more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from federation.errors import ConfigFault, StoreFault
from node.assemble.backup.contents import checked_feeds
from node.assemble.backup.erasures import merge_registers
from node.assemble.backup.manifest import FileFacts, Manifest, copy_checked, facts_of, files_of, read_manifest
from node.assemble.stages import Foundation, place_of
from node.config import Config
from node.storage.copying.placing import aside_of, is_vacant, put_in_place
from node.storage.copying.snapshot import Told, require_room, sync_file
from node.storage.dialect.place import StorePlace
from node.storage.fault import file_faults
from node.storage.opening.checks import known_revisions, writing_alone
from node.storage.opening.creation import migrate_store
from node.storage.reapply import reapply
from node.storage.register import REGISTER_NAME
from node.storage.store import open_reader, open_store

_COPY = "store.db.restoring"
_BESIDE = ("", "-wal", "-shm", ".lock")
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Restored:
    """A store that was restored.

    Attributes:
        place: where it is.
        kept: what the store that was there is called now; None when there was none.
        migrated_from: the version it was migrated from; None when it was of this one.
        entries: how many entries it holds, over all feeds.
        erased: how many of them were destroyed, since they had been erased after the backup was made.
    """

    manifest: Manifest
    place: str
    kept: str | None
    migrated_from: str | None
    entries: int
    erased: int


def restore(config: Config, backup: Path, told: Told, *, replace: bool = False) -> Restored:
    """Makes a backup the store of a node, in whichever database the configuration names.

    Args:
        config: the node; its keys must be those that signed what the backup holds.
        backup: the store file of the backup, or its manifest.
        told: told how much is done, and how much there is in all.
        replace: a store that is there gets another name; nothing is deleted.

    Raises:
        ConfigFault: BACKUP_MISSING, BACKUP_TOO_NEW; STORE_FOREIGN, it is of another node; STORE_TOO_NEW, of a newer
            version; STORE_MOVED, of a store that was moved away; STORE_EXISTS; STORE_BUSY, the node is served.
        StoreFault: BACKUP_DAMAGED; STORE_CORRUPT, it is not what was signed; STORE_FULL, STORE_UNAVAILABLE. The store
            that was there is there.
    """
    foundation = Foundation(config)
    files = files_of(backup)
    manifest = read_manifest(files.manifest)
    _require_suitable(manifest, foundation)
    place = place_of(config)
    with writing_alone(place):
        vacant = is_vacant(place)
        if not vacant and not replace:
            detail = f"{place} is there already; mend: --replace keeps it under another name"
            raise ConfigFault("STORE_EXISTS", detail)
        with _copied(_beside(place, config), files.store, manifest.store, told) as copy:
            found, newest = migrate_store(copy, foundation.owner)
            entries = _check(copy, manifest, foundation)
            _add_erasures(config.folder / REGISTER_NAME, files.erasures, manifest.erasures)
            erased = _erase_again(copy, config, foundation)
            aside = aside_of(place, f"{datetime.fromtimestamp(foundation.clock() / 1000, UTC):%Y%m%dT%H%M%SZ}")
            put_in_place(copy, place, aside, told)
    kept = None if vacant else _kept(place, aside)
    return Restored(manifest, str(place), kept, None if found == newest else found, entries, erased)


def _beside(place: StorePlace, config: Config) -> Path:
    """Where the copy is made: on the file system of a file, so that it gets there by its name alone."""
    return place.parent if isinstance(place, Path) else config.folder


def _kept(place: StorePlace, aside: str) -> str:
    return str(place.with_name(aside)) if isinstance(place, Path) else aside


def _require_suitable(manifest: Manifest, foundation: Foundation) -> None:
    owner = foundation.owner
    if (manifest.federation, manifest.node_id) != (owner.federation, owner.node_id):
        whose = f"{manifest.federation}/{manifest.node_id}, not of {owner.federation}/{owner.node_id}"
        raise ConfigFault("STORE_FOREIGN", f"the backup is of {whose}; mend: name a backup of this node")
    if manifest.revision not in known_revisions():
        detail = f"the backup was made by {manifest.program}; mend: run that version or a later one"
        raise ConfigFault("STORE_TOO_NEW", detail)


@contextmanager
def _copied(folder: Path, source: Path, facts: FileFacts, told: Told) -> Iterator[Path]:
    """The store file of the backup, copied and its checksum compared; cleared away at the end, unless it was moved."""
    require_room(folder, facts.bytes)
    copy = folder / _COPY
    _clear(copy)
    try:
        with file_faults(copy):
            copy.touch(_OWNER_ONLY, exist_ok=False)
            copy_checked(source, copy, facts, told)
        sync_file(copy)
        yield copy
    finally:
        _clear(copy)


def _clear(copy: Path) -> None:
    with file_faults(copy):
        for suffix in _BESIDE:
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)


def _check(copy: Path, manifest: Manifest, foundation: Foundation) -> int:
    """Sees that the copy is what was signed, and what the manifest says; returns how many entries it holds."""
    with open_reader(copy, foundation.owner) as reader:
        feeds = tuple(checked_feeds(reader, foundation.keys))
    if manifest.feeds is not None and manifest.feeds != feeds:
        raise StoreFault("BACKUP_DAMAGED", "the manifest is of another store file; mend: take another backup")
    return sum(feed.held for feed in feeds)


def _erase_again(copy: Path, config: Config, foundation: Foundation) -> int:
    """Destroys in the copy what was erased since it was made, and leaves no byte of it in the file; says how much.

    Raises:
        ConfigFault: STORE_MOVED, the copy is of a store that was moved away.
        StoreFault: ERASURES_UNREADABLE, or the copy cannot be written.
    """
    with open_store(copy, foundation.owner, config.folder / REGISTER_NAME) as store:
        erased = reapply(store)
        if erased:
            store.clean()
    return erased


def _add_erasures(register: Path, saved: Path, facts: FileFacts | None) -> None:
    """Adds the register of the backup to the node's."""
    if facts is None:
        return
    with file_faults(saved):
        found = facts_of(saved) if saved.is_file() else None
    if found != facts:
        detail = f"{saved} is not the file that its manifest was written for; mend: take another backup"
        raise StoreFault("BACKUP_DAMAGED", detail)
    merge_registers(register, saved)
