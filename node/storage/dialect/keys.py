# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Thousands of texts given to a statement as one value, which the database takes apart itself.

A list of parameters is written into the statement anew each time, is parsed anew, and has a limit; one value is none
of that. SQLite takes it apart by `json_each`, PostgreSQL by `unnest`.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Dialect, FunctionElement, TableValuedAlias, bindparam, column
from sqlalchemy import Text as AnyText
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine

from node.storage.tables.columns import Text

_ENDS = "\0"
"""SQLite reads a text in JSON up to this, and would find what is stored under the beginning of a key."""


class _Texts(TypeDecorator[Sequence[str]]):
    """Texts as one value. One that holds NUL is left out: no text that is stored does."""

    impl = AnyText
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """How the value goes to a database."""
        return dialect.type_descriptor(ARRAY(TEXT()) if dialect.name == "postgresql" else AnyText())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> list[str] | str:
        """The value."""
        texts = [text for text in value or () if _ENDS not in text]
        return texts if dialect.name == "postgresql" else json.dumps(texts)


class _Apart(FunctionElement[str]):
    """The texts of a value, a row each."""

    inherit_cache = True
    name = "apart"
    type = AnyText()


@compiles(_Apart, "sqlite")
def _in_sqlite(element: _Apart, compiler: SQLCompiler, **given: object) -> str:
    return f"json_each({compiler.process(element.clauses, **given)})"


@compiles(_Apart, "postgresql")
def _in_postgres(element: _Apart, compiler: SQLCompiler, **given: object) -> str:
    return f"unnest({compiler.process(element.clauses, **given)})"


def keys(parameter: str) -> TableValuedAlias:
    """A table of the texts that a parameter has, any number of them in any order, in its one column `value`.

    An index is walked rather than jumped about in when the texts are given in order.
    """
    # PostgreSQL calls the only column of a function by the name of the table, SQLite calls it `value`: so it is both.
    return _Apart(bindparam(parameter, type_=_Texts())).table_valued(column("value", Text), name="value")
