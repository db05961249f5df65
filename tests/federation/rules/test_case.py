# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a case can go, what a decision does to the entry, and what is hashed."""

import hashlib

import pytest

from federation.records.act import EndingKind
from federation.records.case import CaseKind, CaseOutcome, CaseState
from federation.rules.case.letters import CASE_TYPE, STATUS_TYPE, applicant_sha256, case_sha256, letter_sha256
from federation.rules.case.process import ENDINGS, Illegal, Phase, after, fits

LEGAL = {
    "filed": {"received": "received"},
    "received": {
        "marked": "received",
        "overdue": "received",
        "accepted": "accepted",
        "not_accepted": "closed",
        "withdrawn": "closed",
    },
    "accepted": {"overdue": "accepted", "extended": "extended", "decided": "closed", "withdrawn": "closed"},
    "extended": {"overdue": "extended", "decided": "closed", "withdrawn": "closed"},
    "closed": {},
}


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("state", CaseState)
def test_only_what_stands_in_the_table_can_follow(phase: Phase, state: CaseState) -> None:
    """Nothing is decided that was not accepted, nothing moves that is closed, and a term is extended once."""
    expected = LEGAL[phase].get(state)

    assert (Phase(expected) if expected else Illegal("CASE_STATE_ILLEGAL")) == after(phase, state)


@pytest.mark.parametrize(
    ("outcome", "ending", "objection", "repair"),
    [
        (CaseOutcome.REJECTED, None, True, True),
        (CaseOutcome.REMOVED, EndingKind.REMOVED, True, False),
        (CaseOutcome.CORRECTED, EndingKind.CORRECTED, True, False),
        (CaseOutcome.SUPPLEMENTED, None, True, False),
        (CaseOutcome.DISCLOSURE_ENDED, EndingKind.REMOVED, True, False),
        (CaseOutcome.REPAIRED, EndingKind.REPAIRED, False, True),
    ],
)
def test_each_outcome_belongs_to_its_kind_and_ends_the_entry_in_its_way(
    outcome: CaseOutcome, ending: EndingKind | None, objection: bool, repair: bool
) -> None:
    """Only a repair repairs; the five outcomes of an objection are those of the Zhejiang regulation, and rejection."""
    assert (ending, objection, repair) == (
        ENDINGS[outcome],
        fits(CaseKind.OBJECTION, outcome),
        fits(CaseKind.REPAIR, outcome),
    )


def test_the_applicants_number_is_hashed_with_the_salt_of_the_case() -> None:
    """Two cases of one applicant show nothing in common."""
    expected = hashlib.sha256(b"creditexchange/applicant/1\x00" + b"s" * 32 + b"91330100716105852F").digest()

    assert expected == applicant_sha256(b"s" * 32, "91330100716105852F")
    assert expected != applicant_sha256(b"t" * 32, "91330100716105852F")


def test_a_receipt_binds_the_type_with_the_bytes() -> None:
    """The bytes of a case under the name of a statement are another letter; statements bind the bytes alone."""
    assert letter_sha256(CASE_TYPE, b"x") != letter_sha256(STATUS_TYPE, b"x")
    signed = b"DSSEv1 %d %b 1 x" % (len(CASE_TYPE), CASE_TYPE.encode())
    assert hashlib.sha256(signed).digest() == letter_sha256(CASE_TYPE, b"x")
    assert hashlib.sha256(b"x").digest() == case_sha256(b"x")
