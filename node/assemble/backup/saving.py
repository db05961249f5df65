# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Makes a backup, while the node is served or not.

Each file is written as NAME.part, made durable and given its name; the manifest last. A crash leaves a NAME.part, or
files without a manifest, which are no backup; the next backup to the same name clears a NAME.part away.
"""

import fcntl
import os
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path

from federation.errors import ConfigFault, Misuse
from node.assemble.backup.contents import checked_feeds
from node.assemble.backup.manifest import FileFacts, Manifest, facts_of, files_of
from node.assemble.stages import Foundation, place_of
from node.config import CONFIG_NAME, Config
from node.storage.copying.snapshot import Told, sync_file, write_snapshot
from node.storage.fault import file_faults
from node.storage.opening.checks import known_revisions, sync_folder
from node.storage.register import REGISTER_NAME
from node.storage.store import open_reader

FOLDER = "backups"
"""Where backups go, in the node's folder, unless another place is named."""
_BESIDE_KEYS = (CONFIG_NAME, "keys", "rules", "standards")
_OWNER_ONLY = 0o600
_OWNERS_FOLDER = 0o700


@dataclass(frozen=True, slots=True)
class Saved:
    """A backup that was made.

    Attributes:
        path: its store file.
        keys: the archive with keys and configuration; None unless it was asked for.
    """

    path: Path
    manifest: Manifest
    keys: Path | None


def save(config: Config, to: Path | None, told: Told, *, with_keys: bool = False) -> Saved:
    """Makes a backup of a node's store.

    Args:
        config: the node.
        to: a folder that is there, or the name of the new file; None is `backups/` in the node's folder.
        told: told how much is done, and how much there is in all.
        with_keys: put keys, configuration and rules beside it, too: whoever has these is the node.

    Raises:
        ConfigFault: BACKUP_EXISTS; or keys or store are not as they must be.
        StoreFault: STORE_FULL, STORE_CORRUPT, STORE_UNAVAILABLE; nothing is left where the backup would be.
        Misuse: USAGE_WRONG, a name that a manifest would have.
    """
    foundation = Foundation(config)
    return save_as(foundation, _file_of(config, to, foundation.clock()), told, with_keys=with_keys)


def save_as(foundation: Foundation, path: Path, told: Told, *, with_keys: bool = False) -> Saved:
    """As `save`, to a file by its name; also of a store of an older version."""
    config = foundation.config
    files = files_of(path)
    for taken in files:
        if taken.exists():
            raise ConfigFault("BACKUP_EXISTS", f"{taken} is there already and is not overwritten; mend: another name")
    time_ms = foundation.clock()
    with ExitStack() as undoing:
        with _new_file(files.store, undoing) as part:
            revision = write_snapshot(place_of(config), foundation.owner, part, told)
            with file_faults(part):
                facts = facts_of(part)
            feeds = None
            if revision == known_revisions()[0]:
                with open_reader(part, foundation.owner) as reader:
                    feeds = tuple(checked_feeds(reader, foundation.keys))
        erasures = _save_register(config.folder / REGISTER_NAME, files.erasures, undoing)
        if with_keys:
            _save_keys(config.folder, files.keys, undoing)
        manifest = Manifest(
            format=1,
            program=f"xinqiao {version('xinqiao')}",
            revision=revision,
            federation=foundation.owner.federation,
            node_id=foundation.owner.node_id,
            database="sqlite" if config.store.postgres is None else "postgresql",
            time_ms=time_ms,
            store=facts,
            erasures=erasures,
            feeds=feeds,
        )
        with _new_file(files.manifest, undoing) as part:
            part.write_text(manifest.text(), encoding="utf-8")
        undoing.pop_all()
    return Saved(path, manifest, files.keys if with_keys else None)


def fresh_file(folder: Path, node_id: str, time_ms: int, mark: str = "") -> Path:
    """A name for a backup's file by node and time that no backup in a folder has yet."""
    name = f"{node_id}-{datetime.fromtimestamp(time_ms / 1000, UTC):%Y%m%dT%H%M%SZ}{mark}"
    numbered = (f"{name}{f'-{number}' if number > 1 else ''}.db" for number in count(1))
    return next(folder / each for each in numbered if not any(path.exists() for path in files_of(folder / each)))


def backups_folder(config: Config) -> Path:
    """The node's own folder of backups, made if need be, closed to others.

    Raises:
        StoreFault: STORE_UNAVAILABLE, it cannot be made.
    """
    folder = config.folder / FOLDER
    with file_faults(folder):
        folder.mkdir(mode=_OWNERS_FOLDER, exist_ok=True)
    return folder


def _file_of(config: Config, to: Path | None, time_ms: int) -> Path:
    """The name of the new store file.

    Raises:
        Misuse: USAGE_WRONG.
    """
    if to is None or to.is_dir():
        return fresh_file(to or backups_folder(config), config.node.id, time_ms)
    if to.suffix in {".json", ".part"}:
        raise Misuse("USAGE_WRONG", f"{to}: the name of a backup must not end like this; mend: NAME.db")
    return to


@contextmanager
def _new_file(path: Path, undoing: ExitStack) -> Iterator[Path]:
    """An empty file to be filled, which gets its name, durably, when the block ends; else nothing is left of it.

    Raises:
        ConfigFault: BACKUP_EXISTS, another process is writing it.
        StoreFault: STORE_FULL, STORE_UNAVAILABLE.
    """
    part = path.with_name(f"{path.name}.part")
    with file_faults(part):
        held = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
        try:
            _claim(held, part)
            undoing.callback(path.unlink, missing_ok=True)
            try:
                yield part
                sync_file(part)
                part.rename(path)
                sync_folder(path.parent)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        finally:
            os.close(held)


def _claim(held: int, part: Path) -> None:
    """Empties a file that nobody else is writing; what an earlier process left in it is of no use."""
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ConfigFault("BACKUP_EXISTS", f"{part} is being written by another process; mend: wait for it") from None
    os.ftruncate(held, 0)


def _save_register(register: Path, path: Path, undoing: ExitStack) -> FileFacts | None:
    with file_faults(register):
        if not register.exists():
            return None
        content = register.read_bytes()
    with _new_file(path, undoing) as part:
        part.write_bytes(content[: content.rfind(b"\n") + 1])  # a line under way is no line yet
        return facts_of(part)


def _save_keys(folder: Path, path: Path, undoing: ExitStack) -> None:
    with _new_file(path, undoing) as part, tarfile.open(part, "w") as archive:
        for name in _BESIDE_KEYS:
            if (folder / name).exists():
                archive.add(folder / name, name)
