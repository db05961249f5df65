# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One line for an error, one exit code for each kind of fault, and no personal value where people read."""

import pytest

from federation.errors import (
    AccessFault,
    ClockFault,
    ConfigFault,
    Fault,
    FieldFault,
    ForkFault,
    Misuse,
    NoteFault,
    OrderFault,
    RangeFault,
    StoreFault,
    UnreachableFault,
)
from federation.records.subject import Identity
from federation.standards.bundle import shipped_standards
from federation.standards.identity import CodeKind, SubjectClass
from node.cli.printing import ExitCode, exit_of, print_facts, problem_line, subject_line


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (ConfigFault("X"), ExitCode.USAGE),
        (Misuse("X"), ExitCode.USAGE),
        (FieldFault("field", "X"), ExitCode.USAGE),
        (RangeFault("X"), ExitCode.USAGE),
        (AccessFault("X"), ExitCode.USAGE),
        (OrderFault("X"), ExitCode.INTERNAL),
        (Fault("X"), ExitCode.INTERNAL),
        (StoreFault("X"), ExitCode.UNAVAILABLE),
        (ClockFault("X"), ExitCode.UNAVAILABLE),
        (UnreachableFault("X"), ExitCode.UNAVAILABLE),
        (NoteFault("X"), ExitCode.UNVERIFIED),
        (ForkFault("X"), ExitCode.UNVERIFIED),
    ],
)
def test_each_kind_of_fault_has_its_exit_code(fault: Fault, code: ExitCode) -> None:
    """Whose fault it is decides the exit code."""
    assert code == exit_of(fault)


def test_a_known_reason_is_told_in_both_languages() -> None:
    """The line is: REASON 中文 / English: detail."""
    expected = "CODE_CHECK 代码末位校验码错误 / The check character at the end of the code is wrong: place 18"

    assert expected == problem_line("CODE_CHECK", "place 18")


def test_an_unknown_reason_stands_alone() -> None:
    """A code that the catalogue does not know is not repeated."""
    assert "NEVER_HEARD_OF: why" == problem_line("NEVER_HEARD_OF", "why")


def test_a_detail_of_several_lines_becomes_one() -> None:
    """An error is one line, whatever its detail."""
    assert "X: first; second" == problem_line("X", "first\n  second\n")


def test_a_person_is_masked() -> None:
    """Name and number of a natural person are not shown whole."""
    person = Identity(
        name="张三丰",
        subject_class=SubjectClass.NATURAL_PERSON,
        code_kind=CodeKind.CITIZEN,
        code="330106191003079994",
    )

    assert "张** 330106************" == subject_line(person, shipped_standards().masking)


def test_a_text_without_spaces_is_not_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    """A Chinese text wider than the screen, which has no spaces to break at, folds and stays whole."""
    value = "校验码错误" * 60

    print_facts("Facts", [("refused", value)])

    said = capsys.readouterr().out
    assert value == "".join(character for character in said if character in "校验码错误")


def test_a_title_is_not_broken_to_the_width_of_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Above a narrow table the title stands whole on a line of its own."""
    print_facts("节点已就绪，Ctrl-C 停止 / The node is ready", [("a", "b")])

    assert "节点已就绪，Ctrl-C 停止 / The node is ready" == capsys.readouterr().out.splitlines()[0].rstrip()
