# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`catalogue`: what is in force at a node, the text of what ships, and every error of a file by its line."""

from pathlib import Path

import pytest

from federation.standards.reading import shipped
from node.cli.catalogue.files import MAX_FILE_BYTES
from tests.node.cli.conftest import Xinqiao

ORDER = "repair-order-36"


@pytest.fixture
def written(xinqiao: Xinqiao, empty_node: Path) -> Path:
    """The shipped text of order 36 as the node's own second version, sound."""
    folder = empty_node / "rules" / "repair"
    folder.mkdir()
    text = xinqiao("catalogue", "show", ORDER, "--json").document["text"]
    path = folder / f"{ORDER}@2.toml"
    path.write_text(text.replace('version = "1"', 'version = "2"'), encoding="utf-8")
    return path


def test_a_node_has_the_law_without_a_file_of_its_own(xinqiao: Xinqiao, empty_node: Path) -> None:
    """Repair rules, severity, deadlines and prohibited data are in force as they ship; samples are the node's own."""
    said = xinqiao("catalogue", "--node", empty_node, "--json")
    own = {each["name"]: each["own"] for each in said.document["catalogues"]}

    assert not (empty_node / "rules" / "repair").exists()
    assert [False, False, True] == [own[name] for name in (f"{ORDER}@1", "procedure-330000@1", "yrd-lists@1")]
    assert not own["working-days@2026"]


def test_an_operators_higher_version_takes_its_place(xinqiao: Xinqiao, empty_node: Path, written: Path) -> None:
    """With the file in the folder the node goes by it, and no longer by the shipped one."""
    said = xinqiao("catalogue", "--node", empty_node, "--json")
    own = {each["name"]: each["own"] for each in said.document["catalogues"]}

    assert (True, None) == (own.get(f"{ORDER}@2"), own.get(f"{ORDER}@1"))


def test_an_operators_year_of_working_days_is_in_force(xinqiao: Xinqiao, empty_node: Path) -> None:
    """Of two tables of one id the higher version counts, by number."""
    folder = empty_node / "standards"
    folder.mkdir()
    text = shipped("working-days@2026.toml").decode()
    for version in ("9", "2027"):
        table = text.replace('version = "2026"', f'version = "{version}"')
        (folder / f"working-days@{version}.toml").write_text(table, encoding="utf-8")
    said = xinqiao("catalogue", "--node", empty_node, "--json")

    assert {"kind": "standards", "name": "working-days@2027", "own": True} in said.document["catalogues"]


def test_the_list_is_shown_to_people_too(xinqiao: Xinqiao, empty_node: Path) -> None:
    """One line for each catalogue, in both languages."""
    said = xinqiao("catalogue", "--node", empty_node)

    assert 0 == said.code
    assert f"{ORDER}@1" in said.out
    assert "随附 / shipped" in said.out


@pytest.mark.parametrize("name", [ORDER, f"{ORDER}@1", f"{ORDER}@1.toml"])
def test_a_shipped_text_is_printed_as_it_stands(xinqiao: Xinqiao, name: str) -> None:
    """What is printed can be put into a file and is the shipped file."""
    said = xinqiao("catalogue", "show", name)

    assert said.out.startswith("# SPDX-FileCopyrightText")
    assert f'id = "{ORDER}"' in said.out


def test_a_name_that_does_not_ship_is_said(xinqiao: Xinqiao) -> None:
    """A misspelt name is a wrong use, told with where names are found."""
    said = xinqiao("catalogue", "show", "repair-order-63")

    assert 2 == said.code
    assert said.err.startswith("DATA_MISSING ")


def test_a_sound_file_is_said_to_be(xinqiao: Xinqiao, written: Path) -> None:
    """Nothing wrong ends with 0."""
    said = xinqiao("catalogue", "check", written)

    assert (0, f"✓ {written}\n") == (said.code, said.out)


def test_each_error_is_explained_by_line_in_both_languages(xinqiao: Xinqiao, written: Path) -> None:
    """File, line, reason in Chinese and English, table and field; and the command ends with 4."""
    text = written.read_text(encoding="utf-8")
    wrong = text.replace("decide_days = 7", 'decide_days = "soon"').replace("max_months = 36", "max_months = 6")
    written.write_text(wrong, encoding="utf-8")
    lines = wrong.splitlines()
    days, most = lines.index('decide_days = "soon"') + 1, lines.index("max_months = 6") + 1
    people, program = xinqiao("catalogue", "check", written), xinqiao("catalogue", "check", written, "--json")

    (file,) = program.document["files"]
    told = [(each["line"], each["table"], each["field"], each["reason"]) for each in file["problems"]]
    assert (4, 4, False) == (people.code, program.code, file["sound"])
    assert [
        (days, "", "decide_days", "FIELD_MALFORMED"),
        (most, "classes.serious", "max_months", "PERIODS_OUT_OF_ORDER"),
    ] == told
    first, second = people.out.splitlines()
    assert first.startswith(f"✗ {written}:{days}: FIELD_MALFORMED 字段格式不正确 / ")
    assert "[classes.serious]: max_months" in second


