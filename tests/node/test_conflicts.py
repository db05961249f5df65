# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Several records about one subject: re-coded, merged, namesakes, branches; whatever order they come in."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from federation.records.act import EndingKind
from federation.records.exchange import Standing
from federation.records.subject import Authority, Identity, LegacyCode, Subject
from federation.rules.conflict.table import Relation
from federation.standards.identity import LegacyCodeKind
from node.storage.read.kin.codes import MAX_CODES
from tests.node.region.oracle import decided, replayed
from tests.samples import invented

if TYPE_CHECKING:
    from collections.abc import Sequence

    from federation.records.codec import Record
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

SOURCE = Authority(name="杭州市公共信用管理办公室", code="11330100PDY001047C")


def coded(node: Node, company: Identity, number: int) -> str:
    """Another code of the same body: one for each district and number."""
    body = f"{company.code[:2]}3301{number:02d}{company.code[8:17]}"
    return body + node.stages.foundation.standards.uscc.check_character(body)


def of_another(number: int) -> str:
    """A code of another body."""
    return invented.company("杭州", 300 + number).code


def subject(company: Identity, code: str, *former: str, head: str | None = None) -> Subject:
    """What a record of a subject says of its codes."""
    codes = tuple(LegacyCode(kind=LegacyCodeKind.UNIFIED_CODE, code=each) for each in former)
    return Subject(
        identity=company.model_copy(update={"code": code, "legacy_codes": codes}), source=SOURCE, head_office=head
    )


def seen(node: Node, code: str) -> list[tuple[int, Standing, tuple[str, ...]]]:
    """What is held on a code: index, standing, reasons."""
    checked = node.query.check(code)
    assert not checked.truncated
    return [
        (each.entry.index, each.standing, each.reasons) for each in checked.holdings if "lists" in each.entry.origin
    ]


@pytest.mark.parametrize("first", ["subject", "entry"])
async def test_entries_under_the_former_code_count_under_the_new_one(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, first: str
) -> None:
    """At home and elsewhere, whichever came first; asked by either code, with all measures."""
    new = coded(hangzhou, samples.company, 6)
    told, listed = subject(samples.company, new, samples.company.code), samples.black(1)
    order: list[tuple[str, Record]] = [("subjects", told), ("lists", listed)]
    for feed, record in order if first == "subject" else reversed(order):
        hangzhou.publish(feed, record)
        await world.mirror(shanghai, hangzhou, "subjects", "lists")

    for node, standing in ((hangzhou, Standing.OWN), (shanghai, Standing.RECOGNISED)):
        ((_, told_old, _),) = seen(node, samples.company.code)
        ((_, told_new, reasons),) = seen(node, new)
        assert (standing, standing, "UNDER_OTHER_CODE") == (told_old, told_new, reasons[-1])
        assert node.query.check(samples.company.code).measures == node.query.check(new).measures != []
    world.audit()


@pytest.mark.parametrize("first", ["subject", "entries"])
async def test_a_new_code_does_not_get_a_subject_off(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, first: str
) -> None:
    """Black under the old code suspends red under the new one; when the tie falls, red counts again."""
    new = coded(hangzhou, samples.company, 6)
    red = samples.red(1, identity=samples.company.model_copy(update={"code": new}))
    steps: list[tuple[str, Sequence[Record]]] = [
        ("subjects", [subject(samples.company, new, samples.company.code)]),
        ("lists", [red, samples.black(2)]),
    ]
    for feed, records in steps if first == "subject" else reversed(steps):
        hangzhou.publish(feed, *records)
        await world.mirror(shanghai, hangzhou, "subjects", "lists")
    origin = hangzhou.origin("lists")
    assert [("CONFLICT_RED_BLACK",)] * 2 == [node.decision(origin, 0).reasons[:1] for node in (hangzhou, shanghai)]
    assert [0, 1] == sorted(index for index, _, _ in seen(shanghai, new))
    world.audit()

    hangzhou.publish("subjects", samples.ending(EndingKind.CORRECTED), ref=0)
    await world.mirror(shanghai, hangzhou, "subjects")

    assert [True, True] == [node.decision(origin, 0).counts for node in (hangzhou, shanghai)]
    world.audit()


