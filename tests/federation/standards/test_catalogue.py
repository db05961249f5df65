# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Code sets and the texts of reasons, shipped and an operator's own."""

import ast
import inspect
import re

import pytest

from federation.errors import ConfigFault
from federation.standards import (
    bundle,
    catalogue,
    identify,
    reading,
    region,
)
from federation.standards.bundle import Standards
from federation.standards.catalogue import ReasonText, parse_code_set, parse_reasons
from federation.standards.numbers import citizen_number, organisation_code, registration_number, uscc

HEAD = 'id = "fields"\nversion = "1"\nsource = "test"\neffective_from = 2026-01-01\n'
ONE = '[codes.tax]\nzh = "税"\nen = "tax"\n'
REASONS = HEAD.replace("fields", "reasons")

EMITTERS = [
    bundle,
    catalogue,
    citizen_number,
    identify,
    organisation_code,
    reading,
    region,
    registration_number,
    uscc,
]


@pytest.mark.parametrize(
    ("text", "code"),
    [("生态环境", "eco-environment"), ("旅游", "tourism"), ("食品药品", "food-drug"), ("产品质量", "product-quality")],
)
def test_the_four_fields_of_the_delta_are_known(standards: Standards, text: str, code: str) -> None:
    """Each field is found by its Chinese name, and its code is known."""
    found = standards.fields.by_text(text)
    assert found is not None
    assert (code, True) == (found.code, standards.fields.knows(code))


def test_an_alias_leads_to_the_same_code(standards: Standards) -> None:
    """Departments write the same field in several ways."""
    assert standards.fields.by_text("环保") == standards.fields.by_text("生态环境")


@pytest.mark.parametrize("text", ["企业信用调查与评估", "个人信用调查与评估", "资信评级", "信用管理咨询", "商账追收"])
def test_the_five_categories_of_agencies_are_known(standards: Standards, text: str) -> None:
    """Each category of the Zhejiang plan is found by its Chinese name."""
    assert standards.agency_categories.by_text(text) is not None


@pytest.mark.parametrize("text", ["联合惩戒", "联合激励", "行政许可审查", "政府采购", "主体本人申请"])
def test_purposes_are_known(standards: Standards, text: str) -> None:
    """Each purpose is found by its Chinese name."""
    assert standards.purposes.by_text(text) is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("身份证", "id-card"),
        ("护照号", "passport"),
        ("港澳居民来往内地通行证", "hk-macao-permit"),
        ("台湾居民来往大陆通行证", "taiwan-permit"),
        ("外国人永久居留身份证", "foreigner-residence"),
        ("其他-军官证", "other"),
    ],
)
def test_documents_of_the_2018_layout_are_known(standards: Standards, text: str, code: str) -> None:
    """Each document type is found as the layout writes it."""
    found = standards.document_types.by_text(text)
    assert found is not None
    assert code == found.code


@pytest.mark.parametrize("text", ["普通", "特许", "认可", "核准", "登记", "其他-备案"])
def test_licence_kinds_of_the_2018_layout_are_known(standards: Standards, text: str) -> None:
    """Each licence kind is found as the layout writes it."""
    assert standards.licence_kinds.by_text(text) is not None


@pytest.mark.parametrize(
    ("text", "demands"),
    [
        ("警告", set()),
        ("罚款", {"fine"}),
        ("没收违法所得、没收非法财物", {"confiscation"}),
        ("责令停产停业", set()),
        ("暂扣或者吊销许可证、执照", {"licence"}),
        ("行政拘留", set()),
        ("其他-通报批评", set()),
    ],
)
def test_penalty_kinds_say_which_columns_they_demand(standards: Standards, text: str, demands: set[str]) -> None:
    """A fine demands an amount, a confiscation its own, a suspension or revocation the licence."""
    found = standards.penalty_kinds.by_text(text)
    assert found is not None
    assert demands == found.demands


