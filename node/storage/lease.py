# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Leases of the own feeds: among several processes over one database, exactly one sequences each feed.

A lease is a row, so that any database can keep it; its time is the database's clock, which all share. All own feeds are
leased together: a process leads, or it does not. Whoever leads holds the rows it leads by for as long as each of its
transactions lasts, so that nobody takes over in the middle of one, and whoever was too slow finds out before it writes.
"""

from sqlalchemy import Connection, func, inspect, select, update

from federation.errors import OrderFault
from node.storage.dialect.engines import clock_ms
from node.storage.schema import LEASE

LEASE_MS = 5000
"""How long a lease lasts that nobody renews: the longest time without a sequencer after one has died."""


def take_leases(connection: Connection, holder: str) -> bool:
    """Takes or renews all leases, or none.

    Args:
        connection: of a transaction of its own.
        holder: who takes them; a name that no other process ever has.

    Returns:
        False when another process leads, or is in the middle of a transaction.
    """
    now_ms = clock_ms(connection)
    wanted = select(LEASE.c.feed, LEASE.c.holder, LEASE.c.until_ms).order_by(LEASE.c.feed)
    rows = connection.execute(wanted.with_for_update(skip_locked=True)).all()
    free = [row.holder in {None, holder} or row.until_ms < now_ms for row in rows]
    if not all(free) or len(rows) != connection.execute(select(func.count()).select_from(LEASE)).scalar_one():
        return False
    connection.execute(update(LEASE), {"holder": holder, "until_ms": now_ms + LEASE_MS})
    return True


def give_leases_back(connection: Connection, holder: str) -> None:
    """Lets another process lead at once."""
    connection.execute(update(LEASE).where(LEASE.c.holder == holder), {"holder": None, "until_ms": 0})


def hold_leases(connection: Connection, holder: str) -> None:
    """Keeps everybody else from taking over until the transaction ends.

    Raises:
        OrderFault: LEASE_LOST, another process leads now; nothing may be written.
    """
    holders = connection.execute(select(LEASE.c.holder).order_by(LEASE.c.feed).with_for_update(read=True)).scalars()
    if any(found not in {None, holder} for found in holders.all()):
        raise OrderFault("LEASE_LOST", "another process sequences the feeds of this node now")


def is_led(connection: Connection) -> bool:
    """Whether some process leads just now; of a store from before there were leases nobody can tell, and it is no."""
    if not inspect(connection).has_table(LEASE.name):
        return False
    live = select(func.count()).select_from(LEASE).where(LEASE.c.holder.is_not(None))
    return connection.execute(live.where(LEASE.c.until_ms >= clock_ms(connection))).scalar_one() > 0
