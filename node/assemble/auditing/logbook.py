# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is shown of exchange logs at a node's desk: each look is logged before anything of it is shown."""

from collections.abc import Iterator

from federation.records.exchange import AccessKind
from node.assemble.desk import Desk
from node.audit.exporting import Period, export
from node.audit.listing import Page, Wanted, find_exchanges


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
