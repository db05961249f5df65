# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A folder of members' cards, and of checkpoints that others saw: all that an audit file is checked against.

Each `*.toml` is a card, as `xinqiao peers card` prints it; each `*.note` is the signed note of a checkpoint. Whoever
keeps the folder may add to a card from when and until when its keys were valid, `valid_from` and `valid_until` as TOML
has times with an offset, and keep the old card beside the new one: what was signed then is judged by the keys of then.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from federation.errors import ConfigFault, FieldFault, Misuse, NoteFault
from federation.log.checkpoint import FeedKeys, Origin, open_checkpoint
from federation.log.note import MAX_NOTE_BYTES, Note, Verifier

MAX_CARD_FILE_BYTES = 256 * 1024
MAX_TRUST_FILES = 10_000


@dataclass(frozen=True, slots=True)
class MemberKeys:
    """The keys on a member's card."""

    log: Verifier
    clock: Verifier
    message: Verifier


@dataclass(frozen=True, slots=True)
class _Card:
    """One block of a card, with the time in which its keys were valid; None has no end."""

    name: str
    keys: MemberKeys
    valid_from: datetime | None
    valid_until: datetime | None

    def holds(self, at_ms: int | None) -> bool:
        """Whether the keys were valid at a time; without one, only those that have not ended."""
        if at_ms is None:
            return self.valid_until is None
        begun = self.valid_from is None or self.valid_from.timestamp() * 1000 <= at_ms
        return begun and (self.valid_until is None or at_ms < self.valid_until.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class TrustFolder:
    """What is trusted. Immutable.

    Attributes:
        members: keys by `<federation>/<node id>`.
        seen: roots that members signed, by origin and size.
    """

    members: Mapping[str, MemberKeys]
    seen: Mapping[str, Mapping[int, bytes]] = field(default_factory=dict)

    def feed_keys(self, origin: str) -> FeedKeys | None:
        """The keys of a feed; None when its owner's card is not there."""
        try:
            name = Origin.parse(origin).node_name
        except FieldFault:
            return None
        member = self.members.get(name)
        return None if member is None else FeedKeys(origin, member.log.renamed(origin), member.clock)

    def message_key(self, federation: str, node_id: str) -> Verifier | None:
        """The key that a member seals its files with; None when its card is not there."""
        member = self.members.get(f"{federation}/{node_id}")
        return None if member is None else member.message

    def member_key(self, node_id: str) -> Verifier | None:
        """As `message_key`, where only one federation is trusted that has such a member; else None."""
        found = [keys.message for name, keys in self.members.items() if name.rpartition("/")[2] == node_id]
        return found[0] if len(found) == 1 else None


def read_trust(folder: Path, at_ms: int | None = None) -> TrustFolder:
    """Reads a folder.

    Args:
        folder: the folder.
        at_ms: the time whose keys are wanted; None for those that are valid still.

    Raises:
        Misuse: FILE_NOT_FOUND, no such folder; FILE_UNREADABLE; FILE_TOO_LARGE; CARD_MALFORMED, with its name; a note
            that its owner did not sign is refused with the reason, and its name.
    """
    if not folder.is_dir():
        raise Misuse("FILE_NOT_FOUND", f"there is no folder {folder}")
    paths = sorted(folder.iterdir())
    if len(paths) > MAX_TRUST_FILES:
        raise Misuse("FILE_TOO_LARGE", f"{folder} holds more than {MAX_TRUST_FILES} files")
    cards = [card for path in paths if path.suffix == ".toml" for card in _cards(path) if card.holds(at_ms)]
    members = {card.name: card.keys for card in cards}
    if len(members) != len(cards):
        raise Misuse("CARD_MALFORMED", f"{folder} holds two cards of one member that are valid at the same time")
    seen: dict[str, dict[int, bytes]] = {}
    trust = TrustFolder(members, seen)
    for path in paths:
        if path.suffix == ".note":
            _keep_seen(path, trust, seen)
    return trust


def _cards(path: Path) -> list[_Card]:
    """The members of a file: one card, or several one after the other."""
    try:
        blocks = tomllib.loads(_read(path, MAX_CARD_FILE_BYTES).decode())["peer"]
        return [_card(block) for block in blocks]
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, FieldFault, ConfigFault):
        raise Misuse("CARD_MALFORMED", f"{path} is no card; `xinqiao peers card` prints one") from None


def _card(block: Mapping[str, Any]) -> _Card:
    keys = [Verifier.parse(block[f"{name}_key"]) for name in ("log", "clock", "message")]
    times = [block.get(name) for name in ("valid_from", "valid_until")]
    if not all(time is None or (isinstance(time, datetime) and time.tzinfo) for time in times):
        raise TypeError
    return _Card(keys[1].name, MemberKeys(*keys), *times)


def _keep_seen(path: Path, trust: TrustFolder, seen: dict[str, dict[int, bytes]]) -> None:
    raw = _read(path, MAX_NOTE_BYTES)
    try:
        origin = Note.parse(raw).text.partition("\n")[0]
        keys = trust.feed_keys(origin)
        if keys is None:
            raise Misuse("AUDIT_KEY_UNKNOWN", f"{path}: there is no card of the owner of {origin}")
        checkpoint = open_checkpoint(raw, keys).checkpoint
    except NoteFault as fault:
        raise Misuse(fault.reason, f"{path}: {fault.detail}") from None
    seen.setdefault(origin, {})[checkpoint.size] = checkpoint.root


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except OSError as wrong:
        raise Misuse("FILE_UNREADABLE", f"{path}: {wrong.strerror}") from None
    if len(raw) > most:
        raise Misuse("FILE_TOO_LARGE", f"{path} is larger than {most} bytes")
    return raw
