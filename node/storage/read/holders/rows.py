# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Holder indexes as they are stored, and the entries that the own one is made of."""

from collections.abc import Sequence

from sqlalchemy import bindparam, exists, func, select

from federation.log.entry import PayloadState
from federation.records.feed_policy import FeedPolicy
from node.holders.building import Shown
from node.holders.index import HeldIndex
from node.storage.read.feeds import Connect
from node.storage.read.policies import read_policy
from node.storage.schema import ACT, ENTRY, FEED, HOLDER_INDEX, HOLDER_PIECE, POLICY
from node.storage.states import STATE_NUMBERS

_INDEXES = select(HOLDER_INDEX.c.node, HOLDER_INDEX.c.header, HOLDER_INDEX.c.kept_at_ms).order_by(HOLDER_INDEX.c.node)
_INDEX = _INDEXES.where(HOLDER_INDEX.c.node == bindparam("node"))
_OF_INDEX = exists().where(
    HOLDER_INDEX.c.node == HOLDER_PIECE.c.node, HOLDER_INDEX.c.bits_sha256 == bindparam("bits_sha256")
)
_PIECES = (
    select(HOLDER_PIECE.c.bits)
    .where(HOLDER_PIECE.c.node == bindparam("node"), _OF_INDEX)
    .order_by(HOLDER_PIECE.c.number)
)
_PIECE = _PIECES.where(HOLDER_PIECE.c.number == bindparam("number"))
_POLICIES = select(POLICY.c.payload).order_by(POLICY.c.origin)
_FEED = select(FEED.c.feed).where(FEED.c.origin == bindparam("origin")).scalar_subquery()
_GOOD = (
    ENTRY.c.feed == _FEED,
    ENTRY.c.idx < bindparam("stop"),
    ENTRY.c.state == STATE_NUMBERS[PayloadState.PRESENT],
    ENTRY.c.fault.is_(None),
    ENTRY.c.personal.is_(False),
    ENTRY.c.subject.is_not(None),
)
_COUNT = select(func.count(ENTRY.c.subject.distinct())).where(*_GOOD)
_ACTED = exists().where(ACT.c.feed == ENTRY.c.feed, ACT.c.ref == ENTRY.c.idx, ACT.c.idx < bindparam("stop"))
_SHOWN = (
    select(ENTRY.c.idx, ENTRY.c.leaf, ENTRY.c.payload, ENTRY.c.subject, _ACTED.label("acted"))
    .where(*_GOOD, ENTRY.c.idx >= bindparam("start"))
    .order_by(ENTRY.c.idx)
    .limit(bindparam("most"))
)


class HolderRows:
    """An `IndexReader` and a `SubjectReader`. Each call sees one consistent state; safe from any thread."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def holder_indexes(self) -> Sequence[HeldIndex]:
        """Every index that is held, own and members', by node id."""
        with self._connect() as connection:
            return [HeldIndex(*row) for row in connection.execute(_INDEXES)]

    def holder_index(self, node_id: str) -> HeldIndex | None:
        """The index of one node."""
        with self._connect() as connection:
            row = connection.execute(_INDEX, {"node": node_id}).one_or_none()
        return None if row is None else HeldIndex(*row)

    def holder_bits(self, node_id: str, bits_sha256: bytes) -> bytes | None:
        """The filter of a node with this digest; None when another one, or none, is held now."""
        with self._connect() as connection:
            rows = connection.execute(_PIECES, {"node": node_id, "bits_sha256": bits_sha256}).scalars()
            return b"".join(rows) or None

    def holder_piece(self, node_id: str, bits_sha256: bytes, number: int) -> bytes | None:
        """One piece of that filter; None likewise, and after the last."""
        wanted = {"node": node_id, "bits_sha256": bits_sha256, "number": number}
        with self._connect() as connection:
            return connection.execute(_PIECE, wanted).scalar_one_or_none()

    def policies(self) -> Sequence[FeedPolicy]:
        """Every policy that is known, of feeds held or not."""
        with self._connect() as connection:
            return [read_policy(payload) for payload in connection.execute(_POLICIES).scalars()]

    def count_subjects(self, origin: str, stop: int) -> int:
        """How many subjects good entries below `stop` that are about no natural person name."""
        with self._connect() as connection:
            return int(connection.execute(_COUNT, {"origin": origin, "stop": stop}).scalar_one())

    def subjects_shown(self, origin: str, start: int, stop: int, most: int) -> Sequence[Shown]:
        """Good entries in [start, stop) that are about no natural person and name a subject, in order, at most `most`.

        An act at or after `stop` is none yet.
        """
        wanted = {"origin": origin, "start": start, "stop": stop, "most": most}
        with self._connect() as connection:
            return [Shown(*row) for row in connection.execute(_SHOWN, wanted)]
