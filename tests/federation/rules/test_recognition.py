# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Recognition of foreign list entries: each ground alone, all together, and the same answer for ever."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.errors import OrderFault
from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.list_entry import ListEntry, ListKind
from federation.records.subject import Authority, Identity
from federation.rules.recognition import Candidate, recognise
from federation.rules.rule_book import RuleBook, parse_rule_book, shipped_rules
from federation.rules.transition.course import Course
from federation.rules.verdict import Held, Recognised, Refused, Verdict
from federation.standards.bundle import Standards

TODAY = date(2026, 11, 22)
MakeEntry = Callable[..., ListEntry]
Decide = Callable[..., Verdict]
BLACK_MEASURES = (
    "awards-limit",
    "closer-inspection",
    "funds-limit",
    "preference-withdrawal",
    "procurement-limit",
    "publication",
    "trade-notice",
)
SHANGHAI_ECOLOGY = Authority(name="上海市生态环境局", code="11310000PDY003018D")
ZHEJIANG_ECOLOGY = Authority(name="浙江省生态环境厅", code="11330000PDY0020155")
UNKNOWN_BODY = Authority(name="某局", code="11330100002500017H")


@pytest.fixture
def decide(book: RuleBook, standards: Standards) -> Decide:
    """Decides at Shanghai, today, unless another home is named."""
    return lambda candidate, home="310000": recognise(candidate, home, book, standards, TODAY)


def test_sound_black_entry_is_recognised_with_local_measures(decide: Decide, entry: MakeEntry, book: RuleBook) -> None:
    """A sound entry counts, with Shanghai's own measures, and the verdict names every rule it rests on."""
    expected = Recognised(
        BLACK_MEASURES,
        ("RECOGNISED",),
        ("yrd-lists@1", "yrd-eco-environment-black@2", "uscc@2015.2", "regions@2026", book.name),
        date(2027, 3, 10),
    )
    assert expected == decide(Candidate("330100", entry()))


def test_red_entry_gets_incentives(decide: Decide, entry: MakeEntry) -> None:
    """A red entry leads to incentives only."""
    red = entry(kind=ListKind.RED, standard="yrd-eco-environment-red@1")
    verdict = decide(Candidate("330100", red))
    assert isinstance(verdict, Recognised)
    assert verdict.measures == ("fast-track", "fewer-inspections")


REFUSALS: list[tuple[dict[str, object], str]] = [
    ({"standard": "hangzhou-scenic-area-black@1"}, "NO_STANDARD"),
    ({"standard": "yrd-eco-environment-black@9"}, "NO_STANDARD"),
    ({"standard": "yrd-tourism-black@1"}, "STANDARD_FIELD_MISMATCH"),
    ({"standard": "yrd-eco-environment-red@1"}, "STANDARD_KIND_MISMATCH"),
    ({"authority": UNKNOWN_BODY}, "ISSUER_NOT_AUTHORISED"),
    ({"authority": SHANGHAI_ECOLOGY}, "ISSUER_NOT_AUTHORISED"),
]


@pytest.mark.parametrize(("changes", "reason"), REFUSALS)
def test_each_refusal_alone(decide: Decide, entry: MakeEntry, changes: dict[str, object], reason: str) -> None:
    """An entry without foundation is refused, for exactly the reason it lacks."""
    verdict = decide(Candidate("330100", entry(**changes)))
    assert isinstance(verdict, Refused)
    assert verdict.reasons == (reason,)


def test_code_that_fails_its_check_is_refused(decide: Decide, entry: MakeEntry, company: Identity) -> None:
    """A subject code with a wrong check digit is never acted on."""
    wrong = company.model_copy(update={"code": "91330100MA2PDY0153"})
    verdict = decide(Candidate("330100", entry(identity=wrong)))
    assert isinstance(verdict, Refused)
    assert verdict.reasons == ("BAD_SUBJECT_CODE",)


def test_standard_registered_with_one_member_is_shared_by_none(standards: Standards, entry: MakeEntry) -> None:
    """Even a member that has registered a standard of its own does not recognise by it."""
    own = parse_rule_book(shipped_rules("330100"))
    foreign = entry(field="tourism", standard="hangzhou-scenic-area-black@1", authority=ZHEJIANG_ECOLOGY)
    verdict = recognise(Candidate("330000", foreign), "330100", own, standards, TODAY)
    assert isinstance(verdict, Refused)
    assert verdict.reasons == ("NO_STANDARD", "ISSUER_NOT_AUTHORISED")


def test_province_decides_about_its_city(decide: Decide, entry: MakeEntry) -> None:
    """A decision of the province's body in a city's feed is authorised."""
    assert isinstance(decide(Candidate("330100", entry(authority=ZHEJIANG_ECOLOGY))), Recognised)


