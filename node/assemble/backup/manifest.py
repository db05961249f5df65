# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The manifest of a backup: what it is of, and the checksums of what belongs to it. Format 1, JSON, UTF-8."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from federation.errors import ConfigFault, StoreFault

FORMAT = 1
MAX_MANIFEST_BYTES = 32 * 1024 * 1024
READ_BYTES = 1024 * 1024
_SUFFIX = ".json"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class FileFacts(_Part):
    """One file of a backup."""

    bytes: int
    """Its length."""
    sha256: str
    """Its SHA-256, in lower-case hexadecimal."""


class FeedFacts(_Part):
    """One feed, as the backup holds it."""

    origin: str
    size: int
    """Entries of its newest complete checkpoint."""
    held: int
    """Entries held, which a catch-up under way may have brought beyond it."""
    root: str
    """Root of the tree at `size`, in lower-case hexadecimal."""
    note: str | None
    """The signed checkpoint; absent for a mirror that never had a complete one."""


class Manifest(_Part):
    """The whole manifest."""

    format: Literal[1]
    """Of this file; another one is for another version of the program."""
    program: str
    """Name and version of the program that made the backup."""
    revision: str
    """Version of the store's tables."""
    federation: str
    node_id: str
    database: Literal["sqlite", "postgresql"]
    """What the node ran on; the backup is a SQLite file either way."""
    time_ms: int
    """When it was begun, in milliseconds since 1970-01-01T00:00:00Z."""
    store: FileFacts
    erasures: FileFacts | None
    """The register of erasures; absent where the node had none."""
    feeds: tuple[FeedFacts, ...] | None
    """Every feed held, ordered by origin; absent where the tables are older than the program that made the backup."""

    @property
    def entries(self) -> int | None:
        """Entries held, over all feeds."""
        return None if self.feeds is None else sum(feed.held for feed in self.feeds)

    def text(self) -> str:
        """The file's content."""
        return self.model_dump_json(indent=1) + "\n"


class BackupFiles(NamedTuple):
    """The files of one backup; which of them are there is for the manifest to say.

    Attributes:
        store: the SQLite file.
        erasures: the register of erasures.
        keys: keys, configuration and rules.
        manifest: the manifest.
    """

    store: Path
    erasures: Path
    keys: Path
    manifest: Path


def files_of(backup: Path) -> BackupFiles:
    """The files of a backup by the name of its store file, or of its manifest."""
    store = backup.with_name(backup.name.removesuffix(_SUFFIX))
    erasures, keys, manifest = (store.with_name(store.name + end) for end in (".erasures.jsonl", ".keys.tar", _SUFFIX))
    return BackupFiles(store, erasures, keys, manifest)


def read_manifest(path: Path) -> Manifest:
    """Reads a manifest.

    Raises:
        ConfigFault: BACKUP_MISSING; BACKUP_TOO_NEW.
        StoreFault: BACKUP_DAMAGED, it is no manifest.
    """
    if not path.is_file():
        raise ConfigFault("BACKUP_MISSING", f"{path} is not there; mend: name the .db file of a whole backup")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise StoreFault("BACKUP_DAMAGED", f"{path}: {error.strerror}; mend: let this user read it") from None
    return _parsed(path, content)


def _parsed(path: Path, content: bytes) -> Manifest:
    damaged = StoreFault("BACKUP_DAMAGED", f"{path} is no manifest of a backup; mend: take another backup")
    try:
        said = json.loads(content) if len(content) <= MAX_MANIFEST_BYTES else None
    except (ValueError, RecursionError):
        raise damaged from None
    if not isinstance(said, dict) or type(said.get("format")) is not int:
        raise damaged
    if said["format"] != FORMAT:
        raise ConfigFault("BACKUP_TOO_NEW", f"{path} is of format {said['format']}; mend: run the version that made it")
    try:
        return Manifest.model_validate_json(content)
    except ValidationError:
        raise damaged from None


def facts_of(path: Path) -> FileFacts:
    """Length and checksum of a file."""
    digest = hashlib.sha256()
    length = 0
    with path.open("rb") as file:
        while block := file.read(READ_BYTES):
            digest.update(block)
            length += len(block)
    return FileFacts(bytes=length, sha256=digest.hexdigest())


def copy_checked(source: Path, target: Path, facts: FileFacts, told: Callable[[int, int], None]) -> None:
    """Copies a file of a backup into one that is there and empty, and sees that it is the one that was backed up.

    Args:
        source: the file.
        target: where to.
        facts: what the manifest says of it.
        told: told bytes done and in all.

    Raises:
        StoreFault: BACKUP_DAMAGED, it is missing, cannot be read, or is not what the manifest says.
        OSError: the target cannot be written.
    """
    try:
        read = source.open("rb")
    except OSError as error:
        detail = f"{source}: {error.strerror}; mend: bring the file back beside its manifest, and let this user read it"
        raise StoreFault("BACKUP_DAMAGED", detail) from None
    digest = hashlib.sha256()
    length = 0
    with read, target.open("r+b") as written:
        while block := read.read(READ_BYTES):
            digest.update(block)
            length += len(block)
            written.write(block)
            told(length, max(length, facts.bytes))
    if (length, digest.hexdigest()) != (facts.bytes, facts.sha256):
        raise StoreFault(
            "BACKUP_DAMAGED", f"{source} is not the file that its manifest was written for; mend: take another backup"
        )
