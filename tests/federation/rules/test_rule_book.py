# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Rule files: what is refused and where it says the fault is, versions, competence, and the files that ship."""

from datetime import date

import pytest

from federation.errors import ConfigFault
from federation.records.list_entry import ListKind
from federation.rules.rule_book import RuleBook, parse_rule_book, shipped_rules
from federation.standards.bundle import Standards
from federation.standards.identify import check_code
from federation.standards.identity import CodeAccepted, CodeKind, SubjectClass

AGREEMENT = """
id = "pair"
version = "1"
title_zh = "协议"
title_en = "Agreement"
source = "test"
parties = ["310000", "330000"]
list_fields = ["tourism"]
list_kinds = ["black"]
effective_from = 2020-01-01
"""
STANDARD = """
id = "std"
version = "1"
title_zh = "标准"
title_en = "Standard"
source = "test"
registry = "shared"
field = "tourism"
kinds = ["black"]
issuing_department = "某局"
legal_basis = "某法"
valid_from = 2020-01-01
"""
AUTHORITIES = """
id = "bodies"
version = "1"
source = "test"
[authorities.11330100PDY001012R]
name = "某局"
regions = ["3301", "yrd"]
fields = ["tourism"]
valid_from = 2020-01-01
valid_until = 2021-12-31
"""
MEASURES = """
id = "measures"
version = "1"
source = "test"
region = "310000"
effective_from = 2020-01-01
[groups.market]
title_zh = "市场"
title_en = "Market"
basis_levels = ["law"]
[measures.limit]
title_zh = "限制"
title_en = "Limit"
group = "market"
list_kinds = ["black"]
fields = ["tourism"]
basis = "某法"
basis_level = "law"
"""
FILES = {
    "agreements/pair@1.toml": AGREEMENT,
    "list-standards/std@1.toml": STANDARD,
    "authorities/bodies@1.toml": AUTHORITIES,
    "measures/measures@1.toml": MEASURES,
}


def parsed(files: dict[str, str]) -> RuleBook:
    """The rule book of some texts."""
    return parse_rule_book({path: text.encode() for path, text in files.items()})


def test_whole_book() -> None:
    """Each folder gives its values, and dates of a measure default to those of its file."""
    book = parsed(FILES)
    assert [agreement.name for agreement in book.agreements] == ["pair@1"]
    assert list(book.standards) == ["std@1"]
    assert book.authorities["11330100PDY001012R"][0].name == "某局"
    assert (book.measures[0].code, book.measures[0].effective_from) == ("limit", date(2020, 1, 1))
    assert book.measures[0].list_kinds == (ListKind.BLACK,)


