# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One feed of the suite's own: entries, proofs and signed heads.

Entries are on disk, synchronised, before a head over them exists, and are read back on the next run: a follower that
saw a head once must never be shown another history. What is on the wire is chosen by the case: mostly the newest head,
sometimes an older one again, as a lying or restored peer would.
"""

import asyncio
import os
import secrets
import struct
from dataclasses import dataclass
from pathlib import Path

from creditexchange.v1 import entry_pb2, feed_policy_pb2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.proof.leaf import NO_REF, commitment
from conformance.proof.note import COSIGNATURE
from conformance.proof.signing import checkpoint, stated
from conformance.proof.tree import Tree

_LEAF = struct.Struct(">BBQHQ32s32s")
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True)
class Signer:
    """The suite's keys for feeds, and the name its clock key signs under."""

    name: str
    log: Ed25519PrivateKey
    clock: Ed25519PrivateKey


class Feed:
    """A feed of the suite's own. For one event loop."""

    def __init__(self, origin: str, dataset: feed_policy_pb2.Dataset, folder: Path, signer: Signer) -> None:
        """Read what earlier runs published; nothing is on the wire before the first `show`."""
        self.origin, self.dataset = origin, dataset
        self.entries: list[entry_pb2.Entry] = []
        self.tree = Tree()
        self.note = b""
        self.watched = asyncio.Event()
        self._signer = signer
        self._path = folder / origin.replace("/", "_")
        self._last_ms = 0
        self._news = asyncio.Condition()
        self._shown, self._session = 0, 0
        for entry in _read(self._path):
            self._take(entry)

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self.entries)

    def add(self, kind: int, schema: int, payload: bytes, now_ms: int, ref: int = NO_REF) -> int:
        """Append an entry and return its index; durable before the next `head` is made."""
        salt = secrets.token_bytes(32)
        at = max(now_ms, self._last_ms + 1)
        sealed = commitment(self.origin, schema, salt, payload)
        leaf = _LEAF.pack(1, kind, at, schema, ref, sealed, bytes(32))
        state = entry_pb2.PAYLOAD_STATE_PRESENT
        entry = entry_pb2.Entry(leaf=leaf, payload_state=state, salt=salt, payload=payload)
        _write(self._path, entry)
        self._take(entry)
        return self.size - 1

    def _take(self, entry: entry_pb2.Entry) -> None:
        self.entries.append(entry)
        self.tree.add(entry.leaf)
        self._last_ms = _LEAF.unpack(entry.leaf)[2]

    def head(self, now_ms: int) -> bytes:
        """Return the signed head over all entries, which are durable now, with a fresh cosignature."""
        if self._path.exists():
            with self._path.open("rb") as file:
                os.fsync(file.fileno())
        note = checkpoint(self.origin, self.size, self.tree.root(self.size), self._signer.log)
        return stated(note, self._signer.name, self._signer.clock, COSIGNATURE, now_ms // 1000)

    async def show(self, note: bytes) -> None:
        """Put a head on the wire, for everybody who watches or asks."""
        async with self._news:
            self.note, self._shown = note, self._shown + 1
            self._news.notify_all()

    async def hang_up(self) -> None:
        """End every watch; `watched` is set when a follower has come back."""
        self.watched.clear()
        async with self._news:
            self._session += 1
            self._news.notify_all()

    def watch(self) -> "Watch":
        """Begin a watch."""
        self.watched.set()
        return Watch(self, self._session)

    async def news(self, seen: int, session: int) -> int | None:
        """Wait until something else than what was seen is on the wire; None when the watch was hung up.

        What was on the wire before the watch was hung up is told first, so that a follower has read it when it is back.
        """
        async with self._news:
            await self._news.wait_for(lambda: self._shown != seen or self._session != session)
            return self._shown if self._shown != seen else None


class Watch:
    """One follower's stream of heads."""

    def __init__(self, feed: Feed, session: int) -> None:
        """Begin before anything was sent."""
        self._feed, self._session, self._seen = feed, session, 0

    async def next(self) -> bytes | None:
        """Return the next head to send; None at the end."""
        seen = await self._feed.news(self._seen, self._session)
        if seen is None:
            return None
        self._seen = seen
        return self._feed.note


def _read(path: Path) -> list[entry_pb2.Entry]:
    """Return what is kept; a record that was cut short by a crash was never shown, and is dropped."""
    raw = path.read_bytes() if path.exists() else b""
    found, at = list[entry_pb2.Entry](), 0
    while at + _LENGTH.size <= len(raw):
        (length,) = _LENGTH.unpack_from(raw, at)
        if at + _LENGTH.size + length > len(raw):
            break
        at += _LENGTH.size
        found.append(entry_pb2.Entry.FromString(raw[at : at + length]))
        at += length
    if at < len(raw):
        os.truncate(path, at)
    return found


def _write(path: Path, entry: entry_pb2.Entry) -> None:
    raw = entry.SerializeToString(deterministic=True)
    with path.open("ab") as file:
        file.write(_LENGTH.pack(len(raw)) + raw)
