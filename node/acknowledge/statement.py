# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What members state of a feed: two timed signatures over a checkpoint, each about all entries below its size.

    0x04   held: received, verified, durable; what ERASE entries below order is destroyed, in the same transaction
    0xff   in effect: the ledger has applied it, so that no ended, amended or erased entry counts there any more

One signature speaks for every act below the size; none is made for a single entry. A statement is a signed note with
the checkpoint's text, the origin's log signature, and such lines of members. It travels against the flow of entries, as
the checkpoint that a caller knows: each mirror sends its own, and hands on those of the mirrors downstream of it, hop
by hop, until they reach the origin. Whoever takes one in verifies it with the member's pinned clock key, so that hubs
on the way need not be trusted; lines of members that are not pinned are ignored, and so are times in the future. A
member of an older version states that it holds, and nothing of the effect; one that hands on drops what it cannot read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from federation.log.checkpoint import Checkpoint, FeedKeys, merge_notes
from federation.log.note import COSIGNATURE, IN_EFFECT, Note, SignatureLine, Verifier, cosign_note, verify_note
from node.identity.keys import KeyRing

MAX_SKEW_MS = 300_000
MAX_HANDED_ON = 1000


class Stage(IntEnum):
    """How far something has come at a member. The numbers are stored."""

    HELD = 1
    IN_EFFECT = 2


