# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The house stays small and plainly named: budgets of style rule 19 and section 9."""

import ast
import re
import statistics
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ("node", "federation", "adapters", "conformance")
MAX_FILE_LINES = 400
MEDIAN_FILE_LINES = 150
MAX_FUNCTION_LINES = 40
MEDIAN_FUNCTION_LINES = 12
MAX_FILES_IN_FOLDER = 12
MAX_MOCKS_PER_100_LINES = 0.2
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
SPDX = (
    "# SPDX-FileCopyrightText: Xinqiao contributors",
    "# SPDX-License-Identifier: Apache-2.0",
)


def _files(*folders: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return [ROOT / name for name in listed if name.endswith(".py") and (ROOT / name).exists()]


def _functions(path: Path) -> list[tuple[str, int]]:
    """Name and length in lines of every function in a file."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append((node.name, (node.end_lineno or 0) - node.lineno + 1))
    return found


def test_no_file_is_long() -> None:
    """No file has more than 400 lines, tests included."""
    long = {
        str(path.relative_to(ROOT)): n
        for path in _files(*CODE, "tests")
        if (n := len(path.read_text(encoding="utf-8").splitlines())) > MAX_FILE_LINES
    }

    assert {} == long


def test_the_usual_file_is_short() -> None:
    """The median file has at most 150 lines."""
    assert statistics.median(len(path.read_text().split("\n")) for path in _files(*CODE)) <= MEDIAN_FILE_LINES


def test_no_function_is_long() -> None:
    """No function of the product has more than 40 lines."""
    long = [
        f"{path.relative_to(ROOT)}:{name} {length}"
        for path in _files(*CODE)
        for name, length in _functions(path)
        if length > MAX_FUNCTION_LINES
    ]

    assert [] == long


def test_the_usual_function_is_short() -> None:
    """The median function has at most 12 lines."""
    assert (
        statistics.median(length for path in _files(*CODE) for _, length in _functions(path)) <= MEDIAN_FUNCTION_LINES
    )


def test_folders_are_small() -> None:
    """No folder of the product holds more than 12 Python files."""
    counts = Counter(str(path.parent.relative_to(ROOT)) for path in _files(*CODE))

    assert {} == {folder: count for folder, count in counts.items() if count > MAX_FILES_IN_FOLDER}


def test_names_are_of_the_trade() -> None:
    """No module is named utils, helpers, common, manager or base."""
    assert [] == [str(path) for path in _files(*CODE, "tests") if path.stem in FORBIDDEN_NAMES]


@pytest.mark.parametrize("folders", [CODE, ("tests",)])
def test_every_file_names_its_licence(folders: tuple[str, ...]) -> None:
    """Every file begins with the two SPDX lines."""
    bare = [
        str(path.relative_to(ROOT))
        for path in _files(*folders)
        if tuple(path.read_text(encoding="utf-8").split("\n")[:2]) != SPDX
    ]

    assert [] == bare


def test_hardly_any_mocks() -> None:
    """Mocks stay at or under 0.2 in 100 test lines."""
    lines = mocks = 0
    for path in _files("tests"):
        text = path.read_text(encoding="utf-8")
        lines += len(text.split("\n"))
        mocks += len(re.findall(r"\bMock\(|MagicMock|monkeypatch|mock\.patch", text)) if path != Path(__file__) else 0

    assert 100 * mocks <= MAX_MOCKS_PER_100_LINES * lines


def test_every_test_states_a_claim() -> None:
    """Every test function has a docstring."""
    silent = []
    for path in _files("tests"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("test_"):
                continue
            if ast.get_docstring(node) is None:
                silent.append(f"{path.relative_to(ROOT)}:{node.name}")

    assert [] == silent


def test_no_ignored_types_outside_rpc() -> None:
    """`type: ignore` stands only where generated stubs force it, in `node/rpc`."""
    found = [
        str(path.relative_to(ROOT))
        for path in _files(*CODE)
        if "type: ignore" in path.read_text(encoding="utf-8") and "node/rpc" not in str(path)
    ]

    assert [] == found
