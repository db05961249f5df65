# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Shipped data is found by name alone, and each value of a file is read strictly."""

from collections.abc import Callable
from datetime import date

import pytest

from federation.errors import ConfigFault
from federation.standards.reading import Header, Section, decode, parse_header, parse_toml, shipped

HEAD = 'id = "fields"\nversion = "1"\nsource = "test"\neffective_from = 2026-01-01\n'


def refusal(act: Callable[[], object]) -> tuple[str, str]:
    """Returns reason and detail of the fault that `act` raises."""
    with pytest.raises(ConfigFault) as caught:
        act()
    return caught.value.reason, caught.value.detail


def test_shipped_data_begins_with_its_licence() -> None:
    """A shipped file comes back as its bytes."""
    assert shipped("fields@1.toml").startswith(b"# SPDX-FileCopyrightText: Xinqiao contributors\n")


def test_a_file_that_does_not_ship_is_missing() -> None:
    """A well-formed name without a file is the operator's mistake, and says which."""
    expected = ("DATA_MISSING", "fields@999.toml does not ship with this program")
    assert expected == refusal(lambda: shipped("fields@999.toml"))


@pytest.mark.parametrize("name", ["../reading.py", "fields@1.toml/..", "fields.toml", "", "fields@1.toml\n"])
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    """Only id@version with its ending is a name; nothing else is ever opened."""
    assert refusal(lambda: shipped(name))[0] == "DATA_MISSING"


def test_a_header_is_read() -> None:
    """The head gives the pinned name, the source and the first day."""
    header = parse_header(parse_toml(HEAD, "x.toml"), "fields")
    assert Header("fields", "1", "test", date(2026, 1, 1)) == header
    assert header.name == "fields@1"


def test_any_id_will_do_where_none_is_expected() -> None:
    """Families of files, such as agreements, have ids of their own."""
    assert parse_header(parse_toml(HEAD, "x.toml"), None).id == "fields"


def test_another_catalogue_is_refused() -> None:
    """A file put in the wrong place is told by its id."""
    expected = ("DATA_OTHER", "x.toml: this file is 'fields', wanted 'purposes'")
    assert expected == refusal(lambda: parse_header(parse_toml(HEAD, "x.toml"), "purposes"))


def test_bytes_that_are_not_utf8_are_refused() -> None:
    """The detail gives the place of the first bad byte."""
    assert refusal(lambda: decode(b"ab\xff", "x.toml")) == ("DATA_MALFORMED", "x.toml: byte 2 is not UTF-8")


def test_text_that_is_not_toml_is_refused() -> None:
    """The detail gives file and line."""
    reason, detail = refusal(lambda: parse_toml("id = \n", "x.toml"))
    assert reason == "DATA_MALFORMED"
    assert detail.startswith("x.toml: ")
    assert "line 1" in detail


ROOT = Section(
    "x.toml",
    parse_toml(
        'name = "n"\nblank = " "\nnumber = 3\nlist = ["a", "b"]\nmixed = ["a", 3]\nyes = true\n'
        "day = 2026-01-31\ntime = 2026-01-31T10:00:00Z\n[below.one]\n[empty]\n[flat]\nx = 1\n",
        "x.toml",
    ).values,
)


def test_values_of_the_right_type_are_read() -> None:
    """Each reader gives its type."""
    assert (ROOT.text("name"), ROOT.texts("list"), ROOT.flag("yes")) == ("n", ("a", "b"), True)
    assert date(2026, 1, 31) == ROOT.day("day")
    assert {"one": Section("x.toml [below.one]", {})} == ROOT.sections("below")


def test_absent_lists_and_flags_have_a_safe_meaning() -> None:
    """An absent list is empty, an absent flag false."""
    assert (ROOT.texts("absent"), ROOT.flag("absent")) == ((), False)


@pytest.mark.parametrize(
    ("act", "detail"),
    [
        (lambda: ROOT.text("absent"), "x.toml: absent is missing; wanted a text that is not blank"),
        (lambda: ROOT.text("blank"), "x.toml: blank is wrong; wanted a text that is not blank"),
        (lambda: ROOT.text("number"), "x.toml: number is wrong; wanted a text that is not blank"),
        (lambda: ROOT.texts("name"), "x.toml: name is wrong; wanted a list of texts that are not blank"),
        (lambda: ROOT.texts("mixed"), "x.toml: mixed is wrong; wanted a list of texts that are not blank"),
        (lambda: ROOT.flag("number"), "x.toml: number is wrong; wanted true or false"),
        (lambda: ROOT.day("name"), "x.toml: name is wrong; wanted a date such as 2026-01-31, without quotes"),
        (lambda: ROOT.day("time"), "x.toml: time is wrong; wanted a date such as 2026-01-31, without quotes"),
        (lambda: ROOT.sections("absent"), "x.toml: absent is missing; wanted a table with at least one entry"),
        (lambda: ROOT.sections("empty"), "x.toml: empty is wrong; wanted a table with at least one entry"),
        (lambda: ROOT.sections("flat"), "x.toml: flat.x is missing; wanted a table"),
        (ROOT.rest, "x.toml: name is wrong; wanted a table"),
        (lambda: ROOT.only("name"), "x.toml: unknown key 'below'; known are name"),
    ],
)
def test_values_of_another_type_are_refused_with_their_place(act: Callable[[], object], detail: str) -> None:
    """The fault names file, key and what was wanted."""
    assert ("DATA_FIELD", detail) == refusal(act)
