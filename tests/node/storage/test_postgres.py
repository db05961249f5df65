# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Opening a PostgreSQL schema: only one that is a whole store of this node and version, and never a made-up one."""

import itertools
from typing import TYPE_CHECKING, LiteralString

import psycopg
import pytest

from federation.errors import ConfigFault, StoreFault
from node.storage.dialect.place import PostgresPlace
from node.storage.opening.checks import StoreOwner, is_served, known_revisions
from node.storage.opening.creation import create_store, migrate_store
from node.storage.store import open_reader, open_store

if TYPE_CHECKING:
    from node.demo.postgres import TemporaryPostgres

NEWEST = known_revisions()[0]
_NUMBERS = itertools.count()


@pytest.fixture
def nowhere(postgres: "TemporaryPostgres") -> PostgresPlace:
    """A schema that is not there, in a database of its own."""
    return PostgresPlace(postgres.make_database(f"opening_{next(_NUMBERS)}"), "node")


@pytest.fixture
def made(nowhere: PostgresPlace, owner: StoreOwner) -> PostgresPlace:
    """An empty store."""
    create_store(nowhere, owner)
    return nowhere


def change(place: PostgresPlace, statement: LiteralString, *values: str) -> None:
    """Changes the database behind the store's back."""
    with psycopg.connect(place.url, options="-c search_path=node") as connection:
        connection.execute(statement, values or None)


def refused(place: PostgresPlace, owner: StoreOwner, reason: str) -> None:
    """Sees that nobody can open it."""
    for opening in (open_store, open_reader):
        with pytest.raises(ConfigFault, match=reason), opening(place, owner):
            pass


def test_opening_never_makes_a_store(nowhere: PostgresPlace, owner: StoreOwner) -> None:
    """A schema that is not there is said to be missing; a second history must not begin."""
    refused(nowhere, owner, "STORE_MISSING")


def test_a_store_is_never_overwritten(made: PostgresPlace, owner: StoreOwner) -> None:
    """Whatever is in the schema stays."""
    with pytest.raises(ConfigFault, match="STORE_EXISTS"):
        create_store(made, owner)
    assert not is_served(made)


def test_a_schema_of_another_program_is_refused(nowhere: PostgresPlace, owner: StoreOwner) -> None:
    """As no store of ours, and nothing is made in it."""
    change(nowhere, "create schema node; create table node.other (one int)")
    refused(nowhere, owner, "STORE_FOREIGN")
    with pytest.raises(ConfigFault, match="STORE_EXISTS"):
        create_store(nowhere, owner)


def test_the_store_of_another_node_is_refused(made: PostgresPlace) -> None:
    """A wrong URL or schema cannot make one node sign for another."""
    refused(made, StoreOwner("delta.example", "330100"), "STORE_FOREIGN")


@pytest.mark.parametrize(("version", "reason"), [("9999", "STORE_TOO_NEW"), ("0001", "STORE_TOO_OLD")])
def test_a_store_of_another_version_is_refused(
    made: PostgresPlace, owner: StoreOwner, version: str, reason: str
) -> None:
    """With the reason, and never a traceback."""
    change(made, "update alembic_version set version_num = %s", version)
    refused(made, owner, reason)


def test_an_older_store_is_brought_up(made: PostgresPlace, owner: StoreOwner) -> None:
    """By the same steps as a file."""
    change(made, "drop table lease, stated, reached, ahead, erasure, case_file, case_letter, feedback, tie, opening")
    change(made, "drop table past_decision, rule_set, rule_file, holder_index, holder_piece, bar")
    columns = ", ".join(f"drop column {name}" for name in ("turn", "rules", "inputs", "grounds"))
    change(made, f"alter table decision {columns}")
    change(made, "drop index ix_act_feed_idx; update alembic_version set version_num = '0001'")
    assert [migrate_store(made, owner), migrate_store(made, owner)] == [("0001", NEWEST), (NEWEST, NEWEST)]
    open_store(made, owner).close()


def test_a_store_in_use_is_not_changed(made: PostgresPlace, owner: StoreOwner) -> None:
    """While a process leads, the tables stay as they are."""
    change(made, "insert into feed values (1, 'o', 'o', 'lists', true, 0, '', 0, 0, null, null, 0, 0)")
    change(made, "insert into lease values (1, null, 0)")
    with open_store(made, owner) as store:
        assert store.lead()
        with pytest.raises(ConfigFault, match="STORE_BUSY"):
            migrate_store(made, owner)


def test_a_server_that_does_not_answer_is_named_without_its_secrets(owner: StoreOwner) -> None:
    """Neither address nor password is in the message."""
    place = PostgresPlace("postgresql://someone:hidden@127.0.0.1:9/none", "node")
    with pytest.raises(StoreFault, match="STORE_UNAVAILABLE") as caught, open_reader(place, owner):
        pass
    assert not [secret for secret in ("hidden", "127.0.0.1", "someone") if secret in f"{caught.value}{place!r}{place}"]
