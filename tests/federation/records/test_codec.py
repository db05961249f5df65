# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Records to bytes and back: pairs by property, and each way in which bytes are refused."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, get_args

import pytest
from creditexchange.v1 import list_entry_pb2, schema_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.errors import FieldFault
from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.agency_filing import AgencyFiling, FilingStanding, ReviewResult
from federation.records.codec import Glance, Record, decode, decode_as, encode, glance, schema_of
from federation.records.exchange import (
    Answer,
    EvidenceParts,
    Exchange,
    ExchangeSide,
    Finding,
    Freshness,
    Head,
    LateAcknowledgement,
    Question,
    Standing,
)
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.records.licence import Licence, LicenceState
from federation.records.list_entry import ListEntry, ListKind
from federation.records.penalty import Penalty
from federation.records.subject import Authority, Identity, LegacyCode, Subject
from federation.standards.identity import CodeKind, LegacyCodeKind, SubjectClass
from tests.federation.records.detailed import detailed, unreviewed

KINDS: list[type[Record]] = list(get_args(Record))
NAMES = [kind.__name__ for kind in KINDS]

text = st.text(alphabet="aZ09 甲乙丙À\U0002a700\n-", min_size=1, max_size=12)
code = st.text(alphabet="0123456789ABCDEFGHJK", min_size=18, max_size=18)
mnemonic = st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True)
node = st.from_regex(r"[a-z0-9][a-z0-9-]{0,10}", fullmatch=True)
reason = st.from_regex(r"[A-Z][A-Z0-9_]{0,10}", fullmatch=True)
early, late = st.dates(date(1949, 10, 1), date(2026, 1, 1)), st.dates(date(2026, 1, 1), date(9999, 12, 31))
number = st.integers(0, 2**63 - 1)
hashes = st.binary(min_size=32, max_size=32)
EXCHANGE_ID = "01890a5d-ac96-774b-bcce-b302099a8057"


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The values, or None."""
    return st.none() | values


def several(values: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    """A short tuple of values."""
    return st.lists(values, min_size=least, max_size=3).map(tuple)


legacy = st.builds(LegacyCode, kind=st.sampled_from(LegacyCodeKind), code=text)
identity = st.builds(
    Identity,
    name=text,
    subject_class=st.sampled_from(SubjectClass),
    code_kind=st.sampled_from(CodeKind),
    code=text,
    legacy_codes=several(legacy),
    representative=maybe(text),
)
body = st.builds(Authority, name=text, code=code)
subjects = st.builds(Subject, identity=identity, source=body, reported_on=maybe(early), head_office=maybe(code))
licences = st.builds(
    Licence,
    identity=identity,
    document_name=text,
    document_number=text,
    category=text,
    certificate_name=st.none(),
    certificate_number=maybe(text),
    content=text,
    decided_on=early,
    valid_from=early,
    valid_until=maybe(late),
    authority=body,
    state=st.sampled_from(LicenceState),
    source=body,
    remark=maybe(text),
)
penalties = st.builds(
    Penalty,
    identity=identity,
    document_number=text,
    violation=text,
    facts=text,
    basis=text,
    kinds=several(text, 1),
    content=text,
    fine_fen=maybe(number),
    confiscated_fen=maybe(number),
    affected_licence=maybe(text),
    decided_on=early,
    valid_until=maybe(late),
    published_until=maybe(late),
    authority=body,
    source=body,
    remark=maybe(text),
)
lists = st.builds(
    ListEntry,
    identity=identity,
    kind=st.sampled_from(ListKind),
    list_name=text,
    field=mnemonic,
    standard=st.from_regex(r"[a-z]{1,9}@[0-9]{1,3}", fullmatch=True),
    reason=text,
    basis=text,
    document_number=text,
    authority=body,
    decided_on=early,
    valid_from=late,
    valid_until=st.none() | st.just(date.max),
    responsible_persons=several(text),
    source=body,
    remark=maybe(text),
    measures=several(mnemonic),
    notified_on=st.none() | st.just(date(1949, 10, 1)),
    publicised_from=st.none() | st.just(date(1949, 10, 1)),
)
reviewed = st.builds(
    AgencyFiling,
    identity=identity,
    filing_number=text,
    categories=several(mnemonic, 1),
    filed_on=early,
    valid_until=maybe(late),
    authority=body,
    standing=st.sampled_from(FilingStanding),
    reviewed_year=st.integers(1990, 2200),
    review_result=st.sampled_from(ReviewResult),
    source=body,
    remark=maybe(text),
)
filings = reviewed | reviewed.map(detailed) | reviewed.map(unreviewed)
endings = st.builds(
    Ending,
    kind=st.sampled_from(EndingKind),
    authority=body,
    document_number=text,
    decided_on=early,
    explanation=maybe(text),
)
annotations = st.builds(
    Annotation,
    kind=st.sampled_from(AnnotationKind),
    authority=body,
    dated_on=early,
    document_number=maybe(text),
    explanation=maybe(text),
)
policies = st.builds(
    FeedPolicy,
    origin=text,
    dataset=st.sampled_from(Dataset),
    readers=several(node | st.just("*")),
    person_payload_readers=several(node),
)
exchanges = st.builds(
    Exchange,
    exchange_id=st.just(EXCHANGE_ID),
    requester=node,
    responder=node,
    side=st.sampled_from(ExchangeSide),
    purpose=mnemonic,
    outcome=reason,
    question_sha256=hashes,
    answer_sha256=st.just(b"") | hashes,
    commitment=hashes,
    logged_at_ms=number,
)
late_acknowledgements = st.builds(
    LateAcknowledgement,
    origin=text,
    member=node,
    first_index=number,
    published_ms=number,
    due_ms=number,
    reason=reason,
)
questions = st.builds(
    Question,
    exchange_id=st.just(EXCHANGE_ID),
    requester=node,
    responder=node,
    purpose=mnemonic,
    legal_basis=text,
    case_number=text,
    code_kind=st.sampled_from(CodeKind),
    code=text,
    asked_at_ms=number,
    salt=hashes,
)
evidence = st.builds(
    EvidenceParts,
    origin=text,
    index=number,
    leaf=st.binary(min_size=84, max_size=84),
    salt=hashes,
    payload=st.binary(max_size=9),
    path=several(hashes),
    checkpoint=st.binary(min_size=1, max_size=9),
)
findings = st.builds(
    Finding,
    evidence=evidence,
    standing=st.sampled_from(Standing),
    reasons=several(reason),
    acts=several(evidence),
)
heads = st.builds(Head, checkpoint=st.binary(min_size=1, max_size=9), freshness=st.sampled_from(Freshness))
answers = st.builds(
    Answer,
    exchange_id=st.just(EXCHANGE_ID),
    question_sha256=hashes,
    responder=node,
    answered_at_ms=number,
    findings=several(findings),
    heads=several(heads),
    truncated=st.booleans(),
)
records = (
    subjects
    | licences
    | penalties
    | lists
    | filings
    | endings
    | annotations
    | policies
    | exchanges
    | late_acknowledgements
)


@settings(max_examples=250, deadline=None)
@given(record=records)
def test_record_survives_its_bytes(record: Record) -> None:
    """decode(encode(x)) == x for every kind, by the schema number that the leaf carries."""
    assert decode(schema_of(record), encode(record)) == record


@pytest.mark.parametrize("kind", NAMES)
def test_sample_survives_its_bytes(samples: Mapping[str, Record], kind: str) -> None:
    """One sample of each kind survives, so that no kind depends on what is generated."""
    assert decode(schema_of(samples[kind]), encode(samples[kind])) == samples[kind]


@settings(max_examples=60, deadline=None)
@given(question=questions)
def test_question_survives_its_bytes(question: Question) -> None:
    """decode_as(encode(x)) == x for questions."""
    assert decode_as(Question, encode(question)) == question


@settings(max_examples=60, deadline=None)
@given(answer=answers)
def test_answer_survives_its_bytes(answer: Answer) -> None:
    """decode_as(encode(x)) == x for answers with findings, acts and heads."""
    assert decode_as(Answer, encode(answer)) == answer


@settings(max_examples=120, deadline=None)
@given(record=subjects | licences | penalties | lists | filings)
def test_glance_agrees_with_decode(record: Subject | Licence | Penalty | ListEntry | AgencyFiling) -> None:
    """The cheap look says of whom a record is exactly what decoding says."""
    seen = glance(schema_of(record), encode(record))
    assert Glance(record.identity.subject_class, record.identity.code) == seen
    assert seen.personal == (record.identity.subject_class is SubjectClass.NATURAL_PERSON)


@pytest.mark.parametrize("kind", ["Ending", "Annotation", "FeedPolicy", "Exchange", "Access", "LateAcknowledgement"])
def test_glance_at_what_has_no_subject(samples: Mapping[str, Record], kind: str) -> None:
    """Acts, policies and exchanges are about no subject."""
    assert Glance(None, "") == glance(schema_of(samples[kind]), encode(samples[kind]))


def test_glance_at_an_unknown_schema() -> None:
    """A schema of a later contract is about nobody that we know of."""
    assert Glance(None, "") == glance(999, b"anything")


def test_unknown_schema_is_refused() -> None:
    """A schema of a later contract cannot be read."""
    with pytest.raises(FieldFault) as caught:
        decode(999, b"")
    assert (caught.value.field, caught.value.reason) == ("schema", "SCHEMA_UNKNOWN")


@pytest.mark.parametrize("read", [decode, glance])
def test_bytes_that_are_no_message_are_refused(read: Callable[[int, bytes], object]) -> None:
    """Broken bytes are the sender's fault, whichever way they are read."""
    with pytest.raises(FieldFault) as caught:
        read(schema_pb2.SCHEMA_PENALTY, b"\xff\xff\xff")
    assert (caught.value.field, caught.value.reason) == ("payload", "RECORD_MALFORMED")


