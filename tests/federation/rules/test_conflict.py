# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Conflicts as a table, and which codes are believed to belong together."""

from collections.abc import Callable
from datetime import date

import pytest

from federation.errors import ConfigFault
from federation.records.list_entry import ListKind
from federation.records.subject import Authority, Identity, LegacyCode, Subject
from federation.rules.admission import Admitted, NotAdmitted, admit
from federation.rules.conflict.table import Clash, Relation, parse_conflicts, shipped_conflicts
from federation.rules.conflict.tie import Tie, ties_of
from federation.rules.rule_book import RuleBook
from federation.standards.bundle import Standards
from federation.standards.identity import LegacyCodeKind
from federation.standards.reading import shipped

TODAY = date(2026, 11, 22)
ECOLOGY = Authority(name="杭州市生态环境局", code="11330100PDY001012R")
HEAD = "91330106PDY209008Q"
Make = Callable[..., Subject]


@pytest.fixture
def make(company: Identity) -> Make:
    """A record of the company with former codes, a name, or a head office."""

    def made(*former: str, name: str = company.name, head: str | None = None, **changes: object) -> Subject:
        codes = tuple(LegacyCode(kind=LegacyCodeKind.UNIFIED_CODE, code=code) for code in former)
        identity = company.model_copy(update={"legacy_codes": codes, "name": name, **changes})
        return Subject(identity=identity, source=ECOLOGY, head_office=head)

    return made


def moved(standards: Standards, code: str, region: str = "330102") -> str:
    """The code that the same body has in another district: the organisation code stays."""
    body = f"{code[:2]}{region}{code[8:17]}"
    return body + standards.uscc.check_character(body)


def test_black_prevails_over_red_and_nothing_else_clashes() -> None:
    """Whatever stands beside each other otherwise counts."""
    table = shipped_conflicts()
    found = {(kind, other): table.suspended(kind, {other}) for kind in ListKind for other in ListKind}

    assert {(ListKind.RED, ListKind.BLACK): ("CONFLICT_RED_BLACK",)} == {key: why for key, why in found.items() if why}
    assert {"CONFLICT_RED_BLACK"} == table.told()


def test_only_codes_of_one_subject_count_together() -> None:
    """Branches and head offices are shown; namesakes are not even that."""
    table = shipped_conflicts()

    assert {Relation.SAME, Relation.FORMER} == table.one
    assert table.shown == set(Relation) - {Relation.NAMESAKE}


def test_a_conflict_is_what_its_table_says() -> None:
    """Both kinds, the reason, and whether anybody is told: none of it is fixed in the program."""
    text = shipped("conflicts@1.toml").decode()
    for old, new in (('"red"', '"watch"'), ("CONFLICT_RED_BLACK", "CONFLICT_OWN"), ("tells = true", "tells = false")):
        text = text.replace(old, new)
    table = parse_conflicts(text.encode(), "conflicts.toml")

    assert (Clash(ListKind.WATCH, ListKind.BLACK, "CONFLICT_OWN", tells=False),) == table.clashes
    assert ("CONFLICT_OWN",) == table.suspended(ListKind.WATCH, {ListKind.RED, ListKind.BLACK})
    assert frozenset() == table.told()


def test_the_shipped_table_is_read_once() -> None:
    """Recognition asks for it with every entry."""
    shipped_conflicts.cache_clear()

    assert shipped_conflicts() is shipped_conflicts()
    assert 1 == shipped_conflicts.cache_info().misses


WRONG = [
    ("[relations.head]", "[relations.cousin]", r"\[relations.cousin\]: 'cousin' is none of same, former"),
    ('other = "black"', 'other = "grey"', r"\[conflicts.red-black\]: 'grey' is none of red, black"),
    ("tells = true", "shouts = true", "unknown key 'shouts'"),
    ('id = "conflicts"', 'id = "fights"', "this file is 'fights'"),
]


@pytest.mark.parametrize(("old", "new", "said"), WRONG)
def test_a_wrong_table_is_refused(old: str, new: str, said: str) -> None:
    """Whole, with the place named."""
    text = shipped("conflicts@1.toml").decode().replace(old, new, 1)

    with pytest.raises(ConfigFault, match=said):
        parse_conflicts(text.encode(), "conflicts.toml")


@pytest.mark.parametrize("own", [True, False])
def test_a_code_with_the_same_organisation_code_is_believed(make: Make, standards: Standards, own: bool) -> None:
    """Whoever says so: GB 11714 gives an organisation code to one body for ever."""
    record = make()
    old = moved(standards, record.identity.code)

    told = ties_of(make(old), standards, TODAY, own=own)

    assert (Tie(Relation.FORMER, old, record.identity.code),) == told


def test_a_peer_cannot_put_one_subjects_burden_on_another(make: Make, standards: Standards) -> None:
    """A code of another body is believed only of the home node itself, as after a merger."""
    record = make(HEAD)

    assert () == ties_of(record, standards, TODAY, own=False)
    assert (Tie(Relation.FORMER, HEAD, record.identity.code),) == ties_of(record, standards, TODAY, own=True)


def test_a_name_says_nothing(make: Make, standards: Standards) -> None:
    """Nor does a number of another register."""
    other = make(name="杭州湖畔蓝星印染有限公司", legacy_codes=(LegacyCode(kind=LegacyCodeKind.TAX_NUMBER, code=HEAD),))

    assert () == ties_of(other, standards, TODAY, own=True)


def test_what_is_no_code_is_not_believed(make: Make, standards: Standards) -> None:
    """Not even from the home node; nor is its own code."""
    record = make()
    wrong = HEAD[:17] + "A"

    assert () == ties_of(make(wrong, record.identity.code, head=wrong), standards, TODAY, own=True)
    assert () == ties_of(make(HEAD, code=wrong), standards, TODAY, own=True)


def test_of_natural_persons_nothing_is_taken(person: Identity, standards: Standards) -> None:
    """They have no unified code, and no head office."""
    codes = (LegacyCode(kind=LegacyCodeKind.UNIFIED_CODE, code=HEAD),)
    record = Subject(identity=person.model_copy(update={"legacy_codes": codes}), source=ECOLOGY, head_office=HEAD)

    assert () == ties_of(record, standards, TODAY, own=True)


def test_a_branch_names_its_head_office(make: Make, standards: Standards) -> None:
    """Once, and not itself."""
    code = make().identity.code

    assert (Tie(Relation.BRANCH, code, HEAD),) == ties_of(make(head=HEAD), standards, TODAY, own=False)
    assert () == ties_of(make(head=code), standards, TODAY, own=True)


def test_intake_asks_for_sound_ties(make: Make, standards: Standards, book: RuleBook) -> None:
    """A head office with a wrong code, or the subject itself, is refused; so is its own code as a former one."""
    code = make().identity.code
    asked = [make(head=HEAD[:17] + "A"), make(head=code), make(code), make(HEAD[:17] + "A"), make(HEAD, head=HEAD)]

    assert [
        NotAdmitted("head_office", "CODE_CHECK"),
        NotAdmitted("head_office", "HEAD_OFFICE_IS_SELF"),
        NotAdmitted("identity.legacy_codes", "FORMER_CODE_IS_OWN"),
        Admitted(("LEGACY_CODE_INVALID",)),
        Admitted(),
    ] == [admit(record, standards, book, TODAY, "330100") for record in asked]
