# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What business systems are told: measures of this region alone, and nobody unknown passes for clean."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from federation.errors import CallerFault, FieldFault
from federation.records.act import AnnotationKind
from federation.records.exchange import Freshness, Standing
from federation.records.subject import Authority, LegacyCode, Subject
from federation.standards.calendar import CHINA_STANDARD_TIME
from federation.standards.identity import CodeKind, LegacyCodeKind
from node.assemble.stages import Views
from node.query import business
from node.query.business import MAX_CODES, MAX_DECISIONS_EACH, SubjectState, Wanted

if TYPE_CHECKING:
    from node.query.business import Business
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

COMPANY = "91330100MA2PDY0152"
UNKNOWN = "91330100716105852F"
FAILING = "91330100MA2PDY0153"
SOURCE = Authority(name="杭州市公共信用管理办公室", code="11330100PDY001047C")
FINANCE = "11310000PDY003114N"


def desk(node: Node) -> Business:
    """Who answers at a node."""
    return Views(node.stages.foundation, node.reader).business


async def test_measures_are_those_of_the_receiving_region_alone(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Hangzhou limits grants of land for the entry; Shanghai's catalogue has no such measure, so Shanghai does not."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(shanghai, hangzhou, "lists")

    (own,), (foreign,) = desk(hangzhou).batch([COMPANY]).results, desk(shanghai).batch([COMPANY]).results

    assert "land-grant-limit" in own.measures
    assert "land-grant-limit" not in foreign.measures
    assert list(foreign.measures) == sorted(desk(shanghai).check(CodeKind.USCC, COMPANY).checked.measures)


def test_nobody_unknown_passes_for_clean(hangzhou: Node, samples: Samples) -> None:
    """Of somebody known nothing counts; nothing is known of another; a failing code is refused with its reason."""
    hangzhou.publish("subjects", Subject(identity=samples.company, source=samples.black().authority))

    found = desk(hangzhou).batch([COMPANY, UNKNOWN, FAILING, "", COMPANY]).results

    assert [
        (SubjectState.KNOWN, ""),
        (SubjectState.UNKNOWN, ""),
        (SubjectState.REFUSED, "CODE_CHECK"),
        (SubjectState.REFUSED, "CODE_EMPTY"),
        (SubjectState.KNOWN, ""),
    ] == [(result.state, result.reason) for result in found]
    assert [()] * 5 == [tuple(result.measures) for result in found]


async def test_a_batch_finds_a_subject_under_each_of_its_codes(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """The entry stands under the former code: both codes get it and its measures, as `check` tells them."""
    moved = f"{COMPANY[:2]}330106{COMPANY[8:17]}"
    new = moved + hangzhou.stages.foundation.standards.uscc.check_character(moved)
    former = (LegacyCode(kind=LegacyCodeKind.UNIFIED_CODE, code=COMPANY),)
    identity = samples.company.model_copy(update={"code": new, "legacy_codes": former})
    hangzhou.publish("subjects", Subject(identity=identity, source=SOURCE))
    hangzhou.publish("lists", samples.black())
    await world.mirror(shanghai, hangzhou, "subjects", "lists")

    old, now, other = desk(shanghai).batch([COMPANY, new, UNKNOWN]).results

    assert old.measures == now.measures != ()
    assert list(now.measures) == sorted(desk(shanghai).check(CodeKind.USCC, new).checked.measures)
    assert [("RECOGNISED",), ("RECOGNISED", "UNDER_OTHER_CODE")] == [each.decisions[0].reasons for each in (old, now)]
    assert (SubjectState.KNOWN, SubjectState.UNKNOWN) == (now.state, other.state)


@pytest.mark.parametrize(
    ("code", "state"), [(COMPANY, SubjectState.KNOWN), (UNKNOWN, SubjectState.UNKNOWN), (FAILING, None)]
)
def test_one_subject_is_told_in_the_same_way(
    hangzhou: Node, samples: Samples, code: str, state: SubjectState | None
) -> None:
    """`check` refuses a failing code as a whole."""
    hangzhou.publish("subjects", Subject(identity=samples.company, source=samples.black().authority))
    if state is not None:
        assert state is desk(hangzhou).check(CodeKind.USCC, code).state
        return
    with pytest.raises(FieldFault, match="CODE_CHECK"):
        desk(hangzhou).check(CodeKind.USCC, code)


@pytest.mark.parametrize(
    ("wanted", "measures"),
    [
        (Wanted(FINANCE), {"procurement-limit", "funds-limit"}),
        (Wanted(None, "funds-limit"), {"funds-limit"}),
        (Wanted(FINANCE, "funds-limit"), {"funds-limit"}),
        (Wanted(FINANCE, "closer-inspection"), set()),
    ],
)
async def test_a_body_is_told_its_own_measures(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, wanted: Wanted, measures: set[str]
) -> None:
    """The entry itself is told all the same, with its reasons; the catalogue says what each measure is."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(shanghai, hangzhou, "lists")

    batch = desk(shanghai).batch([COMPANY], wanted)
    one = desk(shanghai).check(CodeKind.USCC, COMPANY, wanted)

    (result,) = batch.results
    assert measures == set(result.measures) == set(result.decisions[0].measures) == set(one.checked.measures)
    assert measures == {measure.code for measure in batch.catalogued} == {each.code for each in one.catalogued}
    assert ("RECOGNISED",) == result.decisions[0].reasons


@pytest.mark.parametrize(
    ("wanted", "field", "reason"),
    [
        (Wanted("11330100PDY001012R"), "department", "DEPARTMENT_UNKNOWN"),
        (Wanted(None, "land-grant-limit"), "measure", "MEASURE_UNKNOWN"),
    ],
)
def test_a_filter_that_names_nothing_is_refused(shanghai: Node, wanted: Wanted, field: str, reason: str) -> None:
    """A slip in it must not read as a subject without measures."""
    for ask in (
        lambda: desk(shanghai).batch([COMPANY], wanted),
        lambda: desk(shanghai).check(CodeKind.USCC, COMPANY, wanted),
    ):
        with pytest.raises(FieldFault) as caught:
            ask()
        assert (field, reason) == (caught.value.field, caught.value.reason)


def test_what_does_not_count_is_told_with_its_reason_and_no_measure(hangzhou: Node, samples: Samples) -> None:
    """Suspended, ended: the entries are shown, nothing follows from them."""
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    hangzhou.publish("lists", samples.mark(AnnotationKind.SUSPENDED), ref=0)
    hangzhou.publish("lists", samples.ending(), ref=1)

    (result,) = desk(hangzhou).batch([COMPANY]).results

    assert [(Standing.HELD, ("SUSPENDED",)), (Standing.ENDED, ("ENDED_REMOVED",))] == [
        (made.standing, made.reasons) for made in result.decisions
    ]
    assert () == tuple(result.measures)


def test_what_lapses_gives_no_measure_from_midnight_on(hangzhou: Node, samples: Samples, world: World) -> None:
    """Not only from the review on, which comes a little later and says that it lapsed."""
    last = date(2026, 3, 2)
    hangzhou.publish("lists", samples.black(valid_until=last))
    told = []
    for moment in (datetime(2026, 3, 2, 23, 59, 59), datetime(2026, 3, 3, 0, 0, 0)):
        world.clock.now_ms = int(moment.replace(tzinfo=CHINA_STANDARD_TIME).timestamp() * 1000)
        told.append(desk(hangzhou).batch([COMPANY]).results[0])
    hangzhou.stages.ledger.review()
    reviewed = desk(hangzhou).batch([COMPANY]).results[0]

    assert [True, False, False] == [bool(result.measures) for result in (*told, reviewed)]
    assert (Standing.HELD, ("REVIEW_DUE",)) == (told[1].decisions[0].standing, told[1].decisions[0].reasons)
    assert Standing.LAPSED is reviewed.decisions[0].standing


async def test_what_may_be_outdated_is_named(world: World, hangzhou: Node, shanghai: Node, samples: Samples) -> None:
    """The freshness of each feed that is decided on stands beside the answers."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(shanghai, hangzhou, "lists")
    before = desk(shanghai).batch([COMPANY]).freshness[hangzhou.origin("lists")]
    world.clock.forward(seconds=301)

    after = desk(shanghai).batch([COMPANY]).freshness[hangzhou.origin("lists")]

    assert (Freshness.FRESH, Freshness.STALE) == (before, after)


@pytest.mark.parametrize(("count", "reason"), [(0, "FIELD_MISSING"), (MAX_CODES + 1, "FIELD_TOO_LONG")])
def test_a_batch_has_its_limits(hangzhou: Node, count: int, reason: str) -> None:
    """At least one code, at most ten thousand."""
    with pytest.raises(FieldFault, match=reason):
        desk(hangzhou).batch([COMPANY] * count)


@pytest.mark.slow
def test_a_subject_with_very_many_entries_is_told_in_part(
    hangzhou: Node, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so, and its measures are whole; more than a whole answer may have refuses the batch."""
    count = MAX_DECISIONS_EACH + 1
    hangzhou.publish("lists", *(samples.black(number) for number in range(count)))

    (result,) = desk(hangzhou).batch([COMPANY]).results

    assert (MAX_DECISIONS_EACH, True) == (len(result.decisions), result.truncated)
    assert "funds-limit" in result.measures
    monkeypatch.setattr(business, "MAX_DECISIONS", count - 1)
    with pytest.raises(CallerFault, match="LIMIT_EXCEEDED"):
        desk(hangzhou).batch([COMPANY])
