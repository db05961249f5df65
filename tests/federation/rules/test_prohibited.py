# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What must not be collected about natural persons does not come in, and what only consent allows is told."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.agency_filing import AgencyFiling
from federation.records.codec import Record
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.records.subject import Identity, Subject
from federation.rules.admission import Admitted, NotAdmitted, admit
from federation.rules.rule_book import RuleBook, parse_rule_book, shipped_rules
from federation.standards.bundle import Standards
from federation.standards.identity import CodeKind
from federation.standards.numbers.citizen_number import citizen_check

TODAY = date(2026, 11, 22)
DECIDED = date(2026, 1, 5)
Ask = Callable[[Record], Admitted | NotAdmitted]


@pytest.fixture
def ask(standards: Standards, book: RuleBook) -> Ask:
    """Asks for admission today."""
    return lambda record: admit(record, standards, book, TODAY, "330100")


def born(identity: Identity, day: str) -> Identity:
    """The person, born on another day."""
    body = f"330102{day}991"
    return identity.model_copy(update={"code": body + citizen_check(body)})


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("facts", "当事人宗教信仰为……"),
        ("facts", "经基因检测结果比对"),
        ("content", "附指纹信息一份"),
        ("remark", "血型：A"),
        ("violation", "隐瞒病史"),
        ("facts", "当事人为精神病患者"),
    ],
)
def test_what_is_never_allowed_is_refused(
    ask: Ask, penalty: Callable[..., Penalty], person: Identity, field: str, text: str
) -> None:
    """Religion, genes, fingerprints, blood group, illness: refused with the field at fault, never with the text."""
    assert NotAdmitted(field, "PROHIBITED_DATA") == ask(penalty(identity=person, **{field: text}))


def test_every_kind_of_record_is_looked_at(
    ask: Ask,
    person: Identity,
    entry: Callable[..., ListEntry],
    licence: Callable[..., Licence],
) -> None:
    """Lists and licences of persons are no way round it."""
    assert NotAdmitted("reason", "PROHIBITED_DATA") == ask(entry(identity=person, reason="血型"))
    assert NotAdmitted("content", "PROHIBITED_DATA") == ask(licence(identity=person, content="血型"))


@pytest.mark.parametrize("text", ["个人收入五万元", "银行存款若干", "持有股票", "纳税数额较大"])
def test_what_consent_allows_is_a_warning(
    ask: Ask, penalty: Callable[..., Penalty], person: Identity, text: str
) -> None:
    """A record cannot show a written consent: whoever submitted it is asked to look."""
    assert Admitted(("CONSENT_DOUBTFUL",)) == ask(penalty(identity=person, facts=text))


def test_consent_to_one_thing_allows_no_other(ask: Ask, penalty: Callable[..., Penalty], person: Identity) -> None:
    """A text that holds both is refused for what is never allowed."""
    assert NotAdmitted("facts", "PROHIBITED_DATA") == ask(penalty(identity=person, facts="个人收入五万元，血型不详"))


def test_words_that_mean_something_else_are_passed_over(
    ask: Ask, penalty: Callable[..., Penalty], person: Identity
) -> None:
    """A farmer who did not label genetically modified maize has no genes of his own in the record."""
    assert Admitted() == ask(penalty(identity=person, facts="未标示转基因信息"))
    assert NotAdmitted("facts", "PROHIBITED_DATA") == ask(
        penalty(identity=person, facts="未标示转基因信息，附基因信息")
    )


def test_organisations_have_no_blood_group(ask: Ask, penalty: Callable[..., Penalty]) -> None:
    """What a hospital was fined for may be named: the rule is about natural persons."""
    assert Admitted() == ask(penalty(facts="未核对患者血型，泄露病史"))


def test_an_act_may_be_about_anybody(
    ask: Ask, endings: Mapping[EndingKind, Ending], marks: Mapping[AnnotationKind, Annotation]
) -> None:
    """An ending or annotation does not say whom it is about: what is never allowed stands in none."""
    ending, mark = endings[EndingKind.REMOVED], marks[AnnotationKind.OBJECTION]
    said = [
        ask(act.model_copy(update={"explanation": text})) for act in (ending, mark) for text in ("血型", "个人收入")
    ]

    assert [NotAdmitted("explanation", "PROHIBITED_DATA"), Admitted()] * 2 == said


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("20100106", NotAdmitted("identity.code", "SUBJECT_TOO_YOUNG")),
        ("20100105", Admitted(("SUBJECT_AGE_DOUBTFUL",))),
        ("20080106", Admitted(("SUBJECT_AGE_DOUBTFUL",))),
        ("20080105", Admitted()),
    ],
)
def test_persons_of_full_capacity_only(
    ask: Ask, penalty: Callable[..., Penalty], person: Identity, day: str, expected: Admitted | NotAdmitted
) -> None:
    """Under 16 on the day of the act no record is kept; under 18 it is doubtful; the birthday itself counts."""
    assert expected == ask(penalty(identity=born(person, day), decided_on=DECIDED))


def test_age_counts_on_the_day_of_what_is_reported(
    ask: Ask, person: Identity, filing: Callable[..., AgencyFiling]
) -> None:
    """Of a filing that of filing; of basic information that of the report, or today where it names none."""
    child = born(person, "20100601")
    source = filing().source
    reported = Subject(identity=child, source=source, reported_on=date(2026, 5, 31))

    refused = NotAdmitted("identity.code", "SUBJECT_TOO_YOUNG")
    assert refused == ask(filing(identity=child, filed_on=date(2026, 5, 31)))
    assert refused == ask(reported)
    assert Admitted(("SUBJECT_AGE_DOUBTFUL",)) == ask(Subject(identity=child, source=source))


def test_another_document_tells_no_age(ask: Ask, penalty: Callable[..., Penalty], person: Identity) -> None:
    """A passport number has no day of birth."""
    foreign = person.model_copy(update={"code_kind": CodeKind.OTHER, "code": "E12345678"})

    assert not isinstance(ask(penalty(identity=foreign)), NotAdmitted)


def test_the_rule_is_data(standards: Standards, penalty: Callable[..., Penalty], person: Identity) -> None:
    """An operator's higher version says what is prohibited, and from when; without ages nobody is too young."""
    mine = (
        'id = "prohibited-data"\nversion = "2"\nsource = "x"\neffective_from = {}\n'
        '[data.tea]\ntitle_zh = "茶"\ntitle_en = "Tea"\nban = "never"\nwords = ["龙井"]\nbasis = "某法"\n'
    )
    record = penalty(identity=born(person, "20100106"), facts="私藏龙井，血型不详")
    outcomes = []
    for first in ("2026-11-22", "2026-11-23"):
        files = {**shipped_rules(), "prohibited/prohibited-data@2.toml": mine.format(first).encode()}
        outcomes.append(admit(record, standards, parse_rule_book(files), TODAY, "330100"))

    assert [NotAdmitted("facts", "PROHIBITED_DATA"), Admitted()] == outcomes