def test_city_decides_for_its_province_feed(decide: Decide, entry: MakeEntry) -> None:
    """A decision of a city's body in its province's feed is authorised."""
    assert isinstance(decide(Candidate("330000", entry())), Recognised)


def test_one_competence_of_several_is_enough(twofold: RuleBook, standards: Standards, entry: MakeEntry) -> None:
    """A body keeps its field when another file gives it a second one."""
    assert isinstance(recognise(Candidate("330100", entry()), "310000", twofold, standards, TODAY), Recognised)


HOLDS: list[tuple[dict[str, object], str]] = [
    (
        {
            "field": "labour-wages",
            "standard": "wenzhou-jiading-labour-wages-black@1",
            "authority": Authority(name="温州市人力资源和社会保障局", code="11330300PDY0020582"),
        },
        "FIELD_NOT_COVERED",
    ),
    ({"decided_on": date(2020, 1, 1), "valid_until": None}, "STANDARD_NOT_YET_VALID"),
    ({"standard": "yrd-eco-environment-black@1"}, "STANDARD_EXPIRED"),
    ({"valid_from": TODAY + timedelta(1)}, "NOT_YET_VALID"),
    ({"valid_until": TODAY - timedelta(1)}, "PERIOD_LAPSED"),
]


@pytest.mark.parametrize(("changes", "reason"), HOLDS)
def test_each_hold_alone(decide: Decide, entry: MakeEntry, changes: dict[str, object], reason: str) -> None:
    """An entry that is sound but does not count is kept as information, for exactly its reason."""
    origin = "330000" if "authority" in changes else "330100"
    verdict = decide(Candidate(origin, entry(**changes)))
    assert isinstance(verdict, Held)
    assert verdict.reasons == (reason,)


def test_superseded_standard_holds_for_decisions_of_its_time(decide: Decide, entry: MakeEntry) -> None:
    """What counts is the day of decision: a superseded standard still carries the entries it made."""
    old = entry(standard="yrd-eco-environment-black@1", decided_on=date(2020, 12, 31))
    assert isinstance(decide(Candidate("330100", old)), Recognised)


def test_last_day_of_the_period_counts(decide: Decide, entry: MakeEntry) -> None:
    """On its last day an entry still counts, and the verdict is to be looked at again the day after."""
    verdict = decide(Candidate("330100", entry(valid_until=TODAY)))
    assert isinstance(verdict, Recognised)
    assert verdict.review_on == TODAY + timedelta(1)


def test_last_day_of_the_calendar_has_no_day_after(decide: Decide, entry: MakeEntry) -> None:
    """An entry until 9999-12-31 neither fails nor gets a day to look again."""
    verdict = decide(Candidate("330100", entry(valid_until=date.max)))
    assert isinstance(verdict, Recognised)
    assert verdict.review_on is None


def test_stranger_has_no_agreement(decide: Decide, entry: MakeEntry) -> None:
    """Without any agreement the one reason is that; field and kind are not asked for."""
    verdict = decide(Candidate("330100", entry()), home="cn")
    assert isinstance(verdict, Held)
    assert verdict.reasons == ("NO_AGREEMENT",)


def test_city_is_no_party_through_its_province(decide: Decide, entry: MakeEntry) -> None:
    """That a province is a party does not make its cities parties."""
    wenzhou = Authority(name="浙江省生态环境厅", code="11330000PDY0020155")
    verdict = decide(Candidate("330300", entry(authority=wenzhou)))
    assert isinstance(verdict, Held)
    assert verdict.reasons == ("NO_AGREEMENT",)


def test_two_cities_recognise_under_their_own_agreement(decide: Decide, entry: MakeEntry) -> None:
    """An agreement of two parties alone is enough, and is the one named."""
    wages = entry(
        field="labour-wages",
        standard="wenzhou-jiading-labour-wages-black@1",
        authority=Authority(name="温州市人力资源和社会保障局", code="11330300PDY0020582"),
    )
    verdict = decide(Candidate("330300", wages), home="310114")
    assert isinstance(verdict, Recognised)
    assert verdict.versions[:2] == ("wenzhou-jiading-lists@1", "wenzhou-jiading-labour-wages-black@1")
    assert verdict.reasons == ("RECOGNISED", "NO_LOCAL_MEASURE")


def test_watch_list_is_not_covered(decide: Decide, entry: MakeEntry) -> None:
    """A kind of list that the agreement does not name is held, even though a standard provides for it."""
    culture = Authority(name="杭州市文化广电旅游局", code="11330100PDY001039H")
    watch = entry(kind=ListKind.WATCH, field="tourism", standard="yrd-tourism-watch@1", authority=culture)
    verdict = decide(Candidate("330100", watch))
    assert isinstance(verdict, Held)
    assert verdict.reasons == ("KIND_NOT_COVERED", "PERIOD_OVER_STANDARD")


