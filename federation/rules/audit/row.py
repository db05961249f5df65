# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One side's entry of an exchange as a row of bytes: sorted, it stands beside the other side's entry of the same.

    16 bytes exchange id | u8 log | u64 index | u64 leaf time | u64 time stated | u8 side | core         big endian

`log` numbers the audit files that are compared. The core is what both sides must say alike: requester, responder,
purpose and outcome, each ended by a zero byte, then the hashes of question, answer and exchange. Where two rows of one
exchange have equal cores, their bytes are equal, and nothing of them need be read.
"""

import struct
from typing import NamedTuple

from federation.records.exchange import Exchange, ExchangeSide

ID_BYTES = 16
CORE_AT = 42
SIDE_AT = 41
LOG_AT = 16
_FRONT = struct.Struct(">16sBQQQB")
_SIDES = {ExchangeSide.REQUESTER: 1, ExchangeSide.RESPONDER: 2}
_SIDE_OF = {number: side for side, number in _SIDES.items()}
_HASH_BYTES = 32


class Side(NamedTuple):
    """One side's entry, read back from its row.

    Attributes:
        log: number of the audit file it stands in.
        place: index in its feed.
        leaf_ms: when it was sequenced there.
        stated_ms: when it was written, as it says.
    """

    exchange_id: str
    log: int
    place: int
    leaf_ms: int
    stated_ms: int
    side: ExchangeSide
    requester: str
    responder: str
    purpose: str
    outcome: str
    question_sha256: bytes
    answer_sha256: bytes
    commitment: bytes

    @property
    def made_ms(self) -> int:
        """When the exchange began, by the requester's clock: the time in its id."""
        return int(self.exchange_id[:8] + self.exchange_id[9:13], 16)

    @property
    def owner(self) -> str:
        """Whose log the entry must stand in."""
        return self.requester if self.side is ExchangeSide.REQUESTER else self.responder

    @property
    def other(self) -> str:
        """Whose log must hold the other entry."""
        return self.responder if self.side is ExchangeSide.REQUESTER else self.requester


def row_of(record: Exchange, log: int, index: int, leaf_ms: int) -> bytes:
    """The row of an entry."""
    front = _FRONT.pack(
        bytes.fromhex(record.exchange_id.replace("-", "")),
        log,
        index,
        leaf_ms,
        record.logged_at_ms,
        _SIDES[record.side],
    )
    texts = f"{record.requester}\0{record.responder}\0{record.purpose}\0{record.outcome}\0"
    return front + texts.encode() + record.question_sha256 + record.commitment + record.answer_sha256


def side_of(row: bytes) -> Side:
    """The entry in a row."""
    raw_id, log, index, leaf_ms, stated_ms, side = _FRONT.unpack_from(row)
    *texts, hashes = row[CORE_AT:].split(b"\0", 4)
    requester, responder, purpose, outcome = (text.decode() for text in texts)
    digits = raw_id.hex()
    exchange_id = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
    question, commitment, answer = (
        hashes[:_HASH_BYTES],
        hashes[_HASH_BYTES : 2 * _HASH_BYTES],
        hashes[2 * _HASH_BYTES :],
    )
    parties = (requester, responder, purpose, outcome)
    return Side(exchange_id, log, index, leaf_ms, stated_ms, _SIDE_OF[side], *parties, question, answer, commitment)


def times_of(row: bytes) -> tuple[int, int, int]:
    """Of a row, in milliseconds: when the exchange began, when it was sequenced, when it was written as it says."""
    _, _, _, leaf_ms, stated_ms, _ = _FRONT.unpack_from(row)
    return int.from_bytes(row[:6], "big"), leaf_ms, stated_ms
