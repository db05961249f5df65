# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What mirrors acknowledge: a cosignature (type 0x04) of a checkpoint says that all of it is stored, and verified.

And so that what its ERASE entries order is destroyed there, since both happen in one transaction. A statement is a
signed note with the checkpoint's text, the origin's log signature, and cosignatures of mirrors. It travels against the
flow of entries, as the checkpoint that a caller knows: each mirror sends its own, and hands on those of the mirrors
downstream of it, hop by hop, until they reach the origin. Whoever takes one in verifies it with the member's pinned
clock key; lines of members that are not pinned are ignored, and so are times in the future.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.log.checkpoint import Checkpoint, FeedKeys, merge_notes
from federation.log.note import Note, SignatureLine, Verifier, cosign_note, verify_note
from node.identity.keys import KeyRing
from node.publish import FeedView

MAX_SKEW_MS = 300_000
MAX_HANDED_ON = 100


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What a member states that it holds of a feed.

    Attributes:
        member: node id.
        size: entries that it holds durably; 0 for a member that reads the feed and has stated nothing.
        time_ms: when it said so, by its own clock; 0 likewise.
        note: the statement: text, log signature, its cosignature; empty likewise.
    """

    member: str
    size: int
    time_ms: int
    note: bytes


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure that this node ordered.

    Attributes:
        index: the entry to be erased.
        ordered_ms: when it was ordered.
        erased_at: index of the ERASE entry; None while it waits.
    """

    origin: str
    index: int
    ordered_ms: int
    erased_at: int | None

    def acknowledged_by(self, mirror: Cosigned) -> bool:
        """Whether a mirror has stated that it holds the ERASE entry."""
        return self.erased_at is not None and mirror.size > self.erased_at


class StatementReader(Protocol):
    """Reads what is stored durably. Each call sees one consistent state; safe from any thread."""

    def feed(self, origin: str) -> FeedView | None:
        """One feed, with its newest complete checkpoint."""
        ...

    def quarantines(self) -> Mapping[str, str]:
        """Why feeds are quarantined, by origin."""
        ...

    def cosigned(self, origin: str, limit: int) -> Sequence[Cosigned]:
        """The newest statement of each member about a feed, newest first, at most `limit`."""
        ...


def statements_in(raw: bytes, keys: FeedKeys, members: Sequence[Verifier], now_ms: int) -> Sequence[Cosigned]:
    """The statements of mirrors in a note whose log signature was verified.

    Args:
        raw: the note.
        keys: the feed's keys.
        members: clock keys of pinned members; the feed's owner states nothing about its own feed.
        now_ms: time now; what is stated for more than five minutes later is ignored.

    Raises:
        NoteFault: NOTE_SIGNATURE_INVALID, the cosignature of a known member fails: the note says nothing at all.
    """
    note = Note.parse(raw)
    lines = {(line.name, line.key_id) for line in note.signatures}
    known = [key for key in members if (key.name, key.key_id) in lines and key.name != keys.clock.name]
    if not known:
        return ()
    verified = verify_note(note, known)
    size = Checkpoint.parse(note.text).size
    found = []
    for key, time_s in verified.cosigners:
        if time_s * 1000 <= now_ms + MAX_SKEW_MS:
            stated = _statement(note, keys, _line_of(note, key, time_s))
            found.append(Cosigned(key.name.rpartition("/")[2], size, time_s * 1000, stated))
    return found


def _line_of(note: Note, key: Verifier, time_s: int) -> SignatureLine:
    lines = (line for line in note.signatures if (line.name, line.key_id) == (key.name, key.key_id))
    return next(line for line in lines if key.time_of(line.signature) == time_s)


def _statement(note: Note, keys: FeedKeys, line: SignatureLine) -> bytes:
    """The text with the log's signature and one cosignature, and nothing else."""
    log = next(each for each in note.signatures if (each.name, each.key_id) == (keys.log.name, keys.log.key_id))
    return Note(note.text, (log, line)).encode()


class Statements:
    """What this node has to say to one peer about one feed, each thing once. Not for use from several threads at once.

    Args:
        keys: the feed's keys.
        reader: what is stored.
        ring: this node's keys; the clock key is the mirror key.
        now_ms: this node's clock.
    """

    def __init__(self, keys: FeedKeys, reader: StatementReader, ring: KeyRing, now_ms: Callable[[], int]) -> None:
        self._keys = keys
        self._reader = reader
        self._ring = ring
        self._now_ms = now_ms
        self._said: dict[str, tuple[int, int]] = {}

    def due(self) -> Sequence[bytes]:
        """Notes to be sent now, one for each size that something is to be said of, within the caps of a note.

        Nothing while the feed is quarantined. What is due stays so until `sent` is told.
        """
        origin = self._keys.origin
        if origin in self._reader.quarantines():
            return ()
        by_text: dict[str, bytes] = {}
        for stated in self._unsaid():
            text = Note.parse(stated.note).text
            known = by_text.get(text)
            by_text[text] = stated.note if known is None else merge_notes(known, stated.note)
        return tuple(by_text.values())

    def sent(self, notes: Sequence[bytes]) -> None:
        """Notes have reached the peer: what they say is not said again."""
        for raw in notes:
            note = Note.parse(raw)
            size = Checkpoint.parse(note.text).size
            for line in note.signatures:
                if line.name != self._keys.log.name:
                    self._said[line.name] = (size, int.from_bytes(line.signature[:8], "big"))

    def _unsaid(self) -> Sequence[Cosigned]:
        """Own statement first, then those of mirrors downstream, newest first, at most 100."""
        downstream = self._reader.cosigned(self._keys.origin, MAX_HANDED_ON)
        prefix = self._ring.name.rpartition("/")[0]
        unsaid = [
            each
            for each in downstream
            if each.note and self._said.get(f"{prefix}/{each.member}") != (each.size, each.time_ms // 1000)
        ]
        own = self._own()
        return unsaid if own is None else [own, *unsaid]

    def _own(self) -> Cosigned | None:
        """What this node holds durably, cosigned now; None when that was said already."""
        view = self._reader.feed(self._keys.origin)
        said = self._said.get(self._ring.name)
        if view is None or view.note is None or (said is not None and said[0] == view.size):
            return None
        note = Note.parse(view.note)
        now_ms = self._now_ms()
        clock = self._ring.clock
        line = cosign_note(note.text, self._ring.name, clock, clock.public_key, now_ms // 1000)
        return Cosigned(self._ring.node_id, view.size, now_ms, _statement(note, self._keys, line))