_KINDS = {Stage.HELD: COSIGNATURE, Stage.IN_EFFECT: IN_EFFECT}
_STAGES = {kind: stage for stage, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class Stated:
    """What a member states of a feed.

    Attributes:
        member: node id.
        stage: whether it holds the entries, or has them in effect.
        size: how many entries; 0 for a member that reads the feed and has stated nothing.
        time_ms: when it said so, by its own clock; 0 likewise.
        note: the statement: text, log signature, its signature; empty likewise.
    """

    member: str
    stage: Stage
    size: int
    time_ms: int
    note: bytes

    @property
    def order(self) -> tuple[int, int]:
        """Of two statements of one member and stage the newer has more; times are of whole seconds."""
        return self.time_ms, self.size


@dataclass(frozen=True, slots=True)
class Reach:
    """How far this node itself has come with a feed.

    Attributes:
        size: entries under the newest complete checkpoint.
        note: that checkpoint; None before the first.
        applied: entries that the ledger has applied; some may lie beyond the checkpoint.
    """

    size: int
    note: bytes | None
    applied: int


class StatementReader(Protocol):
    """Reads what is stored durably. Each call sees one consistent state; safe from any thread."""

    def reach(self, origin: str) -> Reach | None:
        """How far this node has come with a feed; None for one that is not held."""
        ...

    def quarantines(self) -> Mapping[str, str]:
        """Why feeds are quarantined, by origin."""
        ...

    def stated(self, origin: str, limit: int) -> Sequence[Stated]:
        """The newest statement of each member and stage about a feed, newest first, at most `limit`."""
        ...


def statements_in(raw: bytes, keys: FeedKeys, members: Sequence[Verifier], now_ms: int) -> Sequence[Stated]:
    """The statements of members in a note whose log signature was verified.

    Args:
        raw: the note.
        keys: the feed's keys.
        members: clock keys of pinned members; the feed's owner states nothing about its own feed.
        now_ms: time now; what is stated for more than five minutes later is ignored.

    Raises:
        NoteFault: NOTE_SIGNATURE_INVALID, a signature of a known member fails: the note says nothing at all.
    """
    note = Note.parse(raw)
    lines = {(line.name, line.key_id) for line in note.signatures}
    roles = [role for key in members if key.name != keys.clock.name for role in (key, key.in_effect())]
    known = [role for role in roles if (role.name, role.key_id) in lines]
    if not known:
        return ()
    verified = verify_note(note, known)
    size = Checkpoint.parse(note.text).size
    found = []
    for key, time_s in verified.cosigners:
        if time_s * 1000 <= now_ms + MAX_SKEW_MS:
            alone = _alone(note, keys, _line_of(note, key, time_s))
            found.append(Stated(_member(key), _STAGES[key.kind], size, time_s * 1000, alone))
    return found


def _member(key: Verifier) -> str:
    return key.name.rpartition("/")[2]


def _line_of(note: Note, key: Verifier, time_s: int) -> SignatureLine:
    lines = (line for line in note.signatures if (line.name, line.key_id) == (key.name, key.key_id))
    return next(line for line in lines if key.time_of(line.signature) == time_s)


def _alone(note: Note, keys: FeedKeys, line: SignatureLine) -> bytes:
    """The text with the log's signature and one line, and nothing else."""
    log = next(each for each in note.signatures if (each.name, each.key_id) == (keys.log.name, keys.log.key_id))
    return Note(note.text, (log, line)).encode()


class Statements:
    """What this node has to say to one peer about one feed, each thing once. Not for use from several threads at once.

    Args:
        keys: the feed's keys.
        reader: what is stored.
        ring: this node's keys; the clock key is the mirror key.
        members: clock keys of pinned members.
        now_ms: this node's clock.
    """

    def __init__(
        self,
        keys: FeedKeys,
        reader: StatementReader,
        ring: KeyRing,
        members: Sequence[Verifier],
        now_ms: Callable[[], int],
    ) -> None:
        self._keys = keys
        self._reader = reader
        self._ring = ring
        self._now_ms = now_ms
        roles = [role for key in (ring.clock_verifier, *members) for role in (key, key.in_effect())]
        self._roles = {(role.name, role.key_id): (_member(role), _STAGES[role.kind]) for role in roles}
        self._pinned = {member for member, _ in self._roles.values()}
        self._said: dict[tuple[str, Stage], tuple[int, int]] = {}
        self._held: tuple[int, bytes] | None = None
        """A checkpoint that is held and not in effect yet: its turn comes, however many larger ones follow it."""

    def due(self) -> Sequence[bytes]:
        """Notes to be sent now, one for each size that something is to be said of, within the caps of a note.

        Nothing while the feed is quarantined. What is due stays so until `sent` is told.
        """
        if self._keys.origin in self._reader.quarantines():
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
                role = self._roles.get((line.name, line.key_id))
                if role is not None:
                    self._said[role] = (size, int.from_bytes(line.signature[:8], "big"))

    def again(self) -> None:
        """The peer may be an older copy of what it was: everything is due once more."""
        self._said.clear()

    def _unsaid(self) -> Sequence[Stated]:
        """Own statements first, then those of members downstream, newest first, at most 1000."""
        downstream = self._reader.stated(self._keys.origin, MAX_HANDED_ON)
        unsaid = [
            each
            for each in downstream
            if each.note
            and each.member in self._pinned  # one that was pinned before could never be seen to be said
            and self._said.get((each.member, each.stage)) != (each.size, each.time_ms // 1000)
        ]
        return [*self._own(), *unsaid]

    def _own(self) -> list[Stated]:
        """What this node holds durably and has in effect, signed now, as far as that was not said already."""
        reach = self._reader.reach(self._keys.origin)
        if reach is None or reach.note is None:
            return []
        made = []
        if self._said_size(Stage.HELD) != reach.size:
            made.append(self._signed(Stage.HELD, reach.size, reach.note))
        if reach.applied >= reach.size:
            self._held = reach.size, reach.note
        held, said = self._held, self._said_size(Stage.IN_EFFECT)
        if held is None or held[0] <= (said or 0):
            held = self._held = reach.size, reach.note
        if held[0] <= reach.applied and said != held[0]:
            made.append(self._signed(Stage.IN_EFFECT, *held))
        return made

    def _said_size(self, stage: Stage) -> int | None:
        said = self._said.get((self._ring.node_id, stage))
        return None if said is None else said[0]

    def _signed(self, stage: Stage, size: int, checkpoint: bytes) -> Stated:
        note, now_ms, clock = Note.parse(checkpoint), self._now_ms(), self._ring.clock
        line = cosign_note(note.text, self._ring.name, clock, clock.public_key, now_ms // 1000, _KINDS[stage])
        return Stated(self._ring.node_id, stage, size, now_ms, _alone(note, self._keys, line))
