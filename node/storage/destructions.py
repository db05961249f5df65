# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How often anything was destroyed in a store: whoever keeps a copy of what was read before looks whether it still may.

Whoever destroys and whoever keeps a copy meet at one row that every store has. The copy is kept first, and then the
destroyer finds it; or the destruction comes first, and then the number has changed.
"""

from sqlalchemy import Connection, select

from node.storage.dialect.rows import replace_rows
from node.storage.schema import META

DESTRUCTIONS = "destructions"
_NUMBER = select(META.c.value).where(META.c.name == DESTRUCTIONS)
_GATE = select(META.c.name).where(META.c.name == "node_id")
"""SQLite has one writer, who needs no gate; there this locks nothing."""


def destructions(connection: Connection) -> int:
    """How often, in the state that this transaction sees."""
    return int(connection.execute(_NUMBER).scalar_one_or_none() or 0)


def destructions_until_commit(connection: Connection) -> int:
    """How often, and it stays so until this transaction ends."""
    connection.execute(_GATE.with_for_update(read=True))
    return destructions(connection)


def count_destruction(connection: Connection) -> None:
    """One more, before anything is looked for that is to be destroyed; waits for those who keep copies now."""
    connection.execute(_GATE.with_for_update())
    replace_rows(connection, META, [(DESTRUCTIONS, str(destructions(connection) + 1))])
