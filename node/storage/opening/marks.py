# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Marks in `meta` that belong to one store and never to a copy of it: how far a move from or to it has come.

moving        of a source: token of a move under way; whoever opens the store for writing removes it
moved_to      of a source: the token, and where it went; never written again
unfinished    of a target: the token; no store yet
moved_from    of a target: the token; it is whole
"""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from federation.errors import ConfigFault
from node.storage.dialect.place import StorePlace
from node.storage.schema import META

MOVING = "moving"
MOVED_TO = "moved_to"
UNFINISHED = "unfinished"
MOVED_FROM = "moved_from"
MARKS = (MOVING, MOVED_TO, UNFINISHED, MOVED_FROM)


def marks_of(connection: Connection) -> Mapping[str, str]:
    """The marks of a store, by name."""
    wanted = select(META.c.name, META.c.value).where(META.c.name.in_(MARKS))
    return {row.name: row.value for row in connection.execute(wanted)}


def refuse_unfinished(marks: Mapping[str, str], place: StorePlace) -> None:
    """Sees that a store is whole.

    Raises:
        ConfigFault: STORE_UNFINISHED.
    """
    if UNFINISHED in marks:
        raise ConfigFault(
            "STORE_UNFINISHED",
            f"{place} is being filled by `xinqiao store move`; mend: run the same command again, to its end",
        )


def claim_writing(connection: Connection, place: StorePlace) -> None:
    """Sees that a store may be written, and lets no unfinished move go on from it: it would miss what is written now.

    Raises:
        ConfigFault: STORE_MOVED.
    """
    marks = marks_of(connection)
    if MOVED_TO in marks:
        raise ConfigFault(
            "STORE_MOVED",
            f"{place} was moved to {marks[MOVED_TO].partition(' ')[2]}; writing both would fork the feeds; "
            "mend: run the same `xinqiao store move` again, which ends what is left, or name the new store in [store]",
        )
    if MOVING in marks:
        connection.execute(delete(META).where(META.c.name == MOVING))
