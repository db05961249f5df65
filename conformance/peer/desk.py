# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How the suite answers a question of the target: as it must, with a refusal, or with an answer that is none."""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from creditexchange.v1 import answer_pb2, envelope_pb2, question_pb2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.message import DecodeError

from conformance.config import Config
from conformance.peer.feed import Feed
from conformance.proof.envelope import ANSWER, sign
from conformance.proof.exchange import ANSWERED

MAX_ASKED = 1000
MAX_QUESTION_BYTES = 16 * 1024


class Reply(StrEnum):
    """What the suite says next; the name is what is wrong with it."""

    HONEST = "an answer"
    REFUSED = "a refusal"
    OTHER_QUESTION = "an answer to another question"
    OTHER_SIGNATURE = "an answer under another key's signature"
    OTHER_DAY = "an answer that says it is of yesterday"
    STALE_AS_FRESH = "an answer that says a head of an hour ago is fresh"


FALSE = (Reply.OTHER_QUESTION, Reply.OTHER_SIGNATURE, Reply.OTHER_DAY, Reply.STALE_AS_FRESH)
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
REFUSAL = "PURPOSE_NOT_GRANTED"


@dataclass(frozen=True)
class Asked:
    """One question of the target to us, and what we made of it.

    Attributes:
        signed: the question as it came.
        outcome: ANSWERED, or the reason of our refusal; what we claimed, where it was false.
        answer: the bytes under our signature; empty for a refusal.
        at_ms: our clock, milliseconds since 1970.
    """

    signed: envelope_pb2.Envelope
    outcome: str
    answer: bytes
    at_ms: int


@dataclass
class Desk:
    """Answers the target about nothing, resting on the head of one feed of ours. For one event loop.

    Attributes:
        config: who we and the target are.
        feed: the feed.
        reply: how the next questions are answered.
        asked: what was asked, in order, at most 1000.
    """

    config: Config
    feed: Feed
    reply: Reply = Reply.HONEST
    asked: list[Asked] = field(default_factory=list)

    def answer(self, signed: envelope_pb2.Envelope) -> envelope_pb2.Envelope | None:
        """Return the signed answer; None for a refusal with `REFUSAL`, which is also what cannot be read gets."""
        now_ms = time.time_ns() // 1_000_000
        if len(signed.payload) > MAX_QUESTION_BYTES or len(self.asked) >= MAX_ASKED:
            return None
        try:
            question = question_pb2.Question.FromString(signed.payload)
        except DecodeError:
            return None
        if self.reply is Reply.REFUSED:
            self.asked.append(Asked(signed, REFUSAL, b"", now_ms))
            return None
        bound = b"another" if self.reply is Reply.OTHER_QUESTION else signed.payload
        head = self.feed.head(now_ms - HOUR_MS * (self.reply is Reply.STALE_AS_FRESH))
        body = answer_pb2.Answer(
            exchange_id=question.exchange_id,
            question_sha256=sha256(bound).digest(),
            responder=self.config.identity.node_id,
            answered_at_ms=now_ms - DAY_MS * (self.reply is Reply.OTHER_DAY),
            heads=[answer_pb2.Head(checkpoint=head, freshness=answer_pb2.FRESHNESS_FRESH)],
        ).SerializeToString(deterministic=True)
        self.asked.append(Asked(signed, ANSWERED, body, now_ms))
        forged = self.reply is Reply.OTHER_SIGNATURE
        key = Ed25519PrivateKey.generate() if forged else self.config.identity.message_key
        return sign(key, f"{self.config.target.federation}/{self.config.identity.node_id}", body, ANSWER)
