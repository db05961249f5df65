# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A rule file is read whole: every error in it is told at once, with line, table, field and cause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.rules.catalogue.lines import Lines, line_said
from federation.rules.catalogue.rule_file import MAX_PROBLEMS, read_rule_file
from federation.rules.rule_book import shipped_rules

REPAIR = """id = "mine"
version = "1"
title_zh = "规则"
title_en = "Rules"
source = "a test [U]"
basis = "某办法"
region = "*"
scope = "display"
scheme = "severity-mine"
datasets = ["penalties"]
counted_from = "decided"
transition = "shorter"
effective_from = 2026-04-01

[classes.ordinary]
title_zh = "一般"
title_en = "Ordinary"
min_months = 3
max_months = 12
documents = ["performance"]
"""
SEVERITY = """id = "mine"
version = "1"
source = "a test [U]"
scheme = "severity-mine"
valid_from = 2026-04-01

[rules.fine]
title_zh = "罚款"
title_en = "Fine"
severity = "ordinary"
words = ["罚款"]
"""
PROCEDURE = """id = "mine"
version = "1"
title_zh = "时限"
title_en = "Deadlines"
source = "a test [U]"
basis = "某条例"
region = "330100"
decide_days = 5
total_days = 20
effective_from = 2026-04-01
"""
PROHIBITED = """id = "mine"
version = "1"
source = "a test [U]"
refused_under_years = 16
doubtful_under_years = 18
effective_from = 2026-04-01

[data.blood]
title_zh = "血型"
title_en = "Blood group"
ban = "never"
words = ["血型"]
basis = "某条例"
"""
SOUND = {"repair": REPAIR, "severity": SEVERITY, "procedures": PROCEDURE, "prohibited": PROHIBITED}


def told(folder: str, text: str) -> list[tuple[str, int, str, str, str]]:
    """What is wrong with a text as `mine@1.toml` in a folder: reason, line, table, field, cause."""
    read = read_rule_file(f"{folder}/mine@1.toml", text.encode())
    return [(each.reason, each.line, each.table, each.field, each.cause) for each in read.problems]


@pytest.mark.parametrize("folder", SOUND)
def test_a_sound_file_has_no_problems(folder: str) -> None:
    """Each kind of law is read from a file of its own."""
    assert [] == told(folder, SOUND[folder])


def test_everything_that_ships_is_sound() -> None:
    """No shipped file has a problem."""
    problems = [each for path, raw in shipped_rules("330100").items() for each in read_rule_file(path, raw).problems]

    assert [] == problems


LAPSED = "2026-04-01\neffective_until = 2026-03-31"
ORDER = "PERIODS_OUT_OF_ORDER"
DATES = "DATES_OUT_OF_ORDER"
# Folder, what is replaced by what, and the only problem that follows.
SLIPS = [
    ("repair", "min_months = 3", 'min_months = "3"', (18, "classes.ordinary", "min_months", "FIELD_MALFORMED")),
    ("repair", "min_months = 3", "min_months = -1", (18, "classes.ordinary", "min_months", "FIELD_MALFORMED")),
    ("repair", "min_months = 3\n", "", (15, "classes.ordinary", "min_months", "FIELD_MISSING")),
    ("repair", "min_months = 3", "min_months = 13", (19, "classes.ordinary", "max_months", ORDER)),
    ("repair", '["performance"]', '["goodwill"]', (20, "classes.ordinary", "documents.0", "FIELD_MALFORMED")),
    ("repair", "classes.ordinary", "classes.awful", (15, "classes.awful", "severity", "FIELD_MALFORMED")),
    ("repair", '"penalties"', "", (10, "", "datasets", "FIELD_MISSING")),
    ("repair", "2026-04-01", LAPSED, (14, "", "effective_until", DATES)),
    ("repair", "classes.ordinary", "exceptions.ordinary", (1, "", "classes", "FIELD_MISSING")),
    ("repair", 'title_en = "Rules"', 'title_en = "Rules"\nspeed = 1', (5, "", "speed", "FIELD_UNEXPECTED")),
    ("severity", '"ordinary"', '"awful"', (10, "rules.fine", "severity", "FIELD_MALFORMED")),
    ("severity", 'scheme = "severity-mine"\n', "", (1, "", "scheme", "FIELD_MISSING")),
    ("severity", "words", "fine_from_fen = 5\nfine_until_fen = 5\nwords", (12, "rules.fine", "fine_until_fen", ORDER)),
    ("severity", "words", 'list_kinds = ["black"]\nwords', (11, "rules.fine", "list_kinds", "FIELD_MALFORMED")),
    ("severity", "[rules.fine]", "[rules]", (8, "rules", "title_zh", "FIELD_MALFORMED")),
    ("severity", "2026-04-01", "2026-04-01\nvalid_until = 2026-03-31", (6, "", "valid_until", DATES)),
    ("procedures", "total_days = 20", "total_days = 4", (9, "", "total_days", ORDER)),
    ("procedures", "decide_days = 5", "decide_days = 999", (8, "", "decide_days", "FIELD_MALFORMED")),
    ("procedures", "2026-04-01", LAPSED, (11, "", "effective_until", DATES)),
    ("prohibited", '["血型"]', "[]", (12, "data.blood", "words", "FIELD_MISSING")),
    ("prohibited", "years = 18", "years = 15", (5, "", "doubtful_under_years", ORDER)),
    ("prohibited", "2026-04-01", LAPSED, (7, "", "effective_until", DATES)),
]  # fmt: skip


