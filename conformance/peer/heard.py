# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the target says to the suite as a peer: its statements about our feeds, and letters about cases."""

from collections import defaultdict

from creditexchange.v1 import envelope_pb2

from conformance.breach import Breach
from conformance.proof.note import VerifierKey, cosigned_at, head_of, log_signed

MAX_LETTERS = 1000
MAX_LETTER_BYTES = 48 * 1024


class Heard:
    """Kept for one run.

    Attributes:
        in_effect: by origin, the largest size that the target has stated to be in effect.
        held: the same of what it has stated to hold.
        letters: envelopes of letters that it brought, in order, each once.
        broken: why a statement was none, the newest by origin.
    """

    def __init__(self, clock: VerifierKey, log: VerifierKey) -> None:
        """Take the target's clock key under its name, and our own log key."""
        self.in_effect: defaultdict[str, int] = defaultdict(int)
        self.held: defaultdict[str, int] = defaultdict(int)
        self.letters: list[envelope_pb2.Envelope] = []
        self.broken: dict[str, str] = {}
        self._clock, self._log = clock, log

    def stated(self, origin: str, note: bytes) -> None:
        """Take in a checkpoint that the target knows, with what it states on it."""
        try:
            head = head_of(note)
            if head.origin != origin or not log_signed(note, self._log.named(origin)):
                raise Breach("STATEMENT_UNSIGNED", "our own checkpoint of the feed", "another")
            for key, sizes in ((self._clock, self.held), (self._clock.stating(), self.in_effect)):
                if cosigned_at(note, key) is not None:
                    sizes[origin] = max(sizes[origin], head.size)
        except Breach as breach:
            self.broken[origin] = str(breach)

    def brought(self, letter: envelope_pb2.Envelope) -> bool:
        """Take in a letter, once; False when it is longer than the contract allows, or there are too many."""
        if letter in self.letters:
            return True
        if len(letter.payload) > MAX_LETTER_BYTES or len(self.letters) >= MAX_LETTERS:
            return False
        self.letters.append(letter)
        return True