def test_endless_bytes_are_refused_unread() -> None:
    """A cap stands before the parser."""
    with pytest.raises(FieldFault) as caught:
        decode(schema_pb2.SCHEMA_PENALTY, bytes(65536 * 64 + 1))
    assert (caught.value.field, caught.value.reason) == ("payload", "FIELD_TOO_LONG")


@pytest.mark.parametrize("kind", NAMES)
def test_empty_bytes_lack_a_field(kind: str) -> None:
    """A message without any field is no record of any kind."""
    schema = schema_pb2.Schema.Value(f"SCHEMA_{_upper(kind)}")
    with pytest.raises(FieldFault) as caught:
        decode(schema, b"")
    assert caught.value.reason == "FIELD_MISSING"


def _upper(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in name).lstrip("_")


Spoil = Callable[[list_entry_pb2.ListEntry], object]
SPOILT: list[tuple[str, Spoil, str, str]] = [
    ("enum", lambda message: setattr(message, "kind", 99), "kind", "VALUE_UNKNOWN"),
    ("unspecified", lambda message: setattr(message, "kind", 0), "kind", "FIELD_MISSING"),
    (
        "nested",
        lambda message: setattr(message.identity, "subject_class", 99),
        "identity.subject_class",
        "VALUE_UNKNOWN",
    ),
    (
        "deep",
        lambda message: message.identity.legacy_codes.add(code="1"),
        "identity.legacy_codes.kind",
        "FIELD_MISSING",
    ),
    ("missing", lambda message: message.ClearField("identity"), "identity", "FIELD_MISSING"),
    ("blank", lambda message: message.ClearField("reason"), "reason", "FIELD_MISSING"),
    ("compact", lambda message: setattr(message, "decided_on", "20260105"), "decided_on", "DATE_MALFORMED"),
    ("week", lambda message: setattr(message, "decided_on", "2026-W02-1"), "decided_on", "DATE_MALFORMED"),
    ("slashes", lambda message: setattr(message, "decided_on", "2026/01/05"), "decided_on", "DATE_MALFORMED"),
    ("time", lambda message: setattr(message, "decided_on", "2026-01-05T00:00:00"), "decided_on", "DATE_MALFORMED"),
    ("no day", lambda message: setattr(message, "valid_until", "2026-02-30"), "valid_until", "DATE_MALFORMED"),
    ("digits", lambda message: setattr(message, "valid_until", "２０２６-01-05"), "valid_until", "DATE_MALFORMED"),
    ("empty", lambda message: setattr(message, "valid_until", ""), "valid_until", "FIELD_MISSING"),
    ("order", lambda message: setattr(message, "valid_until", "2026-01-04"), "valid_until", "DATES_OUT_OF_ORDER"),
    ("code", lambda message: setattr(message.authority, "code", "short"), "authority.code", "FIELD_MALFORMED"),
]


