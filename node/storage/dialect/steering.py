# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Which index a statement goes by, where SQLite would choose a worse one: without statistics it takes a feed for short.

PostgreSQL has statistics, and finds the way by itself.
"""

import re
from typing import Any

from sqlalchemy import BindParameter, Select, TextualSelect, bindparam, text

_LISTED = re.compile(r"\(__\[POSTCOMPILE_(\w+)\]\)")


def indexed_by(statement: Select[Any], alias: str, index: str) -> TextualSelect:
    """The statement as SQLite runs it by an index; SQLite refuses it where there is no such index.

    Args:
        statement: a select whose parameters are plain or lists.
        alias: name of the table in it that is found by the index.
        index: name of the index.
    """
    plain = str(statement.compile())
    lists: list[BindParameter[Any]] = [bindparam(name, expanding=True) for name in _LISTED.findall(plain)]
    named = f"AS {alias}"
    steered = _LISTED.sub(r":\1", plain).replace(named, f"{named} INDEXED BY {index}", 1)
    return text(steered).bindparams(*lists).columns(*statement.selected_columns)