def test_agreement_before_its_first_day(book: RuleBook, standards: Standards, entry: MakeEntry) -> None:
    """An agreement that is signed but not in force yet covers nothing, and its first day is the day to look again."""
    candidate = Candidate("330100", entry(valid_until=None))
    verdict = recognise(candidate, "310000", book, standards, date(2018, 10, 31))
    assert isinstance(verdict, Held)
    assert verdict.reasons == ("AGREEMENT_NOT_IN_FORCE", "NOT_YET_VALID")
    assert verdict.review_on == date(2018, 11, 1)


def test_newer_agreement_without_the_party_ends_recognition(standards: Standards, entry: MakeEntry) -> None:
    """A newer version in force stands for the older one also where it drops a party."""
    files = shipped_rules()
    older = files["agreements/yrd-lists@1.toml"].decode()
    newer = (
        older.replace('version = "1"', 'version = "2"').replace('"330100", ', "").replace("2018-11-01", "2026-01-01")
    )
    book = parse_rule_book({**files, "agreements/yrd-lists@2.toml": newer.encode()})
    verdict = recognise(Candidate("330100", entry()), "310000", book, standards, TODAY)
    assert isinstance(verdict, Held)
    assert verdict.reasons == ("AGREEMENT_NOT_IN_FORCE",)


def test_red_is_suspended_while_black_elsewhere(decide: Decide, entry: MakeEntry) -> None:
    """Black prevails: the red entry is held for as long as the subject is black elsewhere."""
    red = entry(kind=ListKind.RED, standard="yrd-eco-environment-red@1")
    verdict = decide(Candidate("330100", red, black_elsewhere=True))
    assert isinstance(verdict, Held)
    assert verdict.reasons == ("CONFLICT_RED_BLACK",)


def test_black_stands_beside_another_black(decide: Decide, entry: MakeEntry) -> None:
    """A black entry is not touched by another black one."""
    assert isinstance(decide(Candidate("330100", entry(), black_elsewhere=True)), Recognised)


@pytest.mark.parametrize("kind", list(EndingKind))
def test_ending_at_the_origin_ends_it_here(
    decide: Decide,
    entry: MakeEntry,
    after: Callable[..., Course],
    endings: Mapping[EndingKind, Ending],
    kind: EndingKind,
) -> None:
    """Each way of ending at the origin takes the entry's effect here, and is named."""
    verdict = decide(Candidate("330100", entry(), after(endings[kind])))
    assert isinstance(verdict, Held)
    assert verdict.reasons == (f"ENDED_{kind.name}",)


ANNOTATED: list[tuple[AnnotationKind, type[Verdict], tuple[str, ...]]] = [
    (AnnotationKind.OBJECTION, Recognised, ("RECOGNISED", "OBJECTION_UNDER_WAY")),
    (AnnotationKind.SUSPENDED, Held, ("SUSPENDED",)),
    (AnnotationKind.RESUMED, Recognised, ("RECOGNISED",)),
    (AnnotationKind.REPAIR_PENDING, Recognised, ("RECOGNISED", "REPAIR_UNDER_WAY")),
]


@pytest.mark.parametrize(("kind", "outcome", "reasons"), ANNOTATED)
def test_annotation(  # noqa: PLR0917 - what pytest hands in
    decide: Decide,
    entry: MakeEntry,
    after: Callable[..., Course],
    marks: Mapping[AnnotationKind, Annotation],
    kind: AnnotationKind,
    outcome: type[Verdict],
    reasons: tuple[str, ...],
) -> None:
    """An objection is shown and leaves the effect; a suspension takes it; a resumption gives it back."""
    verdict = decide(Candidate("330100", entry(), after(marks[kind])))
    assert isinstance(verdict, outcome)
    assert verdict.reasons == reasons


def test_natural_person_is_never_published(decide: Decide, entry: MakeEntry, person: Identity) -> None:
    """An entry on a natural person has no measure that publishes, and says so."""
    verdict = decide(Candidate("330100", entry(identity=person)))
    assert isinstance(verdict, Recognised)
    assert verdict.reasons == ("RECOGNISED", "PERSON_NOT_PUBLIC")
    assert verdict.measures == tuple(code for code in BLACK_MEASURES if code != "publication")


def test_region_without_measures_only_displays(decide: Decide, entry: MakeEntry) -> None:
    """A party without measures of its own recognises, with nothing to follow."""
    verdict = decide(Candidate("330100", entry()), home="340000")
    assert isinstance(verdict, Recognised)
    assert verdict.measures == ()
    assert verdict.reasons == ("RECOGNISED", "NO_LOCAL_MEASURE")


