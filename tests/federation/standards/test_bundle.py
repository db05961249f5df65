# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The tables as one value: the shipped ones, and an operator's file in the place of one."""

import pytest

from federation.errors import ConfigFault
from federation.standards.bundle import SHIPPED_NAMES, Standards, build_standards, shipped_standards
from federation.standards.reading import shipped


def test_the_shipped_tables_are_built_once() -> None:
    """Every caller gets the same value."""
    assert shipped_standards() is shipped_standards()


def test_each_shipped_file_is_what_its_name_says(standards: Standards) -> None:
    """The version in each head is the version in the file's name."""
    assert [name.rpartition(".")[0] for name in SHIPPED_NAMES.values()] == list(standards.versions())


def test_every_shipped_set_says_where_it_is_from(standards: Standards) -> None:
    """Each source carries a mark for how sure it is, except the program's own list."""
    sets = (standards.fields, standards.purposes, standards.agency_categories, standards.penalty_kinds)
    headers = [standards.uscc.header, standards.regions.header, *(codes.header for codes in sets)]
    assert [header.name for header in headers if "[" not in header.source] == []


def test_an_operators_file_takes_the_place_of_a_shipped_one() -> None:
    """A replacement counts by its own version; the other tables stay."""
    mine = shipped("fields@1.toml").replace(b'version = "1"', b'version = "2"')
    versions = build_standards({"fields": mine}).versions()
    assert [name for name in versions if name.startswith(("fields", "purposes"))] == ["fields@2", "purposes@1"]


def test_an_empty_replacement_is_not_taken_for_the_shipped_file() -> None:
    """An operator's empty file is a fault in that file, not a wish for the shipped one."""
    with pytest.raises(ConfigFault) as caught:
        build_standards({"fields": b""})
    assert caught.value.detail == "the operator's fields file: id is missing; wanted a text that is not blank"


def test_a_replacement_for_nothing_is_refused() -> None:
    """A misspelt catalogue is not passed over in silence."""
    with pytest.raises(ConfigFault) as caught:
        build_standards({"feilds": b""})
    assert caught.value.reason == "DATA_OTHER"
    assert "'feilds'" in caught.value.detail
