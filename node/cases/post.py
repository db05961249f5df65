# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Takes letters about cases, keeps them, and says where they go next: hop by hop, each durable before it is receipted.

Durable order, and what a crash after each step leaves:

1. verify     nothing is written: whoever brought the letter tries again.
2. commit     the letter is kept; one that has arrived has had its effect in the same transaction (the case is on the
              docket, its mark waits to be published, statements wait to be handed on). Whoever brought it has not
              heard, brings it again, and gets the receipt for what is kept.
3. receipt    signed after the commit: from now on this node tries, whatever becomes of who brought it.
4. hand on    until the next hop's receipt has been verified and kept. A crash before that hands it on once more, and
              the next hop finds it kept.

A letter is named by its case and part; the same bytes again are the same letter. Other bytes under one name are
refused and kept as evidence: the writer has signed both.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from federation.errors import CallerFault, FieldFault, PeerFault
from federation.log.note import Verifier
from federation.records.case import Case, CaseReceipt, CaseStatus, CaseWithdrawal
from federation.records.codec import decode_as, encode
from federation.rules.case.letters import RECEIPT_TYPE, letter_sha256
from node.cases.docket import Docket
from node.cases.letter import CASE_PART, Letter, LetterName, open_letter
from node.cases.ports import CaseStore, CaseUnit, KeptLetter, kept
from node.cases.window import Window
from node.exchange.dialogue import Envelope, opened, seal
from node.identity.keys import KeyRing
from node.routing.route import Routes

