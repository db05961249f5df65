# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Which records of subjects name other codes, told without building their values."""

from collections.abc import Mapping

from hypothesis import given

from federation.records.codec import Record, encode, ties_codes
from federation.records.subject import Subject
from federation.standards.identity import LegacyCodeKind
from tests.federation.records.test_codec import subjects


@given(subjects)
def test_a_record_that_ties_codes_is_never_overlooked(record: Subject) -> None:
    """A quick look at its bytes tells what its value would."""
    former = any(each.kind is LegacyCodeKind.UNIFIED_CODE for each in record.identity.legacy_codes)

    assert ties_codes(encode(record)) == (former or record.head_office is not None)


def test_most_records_tie_nothing(samples: Mapping[str, Record]) -> None:
    """A record with numbers of older registers only, and bytes that are no record."""
    assert [False, False] == [ties_codes(raw) for raw in (encode(samples["Subject"]), b"\xff")]
