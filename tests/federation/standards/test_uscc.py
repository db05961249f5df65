# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The unified social credit code: real and synthetic codes, each reason for refusal, and forgeries by one character."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.errors import ConfigFault
from federation.standards.bundle import Standards, shipped_standards
from federation.standards.identity import CodeAccepted, CodeKind, CodeRefused, SubjectClass
from federation.standards.numbers.organisation_code import organisation_check
from federation.standards.numbers.uscc import check_uscc, parse_uscc_table
from federation.standards.reading import shipped

AS_OF = date(2026, 6, 30)
ALIBABA = "91330100716105852F"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

REAL = [
    (ALIBABA, "330100", "716105852"),
    ("91440300708461136T", "440300", "708461136"),
    ("91110000802100433B", "110000", "802100433"),
    ("91330000747735638J", "330000", "747735638"),
    ("9152000071430580XT", "520000", "71430580X"),
    ("91100000100003962T", "100000", "100003962"),
    ("91310000132260250X", "310000", "132260250"),
    ("9111000071093123XX", "110000", "71093123X"),
    ("91320281142232229Q", "320281", "142232229"),
    ("91330203674737244W", "330203", "674737244"),
    ("12100000400000624D", "100000", "400000624"),
    ("11330000002482154N", "330000", "002482154"),
    ("92340602MA2PBQAH7E", "340602", "MA2PBQAH7"),
    ("9144030071526726XG", "440300", "71526726X"),
    ("91110000600037341L", "110000", "600037341"),
]

CLASSES = [
    ("N2330109MF12345670", SubjectClass.OTHER_ORGANISATION),
    ("Y1330100MB0000019M", SubjectClass.OTHER_ORGANISATION),
    ("71330100MJ0000018Q", SubjectClass.OTHER_ORGANISATION),
    ("81330100MC0000012Q", SubjectClass.OTHER_ORGANISATION),
    ("51330000500000015H", SubjectClass.SOCIAL_ORGANISATION),
    ("92330102MA2ABCD13C", SubjectClass.SOLE_TRADER),
    ("93330109MA2ABCD219", SubjectClass.ENTERPRISE),
    ("31330000MD00000167", SubjectClass.OTHER_ORGANISATION),
    ("11330100002500017H", SubjectClass.GOVERNMENT),
    ("A1100000MX0000019G", SubjectClass.PUBLIC_INSTITUTION),
]

REFUSED = [
    ("", "CODE_EMPTY"),
    ("91330100716105852", "CODE_LENGTH"),
    (ALIBABA + "0", "CODE_LENGTH"),
    ("9133010071610585IF", "CODE_ALPHABET"),
    ("91330100716105852f", "CODE_ALPHABET"),
    ("9133010071610585２F", "CODE_ALPHABET"),
    ("94330100716105852F", "CODE_CATEGORY"),
    ("943301007161058526", "CODE_CATEGORY"),
    ("9133010A716105852F", "CODE_REGION"),
    ("913100001322041051", "CODE_ORGANISATION_CHECK"),
    ("91330100716105853F", "CODE_ORGANISATION_CHECK"),
    ("91110000600037341N", "CODE_CHECK"),
    ("91330001716105852F", "CODE_CHECK"),
]


def check(code: str, legacy: bool = False) -> CodeAccepted | CodeRefused:
    """Checks with the shipped tables."""
    tables = shipped_standards()
    return check_uscc(code, tables.uscc, tables.regions, AS_OF, legacy)


def compose(prefix: str, region: str, body: str) -> str:
    """Builds a code with both check characters right."""
    head = prefix + region + body + organisation_check(body)
    return head + shipped_standards().uscc.check_character(head)


@pytest.mark.parametrize(("code", "region", "organisation"), REAL)
def test_real_codes_are_accepted(code: str, region: str, organisation: str) -> None:
    """A published code passes, and its parts come out as printed."""
    outcome = check(code)
    assert isinstance(outcome, CodeAccepted)
    assert (outcome.warnings, outcome.kind) == ((), CodeKind.USCC)
    assert (code, region, organisation) == (outcome.value, outcome.region, outcome.organisation_code)


@pytest.mark.parametrize(("code", "subject_class"), CLASSES)
def test_every_kind_of_organisation_has_its_class(code: str, subject_class: SubjectClass) -> None:
    """A code of each department, A, N and Y among them, passes and tells the class of the subject."""
    outcome = check(code)
    assert isinstance(outcome, CodeAccepted)
    assert (code[0], code[1], subject_class) == (outcome.department, outcome.category, outcome.subject_class)


@pytest.mark.parametrize(("code", "reason"), REFUSED)
def test_wrong_codes_are_refused_for_the_first_check_that_fails(code: str, reason: str) -> None:
    """Each wrong code gets one reason, in the fixed order of the checks."""
    outcome = check(code)
    assert isinstance(outcome, CodeRefused)
    assert reason == outcome.reason


def test_the_detail_of_a_refusal_says_where() -> None:
    """The operator is told which character is foreign, without the code being repeated."""
    assert CodeRefused("CODE_ALPHABET", "character 17 is not in the alphabet of GB 32100") == check(
        "9133010071610585IF"
    )


def test_old_data_may_fail_the_embedded_check() -> None:
    """In legacy mode a code whose organisation code is wrong passes with a warning, if its own check is right."""
    outcome = check("913100001322041051", legacy=True)
    assert isinstance(outcome, CodeAccepted)
    assert outcome.warnings == ("EMBEDDED_ORG_CHECK",)


