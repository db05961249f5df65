# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Rules and records that the tests of this folder vary: sound ones, so that each test names only what it changes."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.agency_filing import AgencyFiling, FilingStanding, ReviewResult
from federation.records.codec import Record
from federation.records.licence import Licence, LicenceState
from federation.records.list_entry import ListEntry, ListKind
from federation.records.penalty import Penalty
from federation.records.subject import Authority, Identity
from federation.rules.admission import Admitted, NotAdmitted, admit
from federation.rules.rule_book import RuleBook, parse_rule_book, shipped_rules
from federation.rules.transition.course import Course, deed_of, follow, table_of
from federation.standards.bundle import Standards, shipped_standards
from federation.standards.identity import CodeKind, SubjectClass

COMPANY = Identity(
    name="杭州青桥环保科技有限公司",
    subject_class=SubjectClass.ENTERPRISE,
    code_kind=CodeKind.USCC,
    code="91330100MA2PDY0152",
    representative="钱望桥",
)
PERSON = Identity(
    name="钱望桥",
    subject_class=SubjectClass.NATURAL_PERSON,
    code_kind=CodeKind.CITIZEN,
    code="330102194901019917",
)
ECOLOGY = Authority(name="杭州市生态环境局", code="11330100PDY001012R")
CREDIT_OFFICE = Authority(name="杭州市公共信用管理办公室", code="11330100PDY001047C")
WRONG_BODY = Authority(name="某局", code="11330100PDY001012Q")
LEGACY_BODY = Authority(name="某局", code="11330100PDY001013W")
COMPANY_BODY = Authority(name="某公司", code="91330100MA2PDY023W")
OTHER_BODY = Authority(name="某局", code="11330100002500017H")
TODAY = date(2026, 11, 22)
TOMORROW = date(2026, 11, 23)
Outcome = Admitted | NotAdmitted
Ask = Callable[[Record], Outcome]
Changes = dict[str, object]


def renamed(identity: Identity, **changes: object) -> Identity:
    """The same subject with some fields changed."""
    return identity.model_copy(update=changes)


def _entry(**changes: object) -> ListEntry:
    sound: dict[str, Any] = {
        "identity": COMPANY,
        "kind": ListKind.BLACK,
        "list_name": "生态环境严重失信名单",
        "field": "eco-environment",
        "standard": "yrd-eco-environment-black@2",
        "reason": "超标排放",
        "basis": "环境保护法",
        "document_number": "杭环信〔2025〕1号",
        "authority": ECOLOGY,
        "decided_on": date(2025, 3, 1),
        "valid_from": date(2025, 3, 10),
        "valid_until": date(2027, 3, 9),
        "responsible_persons": ("钱望桥",),
        "source": ECOLOGY,
    }
    return ListEntry(**{**sound, **changes})


def _filing(**changes: object) -> AgencyFiling:
    sound: dict[str, Any] = {
        "identity": COMPANY,
        "filing_number": "杭信备2023-1",
        "categories": ("credit-rating", "credit-consulting"),
        "filed_on": date(2023, 5, 1),
        "valid_until": date(2028, 4, 30),
        "authority": CREDIT_OFFICE,
        "standing": FilingStanding.FILED,
        "reviewed_year": 2026,
        "review_result": ReviewResult.PASSED,
        "source": CREDIT_OFFICE,
    }
    return AgencyFiling(**{**sound, **changes})


def _penalty(**changes: object) -> Penalty:
    sound: dict[str, Any] = {
        "identity": COMPANY,
        "document_number": "杭环罚〔2026〕1号",
        "violation": "超标排放",
        "facts": "排放浓度超过限值",
        "basis": "环境保护法",
        "kinds": ("罚款",),
        "content": "罚款一万元",
        "fine_fen": 1_000_000,
        "decided_on": date(2026, 1, 5),
        "valid_until": date(2029, 1, 4),
        "authority": ECOLOGY,
        "source": ECOLOGY,
    }
    return Penalty(**{**sound, **changes})


