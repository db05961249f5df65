# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A file is checked before a node has it: all a node would refuse, codes that no catalogue names, and tables."""

import pytest

from federation.rules.catalogue.check import check_rule_file, check_table
from federation.rules.rule_book import shipped_rules
from federation.standards.bundle import SHIPPED_NAMES, Standards
from federation.standards.reading import shipped

MEASURES = "measures/measures-330000@1.toml"
SEVERITY = "severity/severity-2019@1.toml"


def test_everything_that_ships_passes(standards: Standards) -> None:
    """Nobody is shown an error in a file that he only copied."""
    rules = [each for path, raw in shipped_rules("330100").items() for each in check_rule_file(path, raw, standards)]
    tables = [each for name in SHIPPED_NAMES.values() for each in check_table(f"standards/{name}", shipped(name))]

    assert ([], []) == (rules, tables)


def test_what_a_node_would_refuse_is_told(standards: Standards) -> None:
    """A wrong value is a problem here as there."""
    raw = shipped_rules()[SEVERITY].replace(b'severity = "grave"', b'severity = "awful"')

    assert ["severity", "severity"] == [each.field for each in check_rule_file(SEVERITY, raw, standards)]


@pytest.mark.parametrize(
    ("path", "old", "new", "place"),
    [
        (SEVERITY, '"tax"', '"taxes"', ("rules.grave-stop", "fields", "FIELD_UNKNOWN")),
        (MEASURES, '["food-drug"]', '["food"]', ("measures.finance-notice", "fields", "FIELD_UNKNOWN")),
        (MEASURES, '"credit-rating"', '"rater"', ("measures.filing-accepted", "filing_categories", "CATEGORY_UNKNOWN")),
        ("agreements/yrd-lists@1.toml", '"tourism"', '"tour"', ("", "list_fields", "FIELD_UNKNOWN")),
        ("list-standards/yrd-tourism-red@1.toml", '= "tourism"', '= "tour"', ("", "field", "FIELD_UNKNOWN")),
    ],
)  # fmt: skip
def test_a_code_of_no_catalogue_is_told(
    standards: Standards, path: str, old: str, new: str, place: tuple[str, str, str]
) -> None:
    """A rule for a code that does not exist would never fit: it is told with the catalogue that lacks it."""
    text = shipped_rules()[path].decode()
    raw = text.replace(old, new, 1).encode()

    (problem,) = check_rule_file(path, raw, standards)
    assert place == (problem.table, problem.field, problem.cause)
    assert new.strip('[]"').rpartition('"')[2] in raw.decode().splitlines()[problem.line - 1]


HEAD = 'id = "working-days"\nversion = "2027"\nsource = "x"\neffective_from = 2004-01-01\n'


@pytest.mark.parametrize(
    ("name", "text", "reason", "line"),
    [
        ("working-days@2027.toml", HEAD + "[years.2027]\nholidays = [2029-01-01]", "DATA_FIELD", 5),
        ("working-days@2027.toml", HEAD + "[years.2027]\nrest = [2027-01-01]", "DATA_FIELD", 6),
        ("working-days@2027.toml", HEAD + "package_years = [1]", "DATA_FIELD", 5),
        ("working-days@2027.toml", HEAD + "package_years = [", "DATA_MALFORMED", 5),
        ("working-days@2027.toml", "", "DATA_FIELD", 1),
        ("regions@2027.csv", "#: id = 'regions'\n#: version = '1'\n#: source = 'x'\n#: effective_from = 2027-01-01\n"
         "code,name,valid_from,valid_until\n33,浙江,,", "DATA_FIELD", 6),
        ("shops@1.toml", HEAD, "DATA_OTHER", 1),
    ],
)  # fmt: skip
def test_a_table_is_told_by_its_line(name: str, text: str, reason: str, line: int) -> None:
    """An operator's table of standards is checked as the node reads it."""
    (problem,) = check_table(f"standards/{name}", text.encode())

    assert (reason, line) == (problem.reason, problem.line)
    assert problem.detail.startswith(f"standards/{name}: ")


def test_a_table_that_is_not_utf8_is_told() -> None:
    """Bytes that are no text have no lines."""
    (problem,) = check_table("standards/fields@2.toml", "id = '领域'".encode("gb18030"))

    assert ("DATA_MALFORMED", 1) == (problem.reason, problem.line)
