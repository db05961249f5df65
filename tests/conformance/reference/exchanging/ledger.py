# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The reference node's exchange log: one entry for each question that is known to be its caller's, and who read it."""

import secrets
import time
from dataclasses import dataclass, field
from hashlib import sha256

from creditexchange.v1 import exchange_pb2, feed_policy_pb2, question_pb2

from tests.conformance.reference.fault import Fault
from tests.conformance.reference.feed import Feed
from tests.conformance.reference.world import ADD, EXCHANGE, NODE_ID

SAMPLED = 6
"""How many exchanges are sampled, so that those which the suite waits for are there."""
EXCHANGE_SCHEMA, ACCESS_SCHEMA = 9, 15
_UNKNOWN_FIELD = b"\x82\x7d"  # field 2000, bytes: readers keep it, and the record stays what it is


@dataclass
class Ledger:
    """Writes the feed `_exchange`."""

    faults: frozenset[Fault]
    feed: Feed = field(default_factory=lambda: Feed(EXCHANGE, feed_policy_pb2.DATASET_EXCHANGE, open=False))
    readers: set[str] = field(default_factory=set)
    count: int = 0

    def exchanged(self, question: bytes, outcome: str, answer: bytes = b"", notes: tuple[bytes, ...] = ()) -> None:
        """Log what came of a question; `notes` are the checkpoints that the answer rests on."""
        asked, faults = question_pb2.Question.FromString(question), self.faults
        self.count += 1
        if Fault.REFUSALS_UNLOGGED in faults and outcome != "ANSWERED":
            return
        if Fault.LOG_SAMPLED in faults and self.count % 2 and self.count < SAMPLED:
            return
        told = "ANSWERED" if Fault.REFUSAL_AS_ANSWER in faults else outcome
        entry = exchange_pb2.Exchange(
            exchange_id=asked.exchange_id,
            requester=asked.requester,
            responder=NODE_ID,
            side=exchange_pb2.EXCHANGE_SIDE_RESPONDER,
            purpose="inspection" if Fault.LOG_OTHER_PURPOSE in faults else asked.purpose,
            outcome=told,
            question_sha256=sha256(question).digest(),
            answer_sha256=sha256(answer).digest() if answer and Fault.LOG_WITHOUT_ANSWER not in faults else b"",
            commitment=self._commitment(asked, question, outcome, answer, notes),
            logged_at_ms=time.time_ns() // 1_000_000 - 3_600_000 * (Fault.LOG_BACKDATED in faults),
        ).SerializeToString(deterministic=True)
        self._append(EXCHANGE_SCHEMA, entry + self._told_beside(asked.code.encode()))
        if Fault.LOGGED_TWICE in faults:
            self._append(EXCHANGE_SCHEMA, entry)
        if Fault.EXCHANGE_INVENTED in faults:
            other = exchange_pb2.Exchange.FromString(entry)
            other.exchange_id = asked.exchange_id[:-4] + f"{self.count:04x}"
            self._append(EXCHANGE_SCHEMA, other.SerializeToString(deterministic=True))

    def inquired(self, question: bytes, outcome: str, answer: bytes = b"", notes: tuple[bytes, ...] = ()) -> None:
        """Log what came of a question of our own."""
        asked = question_pb2.Question.FromString(question)
        entry = exchange_pb2.Exchange(
            exchange_id=asked.exchange_id,
            requester=NODE_ID,
            responder=asked.responder,
            side=exchange_pb2.EXCHANGE_SIDE_REQUESTER,
            purpose=asked.purpose,
            outcome=outcome,
            question_sha256=sha256(question).digest(),
            answer_sha256=sha256(answer).digest() if answer else b"",
            commitment=self._commitment(asked, question, outcome, answer, notes),
            logged_at_ms=time.time_ns() // 1_000_000,
        )
        self._append(EXCHANGE_SCHEMA, entry.SerializeToString(deterministic=True))

    def _told_beside(self, code: bytes) -> bytes:
        """What a node writes into the entry that should know no subject."""
        told = code if Fault.NUMBER_IN_CLEAR in self.faults else b""
        told = sha256(code).digest() if Fault.NUMBER_HASHED in self.faults else told
        return _UNKNOWN_FIELD + bytes([len(told)]) + told if told else b""

    def _commitment(
        self, asked: question_pb2.Question, question: bytes, outcome: str, answer: bytes, notes: tuple[bytes, ...]
    ) -> bytes:
        texts = (asked.exchange_id, asked.requester, asked.responder, asked.purpose, asked.legal_basis)
        rest = sha256(b"".join(_sized(note) for note in notes)).digest() if answer else b""
        fields = [*(text.encode() for text in texts), sha256(question).digest(), outcome.encode()]
        fields += [sha256(answer).digest() if answer else b"", rest]
        fields += [bytes(32) if Fault.LOG_UNSALTED in self.faults else asked.salt]
        return sha256(b"creditexchange/exchange/1\0" + b"".join(map(_sized, fields))).digest()

    def read_by(self, caller: str) -> None:
        """Log that a coordinator reads: once, not for ever of its own reading."""
        if caller in self.readers or Fault.READS_UNLOGGED in self.faults:
            return
        self.readers.add(caller)
        now_ms = time.time_ns() // 1_000_000
        access = exchange_pb2.Access(
            access_id=f"{now_ms:012x}", kind=exchange_pb2.ACCESS_KIND_READ, caller=caller, logged_at_ms=now_ms
        )
        access.commitment = secrets.token_bytes(32)
        self._append(ACCESS_SCHEMA, access.SerializeToString(deterministic=True))

    def _append(self, schema: int, payload: bytes) -> None:
        items = self.feed.items
        if Fault.LOG_REWRITTEN in self.faults and items:
            items[0].leaf = items[0].leaf[:-1] + bytes([len(items) % 256])
        self.feed.add(ADD, schema, payload)
        if Fault.LOG_PAYLOAD_SWAPPED in self.faults:
            items[-1].salt = bytes(32)


def _sized(raw: bytes) -> bytes:
    return len(raw).to_bytes(4, "big") + raw
