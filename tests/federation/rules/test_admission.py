# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What may be published: each refusal and each warning alone, over records that are sound but for one thing."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.agency_filing import AgencyFiling, ReviewResult
from federation.records.exchange import Access, AccessKind, Exchange, ExchangeSide, LateAcknowledgement
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.records.licence import Licence, LicenceState
from federation.records.list_entry import ListEntry, ListKind
from federation.records.penalty import Penalty
from federation.records.subject import Authority, Identity, LegacyCode, Subject
from federation.rules.admission import Admitted, NotAdmitted, admit, judge_identity
from federation.rules.rule_book import RuleBook
from federation.standards.bundle import Standards
from federation.standards.identity import CodeAccepted, CodeKind, CodeRefused, LegacyCodeKind, SubjectClass
from tests.federation.rules.conftest import (
    COMPANY_BODY,
    ECOLOGY,
    LEGACY_BODY,
    OTHER_BODY,
    TODAY,
    TOMORROW,
    WRONG_BODY,
    Ask,
    Changes,
    Outcome,
    renamed,
)


def test_sound_records_are_admitted_without_a_word(
    ask: Ask,
    entry: Callable[..., ListEntry],
    filing: Callable[..., AgencyFiling],
    penalty: Callable[..., Penalty],
    licence: Callable[..., Licence],
) -> None:
    """A sound record of each kind has no warning."""
    assert [Admitted()] * 4 == [ask(record) for record in (entry(), filing(), penalty(), licence())]


IDENTITIES: list[tuple[Changes, str]] = [
    ({"code": "91330100MA2PDY0153"}, "CODE_CHECK"),
    ({"code": "943301007161058526"}, "CODE_CATEGORY"),
    ({"code": "913100001322041051"}, "CODE_ORGANISATION_CHECK"),
    ({"code": "91330100MA2PDY015"}, "CODE_LENGTH"),
    ({"code_kind": CodeKind.OTHER}, "USCC_REQUIRED"),
    ({"code_kind": CodeKind.CITIZEN, "code": "330102194901019917"}, "USCC_REQUIRED"),
    ({"subject_class": SubjectClass.SOLE_TRADER}, "SUBJECT_CLASS_MISMATCH"),
    ({"code": "92330102MA2PDY04X9"}, "SUBJECT_CLASS_MISMATCH"),
    ({"subject_class": SubjectClass.NATURAL_PERSON}, "PERSON_HAS_USCC"),
]


@pytest.mark.parametrize(("changes", "reason"), IDENTITIES)
def test_organisation_needs_its_own_sound_code(
    ask: Ask, penalty: Callable[..., Penalty], company: Identity, changes: Changes, reason: str
) -> None:
    """An organisation or sole trader is named by a sound unified code of its class, or not at all."""
    assert NotAdmitted("identity.code", reason) == ask(penalty(identity=renamed(company, **changes)))


PERSONS: list[tuple[Changes, str]] = [
    ({"code": "330102194901019918"}, "CODE_CHECK"),
    ({"code": "330102195002299913"}, "CODE_BIRTH_DATE"),
    ({"code": "330102490101991"}, "CODE_LENGTH"),
]


@pytest.mark.parametrize(("changes", "reason"), PERSONS)
def test_person_needs_a_sound_number(
    ask: Ask, penalty: Callable[..., Penalty], person: Identity, changes: Changes, reason: str
) -> None:
    """A citizen number is checked, and held with 18 characters."""
    assert NotAdmitted("identity.code", reason) == ask(penalty(identity=renamed(person, **changes)))


def test_person_may_have_another_document(ask: Ask, penalty: Callable[..., Penalty], person: Identity) -> None:
    """A passport's form is nobody's to check."""
    assert Admitted() == ask(penalty(identity=renamed(person, code_kind=CodeKind.OTHER, code="E12345678")))


def test_person_has_no_representative(ask: Ask, penalty: Callable[..., Penalty], person: Identity) -> None:
    """A natural person with a representative is a row of another class in disguise."""
    expected = NotAdmitted("identity.representative", "REPRESENTATIVE_UNEXPECTED")
    assert expected == ask(penalty(identity=renamed(person, representative="钱望桥")))


def test_representative_is_demanded(
    ask: Ask, penalty: Callable[..., Penalty], licence: Callable[..., Licence], company: Identity
) -> None:
    """Licences and penalties of organisations and sole traders name the representative or proprietor."""
    trader = renamed(company, subject_class=SubjectClass.SOLE_TRADER, code="92330102MA2PDY04X9", representative=None)
    expected = NotAdmitted("identity.representative", "REPRESENTATIVE_MISSING")
    assert expected == ask(licence(identity=renamed(company, representative=None)))
    assert expected == ask(penalty(identity=trader))


