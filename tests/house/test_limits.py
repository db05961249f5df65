# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Every limit is written down for people, in both languages, and the number is the one in the code."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
UNITS = {"": 1, "s": 1, "ms": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
ROW = re.compile(r"^\| ([0-9]+) ?([A-Za-z]*) \| [^|]+ \| `([a-z_.]+)\.([A-Z_]+)` \|$", re.M)


def written(readme: str) -> dict[str, int]:
    """The constants in the table of a README, with their numbers."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    rows = ROW.findall(text)
    return {f"{module}.{name}": int(number) * UNITS[unit] for number, unit, module, name in rows}


def in_code() -> set[str]:
    """Every public limit of the product: what is named MAX_."""
    found = set()
    for path in [path for folder in ("node", "federation", "adapters") for path in (ROOT / folder).rglob("*.py")]:
        for line in ast.parse(path.read_text(encoding="utf-8")).body:
            for target in line.targets if isinstance(line, ast.Assign) else ():
                if isinstance(target, ast.Name) and target.id.startswith("MAX_"):
                    found.add(".".join((*path.relative_to(ROOT).with_suffix("").parts, target.id)))
    return found


@pytest.mark.parametrize("readme", READMES)
def test_every_number_is_the_one_in_the_code(readme: str) -> None:
    """What the table of limits states is what the constants say."""
    stated = written(readme)

    real = {name: getattr(import_module(name.rpartition(".")[0]), name.rpartition(".")[2]) for name in stated}

    assert real == stated
    assert len(stated) > 40


@pytest.mark.parametrize("readme", READMES)
def test_every_limit_is_written_down(readme: str) -> None:
    """A constant named MAX_ has its line in the table."""
    assert set() == in_code() - set(written(readme))
