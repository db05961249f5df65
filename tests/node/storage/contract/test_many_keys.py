# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Thousands of keys are one value of one statement, on every database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, event

from federation.records.exchange import Standing
from federation.records.feed_policy import Dataset
from federation.rules.conflict.table import Relation
from federation.rules.conflict.tie import Tie
from node.entry.holding import Decision

if TYPE_CHECKING:
    from node.storage.read.snapshot import SnapshotRows
    from node.storage.store import Store
    from tests.node.storage.conftest import Mirror

FOREIGN = "delta.example/330100/lists/1"
SIGNS = ('"', "\\", "],[", "杭州", "\U0001f600", "a\nb")
KEYS = [f"{number:018}" for number in range(10_000)]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    statements: list[str] = []

    def executed(*given: object) -> None:
        statements.append(str(given[2]))

    event.listen(Engine, "before_cursor_execute", executed)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", executed)


@pytest.fixture
def held(store: "Store", mirror: "Mirror") -> "Store":
    """A store that holds two entries about the eighth key, is decided on one, and knows who it was before."""
    mirror.take(mirror.row(0, subject=KEYS[7]), mirror.row(1, subject=KEYS[7]))
    made = Decision(FOREIGN, 0, Dataset.LISTS, KEYS[7], "black", Standing.HELD, ("R",), (), (), None, 0)
    with store.write() as unit:
        unit.keep_decisions([made])
        unit.replace_ties(FOREIGN, {0: [Tie(Relation.FORMER, "former", KEYS[7])]})
    return store


def test_ten_thousand_keys_take_as_many_statements_as_one(held: "Store") -> None:
    """And find the same."""
    for ask in (_known, _decided, _kin):
        with held.reader.snapshot() as seen:
            with counted() as one:
                assert {KEYS[7]} == ask(seen, KEYS[7:8])
            with counted() as many:
                assert {KEYS[7]} == ask(seen, KEYS)
        assert one == many != []


def _known(seen: "SnapshotRows", keys: list[str]) -> set[str]:
    return set(seen.known(keys))


def _decided(seen: "SnapshotRows", keys: list[str]) -> set[str]:
    return {made.subject for made in seen.decided(keys, 9)}


def _kin(seen: "SnapshotRows", keys: list[str]) -> set[str]:
    return set(seen.kin(keys))


def test_only_who_has_several_codes_has_kin(held: "Store") -> None:
    """Under each of them, all of them are found; whoever has one code has none."""
    with held.reader.snapshot() as seen:
        both = frozenset({"former", KEYS[7]})
        assert {"former": both, KEYS[7]: both} == seen.kin(["former", *KEYS])
        assert {KEYS[7]: both, KEYS[8]: frozenset({KEYS[8]})} == seen.one_subject(KEYS[7:9])
        assert {} == seen.kin(KEYS[8:])


def test_a_key_is_found_whole_or_not_at_all(held: "Store") -> None:
    """No sign in it ends it, hides those beside it, or makes it another."""
    with held.reader.snapshot() as seen:
        for key in (f"{KEYS[7]}\0", f"{KEYS[7]}\0x", "\0", "", *SIGNS):
            assert set() == set(seen.known([key]))
            assert {KEYS[7]} == set(seen.known([key, KEYS[7]]))
            assert {} == seen.kin([key])


def test_every_sign_that_is_stored_is_found(store: "Store", mirror: "Mirror") -> None:
    """As it was stored."""
    mirror.take(*(mirror.row(index, subject=key) for index, key in enumerate(SIGNS)))

    with store.reader.snapshot() as seen:
        assert set(SIGNS) == set(seen.known([*SIGNS, *KEYS]))
