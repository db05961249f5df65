# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A record as names and texts: what an excerpt of it is made of."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from federation.errors import FieldFault
from federation.records.agency_filing import FilingDocument, StaffGroup, StaffRole
from federation.records.codec import kind_of
from federation.records.contract.texts import names_of, texts_of
from federation.records.exchange import DisclosedField, EvidenceParts, Excerpt, Finding, Standing
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.standards.identity import CodeKind
from tests.node.region.samples import Samples

samples = Samples()


def test_a_field_has_the_name_of_the_contract_and_the_order_of_the_message() -> None:
    """With a dot before that of a field inside it; absent ones are left out."""
    told = dict(texts_of(samples.black(remark=None)))

    assert list(told) == [name for name in names_of(ListEntry) if name in told]
    assert "identity.name" in told
    assert "remark" not in told


def test_values_are_text() -> None:
    """Dates, enumerations by the contract's name, numbers in decimal, bytes in hex."""
    filing = samples.filing(documents=(FilingDocument(title="章程", sha256=b"\x0a" * 32),), capital_fen=1200)
    told = dict(texts_of(filing))

    assert ("2023-05-01", "FILED", "1200", "0a" * 32) == (
        told["filed_on"],
        told["standing"],
        told["capital_fen"],
        told["documents.sha256"],
    )
    assert "UNIFIED_SOCIAL_CREDIT_CODE" == told["identity.code_kind"]
    assert CodeKind.USCC.name != told["identity.code_kind"]


def test_several_values_stand_one_a_line() -> None:
    """A line break inside one of several is a blank; one that lacks a field has an empty line."""
    staff = (
        StaffGroup(role=StaffRole.SENIOR, qualification="信用管理师", count=1, valid_until=date(2027, 1, 1)),
        StaffGroup(role=StaffRole.PRACTITIONER, qualification="信用\n管理师", count=2),
    )
    told = dict(texts_of(samples.filing(staff=staff)))

    assert "SENIOR\nPRACTITIONER" == told["staff.role"]
    assert "2027-01-01\n" == told["staff.valid_until"]
    assert "信用管理师\n信用 管理师" == told["staff.qualification"]
    assert "credit-rating\ncredit-consulting" == told["categories"]
    assert "staff.valid_until" not in dict(texts_of(samples.filing(staff=staff[1:])))


def test_a_leafs_number_names_a_kind_of_record() -> None:
    """One of a newer revision names none here."""
    assert (Licence, None) == (kind_of(2), kind_of(999))


PARTS: dict[str, Any] = {
    "origin": "delta.example/330100/lists/1",
    "index": 0,
    "leaf": bytes(84),
    "salt": bytes(32),
    "payload": b"x",
    "checkpoint": b"x",
}
WHOLE, BARE = EvidenceParts(**PARTS), EvidenceParts(**{**PARTS, "salt": b"", "payload": b""})
EXCERPT = Excerpt(
    fields=(DisclosedField(name="kind", value="BLACK"), DisclosedField(name="remark", value="", masked=True))
)


def refused(**fields: object) -> tuple[str, str]:
    """Field and reason that a finding is refused with."""
    given: dict[str, Any] = {"standing": Standing.OWN, **fields}
    with pytest.raises(FieldFault) as caught:
        Finding(**given)
    return caught.value.field, caught.value.reason


def test_a_finding_is_whole_or_an_excerpt() -> None:
    """Evidence without its record takes an excerpt, and with it none; so do the acts."""
    Finding(evidence=WHOLE, acts=(WHOLE,), standing=Standing.OWN)
    Finding(evidence=BARE, acts=(BARE,), standing=Standing.OWN, excerpt=EXCERPT)

    assert ("excerpt", "FIELD_MISSING") == refused(evidence=BARE)
    assert ("excerpt", "FIELD_UNEXPECTED") == refused(evidence=WHOLE, excerpt=EXCERPT)
    assert ("acts", "FIELD_MISSING") == refused(evidence=WHOLE, acts=(BARE,))
    assert ("acts", "FIELD_UNEXPECTED") == refused(evidence=BARE, acts=(WHOLE,), excerpt=EXCERPT)


@pytest.mark.parametrize(
    ("changes", "reason"), [({"salt": b""}, "FIELD_MISSING"), ({"salt": b"short", "payload": b""}, "FIELD_MALFORMED")]
)
def test_a_record_has_its_whole_salt(changes: dict[str, Any], reason: str) -> None:
    """A payload without a salt is none that a leaf commits to."""
    with pytest.raises(FieldFault) as caught:
        EvidenceParts(**{**PARTS, **changes})

    assert ("salt", reason) == (caught.value.field, caught.value.reason)


def test_an_excerpt_tells_a_plain_field_and_no_masked_one() -> None:
    """Nor one that it does not show."""
    assert ["BLACK", None, None] == [EXCERPT.plain(name) for name in ("kind", "remark", "identity.code")]


def test_an_excerpt_shows_a_field_once_and_at_least_one() -> None:
    """Two values for one field contradict each other."""
    for fields in ((), (EXCERPT.fields[0], EXCERPT.fields[0])):
        with pytest.raises(FieldFault, match="fields"):
            Excerpt(fields=fields)
