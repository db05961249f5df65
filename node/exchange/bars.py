# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is in force against questions: authorisations that were withdrawn, and officers that are barred.

Each is kept with when, by whom and why it was said, and stays on record when it is lifted. It is in force when the call
returns, for own questions and for those of members. A withdrawal is for ever: whoever consents again signs anew.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from federation.errors import FieldFault

MAX_REASON_CHARACTERS = 200
MAX_BY_CHARACTERS = 64
_PARTY = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]*")
_OFFICER = re.compile(r"[a-z0-9][a-z0-9-]{0,31}/[0-9A-Za-z][0-9A-Za-z._/-]{0,63}")
_DOCUMENT = re.compile(r"[0-9a-f]{64}")


class BarKind(StrEnum):
    """What is barred."""

    AUTHORISATION = "authorisation"
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class Bar:
    """One withdrawal or bar.

    Attributes:
        name: SHA-256 of the document in hex; or member and officer, `330100/017`.
        since_ms: since when it is in force.
        reason: why, for the own records; it never travels.
        by: who said so.
        until_ms: when it was lifted; None while it is in force.
        lifted_by: who lifted it; empty while it is in force.
    """

    kind: BarKind
    name: str
    since_ms: int
    reason: str
    by: str
    until_ms: int | None = None
    lifted_by: str = ""


@dataclass(frozen=True, slots=True)
class BarOrder:
    """That something be barred, or a bar lifted.

    Attributes:
        name: as of `Bar`.
        by: who says so.
        reason: why it is barred; empty lifts the bar.
    """

    kind: BarKind
    name: str
    by: str
    reason: str


def check_order(order: BarOrder) -> None:
    """Sees that an order can be carried out.

    Raises:
        FieldFault: a field is missing, too long or out of form; or the lifting of a withdrawal, which is for ever.
    """
    whole = _OFFICER if order.kind is BarKind.OFFICER else _DOCUMENT
    if not whole.fullmatch(order.name):
        raise FieldFault("name", "FIELD_MALFORMED", "give 64 hex digits, or member and officer: 330100/017")
    if len(order.by) > MAX_BY_CHARACTERS or not _PARTY.fullmatch(order.by):
        raise FieldFault("by", "FIELD_MALFORMED", "give an id of letters, digits and . _ / -")
    if len(order.reason) > MAX_REASON_CHARACTERS:
        raise FieldFault("reason", "FIELD_TOO_LONG")
    if not order.reason.isprintable():
        raise FieldFault("reason", "FIELD_CONTROL_CHARACTER")
    if order.kind is BarKind.AUTHORISATION and not order.reason.strip():
        raise FieldFault("reason", "FIELD_MISSING", "a withdrawal is for ever, and has a reason")


class BarUnit(Protocol):
    """One transaction."""

    def is_barred(self, kind: BarKind, name: str) -> bool:
        """Whether it is barred now."""
        ...

    def keep_bar(self, bar: Bar) -> None:
        """Keeps a new one."""
        ...

    def lift_bar(self, kind: BarKind, name: str, until_ms: int, by: str) -> None:
        """Ends the one that is in force."""
        ...


class BarStore(Protocol):
    """Where they are kept."""

    def write(self) -> AbstractContextManager[BarUnit]:
        """One transaction: durable when the block ends, undone when it raises. One at a time, from one thread."""
        ...


class BarReader(Protocol):
    """Reads them."""

    def bars(self) -> Sequence[Bar]:
        """All, those in force first, the newest of each first."""
        ...


class BarBook:
    """Takes orders. Call from the writer thread only.

    Args:
        store: where they are kept.
        now_ms: the clock.
    """

    def __init__(self, store: BarStore, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms

    def carry_out(self, order: BarOrder) -> bool:
        """Bars, or lifts a bar; durable when it returns.

        Returns:
            False when it is so already, and nothing was done.

        Raises:
            StoreFault: nothing was done.
        """
        with self._store.write() as unit:
            if unit.is_barred(order.kind, order.name) is bool(order.reason):
                return False
            if order.reason:
                unit.keep_bar(Bar(order.kind, order.name, self._now_ms(), order.reason, order.by))
            else:
                unit.lift_bar(order.kind, order.name, self._now_ms(), order.by)
        return True