BROKEN = [
    ("agreements/pair@1.toml", AGREEMENT, 'version = "1"', 'version = "2"', "DATA_OTHER", "pair@2.toml"),
    ("other/pair@1.toml", AGREEMENT, "", "", "DATA_OTHER", "other/pair@1.toml"),
    ("agreements/pair@1.toml", AGREEMENT, "[", "[[", "DATA_MALFORMED", "agreements/pair@1.toml"),
    ("agreements/pair@1.toml", AGREEMENT, 'source = "test"', "", "DATA_FIELD", "source"),
    ("agreements/pair@1.toml", AGREEMENT, 'source = "test"', 'source = "test"\nspeed = 1', "DATA_FIELD", "speed"),
    ("agreements/pair@1.toml", AGREEMENT, '"310000", "330000"', '"310000"', "DATA_FIELD", "parties"),
    ("agreements/pair@1.toml", AGREEMENT, '"black"', '"grey"', "DATA_FIELD", "list_kinds"),
    ("agreements/pair@1.toml", AGREEMENT, 'list_kinds = ["black"]', "", "DATA_FIELD", "list_kinds"),
    ("agreements/pair@1.toml", AGREEMENT, "2020-01-01", '"2020-01-01"', "DATA_FIELD", "effective_from"),
    ("agreements/pair@1.toml", AGREEMENT, "2020-01-01", "2020-01-01T00:00:00", "DATA_FIELD", "effective_from"),
    (
        "agreements/pair@1.toml",
        AGREEMENT,
        "2020-01-01",
        "2020-01-01\neffective_until = 2019-12-31",
        "DATA_FIELD",
        "effective_until",
    ),
    ("list-standards/std@1.toml", STANDARD, '["black"]', "[]", "DATA_FIELD", "kinds"),
    (
        "list-standards/std@1.toml",
        STANDARD,
        "2020-01-01",
        "2020-01-01\nvalid_until = 2019-12-31",
        "DATA_FIELD",
        "valid_until",
    ),
    (
        "list-standards/std@1.toml",
        STANDARD,
        "valid_from",
        "max_period_months = 12\nearliest_exit_months = 13\nvalid_from",
        "DATA_FIELD",
        "earliest_exit_months",
    ),
    ("authorities/bodies@1.toml", AUTHORITIES, "2021-12-31", "2019-12-31", "DATA_FIELD", "valid_until"),
    ("authorities/bodies@1.toml", AUTHORITIES, "PDY001012R", "", "DATA_FIELD", "code"),
    ("authorities/bodies@1.toml", AUTHORITIES, 'source = "test"', "", "DATA_FIELD", "source"),
    ("measures/measures@1.toml", MEASURES, '"market"', '"shop"', "DATA_FIELD", "measures.limit"),
    ("measures/measures@1.toml", MEASURES, 'basis_level = "law"', 'basis_level = "rule"', "DATA_FIELD", "suffice"),
    ("measures/measures@1.toml", MEASURES, 'fields = ["tourism"]', "", "DATA_FIELD", "fields"),
    (
        "measures/measures@1.toml",
        MEASURES,
        'list_kinds = ["black"]\nfields = ["tourism"]',
        "",
        "DATA_FIELD",
        "list_kinds",
    ),
    (
        "measures/measures@1.toml",
        MEASURES,
        'basis_level = "law"',
        'basis_level = "law"\neffective_until = 2019-12-31',
        "DATA_FIELD",
        "effective_until",
    ),
    ("measures/measures@1.toml", MEASURES, 'region = "310000"', 'regions = "310000"', "DATA_FIELD", "regions"),
]


@pytest.mark.parametrize(("path", "text", "old", "new", "reason", "place"), BROKEN)
def test_broken_file_is_refused_whole(path: str, text: str, old: str, new: str, reason: str, place: str) -> None:
    """A file that is wrong in one place is refused, and the operator is told the file and the place."""
    with pytest.raises(ConfigFault) as caught:
        parsed({path: text.replace(old, new, 1) if old else text})
    assert reason == caught.value.reason
    assert path.rpartition("/")[0] in caught.value.detail
    assert place in caught.value.detail


def test_file_that_is_not_utf8_is_refused() -> None:
    """Rules are UTF-8."""
    with pytest.raises(ConfigFault) as caught:
        parse_rule_book({"agreements/pair@1.toml": AGREEMENT.encode("gb18030")})
    assert caught.value.reason == "DATA_MALFORMED"


def test_measure_twice_in_one_region_is_refused() -> None:
    """Two files may not give one measure of one region for the same days."""
    other = MEASURES.replace('id = "measures"', 'id = "more"')
    with pytest.raises(ConfigFault) as caught:
        parsed({**FILES, "measures/more@1.toml": other})
    assert caught.value.reason == "DATA_DUPLICATE"


def test_measure_may_change_with_time() -> None:
    """The same code may stand again with another first day."""
    other = MEASURES.replace('version = "1"', 'version = "2"').replace("2020-01-01", "2024-01-01")
    book = parsed({**FILES, "measures/measures@2.toml": other})
    assert [measure.effective_from.year for measure in book.measures] == [2020, 2024]


def test_newest_version_in_force_counts() -> None:
    """Of two versions in force the one that came later counts; before its first day, the older one."""
    newer = AGREEMENT.replace('version = "1"', 'version = "2"').replace("2020-01-01", "2024-01-01")
    book = parsed({**FILES, "agreements/pair@2.toml": newer})
    before, after = book.in_force(date(2023, 12, 31)), book.in_force(date(2024, 1, 1))
    assert ([each.name for each in before], [each.name for each in after]) == (["pair@1"], ["pair@2"])
    assert book.in_force(date(2019, 12, 31)) == ()


def test_older_version_with_a_later_file_order_does_not_win() -> None:
    """What counts is the first day, not the version's text."""
    newer = AGREEMENT.replace('version = "1"', 'version = "0.9"').replace("2020-01-01", "2024-01-01")
    book = parsed({**FILES, "agreements/pair@0.9.toml": newer})
    assert [each.name for each in book.in_force(date(2024, 1, 1))] == ["pair@0.9"]