async def test_a_peer_cannot_burden_another_subject(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Its record says that a company of another body is the one on the list: elsewhere that says nothing."""
    victim = of_another(1)
    hangzhou.publish("subjects", subject(samples.company, victim, samples.company.code))
    hangzhou.publish("lists", samples.black(1))
    await world.mirror(shanghai, hangzhou, "subjects", "lists")

    assert [] == seen(shanghai, victim)
    assert [] == shanghai.query.check(victim).measures
    assert 1 == len(seen(hangzhou, victim))


async def test_a_namesake_gets_nothing(world: World, hangzhou: Node, samples: Samples) -> None:
    """The same name, representative and district, and another code."""
    hangzhou.publish("lists", samples.black(1))
    hangzhou.publish("subjects", subject(samples.company, of_another(2)))

    assert [] == seen(hangzhou, of_another(2))
    world.audit()


async def test_a_code_that_was_split_stands_alone(world: World, hangzhou: Node, samples: Samples) -> None:
    """Nobody can tell which successor bears what it bore."""
    new = [coded(hangzhou, samples.company, number) for number in (6, 8)]
    hangzhou.publish("subjects", *(subject(samples.company, code, samples.company.code) for code in new))
    hangzhou.publish("lists", samples.black(1))

    assert [1, 0, 0] == [len(seen(hangzhou, code)) for code in (samples.company.code, *new)]
    world.audit()


async def test_codes_that_replace_each_other_go_round_once(world: World, hangzhou: Node, samples: Samples) -> None:
    """A circle of records ends, and so does a long row of them; what was replaced last bears what the others bore."""
    codes = [coded(hangzhou, samples.company, number) for number in (2, 4, 5, 6, 8)]
    hangzhou.publish("subjects", *(subject(samples.company, new, old) for old, new in pairwise(codes)))
    hangzhou.publish("lists", samples.black(1, identity=samples.company.model_copy(update={"code": codes[0]})))
    assert [1] * 5 == [len(seen(hangzhou, code)) for code in codes]

    hangzhou.publish("subjects", subject(samples.company, codes[0], codes[-1]))

    assert [1] * 5 == [len(seen(hangzhou, code)) for code in codes]
    world.audit()


async def test_a_subject_has_so_many_codes(world: World, hangzhou: Node, samples: Samples) -> None:
    """However many are told; further ones stand alone."""
    merged = [of_another(number) for number in range(MAX_CODES + 6)]
    hangzhou.publish("subjects", subject(samples.company, samples.company.code, *merged))
    with hangzhou.reader.snapshot() as snapshot:
        assert MAX_CODES == len(snapshot.one_subject([samples.company.code])[samples.company.code])


async def test_branch_and_head_office_are_shown_beside_each_other(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """An entry counts for the one that it names; the other is shown it, with no measure."""
    head = of_another(3)
    hangzhou.publish("subjects", subject(samples.company, samples.company.code, head=head))
    hangzhou.publish(
        "lists", samples.black(1), samples.red(2, identity=samples.company.model_copy(update={"code": head}))
    )
    await world.mirror(shanghai, hangzhou, "subjects", "lists")

    for node in (hangzhou, shanghai):
        branch, main = node.query.check(samples.company.code), node.query.check(head)
        beside = [[(at.relation, at.code, at.holding.entry.index) for at in each.beside] for each in (branch, main)]
        assert [[(Relation.HEAD, head, 1)], [(Relation.BRANCH, samples.company.code, 0)]] == beside
        assert set(branch.measures).isdisjoint(main.measures)
        assert [True, True] == [node.decision(hangzhou.origin("lists"), index).counts for index in (0, 1)]
    world.audit()


async def test_an_erased_record_ties_nothing(world: World, hangzhou: Node, samples: Samples) -> None:
    """What it said of codes is gone from the store with it, and red entries count again."""
    new = coded(hangzhou, samples.company, 6)
    hangzhou.publish("subjects", subject(samples.company, new, samples.company.code))
    hangzhou.publish(
        "lists", samples.red(1, identity=samples.company.model_copy(update={"code": new})), samples.black(2)
    )
    assert not hangzhou.decision(hangzhou.origin("lists"), 0).counts

    hangzhou.stages.eraser.order(hangzhou.origin("subjects"), [0], "test")
    hangzhou.stages.publish_pending()
    hangzhou.decide()
    while hangzhou.stages.ledger.review():
        pass

    assert hangzhou.decision(hangzhou.origin("lists"), 0).counts
    with hangzhou.reader.snapshot() as snapshot:
        assert {new: frozenset({new})} == snapshot.one_subject([new])
    assert decided(hangzhou) == replayed(hangzhou)
