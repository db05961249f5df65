# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Rule files of the loop: bodies that carry measures out, and duties; a file that is wrong in any place is refused."""

from datetime import date

import pytest

from federation.errors import ConfigFault
from federation.rules.rule_book import RuleBook, parse_rule_book, shipped_rules
from federation.standards.bundle import Standards
from federation.standards.identify import check_code
from federation.standards.identity import CodeAccepted, CodeKind

BODY = "11310000PDY0030268"
MEASURES = f"""
id = "measures"
version = "1"
source = "test"
region = "310000"
effective_from = 2020-01-01
[groups.market]
title_zh = "市场"
title_en = "Market"
basis_levels = ["law"]
[bodies.{BODY}]
name = "上海市市场监督管理局"
[measures.limit]
title_zh = "限制"
title_en = "Limit"
group = "market"
list_kinds = ["black"]
fields = ["tourism"]
implemented_by = ["{BODY}"]
basis = "某法"
basis_level = "law"
"""
DUTIES = """
id = "duties"
version = "1"
source = "test"
region = "*"
effective_from = 2020-01-01
[duties.feedback]
title_zh = "反馈"
title_en = "Feedback"
kind = "feedback"
working_days = 15
basis = "某规定"
"""


def parsed(path: str, text: str) -> RuleBook:
    """The rule book of one file."""
    return parse_rule_book({path: text.encode()})


def test_a_measure_names_who_carries_it_out() -> None:
    """By unified code, with the name that the file gives; one without names nobody."""
    (measure,) = parsed("measures/measures@1.toml", MEASURES).measures
    (silent,) = parsed("measures/measures@1.toml", MEASURES.replace(f'implemented_by = ["{BODY}"]\n', "")).measures

    assert [(BODY, "上海市市场监督管理局")] == [(body.code, body.name) for body in measure.implementing_bodies]
    assert () == silent.implementing_bodies


def test_a_duty_takes_region_and_days_from_its_file() -> None:
    """What it does not say itself."""
    (duty,) = parsed("duties/duties@1.toml", DUTIES).duties

    assert ("*", 15, date(2020, 1, 1), "feedback") == (duty.region, duty.working_days, duty.effective_from, duty.code)


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("measures/measures@1.toml", MEASURES.replace(f'["{BODY}"]', '["11310000PDY003114N"]'), "[measures.limit]"),
        ("measures/measures@1.toml", MEASURES.replace(f"[bodies.{BODY}]", "[bodies.short]"), "[bodies.short]"),
        ("measures/measures@1.toml", MEASURES.replace('name = "上海市市场监督管理局"', ""), f"[bodies.{BODY}]"),
        ("duties/duties@1.toml", DUTIES.replace("15", "0"), "[duties.feedback]"),
        ("duties/duties@1.toml", DUTIES.replace('kind = "feedback"', 'kind = "favour"'), "[duties.feedback]"),
        ("duties/duties@1.toml", DUTIES + "more = 1\n", "[duties.feedback]"),
        ("duties/duties@1.toml", DUTIES.replace("region", "realm"), "duties@1.toml"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_place(path: str, text: str, place: str) -> None:
    """A body that is not among the bodies, a code that is none, a term of no days, a kind that there is not."""
    with pytest.raises(ConfigFault, match="DATA_FIELD") as caught:
        parsed(path, text)

    assert place in caught.value.detail


def test_what_ships_names_bodies_with_valid_codes_and_both_duties(standards: Standards) -> None:
    """Every list measure of the samples has a body that can answer; seven working days to publish."""
    book = parse_rule_book(shipped_rules())
    bodies = {body.code for measure in book.measures for body in measure.implementing_bodies}

    assert all(measure.implementing_bodies for measure in book.measures if measure.list_kinds)
    assert {True} == {
        isinstance(check_code(CodeKind.USCC, code, standards, date(2026, 3, 2)), CodeAccepted) for code in bodies
    }
    assert {"publication": 7, "feedback": 15} == {duty.code: duty.working_days for duty in book.duties}