def test_legacy_mode_does_not_forgive_the_final_check() -> None:
    """With both checks wrong, legacy mode still refuses."""
    assert CodeRefused("CODE_CHECK", "character 18 is not the check of the first 17") == check(
        "91330100716105853F", legacy=True
    )


def test_a_region_that_was_abolished_is_a_warning() -> None:
    """A code given by the Jiangdong district, abolished in 2016, stays valid."""
    outcome = check(compose("91", "330204", "67473724"))
    assert isinstance(outcome, CodeAccepted)
    assert outcome.warnings == ("REGION_HISTORICAL",)


def test_a_region_that_never_was_is_a_warning() -> None:
    """Development zones that GB/T 2260 does not list give codes too."""
    outcome = check(compose("91", "330191", "67473724"))
    assert isinstance(outcome, CodeAccepted)
    assert outcome.warnings == ("REGION_UNKNOWN",)


@pytest.mark.parametrize("code", [ALIBABA, "9144030071526726XG", "N2330109MF12345670"])
def test_every_change_of_one_character_is_refused(code: str) -> None:
    """No single character of a valid code can be replaced by another, within the alphabet or without."""
    forged = (
        code[:place] + other + code[place + 1 :]
        for place in range(len(code))
        for other in ALPHABET + "IOSVZ-"
        if other != code[place]
    )
    assert [text for text in forged if isinstance(check(text), CodeAccepted)] == []


@settings(max_examples=150)
@given(
    prefix=st.sampled_from(sorted(shipped_standards().uscc.categories)),
    region=st.from_regex(r"[0-9]{6}", fullmatch=True).filter(str.isascii),
    body=st.text(alphabet=ALPHABET, min_size=8, max_size=8),
)
def test_every_well_made_code_is_accepted(prefix: str, region: str, body: str) -> None:
    """Whatever the parts, a code with right checks passes and gives the parts back."""
    code = compose(prefix, region, body)
    outcome = check(code)
    assert isinstance(outcome, CodeAccepted)
    assert code == f"{outcome.department}{outcome.category}{outcome.region}{outcome.organisation_code}{code[17]}"


@settings(max_examples=150)
@given(st.text(max_size=20) | st.text(alphabet=ALPHABET, min_size=18, max_size=18))
def test_no_text_makes_the_check_fail_to_answer(text: str) -> None:
    """Any text at all gets a value; what passes is the text unchanged."""
    outcome = check(text)
    assert isinstance(outcome, CodeRefused) or outcome.value == text


def test_the_worked_example_of_the_standard_computes() -> None:
    """The sum 1495 of the second worked example gives E."""
    assert shipped_standards().uscc.check_character("91512081MA62K0260") == "E"


def test_the_table_has_every_department(standards: Standards) -> None:
    """Twelve departments and 36 categories are listed; 9 under department 9 is not."""
    categories = standards.uscc.categories
    assert "".join(dict.fromkeys(key[0] for key in categories)) == "123456789ANY"
    assert len(categories) == 36
    assert "99" not in categories


def test_the_table_names_departments_in_both_languages(standards: Standards) -> None:
    """A category knows its own and its department's names."""
    category = standards.uscc.categories["92"]
    assert (category.department_zh, category.department_en) == ("工商(市场监管)", "market regulation")
    assert (category.zh, category.en) == ("个体工商户", "sole trader")


def _broken(old: str, new: str) -> Callable[[], object]:
    raw = shipped("uscc@2015.2.toml").decode()
    assert raw.count(old) >= 1
    return lambda: parse_uscc_table(raw.replace(old, new, 1).encode(), "mine.toml")


@pytest.mark.parametrize(
    ("old", "new", "reason", "place"),
    [
        ("0123456789ABC", "0123456789AB", "DATA_FIELD", "alphabet"),
        ("0123456789ABC", "0123456789AAC", "DATA_FIELD", "alphabet"),
        ("0123456789ABC", "0123456789ABС", "DATA_FIELD", "alphabet"),  # Cyrillic
        ("[departments.1]", "[departments.I]", "DATA_FIELD", "'I1'"),
        ("[departments.1]", "[departments.11]", "DATA_FIELD", "'111'"),
        ('subject_class = "government"', 'subject_class = "state"', "DATA_FIELD", "'state'"),
        ('subject_class = "government"', 'class = "government"', "DATA_FIELD", "unknown key 'class'"),
        ('id = "uscc"', 'id = "codes"', "DATA_OTHER", "'codes'"),
        ("alphabet = ", "letters = ", "DATA_FIELD", "unknown key 'letters'"),
        ("[departments.1]\n", "[departments.1]\nweight = 3\n", "DATA_FIELD", "[departments.1]"),
    ],
)
def test_a_malformed_table_is_refused_with_its_place(old: str, new: str, reason: str, place: str) -> None:
    """An operator's table that is wrong anywhere is refused whole, and the fault says where."""
    with pytest.raises(ConfigFault) as caught:
        _broken(old, new)()
    assert reason == caught.value.reason
    assert place in caught.value.detail


def test_a_new_prefix_needs_only_data(standards: Standards) -> None:
    """A department added to the file is accepted by the same program."""
    raw = shipped("uscc@2015.2.toml").decode() + (
        '\n[departments.B]\nzh = "新"\nen = "new"\n'
        'categories.1 = { zh = "新类", en = "new kind", subject_class = "enterprise" }\n'
    )
    table = parse_uscc_table(raw.encode(), "mine.toml")
    head = "B1330100716105852"
    outcome = check_uscc(head + table.check_character(head), table, standards.regions, AS_OF)
    assert isinstance(outcome, CodeAccepted)
    assert outcome.department == "B"
