# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads withdrawals and bars."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from federation.rules.asking.admission import Barring
from node.exchange.bars import Bar, BarKind
from node.storage.read.chunks import key_chunks
from node.storage.read.feeds import Connect
from node.storage.schema import BAR

_IN_FORCE = select(BAR.c.kind, BAR.c.name).where(
    BAR.c.kind.in_([kind.value for kind in BarKind]),
    BAR.c.name.in_(bindparam("names", expanding=True)),
    BAR.c.until_ms.is_(None),
)
_ALL = select(BAR).order_by(BAR.c.until_ms.is_not(None), BAR.c.since_ms.desc(), BAR.c.kind, BAR.c.name)


class BarRows:
    """A `Bars` and a `BarReader`. Each call sees what was committed last; safe from any thread."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def barring(self, documents: Sequence[bytes], officers: Sequence[tuple[str, str]]) -> Barring:
        """Which of some documents and officers are withdrawn or barred now."""
        named = {document.hex(): document for document in documents}
        known = {"/".join(officer): officer for officer in officers}
        found: set[tuple[str, str]] = set()
        with self._connect() as connection:
            for chunk in key_chunks([*named, *known]):
                found.update((kind, name) for kind, name in connection.execute(_IN_FORCE, {"names": chunk}))
        return Barring(
            frozenset(named[name] for kind, name in found if kind == BarKind.AUTHORISATION and name in named),
            frozenset(known[name] for kind, name in found if kind == BarKind.OFFICER and name in known),
        )

    def bars(self) -> Sequence[Bar]:
        """All, those in force first, the newest of each first."""
        with self._connect() as connection:
            return [
                Bar(BarKind(kind), name, since, reason, by, until, lifted or "")
                for kind, name, since, reason, by, until, lifted in connection.execute(_ALL)
            ]
