# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
r"""Origins and checkpoints (c2sp.org/tlog-checkpoint without extension lines).

    origin       <federation>/<node id>/<feed>/<epoch>
    checkpoint   origin \n size \n base64 root \n       as the text of a signed note

The log key (its name is the origin) makes a checkpoint the feed's; the clock key (`<federation>/<node id>`) cosigns the
newest one with a time, also when nothing changed, and that is what freshness rests on.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from federation.errors import ConfigFault, FieldFault, NoteFault, OrderFault
from federation.log.merkle import EMPTY_ROOT, HASH_BYTES, MAX_SIZE
from federation.log.note import (
    COSIGNATURE,
    ED25519,
    MAX_NOTE_BYTES,
    MAX_SIGNATURE_LINES,
    Note,
    SignatureLine,
    Verifier,
    verify_note,
)
from federation.log.strict import canonical_base64, canonical_number, to_base64

MAX_SKEW_S = 300
DEFAULT_MAX_AGE_S = 300

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_FEDERATION = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_NODE_ID = re.compile("[a-z0-9-]{1,32}", re.ASCII)
_FEED = re.compile("_?[a-z][a-z0-9-]{0,31}", re.ASCII)
_MAX_EPOCH = 2**31 - 1


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """The identity of a feed, for ever.

    Attributes:
        federation: a name like a DNS name in lower case, at most 253 characters.
        node_id: `[a-z0-9-]{1,32}`.
        feed: `_?[a-z][a-z0-9-]{0,31}`; a leading underscore marks the special feeds.
        epoch: 1 to 2**31 - 1.

    Raises:
        FieldFault: ORIGIN_MALFORMED.
    """

    federation: str
    node_id: str
    feed: str
    epoch: int

    def __post_init__(self) -> None:
        """Check each part."""
        if len(self.federation) > 253 or _FEDERATION.fullmatch(self.federation) is None:
            raise FieldFault("federation", "ORIGIN_MALFORMED", "not like a DNS name in lower case")
        if _NODE_ID.fullmatch(self.node_id) is None:
            raise FieldFault("node_id", "ORIGIN_MALFORMED", "not 1 to 32 of a-z, 0-9 and -")
        if _FEED.fullmatch(self.feed) is None:
            raise FieldFault("feed", "ORIGIN_MALFORMED", "not a letter and up to 31 of a-z, 0-9 and -")
        if not 1 <= self.epoch <= _MAX_EPOCH:
            raise FieldFault("epoch", "ORIGIN_MALFORMED", "not 1 to 2**31 - 1")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an origin; `str(Origin.parse(text)) == text`.

        Raises:
            FieldFault: ORIGIN_MALFORMED.
        """
        parts = text.split("/")
        epoch = canonical_number(parts[-1])
        if len(parts) != 4 or epoch is None:
            raise FieldFault("origin", "ORIGIN_MALFORMED", "not <federation>/<node id>/<feed>/<epoch>")
        return cls(parts[0], parts[1], parts[2], epoch)

    def __str__(self) -> str:
        return f"{self.federation}/{self.node_id}/{self.feed}/{self.epoch}"

    @property
    def node_name(self) -> str:
        """Name of the node's clock and mirror keys, `<federation>/<node id>`."""
        return f"{self.federation}/{self.node_id}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The statement of a feed's size and root.

    Attributes:
        origin: first line; not empty, one line.
        size: number of leaves, 0 to 2**63 - 1.
        root: 32 bytes; at size 0 the root of the empty tree.

    Raises:
        FieldFault: CHECKPOINT_MALFORMED.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Check what a text could not carry, and the one root that is known beforehand."""
        if not self.origin or "\n" in self.origin:
            raise FieldFault("origin", "CHECKPOINT_MALFORMED", "empty or more than one line")
        if not 0 <= self.size <= MAX_SIZE:
            raise FieldFault("size", "CHECKPOINT_MALFORMED", "not 0 to 2**63 - 1")
        if len(self.root) != HASH_BYTES or (self.size == 0 and self.root != EMPTY_ROOT):
            raise FieldFault("root", "CHECKPOINT_MALFORMED", "not 32 bytes, or not the root of the empty tree")

    def text(self) -> str:
        """Return the three lines, each with its newline."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a checkpoint text; `Checkpoint.parse(text).text() == text`.

        Raises:
            NoteFault: CHECKPOINT_MALFORMED, also for extension lines. Evidence: the text.
        """
        lines = text.split("\n")
        size = canonical_number(lines[1]) if len(lines) == 4 and not lines[3] else None
        root = canonical_base64(lines[2]) if size is not None else None
        if size is None or root is None:
            raise NoteFault("CHECKPOINT_MALFORMED", "not origin, size and root on three lines", (text.encode(),))
        try:
            return cls(lines[0], size, root)
        except FieldFault as fault:
            raise NoteFault("CHECKPOINT_MALFORMED", fault.detail, (text.encode(),)) from None


@dataclass(frozen=True, slots=True)
class FeedKeys:
    """The keys under which one feed is known.

    Attributes:
        origin: the feed's origin.
        log: key of type 0x01 named as the origin.
        clock: key of type 0x04 named `<federation>/<node id>` of the origin.

    Raises:
        FieldFault: ORIGIN_MALFORMED.
        ConfigFault: FEED_KEYS_INVALID, a key has another type or name.
    """

    origin: str
    log: Verifier
    clock: Verifier

    def __post_init__(self) -> None:
        """Check that the keys are of this origin."""
        node_name = Origin.parse(self.origin).node_name
        if (self.log.kind, self.log.name) != (ED25519, self.origin):
            raise ConfigFault("FEED_KEYS_INVALID", f"the log key of {self.origin} must be of type 01 and so named")
        if (self.clock.kind, self.clock.name) != (COSIGNATURE, node_name):
            raise ConfigFault("FEED_KEYS_INVALID", f"the clock key of {self.origin} must be of type 04, {node_name}")


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint whose log signature was verified.

    Attributes:
        checkpoint: what it states.
        note: the exact signed bytes.
        cosigned_at_s: newest time the clock key stated on it, seconds since 1970 UTC; None when it has not.
    """

    checkpoint: Checkpoint
    note: bytes
    cosigned_at_s: int | None