def _licence(**changes: object) -> Licence:
    sound: dict[str, Any] = {
        "identity": COMPANY,
        "document_name": "排污许可决定书",
        "document_number": "杭环许〔2026〕1号",
        "category": "普通",
        "content": "排污许可",
        "decided_on": date(2026, 1, 5),
        "valid_from": date(2026, 1, 5),
        "valid_until": date(2031, 1, 4),
        "authority": ECOLOGY,
        "state": LicenceState.VALID,
        "source": ECOLOGY,
    }
    return Licence(**{**sound, **changes})


@pytest.fixture(scope="session")
def book() -> RuleBook:
    """The rules that every member is shipped."""
    return parse_rule_book(shipped_rules())


@pytest.fixture(scope="session")
def twofold() -> RuleBook:
    """The same rules, and a second file that makes Hangzhou's two bodies competent for tourism lists too."""
    bodies = "".join(
        f'[authorities.{body.code}]\nname = "{body.name}"\nregions = ["3301"]\nfields = ["tourism"]\n'
        "valid_from = 2015-01-01\n"
        for body in (ECOLOGY, CREDIT_OFFICE)
    )
    more = f'id = "more"\nversion = "1"\nsource = "test"\n{bodies}'
    return parse_rule_book({**shipped_rules(), "authorities/more@1.toml": more.encode()})


@pytest.fixture(scope="session")
def standards() -> Standards:
    """The shipped tables."""
    return shipped_standards()


@pytest.fixture(scope="session")
def company() -> Identity:
    """A company with a sound code."""
    return COMPANY


@pytest.fixture(scope="session")
def person() -> Identity:
    """A natural person with a sound citizen number."""
    return PERSON


@pytest.fixture(scope="session")
def entry() -> Callable[..., ListEntry]:
    """Makes a black entry of Hangzhou's ecology bureau that Shanghai recognises, but for what is changed."""
    return _entry


@pytest.fixture(scope="session")
def filing() -> Callable[..., AgencyFiling]:
    """Makes a filing with Hangzhou's credit office that Shanghai recognises in 2026, but for what is changed."""
    return _filing


@pytest.fixture(scope="session")
def penalty() -> Callable[..., Penalty]:
    """Makes a penalty that is admitted without a warning, but for what is changed."""
    return _penalty


@pytest.fixture(scope="session")
def licence() -> Callable[..., Licence]:
    """Makes a licence that is admitted without a warning, but for what is changed."""
    return _licence


def _after(*acts: Ending | Annotation) -> Course:
    course, _ = follow(table_of(_entry()), [deed_of(act, ECOLOGY.code) for act in acts])
    return course


@pytest.fixture(scope="session")
def after() -> Callable[..., Course]:
    """Where acts bring a list entry of Hangzhou's ecology bureau."""
    return _after


@pytest.fixture(scope="session")
def endings() -> Mapping[EndingKind, Ending]:
    """An ending of each kind."""
    day = date(2026, 2, 1)
    return {kind: Ending(kind=kind, authority=ECOLOGY, document_number="1", decided_on=day) for kind in EndingKind}


@pytest.fixture(scope="session")
def marks() -> Mapping[AnnotationKind, Annotation]:
    """An annotation of each kind."""
    day = date(2026, 2, 1)
    return {kind: Annotation(kind=kind, authority=ECOLOGY, dated_on=day) for kind in AnnotationKind}


@pytest.fixture(scope="session")
def changed() -> Callable[[Mapping[str, str]], RuleBook]:
    """Makes a rule book from the shipped files with some texts replaced, one `old` by one `new` wherever it stands."""

    def make(replacements: Mapping[str, str]) -> RuleBook:
        files = {}
        for path, raw in shipped_rules().items():
            text = raw.decode()
            for old, new in replacements.items():
                text = text.replace(old, new)
            files[path] = text.encode()
        return parse_rule_book(files)

    return make


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Asks for admission at Hangzhou today, with what Hangzhou alone has registered."""
    book, standards = parse_rule_book(shipped_rules("330100")), shipped_standards()
    return lambda record: admit(record, standards, book, TODAY, "330100")