def test_versions_of_one_day_are_told_apart() -> None:
    """Of two versions with the same first day the later name counts, whatever order the files come in."""
    other = AGREEMENT.replace('version = "1"', 'version = "2"')
    book = parsed({"agreements/pair@2.toml": other, **FILES})
    assert [each.name for each in book.in_force(date(2024, 1, 1))] == ["pair@2"]


COMPETENCE = [
    ("330100", date(2020, 1, 1), True),
    ("330100", date(2021, 12, 31), True),
    ("330100", date(2019, 12, 31), False),
    ("330100", date(2022, 1, 1), False),
    ("330000", date(2020, 1, 1), True),
    ("330102", date(2020, 1, 1), True),
    ("330300", date(2020, 1, 1), False),
    ("310000", date(2020, 1, 1), False),
    ("yrd", date(2020, 1, 1), True),
    ("cn", date(2020, 1, 1), False),
    ("3301x", date(2020, 1, 1), False),
    ("000000", date(2020, 1, 1), False),
    (None, date(2020, 1, 1), True),
]


@pytest.mark.parametrize(("node", "day", "expected"), COMPETENCE)
def test_competence_has_a_territory_and_a_time(node: str | None, day: date, expected: bool) -> None:
    """A body is competent in its days, for its own territory, what lies in it, and what it lies in."""
    assert expected == bool(parsed(FILES).competent("11330100PDY001012R", day, node))


def test_unknown_body_is_competent_for_nothing() -> None:
    """A body that no file names may decide nothing."""
    assert parsed(FILES).competent("11330100PDY001020L", date(2020, 1, 1)) == ()


def test_body_may_stand_in_two_files() -> None:
    """Competence may be given in several files, for instance after a reform."""
    other = AUTHORITIES.replace('id = "bodies"', 'id = "reform"').replace("2021-12-31", "2030-12-31")
    book = parsed({**FILES, "authorities/reform@1.toml": other})
    assert len(book.competent("11330100PDY001012R", date(2020, 6, 1))) == 2


def test_digest_pins_every_byte_and_no_order() -> None:
    """One changed comment changes the digest; the order in which files are given does not."""
    book = parsed(FILES)
    assert book.version_digest == parsed(dict(reversed(FILES.items()))).version_digest
    assert book.version_digest != parsed({**FILES, "agreements/pair@1.toml": AGREEMENT + "#\n"}).version_digest
    assert book.name == f"rules@{book.version_digest}"


def test_digest_is_what_the_docstring_says() -> None:
    """The digest of no files at all, and of one, worked out by hand."""
    assert parsed({}).version_digest == "c3986ea9dccf7cbeadfc75206784d8222d84248183cdc3364dbaf8b068f887d2"


def test_shipped_rules_parse_with_sound_codes(standards: Standards) -> None:
    """Everything that ships is read, names known fields and categories, and bodies with valid public codes."""
    book = parse_rule_book(shipped_rules("330100"))
    fields = {standard.field for standard in book.standards.values()}
    fields |= {field for agreement in book.agreements for field in agreement.list_fields}
    assert all(standards.fields.knows(field) for field in fields)
    categories = {category for agreement in book.agreements for category in agreement.filing_categories}
    assert all(standards.agency_categories.knows(category) for category in categories)
    for code in book.authorities:
        judged = check_code(CodeKind.USCC, code, standards, date(2026, 11, 22))
        assert isinstance(judged, CodeAccepted)
        assert judged.subject_class is SubjectClass.GOVERNMENT


def test_shipped_measures_cover_eight_groups() -> None:
    """Each of the three regions has measures, and between them all eight groups of the delta memoranda."""
    book = parse_rule_book(shipped_rules())
    assert {measure.region for measure in book.measures} == {"310000", "330000", "330100"}
    assert len({measure.group for measure in book.measures}) == 8


def test_own_registry_ships_to_its_owner_only() -> None:
    """The standards that Hangzhou alone has registered are in Hangzhou's files and nobody else's."""
    own = set(shipped_rules("330100")) - set(shipped_rules())
    assert own == {f"list-standards/hangzhou-scenic-area-black@{version}.toml" for version in (1, 2)}
    assert shipped_rules() == shipped_rules("310000")