def test_list_entry_needs_no_representative(ask: Ask, entry: Callable[..., ListEntry], company: Identity) -> None:
    """The list table has its own column for responsible persons."""
    assert Admitted() == ask(entry(identity=renamed(company, representative=None)))


def test_historical_region_is_a_warning(ask: Ask, penalty: Callable[..., Penalty], person: Identity) -> None:
    """People keep their number when their district is abolished."""
    old = renamed(person, code="330204194901019915")
    assert Admitted(("REGION_HISTORICAL",)) == ask(penalty(identity=old))


PENALTIES: list[tuple[Changes, Outcome]] = [
    ({"fine_fen": None}, NotAdmitted("fine_fen", "FINE_AMOUNT_MISSING")),
    ({"kinds": ("没收违法所得",)}, NotAdmitted("confiscated_fen", "CONFISCATED_AMOUNT_MISSING")),
    ({"kinds": ("罚款", "吊销许可证")}, NotAdmitted("affected_licence", "AFFECTED_LICENCE_MISSING")),
    ({"kinds": ("没收违法所得",), "confiscated_fen": 0, "fine_fen": None}, Admitted()),
    ({"kinds": ("罚款", "吊销许可证"), "affected_licence": "排污许可证"}, Admitted()),
    ({"kinds": ("警告",)}, Admitted(("FINE_WITHOUT_KIND",))),
    ({"kinds": ("警告",), "fine_fen": None}, Admitted()),
    ({"kinds": ("其他-通报批评",), "fine_fen": None}, Admitted()),
    ({"kinds": ("罚金",)}, Admitted(("PENALTY_KIND_UNKNOWN",))),
    ({"decided_on": TOMORROW}, NotAdmitted("decided_on", "DATE_IN_FUTURE")),
    ({"decided_on": TODAY}, Admitted()),
    ({"authority": WRONG_BODY}, NotAdmitted("authority.code", "CODE_CHECK")),
    ({"source": WRONG_BODY}, NotAdmitted("source.code", "CODE_CHECK")),
    ({"authority": LEGACY_BODY}, Admitted(("EMBEDDED_ORG_CHECK",))),
    ({"source": LEGACY_BODY}, Admitted(("EMBEDDED_ORG_CHECK",))),
    ({"authority": COMPANY_BODY}, Admitted(("AUTHORITY_NOT_PUBLIC",))),
]


@pytest.mark.parametrize(("changes", "expected"), PENALTIES)
def test_penalty(ask: Ask, penalty: Callable[..., Penalty], changes: Changes, expected: Outcome) -> None:
    """Conditional fields, dates and authorities of a penalty."""
    assert expected == ask(penalty(**changes))


LICENCES: list[tuple[Changes, Outcome]] = [
    ({"category": "特许许可"}, Admitted()),
    ({"category": "其他-备案"}, Admitted()),
    ({"category": "年检"}, Admitted(("LICENCE_KIND_UNKNOWN",))),
    ({"valid_from": date(2026, 1, 4)}, Admitted(("LICENCE_BEFORE_DECISION",))),
    ({"valid_until": date(2026, 11, 21)}, Admitted(("LICENCE_STATE_DOUBTFUL",))),
    ({"valid_until": TODAY}, Admitted()),
    ({"valid_until": date(2026, 11, 21), "state": LicenceState.INVALID}, Admitted()),
    ({"valid_until": None}, Admitted()),
    ({"decided_on": TOMORROW, "valid_from": TOMORROW}, NotAdmitted("decided_on", "DATE_IN_FUTURE")),
]


@pytest.mark.parametrize(("changes", "expected"), LICENCES)
def test_licence(ask: Ask, licence: Callable[..., Licence], changes: Changes, expected: Outcome) -> None:
    """Kinds, dates and state of a licence."""
    assert expected == ask(licence(**changes))


LISTS: list[tuple[Changes, Outcome]] = [
    ({"standard": "yrd-eco-environment-black@9"}, NotAdmitted("standard", "STANDARD_UNREGISTERED")),
    ({"standard": "yrd-tourism-black@1"}, NotAdmitted("standard", "STANDARD_FIELD_MISMATCH")),
    ({"kind": ListKind.WATCH}, NotAdmitted("standard", "STANDARD_KIND_MISMATCH")),
    ({"field": "weather"}, NotAdmitted("field", "FIELD_UNKNOWN")),
    ({"standard": "yrd-eco-environment-black@1"}, Admitted(("STANDARD_EXPIRED",))),
    ({"decided_on": date(2020, 12, 31)}, Admitted(("STANDARD_NOT_YET_VALID",))),
    ({"valid_until": date(2028, 3, 11)}, Admitted(("PERIOD_OVER_STANDARD",))),
    ({"valid_until": date(2028, 3, 10)}, Admitted()),
    ({"valid_until": None}, Admitted(("VALID_UNTIL_MISSING",))),
    ({"responsible_persons": ()}, Admitted(("RESPONSIBLE_PERSONS_MISSING",))),
    ({"authority": OTHER_BODY}, Admitted(("ISSUER_NOT_AUTHORISED",))),
    ({"decided_on": date(2014, 12, 31)}, Admitted(("STANDARD_NOT_YET_VALID", "ISSUER_NOT_AUTHORISED"))),
    ({"decided_on": TOMORROW, "valid_from": TOMORROW}, NotAdmitted("decided_on", "DATE_IN_FUTURE")),
    (
        {"kind": ListKind.RED, "standard": "yrd-eco-environment-red@1", "valid_until": None, "responsible_persons": ()},
        Admitted(),
    ),
]