@pytest.mark.parametrize("text", ["其他－停业整顿", "其他—停业整顿", "其他 - 停业整顿", "其他"])
def test_other_may_be_followed_by_what_it_is(standards: Standards, text: str) -> None:
    """Whatever dash a department writes, the kind is other."""
    found = standards.penalty_kinds.by_text(text)
    assert found is not None
    assert found.code == "other"


@pytest.mark.parametrize("text", ["", "其他-", "-其他", "警告-停业", "不存在"])
def test_unknown_texts_are_not_guessed(standards: Standards, text: str) -> None:
    """A text that is no name of a code, or a specification of a code that takes none, is not found."""
    assert standards.penalty_kinds.by_text(text) is None


def test_an_unknown_code_is_not_known(standards: Standards) -> None:
    """A code is known in its own set only."""
    assert not standards.fields.knows("other")


@pytest.mark.parametrize(
    ("raw", "reason", "place"),
    [
        (HEAD, "DATA_FIELD", "codes is missing"),
        (HEAD + "[codes.Tax]\n", "DATA_FIELD", "[codes.Tax]"),
        (HEAD + '[codes.tax]\nen = "tax"\n', "DATA_FIELD", "[codes.tax]: zh is missing"),
        (HEAD + ONE + "weight = 3\n", "DATA_FIELD", "unknown key 'weight'"),
        (HEAD + ONE + ONE.replace("codes.tax", "codes.levy"), "DATA_DUPLICATE", "税"),
        (HEAD + "colour = 1\n" + ONE, "DATA_FIELD", "unknown key 'colour'"),
        (HEAD.replace("2026-01-01", '"2026-01-01"') + ONE, "DATA_FIELD", "effective_from is wrong"),
        (REASONS + ONE, "DATA_OTHER", "'reasons'"),
        (HEAD + ONE + ONE, "DATA_MALFORMED", "mine.toml"),
    ],
)
def test_a_malformed_set_is_refused_with_its_place(raw: str, reason: str, place: str) -> None:
    """A code set that is wrong anywhere is refused whole, and the fault says where."""
    with pytest.raises(ConfigFault) as caught:
        parse_code_set(raw.encode(), "fields", "mine.toml")
    assert reason == caught.value.reason
    assert place in caught.value.detail


def test_reasons_have_both_languages(standards: Standards) -> None:
    """A reason code gives one sentence in each language."""
    text = standards.reasons.of("CODE_CHECK")
    assert ReasonText("The check character at the end of the code is wrong.", "代码末位校验码错误。") == text


def test_a_reason_of_a_newer_program_is_shown_bare(standards: Standards) -> None:
    """An unknown reason is shown as its code, never hidden."""
    assert ReasonText("FROM_THE_FUTURE", "FROM_THE_FUTURE") == standards.reasons.of("FROM_THE_FUTURE")


def test_every_reason_that_the_standards_give_has_texts(standards: Standards) -> None:
    """No check or parser of this package gives a reason that the catalogue cannot explain."""
    given = {
        node.value
        for module in EMITTERS
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"(CODE|REGION|DATA|EMBEDDED)_[A-Z_]+", node.value)
    }
    assert set() == given - set(standards.reasons.texts)


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (REASONS + '[lower]\nen = "x"\nzh = "x"\n', "[lower]"),
        (REASONS + '[CODE]\nen = "x"\n', "zh is missing"),
        (REASONS + '[CODE]\nen = "x"\nzh = "x"\nfr = "x"\n', "unknown key 'fr'"),
        (REASONS + "CODE = 3\n", "wanted a table"),
    ],
)
def test_a_malformed_reasons_file_is_refused_with_its_place(raw: str, place: str) -> None:
    """A reason without both texts is refused, and the fault says which."""
    with pytest.raises(ConfigFault) as caught:
        parse_reasons(raw.encode(), "mine.toml")
    assert caught.value.reason == "DATA_FIELD"
    assert place in caught.value.detail
