# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the reference node publishes: invented subjects with codes whose check digits hold."""

from creditexchange.v1 import (
    agency_filing_pb2,
    annotation_pb2,
    authority_pb2,
    ending_pb2,
    feed_policy_pb2,
    identity_pb2,
    list_entry_pb2,
    penalty_pb2,
)

from tests.conformance.reference.fault import Fault
from tests.conformance.reference.feed import ERASED, NOBODY, WITHHELD, Feed, Item

FEDERATION, NODE_ID, MEMBER_ID, COORDINATOR_ID = "delta.example", "330100", "310000", "330000"
NODE = f"{FEDERATION}/{NODE_ID}"
OPEN, CLOSED, PERSON = f"{NODE}/lists/1", f"{NODE}/filings/1", f"{NODE}/penalties/1"
CATALOGUE, EXCHANGE = f"{NODE}/_catalogue/1", f"{NODE}/_exchange/1"
ADD, AMEND, ANNOTATE, END, ERASE, _STATE, PAD, _EPOCH = range(1, 9)
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PERSON_CODE, UNKNOWN_CODE = "E00000001", "E00000009"
SIZE = 21
ENDED = 4
"""Index and number of an entry that an END refers to."""


def code(number: int) -> str:
    """Return a unified social credit code (GB 32100-2015) of an invented enterprise."""
    body = f"91330100MA2{number:06d}"
    return body + check_character(body)


def check_character(body: str) -> str:
    """Return the last character of a code that begins so."""
    total = sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return _ALPHABET[-total % 31]


_AUTHORITY = authority_pb2.Authority(name="甲市乙局", code="11330100MB0000001X")


def _identity(number: int) -> identity_pb2.Identity:
    return identity_pb2.Identity(
        name=f"甲{number}商贸有限公司",
        subject_class=identity_pb2.SUBJECT_CLASS_ENTERPRISE,
        code_kind=identity_pb2.CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE,
        code=code(number),
    )


def _entry(number: int) -> bytes:
    return list_entry_pb2.ListEntry(
        identity=_identity(number),
        kind=list_entry_pb2.LIST_KIND_BLACK,
        list_name="失信名单",
        document_number=f"甲字{number}号",
        authority=_AUTHORITY,
    ).SerializeToString(deterministic=True)


def feeds(faults: frozenset[Fault]) -> dict[str, Feed]:
    """Return the node's four feeds by origin."""
    filings = Feed(CLOSED, feed_policy_pb2.DATASET_FILINGS, open=Fault.CLOSED_READ in faults)
    for number in range(3):
        filing = agency_filing_pb2.AgencyFiling(identity=_identity(900 + number), filing_number=str(number))
        filings.add(ADD, 5, filing.SerializeToString())
    catalogue = Feed(CATALOGUE, feed_policy_pb2.DATASET_CATALOGUE)
    for origin in (OPEN, PERSON):
        catalogue.add(ADD, 8, feed_policy_pb2.FeedPolicy(origin=origin, readers=["*"]).SerializeToString())
    made = (catalogue, filings, _lists(faults), _penalties(faults))
    return {feed.origin: feed for feed in made}


def _lists(faults: frozenset[Fault]) -> Feed:
    feed = Feed(OPEN, feed_policy_pb2.DATASET_LISTS)
    ending = ending_pb2.Ending(kind=ending_pb2.ENDING_KIND_REMOVED, authority=_AUTHORITY, document_number="1")
    mark = annotation_pb2.Annotation(kind=annotation_pb2.ANNOTATION_KIND_OBJECTION, authority=_AUTHORITY)
    # An unknown field of 65000 bytes: a reader keeps it, and seventeen of them are more than a chunk may hold.
    padding = b"\xfa\x7f\xe8\xfb\x03" + b" " * 65000 if Fault.CHUNK_HUGE in faults else b""
    acts = {
        5: (AMEND, 4, _entry(102) + padding, 7 if Fault.REF_FORWARD in faults else 2),
        8: (ANNOTATE, 7, mark.SerializeToString() + padding, 3),
        12: (END, 6, ending.SerializeToString(), ENDED),
        14: (ERASE, 0, b"", 1),
        17: (PAD, 0, b"", NOBODY),
    }
    if Fault.PAYLOAD_OVERSIZE in faults:
        acts[10] = (ADD, 4, _entry(10) + b"\xfa\x7f\xf0\xff\x03" + b" " * 65520, NOBODY)
    for index in range(SIZE):
        kind, schema, payload, ref = acts.get(index, (ADD, 4, _entry(index) + padding, NOBODY))
        feed.add(kind, schema, payload, ref, ERASED if index == 1 else 1)
    spoil(feed, faults)
    return feed


def spoil(feed: Feed, faults: frozenset[Fault]) -> None:
    """Write leaves that break their form, before anything is signed over them."""
    if Fault.LEAF_VERSION_TWO in faults:
        _put(feed.items[10], 0, b"\x02")
    if Fault.LEAF_KIND_UNKNOWN in faults:
        _put(feed.items[17], 1, b"\x2a")
    if Fault.LEAF_SCHEMA_BARE in faults:
        _put(feed.items[17], 10, b"\x00\x04")
    if Fault.REF_WITHOUT_ACT in faults:
        _put(feed.items[17], 12, bytes(8))
    if Fault.TIME_AHEAD in faults:
        _put(feed.items[-1], 2, b"\x00" + b"\x7f" * 7)
    if Fault.TIME_BACK in faults:
        _put(feed.items[10], 2, bytes(8))


def _put(item: Item, at: int, new: bytes) -> None:
    item.leaf = item.leaf[:at] + new + item.leaf[at + len(new) :]


def _penalties(faults: frozenset[Fault]) -> Feed:
    feed = Feed(PERSON, feed_policy_pb2.DATASET_PENALTIES)
    hidden = identity_pb2.Identity(
        name="丙某",
        subject_class=identity_pb2.SUBJECT_CLASS_NATURAL_PERSON,
        code_kind=identity_pb2.CODE_KIND_OTHER_DOCUMENT,
        code=PERSON_CODE,
    )
    for number in range(4):
        about = hidden if number == 2 else _identity(500 + number)
        penalty = penalty_pb2.Penalty(identity=about, document_number=str(number), authority=_AUTHORITY)
        shown = number != 2 or Fault.PERSON_SHOWN in faults
        feed.add(ADD, 3, penalty.SerializeToString(), state=1 if shown else WITHHELD)
    return feed