def test_period_beyond_the_standard_is_told(decide: Decide, entry: MakeEntry) -> None:
    """A period longer than the standard allows is the origin's to shorten; it is told, not judged."""
    verdict = decide(Candidate("330100", entry(valid_until=date(2028, 3, 11))))
    assert isinstance(verdict, Recognised)
    assert verdict.reasons == ("RECOGNISED", "PERIOD_OVER_STANDARD")


def test_measures_that_the_origin_names_are_shown_only(decide: Decide, entry: MakeEntry, book: RuleBook) -> None:
    """What follows here comes from the own catalogue; a measure beyond it is told, and does not follow."""
    plain = decide(Candidate("330100", entry()))
    assert isinstance(plain, Recognised)
    foreign = decide(Candidate("330100", entry(measures=("stoning", *plain.measures[:1]))))
    assert isinstance(foreign, Recognised)
    local = decide(Candidate("330100", entry(measures=plain.measures)))

    assert (plain.measures, ("RECOGNISED", "MEASURE_NOT_LOCAL")) == (foreign.measures, foreign.reasons)
    assert plain == local


def test_quarantined_entry_is_refused_with_its_fault(decide: Decide, entry: MakeEntry) -> None:
    """What the log or the codec quarantined never counts, whether or not a record can be read."""
    read, unread = Candidate("330100", entry(), fault="LEAF_REF"), Candidate("330100", None, fault="LEAF_REF")
    verdicts = decide(read), decide(unread)
    assert [verdict.reasons for verdict in verdicts] == [("RECORD_INVALID", "LEAF_REF")] * 2
    assert all(isinstance(verdict, Refused) for verdict in verdicts)


def test_withheld_payload_is_held(decide: Decide) -> None:
    """An entry whose payload is withheld or erased is held: missing is not absent."""
    verdict = decide(Candidate("330100", None))
    assert isinstance(verdict, Held)
    assert verdict.reasons == ("PAYLOAD_ABSENT",)


def test_own_entry_is_not_recognised(decide: Decide, entry: MakeEntry) -> None:
    """Asking to recognise an own entry is our own mistake."""
    with pytest.raises(OrderFault) as caught:
        decide(Candidate("310000", entry()))
    assert caught.value.reason == "OWN_ENTRY"


def test_all_grounds_come_out_in_their_order(
    decide: Decide,
    entry: MakeEntry,
    after: Callable[..., Course],
    company: Identity,
    endings: Mapping[EndingKind, Ending],
) -> None:
    """Every ground that applies is named, in the documented order, not only the first."""
    broken = entry(
        identity=company.model_copy(update={"code": "91330100MA2PDY0153"}),
        kind=ListKind.RED,
        field="tax",
        standard="yrd-product-quality-pilot-black@1",
        authority=UNKNOWN_BODY,
        valid_until=date(2026, 6, 1),
    )
    verdict = decide(Candidate("330100", broken, after(endings[EndingKind.REVOKED]), black_elsewhere=True))
    assert verdict.reasons == (
        "BAD_SUBJECT_CODE",
        "STANDARD_FIELD_MISMATCH",
        "STANDARD_KIND_MISMATCH",
        "ISSUER_NOT_AUTHORISED",
        "FIELD_NOT_COVERED",
        "STANDARD_EXPIRED",
        "ENDED_REVOKED",
        "PERIOD_LAPSED",
        "CONFLICT_RED_BLACK",
        "PERIOD_OVER_STANDARD",
    )


def test_field_and_kind_are_both_told(decide: Decide, entry: MakeEntry) -> None:
    """A field that no agreement covers does not hide a kind that none covers either."""
    verdict = decide(Candidate("330100", entry(kind=ListKind.WATCH, field="tax")))
    assert [reason for reason in verdict.reasons if reason.endswith("_NOT_COVERED")] == [
        "FIELD_NOT_COVERED",
        "KIND_NOT_COVERED",
    ]


@settings(max_examples=60, deadline=None)
@given(start=st.dates(date(2018, 1, 1), date(2030, 1, 1)), ahead=st.integers(0, 4000))
def test_verdict_stands_until_its_review_day(
    book: RuleBook, standards: Standards, entry: MakeEntry, start: date, ahead: int
) -> None:
    """Between a verdict and its day of review, every day gives the same verdict."""
    candidate = Candidate("330100", entry())
    verdict = recognise(candidate, "310000", book, standards, start)
    last = start + timedelta(ahead)
    if verdict.review_on is not None:
        last = min(last, verdict.review_on - timedelta(1))
    assert verdict == recognise(candidate, "310000", book, standards, last)