def test_what_steers_a_terminal_is_not_printed(xinqiao: Xinqiao, written: Path) -> None:
    """A key that holds an escape sequence is told without it."""
    text = written.read_text(encoding="utf-8")
    written.write_text(text + '\n[exceptions."\\u001b[2J"]\nfields = []\n', encoding="utf-8")
    said = xinqiao("catalogue", "check", written)

    assert 4 == said.code
    assert "exceptions.�[2J" in said.out
    assert "\x1b" not in said.out


def test_one_wrong_file_among_sound_ones_decides_the_exit_code(xinqiao: Xinqiao, written: Path, tmp_path: Path) -> None:
    """Every file is looked at, in order, tables of standards too."""
    table = tmp_path / "standards" / "working-days@2027.toml"
    table.parent.mkdir()
    table.write_text('id = "working-days"\n', encoding="utf-8")
    said = xinqiao("catalogue", "check", table, written, "--json")

    assert (4, [False, True]) == (said.code, [each["sound"] for each in said.document["files"]])


def test_a_nodes_own_codes_count_when_it_is_named(xinqiao: Xinqiao, empty_node: Path, written: Path) -> None:
    """A field that only this node's table names is known there, and unknown elsewhere."""
    fields = (
        shipped("fields@1.toml")
        .decode()
        .replace("[codes.tourism]", '[codes.tea]\nzh = "茶叶"\nen = "tea"\n\n[codes.tourism]')
    )
    (empty_node / "standards").mkdir()
    (empty_node / "standards" / "fields@1.toml").write_text(fields, encoding="utf-8")
    severity = written.parents[1] / "severity" / "tea@1.toml"
    severity.parent.mkdir()
    severity.write_text(
        'id = "tea"\nversion = "1"\nsource = "x"\nscheme = "severity-2025"\nvalid_from = 2026-04-01\n'
        '[rules.fine]\ntitle_zh = "罚款"\ntitle_en = "Fine"\nseverity = "serious"\nfields = ["tea"]\n',
        encoding="utf-8",
    )

    assert [0, 4] == [
        xinqiao("catalogue", "check", severity, "--node", empty_node).code,
        xinqiao("catalogue", "check", severity).code,
    ]


def test_a_file_that_is_no_catalogue_is_not_read_whole(xinqiao: Xinqiao, tmp_path: Path) -> None:
    """A file over the limit is refused by its size."""
    path = tmp_path / "repair" / "big@1.toml"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    said = xinqiao("catalogue", "check", path)

    assert 2 == said.code
    assert said.err.startswith("FILE_TOO_LARGE ")


def test_a_node_with_a_wrong_file_says_which(xinqiao: Xinqiao, empty_node: Path, written: Path) -> None:
    """A node does not start on half a rule book: file and field are named."""
    written.write_text(
        written.read_text(encoding="utf-8").replace("decide_days = 7", "decide_days = 999"), encoding="utf-8"
    )
    said = xinqiao("list", "--node", empty_node)

    assert 2 == said.code
    assert f"repair/{ORDER}@2.toml: decide_days is wrong" in said.err


def test_who_may_see_what_is_told(xinqiao: Xinqiao, empty_node: Path) -> None:
    """For a purpose and a role, with what is masked and left out; for people in both languages."""
    asked = ("catalogue", "disclosure", "--purpose", "honours", "--role", "requester", "--node", empty_node)
    document = xinqiao(*asked, "--json").document
    kinds = {(each["dataset"], each["about"]): each for each in document["kinds"]}

    assert ("disclosure@1", "gov-shared", 18) == (
        document["disclosure"],
        document["level"],
        document["minors_under_years"],
    )
    assert ["nothing", "part"] == [kinds[name, "organisations"]["shown"] for name in ("filings", "lists")]
    assert ["responsible_persons", "remark"] == sorted(kinds["lists", "organisations"]["left_out"], reverse=True)
    assert {"identity.legacy_codes.code": "number"} == kinds["lists", "persons"]["masked"]
    shown = xinqiao(*asked).out
    assert all(text in shown for text in ("责任人员 / Responsible persons", "不可见 / nothing", "部分 / in part"))


def test_nobody_is_told_of_a_purpose_that_there_is_not(xinqiao: Xinqiao, tmp_path: Path) -> None:
    """Also without any node; the law that ships is spoken of then."""
    said = xinqiao("catalogue", "disclosure", "--purpose", "curiosity", "--role", "requester", "--node", tmp_path)
    assert (2, True) == (said.code, "PURPOSE_UNKNOWN" in said.err)

    asked = ("--purpose", "subject-request", "--role", "requester", "--node", tmp_path, "--json")
    assert "authorised-query" == xinqiao("catalogue", "disclosure", *asked).document["level"]


def test_a_file_that_discloses_more_is_refused_by_line(xinqiao: Xinqiao, tmp_path: Path) -> None:
    """`catalogue check` names the line, and what the law has."""
    file = tmp_path / "disclosure" / "ours@1.toml"
    file.parent.mkdir()
    file.write_text(
        'id = "ours"\nversion = "1"\nsource = "a test [U]"\nregion = "330100"\neffective_from = 2026-01-01\n'
        '[purposes.honours]\ndatasets = ["lists", "filings"]\n',
        encoding="utf-8",
    )
    said = xinqiao("catalogue", "check", file)

    assert (4, True) == (said.code, f"{file}:7: DATA_FIELD" in said.out)
    assert "honours needs no filings by disclosure@1" in said.out
