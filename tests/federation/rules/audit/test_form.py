# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The form of an audit file: what is read prints back to the same bytes, or is not read at all."""

from dataclasses import replace
from typing import Any

import pytest

from federation.errors import EntriesFault
from federation.log.entry import PayloadState, RawEntry
from federation.rules.audit.form import (
    MAX_PART_BYTES,
    MAX_PERIOD_MS,
    PART_BYTES,
    Head,
    Part,
    decode_entries,
    encode_entries,
    part,
    part_head,
)

HEAD = Head("demo/330100/_exchange/1", "330100", 5, 1000, 2000, 2, 3, 7, 8, 10)
LEAF = bytes(84)
ENTRIES = [
    RawEntry(LEAF, PayloadState.PRESENT, b"s" * 32, b"payload"),
    RawEntry(LEAF, PayloadState.PRESENT, b"s" * 32, b""),
    *(RawEntry(LEAF, state, b"", b"") for state in PayloadState if state not in {"present", "quarantined"}),
]


def test_a_head_is_read_as_it_was_written() -> None:
    """Every field; the bytes are the form's."""
    assert Head.parse(HEAD.encode()) == HEAD
    assert HEAD.encode().startswith(b"origin demo/330100/_exchange/1\nexporter 330100\nmade 5\nperiod 1000 2000\n")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        HEAD.encode() + b"more x\n",
        HEAD.encode()[:-1],
        HEAD.encode().replace(b"made 5", b"made 05"),
        HEAD.encode().replace(b"size 10", b"size ten"),
        HEAD.encode().replace(b"origin ", b"Origin "),
        HEAD.encode().replace(b"range 3 7", b"range 7 3"),
    ],
)
def test_a_head_in_any_other_form_is_refused(raw: bytes) -> None:
    """Also one that contradicts itself."""
    with pytest.raises(EntriesFault, match="AUDIT_FILE_MALFORMED"):
        Head.parse(raw)


@pytest.mark.parametrize(
    "changes",
    [
        {"begin": 1},
        {"end": 9},
        {"begin": 4},
        {"end": 6},
        {"size": 7},
        {"until_ms": 1000},
        {"until_ms": 1001 + MAX_PERIOD_MS},
    ],
)
def test_a_head_that_contradicts_itself_is_not_possible(changes: dict[str, Any]) -> None:
    """More than one neighbour, places out of order, a period that is empty or over a year."""
    assert not replace(HEAD, **changes).is_possible


def test_entries_are_read_as_they_were_written() -> None:
    """With their payload, and without, in every state."""
    assert decode_entries(encode_entries(ENTRIES)) == ENTRIES


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x06" + LEAF,
        b"\x02" + LEAF[:-1],
        b"\x01" + LEAF,
        b"\x01" + LEAF + bytes(32) + b"\x00\x00\x00\x05" + b"four",
        b"\x01" + LEAF + bytes(32) + b"\x00\x01\x00\x01" + bytes(65537),
        (b"\x02" + LEAF) * 1025,
    ],
)
def test_entries_in_any_other_form_are_refused(body: bytes) -> None:
    """None, an unknown state, cut short, over the limit of a payload or of a part."""
    with pytest.raises(EntriesFault, match="AUDIT_FILE_MALFORMED"):
        decode_entries(body)


def test_a_part_is_read_as_it_was_written() -> None:
    """Kind and length stand before the body."""
    raw = part(Part.EDGE, b"body")
    assert (Part.EDGE, 4) == part_head(raw[:PART_BYTES])


@pytest.mark.parametrize("raw", [b"", b"X\0\0\0\0", b"H" + (MAX_PART_BYTES + 1).to_bytes(4, "big")])
def test_a_part_of_another_form_is_refused(raw: bytes) -> None:
    """The end of the file, an unknown kind, a body over its limit: it is not read."""
    with pytest.raises(EntriesFault, match="AUDIT_FILE_MALFORMED"):
        part_head(raw)
