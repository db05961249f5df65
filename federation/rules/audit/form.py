# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
r"""An audit file: the entries that a feed logged in a period, with all that proves them complete. Form `audit@v1`.

    "creditexchange/audit@v1\n", then parts: u8 kind | u32 length | body         big endian, in this order:

    H  head        text lines, see `Head`
    C  checkpoint  the signed note of the newest complete checkpoint, with the log's and the clock's signature
    E  edge        right edge of the tree at `begin`: u64 size, then the hashes, largest subtree first
    P  path        consistency proof (RFC 9162, section 2.1.4) from the tree of size `end` to that of the checkpoint
    B  entries     1 to 1024 entries: u8 state (1 present, 2 withheld, 3 erased, 4 none,
                   5 lost) | 84 bytes leaf | when present: 32 bytes salt | u32 length | payload;
                   one part after the other, until all of `begin` to `end` have come
    S  seal        4 bytes key id | 64 bytes signature of the exporter's message key, over the DSSE bytes of type
                   `SEAL_TYPE` and the SHA-256 of everything before this part

The entries are those from `begin` to before `end`. Of these, `first` to before `stop` are the ones whose leaf has a
time in the period; beside them stands one neighbour at either end, where the feed has one, as a leaf without its
payload. Times of leaves never fall, so a neighbour outside the period shows that nothing of it was left out there.

Nothing is verified here, see proof.py.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Self

from federation.errors import EntriesFault
from federation.log.entry import PayloadState, RawEntry
from federation.log.leaf import LEAF_BYTES, MAX_PAYLOAD_BYTES, SALT_BYTES
from federation.log.strict import canonical_number

MAGIC = b"creditexchange/audit@v1\n"
SEAL_TYPE = "application/vnd.creditexchange.audit.v1"
SEAL_BYTES = 4 + 64
MAX_PART_BYTES = 1024 * 1024
"""Longest body of a part; it is read whole."""
MAX_PART_ENTRIES = 1024
MAX_PERIOD_MS = 366 * 24 * 60 * 60 * 1000
"""Longest period of one file: a year."""
_LEAF_AND_STATE = 1 + LEAF_BYTES
_PRESENT_BYTES = _LEAF_AND_STATE + SALT_BYTES + 4
_PART = struct.Struct(">cI")
PART_BYTES = _PART.size
_STATES: dict[PayloadState, int] = {
    PayloadState.PRESENT: 1,
    PayloadState.WITHHELD: 2,
    PayloadState.ERASED: 3,
    PayloadState.NONE: 4,
    PayloadState.LOST: 5,
}
_STATE_OF = {number: state for state, number in _STATES.items()}
_PRESENT = _STATES[PayloadState.PRESENT]


class Part(Enum):
    """A kind of part."""

    HEAD = b"H"
    CHECKPOINT = b"C"
    EDGE = b"E"
    PATH = b"P"
    ENTRIES = b"B"
    SEAL = b"S"


def malformed(detail: str) -> EntriesFault:
    """What is said of a file that nobody who keeps to the form has written."""
    return EntriesFault("AUDIT_FILE_MALFORMED", detail)


def part(kind: Part, body: bytes) -> bytes:
    """One part as it stands in the file."""
    return _PART.pack(kind.value, len(body)) + body


def part_head(raw: bytes) -> tuple[Part, int]:
    """Kind and length of the part that begins with these bytes.

    Raises:
        EntriesFault: AUDIT_FILE_MALFORMED.
    """
    if len(raw) != PART_BYTES:
        raise malformed("the file ends before its seal")
    kind, length = _PART.unpack(raw)
    if kind not in {one.value for one in Part} or length > MAX_PART_BYTES:
        raise malformed("a part of a kind that does not exist, or over its limit")
    return Part(kind), length


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says of itself.

    Attributes:
        origin: the feed.
        exporter: node id of whoever made the file; its owner, or a node that mirrors it.
        made_at_ms: when, by the exporter's clock.
        from_ms: begin of the period, inclusive.
        until_ms: end of the period, exclusive.
        begin, first, stop, end: places in the feed, as the module's docstring says; begin <= first <= stop <= end.
        size: size of the checkpoint.
    """

    origin: str
    exporter: str
    made_at_ms: int
    from_ms: int
    until_ms: int
    begin: int
    first: int
    stop: int
    end: int
    size: int

    def encode(self) -> bytes:
        """The text lines."""
        return (
            f"origin {self.origin}\nexporter {self.exporter}\nmade {self.made_at_ms}\n"
            f"period {self.from_ms} {self.until_ms}\nrange {self.first} {self.stop}\n"
            f"leaves {self.begin} {self.end}\nsize {self.size}\n"
        ).encode()

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Reads a head; `Head.parse(raw).encode() == raw`.

        Raises:
            EntriesFault: AUDIT_FILE_MALFORMED.
        """
        lines = raw.decode("utf-8", "replace").split("\n")
        words = [line.split(" ") for line in lines]
        numbers = [canonical_number(word) for line in words[2:7] for word in line[1:]]
        known = [number for number in numbers if number is not None]
        if [len(line) for line in words] != [2, 2, 2, 3, 3, 3, 2, 1] or len(known) != len(numbers):
            raise malformed("the head is not as it would be written")
        made, start, until, first, stop, begin, end, size = known
        head = cls(words[0][1], words[1][1], made, start, until, begin, first, stop, end, size)
        if head.encode() != raw or not head.is_possible:
            raise malformed("the head is not as it would be written, or contradicts itself")
        return head

    @property
    def is_possible(self) -> bool:
        """Whether the places are in order, and the period is one."""
        ordered = self.begin <= self.first <= self.stop <= self.end <= self.size
        return ordered and self.first - self.begin <= 1 and self.end - self.stop <= 1 and self.is_period

    @property
    def is_period(self) -> bool:
        """Whether the period is not empty, and not too long."""
        return 0 < self.until_ms - self.from_ms <= MAX_PERIOD_MS


def encode_entries(entries: Sequence[RawEntry]) -> bytes:
    """The body of a part of entries; at most 1024, and within the part's limit."""
    parts: list[bytes] = []
    for entry in entries:
        parts += (bytes((_STATES[entry.state],)), entry.leaf)
        if entry.state is PayloadState.PRESENT:
            parts += (entry.salt, len(entry.payload).to_bytes(4, "big"), entry.payload)
    return b"".join(parts)


def decode_entries(body: bytes) -> list[RawEntry]:
    """The entries in a body; `encode_entries(decode_entries(body)) == body`.

    Raises:
        EntriesFault: AUDIT_FILE_MALFORMED.
    """
    entries: list[RawEntry] = []
    at, size = 0, len(body)
    while at < size:
        state, leaf_end = _STATE_OF.get(body[at]), at + _LEAF_AND_STATE
        if state is None or leaf_end > size:
            raise malformed("an entry cannot be read")
        leaf = body[at + 1 : leaf_end]
        if state is not PayloadState.PRESENT:
            entries.append(RawEntry(leaf, state, b"", b""))
            at = leaf_end
            continue
        start = at + _PRESENT_BYTES
        length = int.from_bytes(body[start - 4 : start], "big")
        if start > size or length > MAX_PAYLOAD_BYTES or (at := start + length) > size:
            raise malformed("an entry cannot be read")
        entries.append(RawEntry(leaf, state, body[leaf_end : start - 4], body[start:at]))
    if not 1 <= len(entries) <= MAX_PART_ENTRIES:
        raise malformed("a part holds no entries, or too many")
    return entries
