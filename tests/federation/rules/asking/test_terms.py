# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The terms that members ask under, as files."""

from datetime import date

import pytest

from federation.errors import ConfigFault
from federation.rules.asking.terms import asking_rules_of
from federation.rules.catalogue.check import check_rule_file
from federation.rules.rule_book import parse_rule_book, shipped_law
from federation.standards.bundle import Standards

PATH = "asking/asking@1.toml"


def changed(old: str, new: str) -> bytes:
    """The file that ships, with one thing changed."""
    text = shipped_law()[PATH].decode()
    assert old in text
    return text.replace(old, new, 1).encode()


def test_the_shipped_terms_name_every_purpose(standards: Standards) -> None:
    """So that no purpose of the catalogue is without a rule on authority; all codes are the catalogue's."""
    (rules,) = parse_rule_book(shipped_law()).asking

    assert ("asking@1", set(standards.purposes.codes)) == (rules.version.name, set(rules.purposes))
    assert () == check_rule_file(PATH, shipped_law()[PATH], standards)


def test_a_purpose_that_no_catalogue_names_is_told(standards: Standards) -> None:
    """With line and code: a rule for it would never fit anything."""
    (problem,) = check_rule_file(PATH, changed("[purposes.honours]", "[purposes.honors]"), standards)

    assert ("PURPOSE_UNKNOWN", "purposes.honors") == (problem.cause, problem.table)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[paces.batch]", "[paces.bulk]"),
        ("officer_per_hour = 3000", "officer_per_hour = 299"),
        ("clock_skew_s = 300", "clock_skew_s = 0"),
        ('accepts = ["statutory-duty"]', 'accepts = ["hearsay"]'),
    ],
)
def test_terms_that_cannot_be_are_refused(old: str, new: str) -> None:
    """A right without a pace, an hour shorter than a minute, no leeway for clocks, an authority that is none."""
    with pytest.raises(ConfigFault, match="DATA_FIELD"):
        parse_rule_book({**shipped_law(), PATH: changed(old, new)})


def test_a_regions_own_terms_come_before_the_default() -> None:
    """Before they are in force nobody has any, and nothing is answered."""
    own = changed('region = "*"', 'region = "330000"').replace(b'id = "asking"', b'id = "asking-330000"')
    book = parse_rule_book({**shipped_law(), "asking/asking-330000@1.toml": own})

    near, far = (asking_rules_of(book.asking, node, date(2026, 1, 1)) for node in ("330100", "310000"))
    assert near is not None
    assert far is not None
    assert ("asking-330000@1", "asking@1") == (near.version.name, far.version.name)
    assert asking_rules_of(book.asking, "330100", date(2017, 12, 31)) is None