@pytest.mark.parametrize(("changes", "expected"), LISTS)
def test_list_entry(ask: Ask, entry: Callable[..., ListEntry], changes: Changes, expected: Outcome) -> None:
    """Standard, field, period and authority of a list entry."""
    assert expected == ask(entry(**changes))


def test_person_on_a_black_list_is_responsible_alone(
    ask: Ask, entry: Callable[..., ListEntry], person: Identity
) -> None:
    """For a natural person no further responsible persons are wanted."""
    assert Admitted() == ask(entry(identity=person, responsible_persons=()))


def test_own_registry_is_enough_at_home(ask: Ask, entry: Callable[..., ListEntry]) -> None:
    """A standard that only this member has registered serves for its own lists."""
    own = entry(
        field="tourism",
        standard="hangzhou-scenic-area-black@1",
        authority=Authority(name="杭州市文化广电旅游局", code="11330100PDY001039H"),
        valid_until=date(2026, 3, 9),
    )
    assert Admitted() == ask(own)


def test_standard_of_another_member_is_unregistered(
    standards: Standards, book: RuleBook, entry: Callable[..., ListEntry]
) -> None:
    """Elsewhere that standard is unknown."""
    foreign = entry(field="tourism", standard="hangzhou-scenic-area-black@1")
    assert NotAdmitted("standard", "STANDARD_UNREGISTERED") == admit(foreign, standards, book, TODAY, "310000")


FILINGS: list[tuple[Changes, Outcome]] = [
    ({"categories": ("credit-rating", "astrology")}, NotAdmitted("categories", "CATEGORY_UNKNOWN")),
    ({"filed_on": TOMORROW}, NotAdmitted("filed_on", "DATE_IN_FUTURE")),
    ({"reviewed_year": 2027}, NotAdmitted("reviewed_year", "REVIEW_IN_FUTURE")),
    ({"reviewed_year": 2026, "review_result": ReviewResult.FAILED}, Admitted()),
    ({"reviewed_year": None, "review_result": None}, Admitted()),
    ({"authority": ECOLOGY}, Admitted(("ISSUER_NOT_AUTHORISED",))),
    ({"authority": WRONG_BODY}, NotAdmitted("authority.code", "CODE_CHECK")),
    ({"source": WRONG_BODY}, NotAdmitted("source.code", "CODE_CHECK")),
]


@pytest.mark.parametrize(("changes", "expected"), FILINGS)
def test_filing(ask: Ask, filing: Callable[..., AgencyFiling], changes: Changes, expected: Outcome) -> None:
    """Categories, dates, reviews and authority of a filing."""
    assert expected == ask(filing(**changes))


def test_one_competence_of_several_is_enough(
    standards: Standards,
    twofold: RuleBook,
    entry: Callable[..., ListEntry],
    filing: Callable[..., AgencyFiling],
) -> None:
    """No warning for a body that another file makes competent for something else too."""
    assert [Admitted()] * 2 == [admit(record, standards, twofold, TODAY, "330100") for record in (entry(), filing())]


def test_subject_cross_reference(ask: Ask, company: Identity) -> None:
    """A wrong older number is a warning, given once; the unified code is what identifies."""
    good = LegacyCode(kind=LegacyCodeKind.ORGANISATION_CODE, code="716105852")
    bad = LegacyCode(kind=LegacyCodeKind.ORGANISATION_CODE, code="716105853")
    worse = LegacyCode(kind=LegacyCodeKind.REGISTRATION_NUMBER, code="330203000030630")
    sound = Subject(identity=renamed(company, legacy_codes=(good,)), source=ECOLOGY)
    doubtful = Subject(identity=renamed(company, legacy_codes=(bad, worse)), source=ECOLOGY)
    assert Admitted() == ask(sound)
    assert Admitted(("LEGACY_CODE_INVALID",)) == ask(doubtful)