def open_checkpoint(raw: bytes, keys: FeedKeys) -> SignedCheckpoint:
    """Parse a signed note strictly, and verify that it is a checkpoint of one feed.

    Args:
        raw: the note as received.
        keys: the feed's keys.

    Raises:
        NoteFault: NOTE_SIZE, NOTE_MALFORMED, CHECKPOINT_MALFORMED; CHECKPOINT_ORIGIN, it is of another feed;
            NOTE_SIGNATURE_INVALID, the log's or the clock's signature fails; NOTE_UNSIGNED, no log signature.
    """
    note = Note.parse(raw)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != keys.origin:
        raise NoteFault("CHECKPOINT_ORIGIN", f"expected a checkpoint of {keys.origin}", (raw,))
    verified = verify_note(note, (keys.log, keys.clock))
    if not verified.signed(keys.log):
        raise NoteFault("NOTE_UNSIGNED", "no signature of the log key", (raw,))
    return SignedCheckpoint(checkpoint, raw, verified.cosigned_at_s(keys.clock))


def merge_notes(a: bytes, b: bytes) -> bytes:
    """Return one note with the signature lines of two of the same text.

    Of several lines of one (name, key id) the one with the newest time is kept, in the first one's place. Nothing is
    verified: open both notes first. Where the union would pass the caps of a note, lines only in `b` are left out.

    Args:
        a: the note at hand.
        b: the note to take lines from.

    Raises:
        NoteFault: NOTE_SIZE, NOTE_MALFORMED.
        OrderFault: NOTE_TEXT_DIFFERS, the texts are not the same.
    """
    ours, theirs = Note.parse(a), Note.parse(b)
    if ours.text != theirs.text:
        raise OrderFault("NOTE_TEXT_DIFFERS", "signature lines of one text say nothing about another")
    kept: dict[tuple[str, bytes], SignatureLine] = {}
    room = MAX_NOTE_BYTES - len(ours.text.encode()) - 1
    for line in (*ours.signatures, *theirs.signatures):
        key = (line.name, line.key_id)
        held = kept.get(key)
        growth = len(line.text().encode()) - (len(held.text().encode()) if held else 0)
        fits = growth <= room and (held is not None or len(kept) < MAX_SIGNATURE_LINES)
        if fits and (held is None or _stated_time(line) > _stated_time(held)):
            kept[key] = line
            room -= growth
    return Note(ours.text, tuple(kept.values())).encode()


def _stated_time(line: SignatureLine) -> int:
    """Return the time on a line. Only a cosignature has u64 and 64 bytes; the key's type is unknown here."""
    return int.from_bytes(line.signature[:8], "big") if len(line.signature) == 72 else -1


class Freshness(StrEnum):
    """What can be said of the age of a feed."""

    FRESH = "fresh"  # cosigned within the agreed age
    STALE = "stale"  # cosigned longer ago, or at a time that cannot be
    UNKNOWN = "unknown"  # never cosigned


def freshness(cosigned_at_s: int | None, now_ms: int, max_age_s: int = DEFAULT_MAX_AGE_S) -> Freshness:
    """Judge a cosignature's time.

    Args:
        cosigned_at_s: newest time the clock key stated, seconds since 1970 UTC; None when it has not.
        now_ms: time now, milliseconds since 1970 UTC.
        max_age_s: agreed age, inclusive. A time more than 5 minutes in the future does not count as fresh.
    """
    if cosigned_at_s is None:
        return Freshness.UNKNOWN
    age_ms = now_ms - cosigned_at_s * 1000
    return Freshness.FRESH if -MAX_SKEW_S * 1000 <= age_ms <= max_age_s * 1000 else Freshness.STALE
