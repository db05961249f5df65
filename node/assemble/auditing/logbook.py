# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is shown of exchange logs at a node's desk: each look is logged before anything of it is shown."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from federation.log.note import Verifier
from federation.records.exchange import AccessKind, Question
from federation.rules.audit.warrant import granted
from federation.rules.exchange import Accessed
from node.assemble.desk import Desk
from node.audit.exporting import Period, export
from node.audit.listing import Page, Wanted, find_exchanges
from node.exchange.openings import SealedOpening, read_behind

MAX_ABOUT = 1000
"""Accesses that a subject is told of at once, newest first."""
_HOUR_MS = 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Opened:
    """What stands behind one entry.

    Attributes:
        id: exchange id, or access id.
        behind: the question; or what was accessed. None when there is nothing: destroyed, or never kept here.
    """

    id: str
    behind: Question | Accessed | None


@dataclass(frozen=True, slots=True)
class Asking:
    """That somebody asked about a subject, as the subject is told: nothing of other subjects, officers or cases.

    Attributes:
        hour_ms: the hour in which it was asked.
        office: what kind of office asked: `member` (another region's node asked here), `own` (this node asked another
            region's), `business` (a business system here), `operator` (whoever runs this node).
        purpose: what for: the purpose code of a question, the kind of an access.
    """

    hour_ms: int
    office: str
    purpose: str


class Logbook:
    """Looks into exchange logs that are held here. For one thread.

    Every method raises StoreFault or UnreachableFault, EXCHANGE_LOG_UNAVAILABLE, where the look cannot be logged.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._foundation = desk.foundation

    def exchanges(self, origin: str, before: int, wanted: Wanted, limit: int) -> Page:
        """A page of what an exchange log holds; see `node.audit.listing`."""
        self._desk.log_access(AccessKind.LISTING, origin)
        return find_exchanges(self._desk.reader, origin, before, wanted, limit)

    def export(self, origin: str, period: Period) -> Iterator[bytes]:
        """The bytes of an audit file; see `node.audit.exporting`."""
        self._desk.log_access(AccessKind.EXPORT, f"{origin} {period.from_ms} {period.until_ms}")
        return export(self._desk.reader, origin, period, self._foundation.keys, self._foundation.clock())

    def open(self, warrant: bytes) -> tuple[tuple[str, ...], Sequence[Opened]]:
        """What stands behind the entries of a warrant, and the names of the two persons who signed it.

        Raises:
            Misuse: why the warrant does not count, see `granted`.
            StoreFault: OPENING_UNREADABLE.
        """
        config, now_ms = self._foundation.config, self._foundation.clock()
        operators = [Verifier.parse(each.key) for each in config.operator]
        agreed, names = granted(warrant, self._foundation.keys.name, operators, now_ms)
        signed = hashlib.sha256(warrant).hexdigest()
        self._desk.log_access(AccessKind.OPENING, f"{signed} {' '.join(names)}"[:512], agreed.ids)
        found = {each.id: self._behind(each) for each in self._desk.reader.openings(agreed.ids)}
        return names, [Opened(name, found.get(name)) for name in agreed.ids]

    def about(self, code: str, reference: str) -> Sequence[Asking]:
        """Who asked about a subject, newest first, as far as it is still known; at most `MAX_ABOUT`.

        Args:
            code: the subject's number, normalised.
            reference: the authorised request on which the subject is told; kept sealed in the log.
        """
        self._desk.log_access(AccessKind.ABOUT, reference, (code,))
        sealer, reader = self._foundation.sealer, self._desk.reader
        single = reader.tagged_openings(sealer.tag(code), MAX_ABOUT)
        batches = (each for each in reader.batch_openings() if sealer.is_about(each, code))
        found = [self._asking(each) for each in chain(single, batches)]
        told = [each for each in found if each is not None]
        return sorted(told, key=lambda each: (-each.hour_ms, each.office, each.purpose))[:MAX_ABOUT]

    def _asking(self, opening: SealedOpening) -> Asking | None:
        """What a subject is told of one opening; None for what only concerns the telling itself."""
        hour_ms = opening.time_ms // _HOUR_MS * _HOUR_MS
        match self._behind(opening):
            case Question(requester=requester, purpose=purpose):
                return Asking(hour_ms, "own" if requester == self._desk.config.node.id else "member", purpose)
            case Accessed(kind=kind, caller=caller) if kind is not AccessKind.ABOUT:
                return Asking(hour_ms, "business" if "/" in caller else "operator", kind.value)
        return None

    def _behind(self, opening: SealedOpening) -> Question | Accessed:
        behind = read_behind(self._foundation.sealer.unseal(opening))
        return behind if isinstance(behind, Question) else behind[0]
