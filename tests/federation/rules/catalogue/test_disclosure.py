# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Files of disclosure: a region's or an agreement's own narrows what is disclosed; one that widens it is refused."""

from __future__ import annotations

import pytest

from federation.errors import ConfigFault
from federation.rules.catalogue.check import check_rule_file
from federation.rules.catalogue.rule_file import DISCLOSURE_LAW, read_rule_file
from federation.rules.rule_book import parse_rule_book, shipped_law, shipped_rules
from federation.standards.bundle import shipped_standards

HEAD = """id = "{id}"
version = "2"
source = "a test [U]"
region = "330100"
effective_from = 2026-01-01
"""


def problems(text: str, name: str = "mine") -> list[tuple[int, str, str]]:
    """Line, table and field of all that is wrong with a file."""
    raw = (HEAD.format(id=name) + text).encode()
    return [(each.line, each.table, each.field) for each in read_rule_file(f"disclosure/{name}@2.toml", raw).problems]


def test_the_law_ships_and_is_sound() -> None:
    """It is among the rules that are in force wherever nothing replaces them, and no code in it is unknown."""
    path = f"disclosure/{DISCLOSURE_LAW}"

    assert () == check_rule_file(path, shipped_law()[path], shipped_standards())
    assert ["disclosure@1"] == [each.version.name for each in parse_rule_book(shipped_rules()).disclosure]


NARROWER = {
    "a level": '[datasets.lists]\nlevel = "gov-shared"\npersons_level = "authorised-query"\n',
    "a field": '[fields.a]\nname = "kind"\nlevel = "gov-shared"\npersons_level = "gov-shared"\n',
    "a field of one dataset": (
        '[fields.a]\nname = "valid_until"\ndatasets = ["lists"]\nlevel = "gov-shared"\npersons_level = "gov-shared"\n'
    ),
    "no mask": '[fields.a]\nname = "responsible_persons"\nlevel = "gov-shared"\npersons_level = "gov-shared"\n',
    "the same mask": (
        '[fields.a]\nname = "responsible_persons"\nlevel = "gov-shared"\npersons_level = "gov-shared"\nmask = "name"\n'
    ),
    "reach": '[reach.a]\nroles = ["requester"]\npurposes = ["repair"]\nlevel = "gov-shared"\n',
    "needs": '[purposes.honours]\ndatasets = ["lists"]\n',
    "an older age": "minors_under_years = 20\n",
}


@pytest.mark.parametrize("what", NARROWER)
def test_a_file_may_narrow(what: str) -> None:
    """Each of what it can say."""
    assert [] == problems(NARROWER[what])


WIDER = {
    "a level for persons": (
        '[datasets.lists]\nlevel = "public"\npersons_level = "public"\n',
        (8, "datasets.lists", "persons_level"),
    ),
    "a dataset that the law does not speak of": (
        '[datasets.feedback]\nlevel = "public"\npersons_level = "gov-shared"\n',
        (6, "datasets.feedback", "level"),
    ),
    "a field's level": (
        '[fields.a]\nname = "remark"\nlevel = "public"\npersons_level = "authorised-query"\n',
        (8, "fields.a", "level"),
    ),
    "a field's level for persons": (
        '[fields.a]\nname = "remark"\nlevel = "gov-shared"\npersons_level = "gov-shared"\n',
        (9, "fields.a", "persons_level"),
    ),
    "a person's field for everybody": (
        '[fields.a]\nname = "remark"\nlevel = "gov-shared"\npersons_level = "public"\n',
        (9, "fields.a", "persons_level"),
    ),
    "a field that is none": (
        '[fields.a]\nname = "salary"\ndatasets = ["lists"]\nlevel = "gov-shared"\npersons_level = "gov-shared"\n',
        (8, "fields.a", "level"),
    ),
    "a field of no record": (
        '[fields.a]\nname = "salary"\nlevel = "gov-shared"\npersons_level = "gov-shared"\n',
        (8, "fields.a", "level"),
    ),
    "a mask where nothing is shown": (
        '[fields.a]\nname = "remark"\nlevel = "gov-shared"\npersons_level = "authorised-query"\nmask = "name"\n',
        (10, "fields.a", "mask"),
    ),
    "another mask": (
        '[fields.a]\nname = "identity.code"\nlevel = "public"\npersons_level = "gov-shared"\nmask = "name"\n',
        (10, "fields.a", "mask"),
    ),
    "reach for a role": (
        '[reach.a]\nroles = ["relay"]\npurposes = ["repair"]\nlevel = "gov-shared"\n',
        (8, "reach.a", "level"),
    ),
    "reach for every purpose": (
        '[reach.a]\nroles = ["requester"]\npurposes = ["*"]\nlevel = "gov-shared"\n',
        (8, "reach.a", "level"),
    ),
    "needs": ('[purposes.honours]\ndatasets = ["lists", "filings"]\n', (6, "purposes.honours", "datasets")),
    "a younger age": ("minors_under_years = 16\n", (6, "", "minors_under_years")),
}


@pytest.mark.parametrize("what", WIDER)
def test_a_file_that_widens_is_refused_by_line(what: str) -> None:
    """Each of what it can say, at its line, table and field."""
    text, (line, table, key) = WIDER[what]
    found = problems(text)

    assert (table, key) in {(each[1], each[2]) for each in found}
    assert line <= next(each[0] for each in found if each[1:] == (table, key)) <= line + 2


def test_a_person_is_never_public_by_any_file() -> None:
    """The cause is told as such, also of the law's own successor."""
    raw = (HEAD.format(id="disclosure") + WIDER["a level for persons"][0]).encode()
    (problem,) = read_rule_file("disclosure/disclosure@2.toml", raw).problems

    assert "PERSON_NEVER_PUBLIC" == problem.cause


def test_what_takes_the_laws_place_keeps_its_ages() -> None:
    """A file of the law's own id that leaves them out would tell of minors."""
    assert {"minors_under_years", "made_under_years"} == {key for _, _, key in problems("", "disclosure")}


def test_no_node_starts_with_a_file_that_widens() -> None:
    """The rule book is refused, with file and place."""
    raw = (HEAD.format(id="mine") + WIDER["needs"][0]).encode()

    with pytest.raises(ConfigFault, match=r"disclosure/mine@2.toml \[purposes.honours\]"):
        parse_rule_book({**shipped_law(), "disclosure/mine@2.toml": raw})


def test_a_file_ends_after_it_began() -> None:
    """As every file."""
    assert (6, "", "effective_until") in problems("effective_until = 2025-01-01\n")
