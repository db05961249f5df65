# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Objections and repair filed at the wrong end of the federation: carried by two hubs, seen everywhere, told back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from federation.log.leaf import LeafKind
from federation.records.act import Annotation, AnnotationKind
from federation.records.case import CaseKind
from federation.records.codec import encode, schema_of
from federation.standards.calendar import midnight_ms, months_later
from federation.standards.identity import CodeKind
from node.cases.window import Application, Filed, NotFiled
from node.intake import Submission
from tests.flow.delta.world import CITIES, HANGZHOU, HEFEI, LISTS, SHANGHAI, TAIZHOU, TAIZHOU_LISTS
from tests.flow.world import ECOLOGY, until

if TYPE_CHECKING:
    from federation.records.list_entry import ListEntry
    from node.query.seen import Holding
    from tests.flow.delta.world import Delta

pytestmark = pytest.mark.slow


def apply(delta: Delta, kind: CaseKind, place: tuple[str, int], record: ListEntry) -> Filed | NotFiled:
    """What becomes of a case that the subject of an entry files in Hefei."""
    feed, index = place
    identity = record.identity
    application = Application(kind, delta.origin(feed), index, identity.name, identity.code, "虚构的理由")
    return delta.desk(HEFEI).file_case(application)


def filed(delta: Delta, kind: CaseKind, place: tuple[str, int], record: ListEntry) -> str:
    """The id of a case filed in Hefei."""
    done = apply(delta, kind, place, record)
    assert isinstance(done, Filed), done
    return done.case_id


def handle(delta: Delta, city: str, case: str, step: str, *words: str) -> dict[str, Any]:
    """A step of whoever runs the deciding node, as soon as the case is there."""
    until(lambda: delta.desk(city).reader.case_files(case), f"the case in {city}")
    code, said = delta.command(city, "cases", step, case, *words)
    assert 0 == code
    return dict(said)


def told(delta: Delta, case: str, state: str) -> dict[str, Any]:
    """The case as Hefei shows it, once it has been told of a state."""
    until(lambda: delta.command(HEFEI, "cases", "show", case)[1]["state"] == state, f"{state} told to Hefei")
    return dict(delta.command(HEFEI, "cases", "show", case)[1])


def held(delta: Delta, node_id: str, index: int) -> Holding:
    """An entry of Hangzhou's as a node holds it."""
    return delta.desk(node_id).query.holding(delta.origin(LISTS), index)


def test_an_objection_suspends_an_entry_everywhere_where_the_law_of_its_region_says_so(delta: Delta) -> None:
    """Hefei files against Taizhou: no measure anywhere until it is rejected, which Hefei is told with the reason."""
    index, record = delta.listed(TAIZHOU_LISTS)

    def measures() -> tuple[str, ...]:
        return delta.business(SHANGHAI, lambda client: client.check(CodeKind.USCC, record.identity.code)).measures

    assert "closer-inspection" in measures()

    case = filed(delta, CaseKind.OBJECTION, (TAIZHOU_LISTS, index), record)

    delta.await_reason(TAIZHOU_LISTS, index, "SUSPENDED")
    delta.await_counting(TAIZHOU_LISTS, index, counts=False)
    assert () == measures()
    assert "accepted" == handle(delta, TAIZHOU, case, "accept")["state"]
    handle(delta, TAIZHOU, case, "decide", "--outcome", "rejected", "--why", "认定仍然有效")
    shown = told(delta, case, "decided")["letters"][-1]["says"]
    assert ("rejected", "认定仍然有效") == (shown["outcome"], shown["explanation"])
    delta.await_counting(TAIZHOU_LISTS, index, counts=True)
    assert "closer-inspection" in measures()


def test_an_objection_elsewhere_is_a_mark_until_it_is_granted(delta: Delta) -> None:
    """Hangzhou's entry goes on counting with the mark at every node; what is granted ends it by its document."""
    index, record = delta.listed()
    case = filed(delta, CaseKind.OBJECTION, (LISTS, index), record)

    delta.await_reason(LISTS, index, "OBJECTION_UNDER_WAY")
    delta.await_counting(LISTS, index, counts=True)
    handle(delta, HANGZHOU, case, "accept")
    words = ("--outcome", "removed", "--document", "杭环异〔2026〕1号", "--date", delta.today.isoformat())
    handle(delta, HANGZHOU, case, "decide", *words)

    delta.await_reason(LISTS, index, "ENDED_REMOVED")
    assert "杭环异〔2026〕1号" == told(delta, case, "decided")["letters"][-1]["says"]["document_number"]


def test_repair_waits_for_its_time_and_then_reaches_every_node(delta: Delta) -> None:
    """Too early it is refused with the first day on which it could be; on that day it is taken up, and granted.

    The entry ends everywhere by the document, acknowledged by all; when the repair proves wrong, the body that decided
    restores it, with all that was said.
    """
    decided_on = months_later(delta.today, -12) + timedelta(days=2)
    index, record = delta.listed(decided_on=decided_on, valid_from=decided_on)
    early = apply(delta, CaseKind.REPAIR, (LISTS, index), record)
    assert isinstance(early, NotFiled)
    assert ("REPAIR_NOT_YET",) == early.reasons
    assert early.not_before is not None
    delta.clock.forward_to(midnight_ms(early.not_before))

    case = filed(delta, CaseKind.REPAIR, (LISTS, index), record)
    delta.await_reason(LISTS, index, "REPAIR_UNDER_WAY")
    delta.await_counting(LISTS, index, counts=True)
    handle(delta, HANGZHOU, case, "accept")
    document = ("--document", "杭环修〔2026〕1号", "--date", delta.today.isoformat())
    handle(delta, HANGZHOU, case, "decide", "--outcome", "repaired", *document)

    delta.await_reason(LISTS, index, "ENDED_REPAIRED")
    told(delta, case, "decided")
    asked = ("propagation", "lists", str(index))
    until(lambda: delta.command(HANGZHOU, *asked)[1]["acknowledged"], "everybody's acknowledgement")
    (end,) = [act for act in delta.command(HANGZHOU, *asked)[1]["acts"] if act["kind"] == LeafKind.END.name]
    assert set(delta.nodes) - {HANGZHOU} == {at["member"] for at in end["members"]}
    restored = Annotation(
        kind=AnnotationKind.RESTORED, authority=ECOLOGY, dated_on=delta.today, document_number="杭环撤〔2026〕1号"
    )
    delta.publish(LISTS, Submission(f"restored/{index}", schema_of(restored), encode(restored), index))
    delta.await_counting(LISTS, index, counts=True)
    numbers = [getattr(act.record(), "document_number", None) for act in held(delta, HEFEI, index).acts.entries]
    assert ["杭环修〔2026〕1号", "杭环撤〔2026〕1号"] == numbers[-2:]


def test_only_the_body_that_decided_can_repair(delta: Delta) -> None:
    """Another body of the same city is refused at the node, and nothing happens to the entry anywhere."""
    index, _ = delta.listed()
    other = ("--authority", "杭州市市场监督管理局", "--authority-code", "11330100PDY001020L")
    words = ("--kind", "repaired", *other, "--document", "杭市监〔2026〕1号", "--date", delta.today.isoformat())

    code, _ = delta.command(HANGZHOU, "end", "lists", str(index), *words)

    assert 4 == code
    assert [] == [city for city in CITIES if "ENDED" in delta.decision(city, LISTS, index)]
