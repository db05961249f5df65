# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a store is."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PostgresPlace:
    """A schema of a PostgreSQL database, which holds one store and nothing else.

    Attributes:
        url: `postgresql://…`, as libpq understands it; may hold a password, and so is never printed.
        schema: name of the schema.
    """

    url: str = field(repr=False)
    schema: str

    def __str__(self) -> str:
        """What people are told: nothing of the address, which may be secret."""
        return f"PostgreSQL schema {self.schema}"


StorePlace = Path | PostgresPlace
"""A SQLite file, or a schema of a PostgreSQL database."""
