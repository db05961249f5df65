# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The Bloom filter of a holder index, to the byte, so that any vendor builds and reads the same.

    key         SHA-256 over: "creditexchange/holder-index/1" 0x00 · the salt, 32 bytes · one byte, the length of the
                dataset's name · that name ("lists") · the code as records hold it, 18 ASCII characters
    a           bytes 0 to 7 of the key, big endian, mod m
    b           1 + (bytes 8 to 15 of the key, big endian, mod (m - 1))
    positions   (a + i b) mod m for i from 0 to k - 1
    bit p       of byte p // 8 the one of value 2^(p mod 8), so the lowest bit of the first byte is bit 0
    m, k        length in bits, a multiple of 8 and at least 1024; positions of each key

For n keys and a rate p of false positives k is the next whole number from log2(1/p), and m = k n / -ln(1 - p^(1/k)),
so that (1 - e^(-k n / m))^k is p. A reader takes m and k as they are stated, however they were chosen. The salt is new
with every filter: neither filters of two nodes nor two of one can be laid upon each other.
"""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass

from federation.errors import FieldFault
from federation.records.feed_policy import Dataset
from federation.records.holders.index import MAX_INDEX_BITS, MIN_BITS

MILLION = 1_000_000
_DOMAIN = b"creditexchange/holder-index/1\x00"
_STEPS = 4
"""Room is given in this many steps for each power of two: a length tells how many keys there are only so far."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a filter is laid out.

    Attributes:
        bits: its length, m.
        hashes: positions of each key, k.
    """

    bits: int
    hashes: int


def shape_for(keys: int, per_million: int) -> Shape:
    """The shape that has room for at least so many keys at a rate of false positives.

    Args:
        keys: most keys that will be added. Room is made for the next round number, so that the length does not tell how
            many of those that were expected are not in it.
        per_million: false positives for each million of questions about others.

    Raises:
        FieldFault: FIELD_TOO_LONG, no filter that large is made.
    """
    rate = per_million / MILLION
    hashes = math.ceil(math.log2(1 / rate))
    needed = hashes * _room(keys) / -math.log1p(-(rate ** (1 / hashes)))
    bits = max(MIN_BITS, math.ceil(needed / 8) * 8)
    if bits > MAX_INDEX_BITS:
        raise FieldFault("keys", "FIELD_TOO_LONG")
    return Shape(bits, hashes)


def _room(keys: int) -> int:
    """The next number that is a quarter of a power of two, four to seven times."""
    step = max(1, 1 << max(0, keys.bit_length() - 1) >> (_STEPS.bit_length() - 1))
    return -(-keys // step) * step


class Filter:
    """A filter being filled, or read. One bytearray is all its memory. Reading is safe from any thread.

    Args:
        shape: its layout.
        salt: 32 bytes.
        bits: its bytes; None for an empty one.
    """

    def __init__(self, shape: Shape, salt: bytes, bits: bytes | None = None) -> None:
        self._shape = shape
        self._bits = bytearray(shape.bits // 8) if bits is None else bits
        self._begun = {dataset: _begun(salt, dataset) for dataset in Dataset}

    @property
    def bits(self) -> bytes:
        """The filter's bytes."""
        return bytes(self._bits)

    def add(self, dataset: Dataset, codes: Iterable[str]) -> int:
        """Adds codes of a dataset; for a filter that was made empty.

        Returns:
            How many of them it did not seem to have before.
        """
        bits, begun, size, added = self._bits, self._begun[dataset], self._shape.bits, 0
        if isinstance(bits, bytes):
            raise TypeError("a filter that was given its bits is read only")
        rounds = range(self._shape.hashes)
        for code in codes:
            key = begun.copy()
            key.update(code.encode())
            digest = key.digest()
            place = int.from_bytes(digest[:8]) % size
            step = 1 + int.from_bytes(digest[8:16]) % (size - 1)
            new = 0
            for _ in rounds:
                mask = 1 << (place & 7)
                if not bits[place >> 3] & mask:
                    bits[place >> 3] |= mask
                    new = 1
                place = (place + step) % size
            added += new
        return added

    def has(self, dataset: Dataset, code: str) -> bool:
        """Whether a code of a dataset was added, or seems so: false positives come as often as the shape allows."""
        bits, size = self._bits, self._shape.bits
        key = self._begun[dataset].copy()
        key.update(code.encode())
        digest = key.digest()
        place = int.from_bytes(digest[:8]) % size
        step = 1 + int.from_bytes(digest[8:16]) % (size - 1)
        for _ in range(self._shape.hashes):
            if not bits[place >> 3] >> (place & 7) & 1:
                return False
            place = (place + step) % size
        return True


def ones_of(bits: bytes) -> int:
    """How many bits of a filter are ones."""
    return int.from_bytes(bits).bit_count()


def _begun(salt: bytes, dataset: Dataset) -> "hashlib._Hash":
    name = dataset.value.encode()
    return hashlib.sha256(_DOMAIN + salt + bytes([len(name)]) + name)