def test_subject_reported_in_the_future(ask: Ask, company: Identity) -> None:
    """Nothing can be reported tomorrow."""
    subject = Subject(identity=company, source=ECOLOGY, reported_on=TOMORROW)
    assert NotAdmitted("reported_on", "DATE_IN_FUTURE") == ask(subject)


def test_acts(ask: Ask, endings: Mapping[EndingKind, Ending], marks: Mapping[AnnotationKind, Annotation]) -> None:
    """Endings and annotations need a sound authority and a day that has come."""
    ending, mark = endings[EndingKind.REMOVED], marks[AnnotationKind.OBJECTION]
    assert (Admitted(), Admitted()) == (ask(ending), ask(mark))
    assert NotAdmitted("decided_on", "DATE_IN_FUTURE") == ask(ending.model_copy(update={"decided_on": TOMORROW}))
    assert NotAdmitted("dated_on", "DATE_IN_FUTURE") == ask(mark.model_copy(update={"dated_on": TOMORROW}))
    assert NotAdmitted("authority.code", "CODE_CHECK") == ask(mark.model_copy(update={"authority": WRONG_BODY}))


def test_what_the_node_makes_itself_is_admitted(ask: Ask) -> None:
    """Policies and exchange entries are about no subject."""
    exchange = Exchange(
        exchange_id="01890a5d-ac96-774b-bcce-b302099a8057",
        requester="310000",
        responder="330100",
        side=ExchangeSide.RESPONDER,
        purpose="procurement",
        outcome="ANSWERED",
        question_sha256=bytes(32),
        commitment=bytes(32),
        logged_at_ms=0,
    )
    policy = FeedPolicy(origin="demo/330100/lists/1", dataset=Dataset.LISTS)
    assert (Admitted(), Admitted()) == (ask(exchange), ask(policy))


def test_that_a_member_is_late_is_admitted(ask: Ask) -> None:
    """It is about no subject, and the node makes it itself."""
    late = LateAcknowledgement(
        origin="demo/330100/lists/1",
        member="310000",
        first_index=7,
        published_ms=1,
        due_ms=2,
        reason="ACKNOWLEDGEMENT_LATE",
    )
    assert Admitted() == ask(late)


def test_that_somebody_was_told_something_is_admitted(ask: Ask) -> None:
    """It is about no subject, and the node makes it itself."""
    access = Access(
        access_id="01890a5d-ac96-774b-bcce-b302099a8057",
        kind=AccessKind.CHECK,
        caller="330100/licensing",
        subjects=1,
        commitment=bytes(32),
        logged_at_ms=1,
    )
    assert Admitted() == ask(access)
    assert "access/01890a5d-ac96-774b-bcce-b302099a8057" == access.key


def test_judge_identity_gives_what_the_code_tells(standards: Standards, company: Identity) -> None:
    """A sound identity comes back with class and region of its code."""
    judged = judge_identity(company, standards, TODAY)
    assert isinstance(judged, CodeAccepted)
    assert (judged.subject_class, judged.region) == (SubjectClass.ENTERPRISE, "330100")


def test_birth_is_judged_on_the_day_given(standards: Standards, person: Identity) -> None:
    """Nobody is the subject of a decision before birth, however long ago it is now."""
    judged = judge_identity(person, standards, date(1948, 12, 31))
    assert isinstance(judged, CodeRefused)
    assert judged.reason == "CODE_BIRTH_DATE"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"published_until": date(2027, 1, 5)}, Admitted()),
        ({"published_until": date(2027, 1, 6)}, Admitted(("DISPLAY_OVER_MAXIMUM",))),
        ({"published_until": date(2029, 1, 5), "kinds": ("责令停产停业",), "fine_fen": None}, Admitted()),
        ({"published_until": date(2029, 1, 6), "kinds": ("责令停产停业",), "fine_fen": None}, None),
        ({"published_until": date(2036, 1, 5), "decided_on": date(2019, 1, 5)}, None),
        ({"published_until": None}, Admitted()),
    ],
)
def test_display_beyond_the_longest_period_is_a_warning(
    ask: Ask, penalty: Callable[..., Penalty], changes: Changes, expected: Admitted | None
) -> None:
    """Order 36 displays an ordinary act a year and a serious one three, from the decision: a day more is told."""
    record = penalty(**{"valid_until": None, **changes})

    assert (expected or Admitted(("DISPLAY_OVER_MAXIMUM",))) == ask(record)


def test_a_penalty_whose_class_is_unknown_may_say_how_long_it_is_displayed(
    ask: Ask, penalty: Callable[..., Penalty]
) -> None:
    """Nothing is guessed about an unknown kind of penalty; that it is unknown is told."""
    record = penalty(kinds=("其他", "虚构罚种"), fine_fen=None, published_until=date(2036, 1, 5), valid_until=None)

    assert Admitted(("PENALTY_KIND_UNKNOWN",)) == ask(record)
