# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The rules for entries: each broken one is named, and none stops the entries after it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from federation.log.entry import PayloadState, RawEntry, check_entries
from federation.log.leaf import KINDS_WITH_PAYLOAD, KINDS_WITH_REF, NO_COMMITMENT, Leaf, LeafKind

if TYPE_CHECKING:
    from tests.federation.log.conftest import Publisher

INDEX = 9
LAST_MS = 1000


def fault_of(publisher: Publisher, entry: RawEntry, index: int = INDEX) -> str | None:
    """Return the fault of one entry between two good ones, which must stay good, its bytes kept."""
    good = publisher.entry(time_ms=2000)
    (_, one, after), _ = check_entries(publisher.origin, index - 1, LAST_MS, [publisher.entry(), entry, good])
    assert after.fault is None
    assert (index, entry.leaf, entry.salt, entry.payload) == (one.index, one.raw_leaf, one.salt, one.payload)
    assert (entry.state if one.fault is None else PayloadState.QUARANTINED) == one.state
    return one.fault


def without_payload(kind: LeafKind, state: PayloadState, ref: int | None = None) -> RawEntry:
    """Return an entry that came without payload."""
    return RawEntry(Leaf(kind, 1500, 0, ref, NO_COMMITMENT).encode(), state, b"", b"")


def test_a_good_entry_is_handed_on_with_its_leaf(publisher: Publisher) -> None:
    """A good entry keeps its state and comes with its leaf read; the newest time is returned."""
    raw = publisher.entry(time_ms=1234)
    (entry,), last_time_ms = check_entries(publisher.origin, INDEX, LAST_MS, [raw])
    assert (None, PayloadState.PRESENT, Leaf.decode(raw.leaf)) == (entry.fault, entry.state, entry.leaf)
    assert last_time_ms == 1234


@pytest.mark.parametrize("kind", LeafKind)
@pytest.mark.parametrize("ref", [None, 0, INDEX - 1, INDEX, INDEX + 1])
def test_ref_is_present_exactly_where_something_is_acted_on(
    publisher: Publisher, kind: LeafKind, ref: int | None
) -> None:
    """AMEND, ANNOTATE, END and ERASE need a ref before themselves; no other kind may have one."""
    state = PayloadState.WITHHELD if kind in KINDS_WITH_PAYLOAD else PayloadState.NONE
    allowed = ref is None if kind not in KINDS_WITH_REF else ref is not None and ref < INDEX
    assert (None if allowed else "LEAF_REF") == fault_of(publisher, without_payload(kind, state, ref))


def test_the_first_entry_has_nothing_to_act_on(publisher: Publisher) -> None:
    """An entry at index 0 cannot act on index 0, itself."""
    (entry,), _ = check_entries(publisher.origin, 0, 0, [publisher.entry(kind=LeafKind.END, ref=0)])
    assert entry.fault == "LEAF_REF"


@pytest.mark.parametrize("kind", LeafKind)
@pytest.mark.parametrize("state", PayloadState)
def test_none_is_said_exactly_of_kinds_without_payload(
    publisher: Publisher, kind: LeafKind, state: PayloadState
) -> None:
    """An empty answer must say why it is empty, and quarantine is never a server's word."""
    ref = 0 if kind in KINDS_WITH_REF else None
    if state is PayloadState.PRESENT:
        entry = publisher.entry(kind=kind, time_ms=1500, ref=ref)
        expected = None if kind in KINDS_WITH_PAYLOAD else "PAYLOAD_STATE"
    else:
        entry = without_payload(kind, state, ref)
        empty = {PayloadState.WITHHELD, PayloadState.ERASED, PayloadState.LOST}
        allowed = state in (empty if kind in KINDS_WITH_PAYLOAD else {PayloadState.NONE})
        expected = None if allowed else "PAYLOAD_STATE"
    assert expected == fault_of(publisher, entry)


def test_time_may_stand_still_but_not_fall(publisher: Publisher) -> None:
    """A leaf of the same millisecond is good; one millisecond earlier is not."""
    assert fault_of(publisher, publisher.entry(time_ms=LAST_MS)) is None
    assert fault_of(publisher, publisher.entry(time_ms=LAST_MS - 1)) == "LEAF_TIME"


def test_a_leaf_that_fell_back_does_not_take_time_along(publisher: Publisher) -> None:
    """After a leaf with a falling time, the time before it still counts for the next."""
    entries = [publisher.entry(time_ms=ms) for ms in (5000, 10, 4999, 5000)]
    verified, last_time_ms = check_entries(publisher.origin, INDEX, LAST_MS, entries)
    assert [entry.fault for entry in verified] == [None, "LEAF_TIME", "LEAF_TIME", None]
    assert last_time_ms == 5000


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"leaf": b"\x02" + bytes(83)}, "LEAF_VERSION"),
        ({"leaf": b"\x01\x63" + bytes(82)}, "LEAF_KIND"),
        ({"leaf": b"\x01\x01\xff" + bytes(81)}, "LEAF_FIELD"),
        ({"leaf": b"\x01\x01"}, "LEAF_LENGTH"),
        ({"salt": bytes(31)}, "PAYLOAD_SALT"),
        ({"salt": b""}, "PAYLOAD_SALT"),
        ({"salt": bytes(32)}, "PAYLOAD_COMMITMENT"),
        ({"payload": b"recorD"}, "PAYLOAD_COMMITMENT"),
        ({"payload": b""}, "PAYLOAD_COMMITMENT"),
        ({"payload": bytes(65537)}, "PAYLOAD_SIZE"),
        ({"state": PayloadState.WITHHELD}, "PAYLOAD_STATE"),
        ({"state": PayloadState.WITHHELD, "salt": b""}, "PAYLOAD_STATE"),
        ({"state": PayloadState.ERASED, "payload": b""}, "PAYLOAD_STATE"),
    ],
)
def test_each_broken_rule_is_named(publisher: Publisher, change: dict[str, Any], reason: str) -> None:
    """An entry altered in one respect is quarantined for that reason, and its neighbours are not."""
    assert reason == fault_of(publisher, replace(publisher.entry(time_ms=1500), **change))


def test_the_largest_payload_is_accepted(publisher: Publisher) -> None:
    """65536 bytes are within the limit."""
    assert fault_of(publisher, publisher.entry(payload=bytes(65536))) is None


def test_a_payload_of_another_feed_is_quarantined(publisher: Publisher) -> None:
    """A good entry copied from another feed does not match its commitment here."""
    publisher.origin = "delta.example/310000/list-entries/1"
    entry = publisher.entry()
    (verified,), _ = check_entries("delta.example/330100/list-entries/1", INDEX, LAST_MS, [entry])
    assert verified.fault == "PAYLOAD_COMMITMENT"