@pytest.mark.parametrize(("folder", "old", "new", "place"), SLIPS)
def test_a_slip_is_told_by_its_line(folder: str, old: str, new: str, place: tuple[int, str, str, str]) -> None:
    """One wrong value is told with the line it stands on, or, where it is missing, that of its table."""
    first, *more = told(folder, SOUND[folder].replace(old, new, 1))

    assert ("DATA_FIELD", *place) == first
    assert [] == [each for each in more if each[2:4] == place[1:3]]


def test_every_slip_of_a_file_is_told_at_once() -> None:
    """Three slips in three tables are three problems: nobody mends a file one error at a time."""
    text = REPAIR.replace('scope = "display"', 'scope = "shop"').replace("max_months = 12", 'max_months = "x"')
    text = text.replace('region = "*"', 'region = "三"')

    assert [7, 8, 19] == sorted(line for _, line, *_ in told("repair", text))


def test_a_key_of_the_root_that_tables_take_is_told_once() -> None:
    """A wrong date at the root is one problem at the root, however many rows take it."""
    text = SEVERITY.replace("valid_from = 2026-04-01", 'valid_from = "soon"') + SEVERITY.partition("\n\n")[2].replace(
        "fine]", "more]"
    )

    assert [("DATA_FIELD", 5, "", "valid_from", "FIELD_MALFORMED")] == told("severity", text)


def test_a_measures_group_is_looked_for_when_all_else_is_sound() -> None:
    """What holds between tables is told with the table that is wrong."""
    path, raw = next((path, raw) for path, raw in shipped_rules().items() if path.startswith("measures/"))
    read = read_rule_file(path, raw.replace(b'group = "awards"', b'group = "awrds"'))

    (problem,) = read.problems
    assert ("measures.awards-limit", "group") == (problem.table, problem.field)
    assert "group 'awrds' is not among the groups" in problem.detail


def test_what_follows_from_another_slip_is_not_told() -> None:
    """A group with a slip is no group that is missing: whoever mends the one slip has mended the file."""
    path, raw = next((path, raw) for path, raw in shipped_rules().items() if path.startswith("measures/"))
    read = read_rule_file(
        path, raw.replace(b'basis_levels = ["law", "administrative-regulation"]', b"basis_levels = []")
    )

    assert {("groups.market-access", "basis_levels"), ("groups.financial-services", "basis_levels")} == {
        (problem.table, problem.field) for problem in read.problems
    }


@pytest.mark.parametrize(
    ("path", "raw", "reason", "line"),
    [
        ("repair/mine@2.toml", REPAIR.encode(), "DATA_OTHER", 1),
        ("repair/mine@1.csv", REPAIR.encode(), "DATA_OTHER", 1),
        ("shops/mine@1.toml", REPAIR.encode(), "DATA_OTHER", 1),
        ("repair/mine@1.toml", REPAIR.encode("gb18030"), "DATA_MALFORMED", 1),
        ("repair/mine@1.toml", REPAIR.replace('scope = "display"', "scope = display").encode(), "DATA_MALFORMED", 8),
        ("repair/mine@1.toml", (REPAIR + 'x = """').encode(), "DATA_MALFORMED", 21),
        ("repair/mine@1.toml", b"", "DATA_FIELD", 1),
    ],
)
def test_a_file_in_the_wrong_place_or_form_is_told(path: str, raw: bytes, reason: str, line: int) -> None:
    """Name, folder, encoding and form: what is wrong is told with the line the parser names."""
    problem = read_rule_file(path, raw).problems[0]

    assert (reason, line) == (problem.reason, problem.line)
    assert problem.detail.startswith(path)


def test_lines_inside_long_texts_are_no_keys() -> None:
    """What stands inside a text of several lines is text, whatever it looks like."""
    lines = Lines('a = """\nb = 1\n[t]\n"""\nb = 2\n["x". y]\nb = 3\n')

    assert [1, 5, 6, 7] == [lines.of("", "a"), lines.of("", "b"), lines.of("x.y", ""), lines.of("x.y", "b")]
    assert [6, 1] == [lines.of("x.y", "nothing"), lines.of("nowhere", "b")]


def test_no_more_than_a_hundred_problems_are_told() -> None:
    """A file of thousands of empty tables is told in time, and its first hundred problems are enough to begin with."""
    text = SEVERITY + "".join(f"[rules.r{number}]\n" for number in range(3000))

    assert MAX_PROBLEMS == len(told("severity", text))


SHIPPED = sorted(shipped_rules().items())


@given(st.sampled_from(SHIPPED), st.integers(0, 3000), st.integers(0, 40), st.text(max_size=20))
def test_no_damage_to_a_file_does_more_than_to_be_told(
    file: tuple[str, bytes], start: int, length: int, put: str
) -> None:
    """Whatever stands where in a file: it is read, or its problems are, each with a line of the file."""
    path, raw = file
    damaged = raw[:start] + put.encode("utf-8", "surrogatepass") + raw[start + length :]
    lines = damaged.count(b"\n") + damaged.count(b"\r") + 40

    assert all(1 <= problem.line <= lines for problem in read_rule_file(path, damaged).problems)


@pytest.mark.parametrize("raw", [b"a = " + b"[" * 100_000, b"a = " + b"9" * 5000, b"x = {" * 5000])
def test_what_breaks_a_parser_is_a_malformed_file(raw: bytes) -> None:
    """Depth and digits without end are the file's fault, told like any other."""
    (problem,) = read_rule_file("repair/mine@1.toml", raw).problems

    assert ("DATA_MALFORMED", 1) == (problem.reason, problem.line)


def test_a_complaint_about_the_end_is_of_the_last_line() -> None:
    """A text that ends too soon is wrong at its end."""
    assert [3, 2, 1] == [
        line_said("x (at line 3, column 1)", "a"),
        line_said("x (at end of document)", "a\nb"),
        line_said("x", ""),
    ]