@pytest.mark.parametrize(("name", "spoil", "field", "fault"), SPOILT, ids=[each[0] for each in SPOILT])
def test_spoilt_field_is_refused(
    samples: Mapping[str, Record], name: str, spoil: Spoil, field: str, fault: str
) -> None:
    """One spoilt field of a foreign record is refused with its dotted name."""
    message = list_entry_pb2.ListEntry.FromString(encode(samples["ListEntry"]))
    spoil(message)
    with pytest.raises(FieldFault) as caught:
        decode(schema_pb2.SCHEMA_LIST_ENTRY, message.SerializeToString())
    assert (caught.value.field, caught.value.reason) == (field, fault)


def test_unknown_standing_in_an_answer_is_refused() -> None:
    """A standing of a later contract is not guessed."""
    parts = EvidenceParts(origin="o", index=0, leaf=bytes(84), salt=bytes(32), payload=b"", checkpoint=b"c")
    raw = encode(Finding(evidence=parts, standing=Standing.HELD)).replace(b"HELD", b"SOLD")
    with pytest.raises(FieldFault) as caught:
        decode_as(Finding, raw)
    assert (caught.value.field, caught.value.reason) == ("standing", "VALUE_UNKNOWN")


def test_unknown_field_is_tolerated(samples: Mapping[str, Record]) -> None:
    """A field of a later contract changes nothing here; it lives on in the bytes, which are kept as they came."""
    raw = encode(samples["ListEntry"])
    later = raw + b"\xfa\x3f\x03new"
    assert decode(schema_pb2.SCHEMA_LIST_ENTRY, later) == samples["ListEntry"]
    assert list_entry_pb2.ListEntry.FromString(later).SerializeToString().endswith(b"\xfa\x3f\x03new")
    assert glance(schema_pb2.SCHEMA_LIST_ENTRY, later) == glance(schema_pb2.SCHEMA_LIST_ENTRY, raw)


@settings(max_examples=200, deadline=None)
@given(noise=st.binary(max_size=60), schema=st.integers(1, 9))
def test_no_bytes_raise_anything_else(noise: bytes, schema: int) -> None:
    """Whatever a peer sends, it is a record or a FieldFault, nothing else."""
    try:
        record = decode(schema, noise)
    except FieldFault:
        return
    assert schema_of(record) == schema
