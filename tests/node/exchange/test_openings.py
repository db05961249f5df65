# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands behind entries: sealed apart from the log, found by subject here alone, destroyed by term."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from federation.errors import ConfigFault, Fault, StoreFault
from federation.records.codec import decode, schema_of
from federation.records.exchange import Access, AccessKind, Question
from federation.rules.exchange import Accessed, access_commitment
from node.exchange.openings import KEY_BYTES, OPENING_KEY_NAME, Behind, Sealer, read_behind
from node.identity.keys import load_or_make_secret
from tests.node.region.samples import Samples
from tests.node.region.talk import PURPOSE, Wire, inquirer, logged, matter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.node.region.member import Node
    from tests.node.region.world import World

CODE = "91330100MA2PDY0152"


@pytest.fixture
def hangzhou(world: World, samples: Samples) -> Node:
    """The city that is asked; Shanghai may ask it."""
    node = world.node("330100", n310000={"may_ask": (PURPOSE,)})
    node.publish("lists", samples.black())
    return node


def sealer(seed: int = 1) -> Sealer:
    """Seals under an invented key."""
    return Sealer(bytes([seed]) * KEY_BYTES, os.urandom)


async def test_both_sides_keep_the_question_behind_their_entries(hangzhou: Node, shanghai: Node) -> None:
    """Under the exchange id; what both logged follows from it, and the store itself names nobody."""
    await inquirer(shanghai).inquire("330100", Wire(hangzhou, "310000"), matter(CODE))
    for node in (hangzhou, shanghai):
        (entry,) = logged(node)
        (opening,) = node.stages.store.reader.openings([entry.exchange_id])
        question = read_behind(node.stages.foundation.sealer.unseal(opening))

        assert isinstance(question, Question)
        assert (CODE, entry.exchange_id) == (question.code, question.exchange_id)
        assert CODE.encode() not in opening.sealed + (opening.tag or b"")


async def test_a_refused_and_an_unanswered_question_stand_behind_their_entries_too(
    hangzhou: Node, shanghai: Node
) -> None:
    """A repeated one once."""
    wire, asker = Wire(hangzhou, "310000", lost=True), inquirer(shanghai)
    for purpose, reason in (("procurement", "PURPOSE_NOT_GRANTED"), (PURPOSE, "MEMBER_UNREACHABLE")):
        with pytest.raises(Fault, match=reason):
            await asker.inquire("330100", wire, matter(CODE, purpose=purpose))

    for node in (hangzhou, shanghai):
        ids = [entry.exchange_id for entry in logged(node)]
        assert sorted(ids) == sorted(each.id for each in node.stages.store.reader.openings(ids))


def test_an_access_is_logged_with_what_stands_behind_it(hangzhou: Node) -> None:
    """Its commitment follows from its opening, and from nothing less."""
    accessed = Accessed(AccessKind.BATCH_CHECK, "330100/licensing", "measure-1", (CODE, "91330100MA2PDY0153"))
    stages = hangzhou.stages
    stages.exchange_log.log_all([stages.accesses.entry(accessed)])
    stages.publish_pending()
    (entry,) = stages.store.reader.held(hangzhou.origin("_exchange"), 0, 9)
    record = entry.record()
    assert isinstance(record, Access)
    (opening,) = stages.store.reader.openings([record.access_id])
    behind = read_behind(stages.foundation.sealer.unseal(opening))

    assert isinstance(behind, tuple)
    assert (accessed, 2) == (behind[0], record.subjects)
    assert record.commitment == access_commitment(record.access_id, accessed, behind[1])
    assert record == decode(schema_of(record), entry.payload)


def test_openings_are_found_by_their_subject(hangzhou: Node) -> None:
    """Alone by the index, and among the many of a batch; by nobody with another key."""
    stages, seal = hangzhou.stages, hangzhou.stages.foundation.sealer
    for codes in ((CODE,), ("x", CODE, "y"), ("x", "y"), ()):
        kind = AccessKind.BATCH_CHECK if len(codes) > 1 else AccessKind.CHECK
        stages.exchange_log.log_all([stages.accesses.entry(Accessed(kind, "330100", "r", codes))])
    reader = stages.store.reader

    assert 1 == len(reader.tagged_openings(seal.tag(CODE), 9))
    assert [] == list(reader.tagged_openings(sealer().tag(CODE), 9))
    batches = list(reader.batch_openings())
    assert (2, 1) == (len(batches), sum(seal.is_about(each, CODE) for each in batches))
    assert not sealer().is_about(batches[0], CODE)


def test_openings_of_many_batches_are_read_a_few_at_a_time(hangzhou: Node) -> None:
    """Each once, newest first."""
    stages = hangzhou.stages
    entries = [stages.accesses.entry(Accessed(AccessKind.BATCH_CHECK, "330100", "r", ("x", "y"))) for _ in range(40)]
    stages.exchange_log.log_all(entries)
    ids = [each.id for each in stages.store.reader.batch_openings()]

    assert (40, sorted(ids, reverse=True)) == (len(set(ids)), ids)


def test_openings_are_destroyed_when_their_term_is_over(hangzhou: Node) -> None:
    """Ten years in Zhejiang, and not a day before; the log itself stays."""
    stages = hangzhou.stages
    stages.exchange_log.log_all([stages.accesses.entry(Accessed(AccessKind.LISTING, "330100", "r"))])
    stages.publish_pending()
    (record,) = [entry.record() for entry in stages.store.reader.held(hangzhou.origin("_exchange"), 0, 9)]
    assert isinstance(record, Access)
    counts = []
    for days in (3651, 3):
        hangzhou.clock.forward(days=days)
        counts.append(stages.exchange_log.destroy_openings())

    assert ([0, 1], []) == (counts, list(stages.store.reader.openings([record.access_id])))
    assert 1 == len(stages.store.reader.held(hangzhou.origin("_exchange"), 0, 9))


def test_what_was_sealed_is_read_with_its_own_key_and_under_its_own_id_alone() -> None:
    """Another key, another entry, a changed or missing byte: nothing is read."""
    opening = sealer().seal("id", Behind(b"content", ("a",)))

    assert b"content" == sealer().unseal(opening)
    for seal, other in (
        (sealer(2), opening),
        (sealer(), replace(opening, id="other")),
        (sealer(), replace(opening, sealed=opening.sealed[:-1])),
        (sealer(), replace(opening, sealed=b"")),
    ):
        with pytest.raises(StoreFault, match="OPENING_UNREADABLE"):
            seal.unseal(other)


@pytest.mark.parametrize("content", [b"", b"Qnot a question", b"A[]", b"Anot json", b'A["unheard-of", "", "", [], ""]'])
def test_content_in_another_form_is_not_guessed_at(content: bytes) -> None:
    """Neither a question nor an access."""
    with pytest.raises(StoreFault, match="OPENING_UNREADABLE"):
        read_behind(content)


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """Read again as it was made; a file of another size is no key."""
    path = tmp_path / OPENING_KEY_NAME
    key = load_or_make_secret(path, KEY_BYTES)

    assert (32, 0o600, key) == (len(key), path.stat().st_mode & 0o777, load_or_make_secret(path, KEY_BYTES))
    with pytest.raises(ConfigFault, match="KEY_MALFORMED"):
        load_or_make_secret(path, 16)
