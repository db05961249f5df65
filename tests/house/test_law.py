# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Imports fall one way: the law of `pyproject.toml`, run as a test, with no exceptions list."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_import_law_is_kept() -> None:
    """Every import contract is kept."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stdout
    assert "0 broken" in done.stdout


def test_the_law_has_no_exceptions() -> None:
    """No contract ignores an import."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

    assert [] == [contract["name"] for contract in contracts if contract.get("ignore_imports")]
