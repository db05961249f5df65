# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""PS: payload states. What is said of a payload is said outright and is true."""

from collections.abc import Mapping
from typing import Any

from creditexchange.v1 import (
    agency_filing_pb2,
    entry_pb2,
    identity_pb2,
    licence_pb2,
    list_entry_pb2,
    penalty_pb2,
    subject_pb2,
)
from creditexchange.v1 import schema_pb2 as schema
from google.protobuf.message import DecodeError

from conformance.breach import Untestable, require
from conformance.cases import snapshot
from conformance.proof import leaf
from conformance.session import Session
from conformance.verdict import Case, Text

PRESENT = entry_pb2.PAYLOAD_STATE_PRESENT
NONE = entry_pb2.PAYLOAD_STATE_NONE
MAX_PAYLOAD = 65536
_RECORDS: Mapping[int, Any] = {
    schema.SCHEMA_SUBJECT: subject_pb2.Subject,
    schema.SCHEMA_LICENCE: licence_pb2.Licence,
    schema.SCHEMA_PENALTY: penalty_pb2.Penalty,
    schema.SCHEMA_LIST_ENTRY: list_entry_pb2.ListEntry,
    schema.SCHEMA_AGENCY_FILING: agency_filing_pb2.AgencyFiling,
}


async def commitments(session: Session) -> None:
    """Salt and payload of every PRESENT entry match the commitment in its leaf."""
    origin = session.config.feeds.open
    seen = await snapshot.read(session, origin)
    present = 0
    for index, entry in enumerate(seen.entries):
        if entry.payload_state != PRESENT:
            continue
        present += 1
        one = leaf.parse(entry.leaf)
        good = leaf.commitment(origin, one.schema, entry.salt, entry.payload) == one.commitment
        require(good, "COMMITMENT_DIFFERS", f"salt and payload of entry {index} to match its leaf", "others")
        small = len(entry.salt) == 32 and len(entry.payload) <= MAX_PAYLOAD
        require(small, "PAYLOAD_SIZE", "a salt of 32 and a payload of at most 65536 bytes", f"entry {index}")
    if not present:
        raise Untestable(f"{origin} shows no payload: name a feed whose payloads we may read")


async def nothing_beside(session: Session) -> None:
    """An entry that is not PRESENT carries neither salt nor payload."""
    for origin in filter(None, (session.config.feeds.open, session.config.feeds.person)):
        for index, entry in enumerate((await snapshot.read(session, origin)).entries):
            empty = entry.payload_state == PRESENT or not (entry.salt or entry.payload)
            require(empty, "PAYLOAD_LEAKED", f"no salt and no payload beside entry {index} of {origin}", "some")


async def stated(session: Session) -> None:
    """Every entry says a known state, and none is UNSPECIFIED or LOST."""
    known = {state for state in entry_pb2.PayloadState.values() if state}
    for origin in filter(None, (session.config.feeds.open, session.config.feeds.person)):
        for index, entry in enumerate((await snapshot.read(session, origin)).entries):
            state = entry.payload_state
            require(state in known, "STATE_UNSPECIFIED", f"a known state of entry {index}", f"{state}")
            require(state != entry_pb2.PAYLOAD_STATE_LOST, "PAYLOAD_LOST", f"entry {index} not lost", "LOST")


async def none_exactly(session: Session) -> None:
    """NONE is said exactly of the kinds that carry no payload."""
    for index, entry in enumerate((await snapshot.read(session, session.config.feeds.open)).entries):
        kind = leaf.parse(entry.leaf).kind
        if kind not in leaf.KINDS:
            continue
        bare, said = kind not in leaf.WITH_PAYLOAD, entry.payload_state == NONE
        require(bare == said, "NONE_MISUSED", f"NONE exactly when kind {kind} has no payload", f"entry {index}")


def _of_person(entry: entry_pb2.Entry) -> bool:
    message = _RECORDS.get(leaf.parse(entry.leaf).schema)
    if message is None:
        return False
    try:
        record = message.FromString(entry.payload)
    except DecodeError:
        return False
    return bool(record.identity.subject_class == identity_pb2.SUBJECT_CLASS_NATURAL_PERSON)


async def persons(session: Session) -> None:
    """Payloads about natural persons are WITHHELD from a caller whom no policy grants them."""
    origin = session.config.feeds.person
    if origin is None:
        raise Untestable("configure feeds.person: a feed we read that holds records of natural persons")
    entries = (await snapshot.read(session, origin)).entries
    for index, entry in enumerate(entries):
        shown = entry.payload_state == PRESENT and _of_person(entry)
        require(not shown, "PERSON_SHOWN", f"entry {index} of {origin} WITHHELD", "PRESENT")
    withheld = [entry for entry in entries if entry.payload_state == entry_pb2.PAYLOAD_STATE_WITHHELD]
    if not withheld:
        raise Untestable(f"{origin} withholds nothing: name a feed that holds records of natural persons")


_STATE = Text(
    "State the payload's state outright; never infer it from empty bytes.", "明确给出载荷状态，不得由空字节推断。"
)

CASES = (
    Case(
        "PS-01/commitment",
        ("C-PS-01",),
        Text("A payload matches the commitment in its leaf", "载荷与叶中的承诺一致"),
        Text("Serve the record bytes as published, never re-encoded.", "原样返回已发布的字节，不重新编码。"),
        commitments,
    ),
    Case(
        "PS-02/nothing-beside",
        ("C-PS-02",),
        Text("Withheld, erased and absent payloads leave no trace", "不公开、已销毁或无载荷的条目不带任何载荷内容"),
        Text("Blank salt and payload in the query, not in the display.", "在查询层清空盐与载荷，而非在展示层。"),
        nothing_beside,
    ),
    Case(
        "PS-03/stated",
        ("C-PS-03",),
        Text("Every payload state is said", "每个载荷状态均有说明"),
        _STATE,
        stated,
    ),
    Case(
        "PS-04/none-exactly",
        ("C-PS-03",),
        Text("NONE is said of bare leaves only", "NONE 只用于无载荷的叶"),
        _STATE,
        none_exactly,
    ),
    Case(
        "PS-05/persons",
        ("C-PS-04",),
        Text("Payloads about natural persons are withheld", "自然人载荷不予公开"),
        Text(
            "Withhold unless the feed's policy names the caller in person_payload_readers.",
            "除非数据流策略在 person_payload_readers 中列出调用方，否则不公开。",
        ),
        persons,
    ),
)