MAX_CONFLICTS = 4
"""Letters kept as evidence for one case; the first two prove all there is to prove."""
MAX_RELAYED = 1000
"""Letters of one member that wait here at once to be handed on."""
RELAYED_KEPT_DAYS = 30
"""How long a letter is kept that was only handed on here; it holds personal data of others. In days of 24 hours."""
FORGOTTEN_AT_ONCE = 500
"""Most letters forgotten in one transaction."""
FIRST_PAUSE_MS = 200
_DAY_MS = 24 * 60 * 60 * 1000
_LONGEST_DOUBLING = 20


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A letter was not taken, for a stable reason; whoever brought it keeps it."""

    reason: str


Taken = Envelope | NotTaken
"""The receipt of a letter, or why there is none."""


@dataclass(frozen=True, slots=True)
class Correspondents:
    """Whom letters come from and go to.

    Attributes:
        message_keys: verifier of each known node's message key, the own one included.
        routes: the ways.
        longest_pause_ms: longest pause between two tries at a hop.
    """

    message_keys: Mapping[str, Verifier]
    routes: Routes
    longest_pause_ms: int


class Post:
    """Takes and hands on. What writes is to be called from the writer thread only; the rest from any.

    Args:
        store: where letters are kept.
        docket: what arrives to be decided here.
        window: statements about what was filed here.
        keys: the message key signs receipts.
        correspondents: members and ways.
        now_ms: the clock.
    """

    def __init__(
        self,
        store: CaseStore,
        docket: Docket,
        window: Window,
        keys: KeyRing,
        correspondents: Correspondents,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._docket = docket
        self._window = window
        self._keys = keys
        self._members = correspondents
        self.now_ms = now_ms

    def take(self, caller: str, envelopes: Sequence[Envelope]) -> list[Taken]:
        """Takes letters, each for itself.

        Args:
            caller: node id from the TLS identity.
            envelopes: as many as a call may bring.

        Returns:
            For each, in order, its receipt, or why it was not taken; what is receipted is durable.

        Raises:
            StoreFault: nothing of this call was kept.
        """
        read = [self._read(envelope) for envelope in envelopes]
        with self._store.write() as unit:
            outcomes = [each if isinstance(each, NotTaken) else self._take(unit, caller, each) for each in read]
        return [self._receipt(caller, each) if isinstance(each, Letter) else each for each in outcomes]

    def _read(self, envelope: Envelope) -> Letter | NotTaken:
        try:
            return open_letter(envelope, self._keys.federation, self._members.message_keys)
        except CallerFault as fault:
            return NotTaken(fault.reason)

    def _take(self, unit: CaseUnit, caller: str, letter: Letter) -> Letter | NotTaken:
        """Keeps one letter; the letter itself when it is kept now, or was."""
        known = unit.letters([letter.name.case])
        same = known.get(letter.name)
        now_ms = self.now_ms()
        if same is not None:
            return letter if same.sha256 == letter.sha256 else self._contradicted(unit, caller, letter)
        case = known.get(LetterName(letter.name.case, CASE_PART))
        back = case.sender if case is not None else ""
        if letter.destination != self._keys.node_id:
            if not self._members.routes.hops(letter.destination, caller, back):
                return NotTaken("CASE_ROUTE_UNKNOWN")
            if unit.count_waiting(caller) >= MAX_RELAYED:
                return NotTaken("LIMIT_EXCEEDED")
            unit.keep_letters([kept(letter, now_ms, now_ms, sender=caller, back=back)])
            return letter
        refused = self._arrived(unit, letter, caller)
        if refused is None:
            unit.keep_letters([kept(letter, now_ms, None, sender=caller)])
        return letter if refused is None else NotTaken(refused)

    def _arrived(self, unit: CaseUnit, letter: Letter, caller: str) -> str | None:
        """Gives a letter its effect; the reason when it can have none."""
        match letter.said:
            case Case() as case:
                return self._docket.receive(unit, case, letter.envelope.payload, caller)
            case CaseWithdrawal() as withdrawal:
                return self._docket.withdrawn(unit, withdrawal)
            case CaseStatus() as status:
                return self._window.hear(unit, status)
            case _:
                assert_never(letter.said)

    def _contradicted(self, unit: CaseUnit, caller: str, letter: Letter) -> NotTaken:
        if unit.conflicts(letter.name.case) < MAX_CONFLICTS:
            unit.keep_letters([replace(kept(letter, self.now_ms(), None, sender=caller), stands=False)])
        return NotTaken("CASE_ID_REUSED")

    def _receipt(self, caller: str, letter: Letter) -> Envelope:
        receipt = CaseReceipt(
            letter_sha256=letter.sha256,
            sender=caller,
            receiver=self._keys.node_id,
            received_at_ms=self.now_ms(),
        )
        return seal(RECEIPT_TYPE, encode(receipt), self._keys)

    def hops(self, letter: KeptLetter) -> tuple[str, ...]:
        """The members to hand a letter on to, best first; none when no way is known."""
        return self._members.routes.hops(letter.destination, letter.sender, letter.back)

    def next_hop(self, letter: KeptLetter) -> str | None:
        """The member to try now: after each failure the next one in turn."""
        hops = self.hops(letter)
        return hops[letter.tries % len(hops)] if hops else None

    def stranded(self, letters: Sequence[KeptLetter]) -> None:
        """Keeps why letters have no way. They are tried again, since pins change.

        Raises:
            StoreFault: nothing of this call was kept.
        """
        known = self._members.message_keys
        reasons = ["CASE_ROUTE_UNKNOWN" if each.destination in known else "CASE_ORIGIN_UNKNOWN" for each in letters]
        self.settle([self._failed(*each) for each in zip(letters, reasons, strict=True)])

    def outcome(self, hop: str, letter: KeptLetter, taken: Taken) -> KeptLetter:
        """A letter after a member was given it: with its receipt, or to be tried again."""
        match taken:
            case NotTaken(reason=reason):
                return self._failed(letter, reason)
            case Envelope():
                try:
                    self._check(hop, letter, taken)
                except PeerFault as fault:
                    return self._failed(letter, fault.reason)
                return replace(letter, due_ms=None, reason="", hop=hop, receipt=taken.to_bytes())
            case _:
                assert_never(taken)

    def unreached(self, letter: KeptLetter, reason: str) -> KeptLetter:
        """A letter after a member could not be given it."""
        return self._failed(letter, reason)

    def settle(self, letters: Sequence[KeptLetter]) -> None:
        """Keeps what became of letters that were handed on, in one transaction.

        Raises:
            StoreFault: nothing of this call was kept; they are handed on once more.
        """
        with self._store.write() as unit:
            unit.keep_letters(letters)

    def forget(self) -> int:
        """Forgets one batch of the letters that were only handed on here, and kept long enough.

        Returns:
            How many; call again while there are some.

        Raises:
            StoreFault: nothing of this batch was forgotten.
        """
        before_ms = self.now_ms() - RELAYED_KEPT_DAYS * _DAY_MS
        with self._store.write() as unit:
            return unit.forget_letters(self._keys.node_id, before_ms, FORGOTTEN_AT_ONCE)

    def _failed(self, letter: KeptLetter, reason: str) -> KeptLetter:
        pause_ms = min(FIRST_PAUSE_MS << min(letter.tries, _LONGEST_DOUBLING), self._members.longest_pause_ms)
        return replace(letter, tries=letter.tries + 1, due_ms=self.now_ms() + pause_ms, reason=reason)

    def _check(self, hop: str, letter: KeptLetter, receipt: Envelope) -> None:
        """Sees that a receipt is the hop's, and for this very letter.

        Raises:
            PeerFault: CASE_RECEIPT_INVALID.
        """
        try:
            said = decode_as(CaseReceipt, opened(receipt, RECEIPT_TYPE, self._members.message_keys[hop]))
        except (CallerFault, FieldFault) as fault:
            raise PeerFault("CASE_RECEIPT_INVALID", fault.reason, (receipt.to_bytes(),)) from None
        expected = (letter_sha256(letter.envelope.payload_type, letter.envelope.payload), self._keys.node_id, hop)
        if (said.letter_sha256, said.sender, said.receiver) != expected:
            raise PeerFault("CASE_RECEIPT_INVALID", "it is for another letter", (receipt.to_bytes(),))
