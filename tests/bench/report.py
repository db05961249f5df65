# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What was measured, for people and for programs."""

import json
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.table import Table

from tests.bench.measure import Outcome
from tests.bench.plan import Plan

WIDTH = 150


class Report:
    """The lines of one run."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._began = time.time()
        self._lines: list[tuple[str, Outcome]] = []

    def measuring(self, name: str) -> None:
        """Says what is under way."""
        sys.stderr.write(f"{time.time() - self._began:6.0f} s  {name} …\n")

    def add(self, name: str, outcomes: Sequence[Outcome]) -> None:
        """Takes the lines of one row."""
        self._lines += [(name, outcome) for outcome in outcomes]

    def show(self, out: TextIO) -> None:
        """Prints the table."""
        plan = self._plan
        title = f"{plan.scale:,} records, {plan.store}, {os.cpu_count()} cores; ratios are medians of each round's own"
        table = Table(title=title, title_justify="left")
        for heading in ("row", "path"):
            table.add_column(heading)
        for heading in ("ours", "baseline", "unit", "value", "goal (aim)", "verdict", "n"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("note")
        for name, one in self._lines:
            baseline = "" if one.baseline is None else _number(one.baseline)
            told = (_number(one.ours), baseline, one.unit, _number(one.value), one.goal.text())
            table.add_row(name, one.path, *told, "met" if one.met else "MISSED", str(one.rounds), one.note)
        Console(file=out, width=WIDTH).print(table)

    def write(self, folder: Path) -> Path:
        """Writes everything that was measured as JSON; returns where."""
        path = folder / f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime(self._began))}-{self._plan.scale}.json"
        lines = [{"row": name, **asdict(one), "met": one.met} for name, one in self._lines]
        told = {
            "scale": self._plan.scale,
            "small": self._plan.small,
            "store": self._plan.store,
            "seconds": round(time.time() - self._began, 1),
            "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "sqlite": sqlite3.sqlite_version},
            "rows": lines,
        }
        path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        sys.stderr.write(f"{path}\n")
        return path


def _number(value: float) -> str:
    """Three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
