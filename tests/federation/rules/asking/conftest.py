# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A question that is admitted, the terms it is under, and who asks: each test names only what it changes."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from federation.records.exchange import Authorisation, AuthorisationKind, Question
from federation.rules.asking.admission import AskedBy, AskingTerms, Barring
from federation.rules.asking.anomalies import anomaly_rules_of
from federation.rules.asking.terms import asking_rules_of
from federation.rules.disclosure import PurposeGrant
from federation.rules.rule_book import parse_rule_book, shipped_law
from federation.standards.bundle import shipped_standards
from federation.standards.calendar import midnight_ms
from federation.standards.identity import CodeKind

TODAY = date(2026, 11, 23)
NOW_MS = midnight_ms(TODAY) + 10 * 3_600_000
COMPANY, PERSON = "91330100MA2PDY0152", "330102194901019917"
Ask = Callable[..., Question]


@pytest.fixture(scope="session")
def terms() -> AskingTerms:
    """The terms that ship."""
    book = parse_rule_book(shipped_law())
    rules = asking_rules_of(book.asking, "330100", TODAY)
    assert rules is not None
    return AskingTerms(rules, shipped_standards(), anomaly_rules_of(book.anomalies, "330100", TODAY))


@pytest.fixture(scope="session")
def asked_by() -> AskedBy:
    """Shanghai may ask for joint punishment and for licences, about persons too, and for one of them in batches."""
    purposes = frozenset({"joint-punishment", "administrative-licensing"})
    return AskedBy({"310000": PurposeGrant(purposes, purposes, frozenset({"joint-punishment"}))}, Barring())


@pytest.fixture(scope="session")
def ask() -> Ask:
    """A question about a company, with changes."""

    def asked(**changes: object) -> Question:
        fields: dict[str, Any] = {
            "exchange_id": "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
            "requester": "310000",
            "responder": "330100",
            "purpose": "administrative-licensing",
            "legal_basis": "条例",
            "case_number": "1",
            "code_kind": CodeKind.USCC,
            "code": COMPANY,
            "asked_at_ms": NOW_MS,
            "salt": bytes(32),
            "officer": "017",
            "office": "credit",
        }
        return Question(**{**fields, **changes})

    return asked


@pytest.fixture(scope="session")
def ask_about_person(ask: Ask) -> Ask:
    """A question about a person who has consented, with changes to the consent."""

    def asked(**changes: object) -> Question:
        fields: dict[str, Any] = {
            "kind": AuthorisationKind.CONSENT,
            "reference": "授2026-7",
            "sha256": bytes(32),
            "valid_from": TODAY,
            "valid_until": TODAY,
        }
        return ask(code_kind=CodeKind.CITIZEN, code=PERSON, authorisation=Authorisation(**{**fields, **changes}))

    return asked
