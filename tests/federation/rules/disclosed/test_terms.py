# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a caller may see for a purpose: by role, purpose and every file that applies; the strictest word counts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from federation.records.contract.texts import names_of
from federation.records.feed_policy import Dataset
from federation.rules.catalogue.disclosure import Level
from federation.rules.catalogue.rule_file import disclosure_rules, read_rule_file, shipped_disclosure
from federation.rules.disclosed.terms import KINDS, NOTHING, Caller, Terms, terms_for
from federation.standards.bundle import shipped_standards
from federation.standards.masking import MaskKind

if TYPE_CHECKING:
    from federation.rules.catalogue.disclosure import DisclosureRules

HOME, DAY = "330100", date(2026, 3, 2)
OFFICE = Caller("310000", frozenset({"requester", "consumer"}))
HUB = Caller("yrd", frozenset({"relay", "consumer"}))
HEAD = 'source = "a test [U]"\neffective_from = 2026-01-01\n'


def own(text: str, name: str = "mine") -> DisclosureRules:
    """A region's or an agreement's file, without fault."""
    raw = f'id = "{name}"\nversion = "1"\n{HEAD}{text}'.encode()
    read = read_rule_file(f"disclosure/{name}@1.toml", raw)
    assert () == read.problems
    return disclosure_rules(read)


def terms(*files: DisclosureRules, caller: Caller = OFFICE, purpose: str = "joint-punishment") -> Terms:
    """What a caller may see at Hangzhou."""
    return terms_for((shipped_disclosure(), *files), HOME, caller, purpose, DAY)


def test_every_field_of_every_record_has_its_level_and_its_titles() -> None:
    """And no other field has: one that is named by no table would be shown in no part."""
    told = {field.name: field for field in shipped_disclosure().fields}

    assert {name for kind in KINDS.values() for name in names_of(kind)} == set(told)
    assert all(field.title_zh and field.title_en for field in told.values())


def test_every_purpose_that_ships_has_its_needs() -> None:
    """And a level that officers reach for it above what is public."""
    for purpose in shipped_standards().purposes.codes:
        assert purpose in shipped_disclosure().purposes
        assert terms(purpose=purpose).level is not Level.PUBLIC


@pytest.mark.parametrize(
    ("caller", "purpose", "level"),
    [
        (OFFICE, "joint-punishment", Level.GOV_SHARED),
        (OFFICE, "subject-request", Level.AUTHORISED_QUERY),
        (OFFICE, "somebodys-own", Level.PUBLIC),
        (HUB, "joint-punishment", Level.PUBLIC),
        (HUB, "subject-request", Level.PUBLIC),
    ],
)
def test_role_and_purpose_reach_a_level(caller: Caller, purpose: str, level: Level) -> None:
    """A hub that merely passes on reaches what is public."""
    assert level is terms(caller=caller, purpose=purpose).level


def test_natural_persons_are_told_of_to_nobody_who_reaches_the_public_level_alone() -> None:
    """Nothing at all, whatever the purpose; of organisations something."""
    found = terms(caller=HUB)

    assert {} == dict(found.persons)
    assert set(KINDS) == set(found.organisations)


def test_a_purpose_sees_what_it_needs() -> None:
    """Honours need penalties and lists, and in those nobody's name beside the subject's."""
    found = terms(purpose="honours")

    assert {Dataset.PENALTIES, Dataset.LISTS} == set(found.organisations) == set(found.persons)
    lists = found.organisations[Dataset.LISTS]
    assert {"responsible_persons", "remark"} == set(names_of(KINDS[Dataset.LISTS])) - set(lists.masks)
    assert not lists.whole


def test_whoever_may_see_every_field_sees_the_whole() -> None:
    """For a duty, of an organisation; of a person the number before the last takes the person's own word."""
    duty, asked = terms(), terms(purpose="subject-request")

    assert all(shown.whole for shown in duty.organisations.values())
    assert not any(shown.whole for shown in duty.persons.values())
    assert all(shown.whole for shown in asked.persons.values())
    assert MaskKind.NUMBER is duty.persons[Dataset.LISTS].masks["identity.legacy_codes.code"]


def test_below_its_level_a_field_is_masked_or_left_out() -> None:
    """Responsible persons' names are masked for the public; a remark is not for it."""
    lists = terms(caller=HUB).organisations[Dataset.LISTS]

    assert MaskKind.NAME is lists.masks["responsible_persons"]
    assert "remark" not in lists.masks
    assert lists.masks["list_name"] is None


def test_a_regions_file_narrows_what_it_names_and_nothing_else() -> None:
    """The answer names it: the nearest."""
    found = terms(
        own('region = "330000"\n[datasets.licences]\nlevel = "authorised-query"\npersons_level = "authorised-query"\n')
    )

    assert "mine@1" == found.name
    assert set(KINDS) - {Dataset.LICENCES} == set(found.organisations)
    assert Level.GOV_SHARED is found.level


def test_an_agreements_file_is_for_its_callers() -> None:
    """Another caller is told as ever, under the law's name."""
    file = own(
        'region = "*"\ncallers = ["310000"]\n'
        '[purposes.joint-punishment]\ndatasets = ["lists"]\nleave_out = ["remark"]\n'
    )

    assert [Dataset.LISTS] == list(terms(file).organisations)
    assert "remark" not in terms(file).organisations[Dataset.LISTS].masks
    other = terms(file, caller=Caller("330000", frozenset({"requester"})))
    assert ("disclosure@1", set(KINDS)) == (other.name, set(other.organisations))


def test_of_several_files_each_narrows() -> None:
    """None gives back what another takes, whatever is nearer."""
    city = own('region = "330100"\n[reach.all]\nroles = ["requester"]\npurposes = ["repair"]\nlevel = "gov-shared"\n')
    province = own(
        'region = "330000"\nminors_under_years = 20\n'
        '[fields.kind]\nname = "kind"\nlevel = "gov-shared"\npersons_level = "gov-shared"\n',
        "province",
    )
    found = terms(city, province)

    assert ("mine@1", Level.PUBLIC, 20, 16) == (
        found.name,
        found.level,
        found.minors_under_years,
        found.made_under_years,
    )
    assert "kind" not in found.organisations[Dataset.LISTS].masks


@pytest.mark.parametrize("region", ['"310000"', '"*"\neffective_until = 2026-02-01', '"*"\ncallers = ["yrd"]'])
def test_a_file_for_somebody_else_or_another_day_changes_nothing(region: str) -> None:
    """Another region's, one that is no more in force, one for other callers."""
    file = own(f"region = {region}\n[purposes.joint-punishment]\ndatasets = []\n")

    assert terms() == terms(file)


def test_without_any_file_nothing_is_disclosed() -> None:
    """Neither before the law came into force, nor where it is missing."""
    assert NOTHING == terms_for((), HOME, OFFICE, "joint-punishment", DAY)
    assert NOTHING == terms_for((shipped_disclosure(),), HOME, OFFICE, "joint-punishment", date(2017, 12, 31))


def test_what_a_file_does_not_speak_of_it_does_not_open() -> None:
    """Only a region's file, and no law beside it: it discloses no field."""
    file = own('region = "330100"\n[datasets.lists]\nlevel = "public"\npersons_level = "gov-shared"\n')

    assert {} == dict(terms_for((file,), HOME, OFFICE, "joint-punishment", DAY).organisations)
