# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Exchange logs made without nodes: real entries in real trees, signed by real keys, and as many as a test wants."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation.log.checkpoint import Checkpoint
from federation.log.entry import PayloadState, RawEntry
from federation.log.leaf import Leaf, LeafKind, commitment
from federation.log.merkle import CompactRange, leaf_hash
from federation.log.note import Note, cosign_note, sign_note
from federation.log.tile import extend_tiles
from federation.records.codec import EXCHANGE_SCHEMA, encode
from federation.records.exchange import Exchange, ExchangeSide
from federation.records.feed_policy import Dataset
from node.audit.exporting import Period, export
from node.audit.trust import MemberKeys, TrustFolder
from node.exchange.inquire import uuid7
from node.identity.keys import FileSigner, KeyRing
from node.publish import FeedView, StoredEntry

FEDERATION = "audit.example"
START_MS = 1_790_000_000_000
DAY_MS = 24 * 60 * 60 * 1000
PERIOD = Period(START_MS, START_MS + DAY_MS)
ASKING, ANSWERING = "310000", "330100"


def keys_of(node_id: str, seed: int = 0) -> KeyRing:
    """The keys of an invented node; another seed, another node of the same name."""
    signers = [
        FileSigner(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"{node_id}{seed}{name}".encode()).digest()))
        for name in ("log", "clock", "message")
    ]
    return KeyRing(FEDERATION, node_id, *signers)


def trust_in(*node_ids: str, seen: dict[str, dict[int, bytes]] | None = None) -> TrustFolder:
    """A trust folder with the cards of some nodes."""
    members = {}
    for node_id in node_ids:
        keys = keys_of(node_id)
        members[keys.name] = MemberKeys(keys.log_verifier(keys.name), keys.clock_verifier, keys.message_verifier)
    return TrustFolder(members, seen or {})


@dataclass(frozen=True)
class Line:
    """What one side logged, and when it was sequenced."""

    record: Exchange
    leaf_ms: int


@dataclass
class Log:
    """One node's exchange log; a `LogReader`.

    Attributes:
        lines: in their order.
        said_ms: when the clock key spoke last; after the period unless told otherwise.
    """

    node_id: str
    lines: list[Line]
    said_ms: int = START_MS + 2 * DAY_MS
    erased: set[int] = field(default_factory=set)

    @property
    def origin(self) -> str:
        """The log's origin."""
        return f"{FEDERATION}/{self.node_id}/_exchange/1"

    @cached_property
    def stored(self) -> list[StoredEntry]:
        """The entries, as a store holds them."""
        return [StoredEntry(self._entry(index, line), personal=False) for index, line in enumerate(self.lines)]

    def _entry(self, index: int, line: Line) -> RawEntry:
        payload, salt = encode(line.record), hashlib.sha256(index.to_bytes(8, "big")).digest()
        committed = commitment(self.origin, EXCHANGE_SCHEMA, salt, payload)
        leaf = Leaf(LeafKind.ADD, line.leaf_ms, EXCHANGE_SCHEMA, None, committed).encode()
        if index in self.erased:
            return RawEntry(leaf, PayloadState.ERASED, b"", b"")
        return RawEntry(leaf, PayloadState.PRESENT, salt, payload)

    @cached_property
    def tiles(self) -> dict[tuple[int, int], bytes]:
        """The stored tree."""
        return extend_tiles(0, self.hashes, lambda _level, _index: b"")

    @cached_property
    def hashes(self) -> list[bytes]:
        """The leaf hashes."""
        return [leaf_hash(entry.entry.leaf) for entry in self.stored]

    def root(self, size: int) -> bytes:
        """The root at a size."""
        return CompactRange.empty().extended(self.hashes[:size]).root()

    def note(self, size: int | None = None) -> bytes:
        """The signed checkpoint at a size; the newest one unless told otherwise."""
        keys, at = keys_of(self.node_id), len(self.lines) if size is None else size
        text = Checkpoint(self.origin, at, self.root(at)).text()
        lines = (
            sign_note(text, self.origin, keys.log, keys.log.public_key),
            cosign_note(text, keys.name, keys.clock, keys.clock.public_key, self.said_ms // 1000),
        )
        return Note(text, lines).encode()

    def feed(self, origin: str) -> FeedView | None:
        """As `LogReader.feed`."""
        if origin != self.origin:
            return None
        return FeedView(origin, self.node_id, Dataset.EXCHANGE, len(self.lines), self.note(), None)

    def entries(self, origin: str, start: int, stop: int) -> Sequence[StoredEntry]:
        """As `LogReader.entries`."""
        assert origin == self.origin
        return self.stored[start:stop]

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """As `LogReader.tile`."""
        assert origin == self.origin
        return self.tiles.get((level, index), b"")

    def export(self, path: Path, period: Period = PERIOD) -> Path:
        """Writes an audit file of a period."""
        with path.open("wb") as file:
            file.writelines(export(self, self.origin, period, keys_of(self.node_id), self.said_ms))
        return path


def exchange(number: int, side: ExchangeSide, at_ms: int, **changes: object) -> Exchange:
    """One side's entry of an honest exchange that began at a time."""
    seed = number.to_bytes(8, "big")
    fields: dict[str, Any] = {
        "exchange_id": uuid7(at_ms, b"\x01\x02" + seed),
        "requester": ASKING,
        "responder": ANSWERING,
        "side": side,
        "purpose": "joint-punishment",
        "outcome": "ANSWERED",
        "question_sha256": hashlib.sha256(b"q" + seed).digest(),
        "answer_sha256": hashlib.sha256(b"a" + seed).digest(),
        "commitment": hashlib.sha256(b"c" + seed).digest(),
        "logged_at_ms": at_ms + (100 if side is ExchangeSide.RESPONDER else 180),
    }
    return Exchange(**{**fields, **changes})


def honest(count: int, begin_ms: int = START_MS + DAY_MS // 8, length_ms: int = DAY_MS // 2) -> Iterator[int]:
    """When each of some exchanges begins: evenly within a part of the period."""
    return (begin_ms + number * length_ms // count for number in range(count))


def sides(times: Iterable[int]) -> tuple[list[Line], list[Line]]:
    """What both sides log of honest exchanges: the requester's lines, and the responder's."""
    asked, told = [], []
    for number, at_ms in enumerate(times):
        asked.append(Line(exchange(number, ExchangeSide.REQUESTER, at_ms), at_ms + 230))
        told.append(Line(exchange(number, ExchangeSide.RESPONDER, at_ms), at_ms + 150))
    return asked, told
