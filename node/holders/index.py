# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A holder index as it is kept and handed on: what was signed, untouched, and the filter's bytes beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from federation.errors import CallerFault, FieldFault, PeerFault
from federation.log.note import Verifier
from federation.records.codec import decode_as
from federation.records.holders.index import HolderIndex
from federation.rules.holders.filter import Shape
from federation.rules.holders.statement import HOLDER_INDEX_TYPE, require_newer, require_sound
from node.exchange.dialogue import Envelope, opened

CHUNK_BYTES = 64 * 1024
"""Bytes of a filter that are kept, and sent, in one piece; the last piece may have fewer."""
MAX_HEADER_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class HeldIndex:
    """An index that is held, without its filter.

    Attributes:
        node_id: whose it is.
        header: the envelope, as `Envelope.to_bytes`.
        kept_at_ms: when it was kept here.
    """

    node_id: str
    header: bytes
    kept_at_ms: int

    @property
    def envelope(self) -> Envelope:
        """What was signed."""
        return Envelope.from_bytes(HOLDER_INDEX_TYPE, self.header)

    @property
    def index(self) -> HolderIndex:
        """What it says; it was verified before it was kept."""
        return _read(self.header)


@lru_cache(maxsize=256)
def _read(header: bytes) -> HolderIndex:
    """Remembered, since it is asked for with every question."""
    return decode_as(HolderIndex, Envelope.from_bytes(HOLDER_INDEX_TYPE, header).payload)


def shape_of(index: HolderIndex) -> Shape:
    """The shape that an index states."""
    return Shape(index.bits, index.hashes)


def pieces_of(bits: bytes) -> Sequence[bytes]:
    """A filter in the pieces it is kept and sent in."""
    return [bits[start : start + CHUNK_BYTES] for start in range(0, len(bits), CHUNK_BYTES)]


@dataclass(frozen=True, slots=True)
class Expected:
    """What an index that comes must keep.

    Attributes:
        node_id: whose it must be.
        federation: that of all its feeds.
        verifier: message key of that node.
        max_bytes: longest filter taken.
    """

    node_id: str
    federation: str
    verifier: Verifier
    max_bytes: int

    def verified(self, envelope: Envelope, held: HeldIndex | None, now_ms: int) -> HolderIndex:
        """What a header says, checked before its filter is fetched.

        Args:
            envelope: as it came, from whomever.
            held: the one that is held, which it must not be older than.
            now_ms: the clock.

        Raises:
            PeerFault: HOLDER_INDEX_UNSIGNED, not signed by the node's message key; HOLDER_INDEX_MALFORMED;
                HOLDER_INDEX_TOO_LARGE; and as `require_sound` and `require_newer`. With the envelope's payload.
        """
        if len(envelope.payload) > MAX_HEADER_BYTES:
            raise PeerFault("HOLDER_INDEX_TOO_LARGE", f"{self.node_id}: a header of {len(envelope.payload)} bytes")
        try:
            index = decode_as(HolderIndex, opened(envelope, HOLDER_INDEX_TYPE, self.verifier))
        except FieldFault as fault:
            raise PeerFault("HOLDER_INDEX_MALFORMED", f"{self.node_id}: {fault.field}", (envelope.payload,)) from fault
        except CallerFault as fault:
            detail = f"not signed by the message key of {self.node_id}"
            raise PeerFault("HOLDER_INDEX_UNSIGNED", detail, (envelope.payload,)) from fault
        require_sound(index, self.node_id, self.federation, now_ms)
        if held is not None:
            require_newer(index, held.index)
        if index.bits > self.max_bytes * 8:
            detail = f"{self.node_id}: {index.bits // 8} bytes, and {self.max_bytes} are taken"
            raise PeerFault("HOLDER_INDEX_TOO_LARGE", detail)
        return index
