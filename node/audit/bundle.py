# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A question and its answer as they were signed, kept in one file that needs no node to be checked. Form `answer@v1`.

    creditexchange/answer@v1
    question <key id, 8 hex> <base64 signature> <base64 payload>
    answer <key id, 8 hex> <base64 signature> <base64 payload>

Three lines, each ended by a line feed. What parses prints back to the same bytes. Nothing is verified here, see
answers.py. The file holds what the answer holds, personal data too: it is written for its owner alone.
"""

from dataclasses import dataclass
from typing import Self

from federation.errors import EntriesFault
from federation.log.strict import canonical_base64, to_base64
from federation.rules.exchange import ANSWER_TYPE, QUESTION_TYPE
from node.exchange.dialogue import Envelope

HEADER = "creditexchange/answer@v1"
MAX_BUNDLE_BYTES = 6 * 1024 * 1024
"""Above what an answer of 4 MiB, the longest that is sent, makes in base64, with its question."""
_TYPES = {"question": QUESTION_TYPE, "answer": ANSWER_TYPE}
_KEY_ID_BYTES = 4
_SIGNATURE_BYTES = 64


def malformed(detail: str) -> EntriesFault:
    """What is said of a file that nobody who keeps to the form has written."""
    return EntriesFault("ANSWER_FILE_MALFORMED", detail)


@dataclass(frozen=True, slots=True)
class AnswerBundle:
    """A question and an answer, each as it was signed."""

    question: Envelope
    answer: Envelope

    def encode(self) -> bytes:
        """The text form, ASCII."""
        lines = [
            HEADER,
            *(envelope_line(name, each) for name, each in zip(_TYPES, (self.question, self.answer), strict=True)),
        ]
        return "\n".join(lines).encode() + b"\n"

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Reads the text form; `AnswerBundle.parse(raw).encode() == raw`.

        Raises:
            EntriesFault: ANSWER_FILE_MALFORMED.
        """
        if len(raw) > MAX_BUNDLE_BYTES or not raw.isascii():
            raise malformed("the file is too long, or no text")
        lines = raw.decode().split("\n")
        if len(lines) != 4 or lines[0] != HEADER or lines[3]:
            raise malformed(f"not {HEADER} with a question and an answer")
        question, answer = (parse_envelope(name, line) for name, line in zip(_TYPES, lines[1:3], strict=True))
        return cls(question, answer)


def envelope_line(name: str, envelope: Envelope) -> str:
    """The line of a question or an answer."""
    return f"{name} {envelope.key_id.hex()} {to_base64(envelope.signature)} {to_base64(envelope.payload)}"


def parse_envelope(name: str, line: str) -> Envelope:
    """The question or the answer in a line.

    Raises:
        EntriesFault: ANSWER_FILE_MALFORMED.
    """
    words = line.split(" ")
    if len(words) != 4 or words[0] != name:
        raise malformed(f"there is no {name} where it has to be")
    signature, payload = canonical_base64(words[2]), canonical_base64(words[3])
    if signature is None or payload is None or len(signature) != _SIGNATURE_BYTES:
        raise malformed(f"the {name} is not as it would be written")
    try:
        key_id = bytes.fromhex(words[1])
    except ValueError:
        key_id = b""
    if key_id.hex() != words[1] or len(key_id) != _KEY_ID_BYTES:
        raise malformed(f"the {name} is not as it would be written")
    return Envelope(_TYPES[name], payload, key_id, signature)
