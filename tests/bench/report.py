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

PLAIN_WIDTH = 150
"""Columns of the table where it does not go to a terminal."""
_NUMBERS = (
    "本系统\nours",
    "基线\nbaseline",
    "单位\nunit",
    "值\nvalue",
    "目标（期望）\ngoal (aim)",
    "结论\nverdict",
    "n",
)


class Report:
    """The lines of one run."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._began = time.time()
        self._lines: list[tuple[str, Outcome]] = []
        self._failures: dict[str, str] = {}

    @property
    def whole(self) -> bool:
        """Whether every row could be measured."""
        return not self._failures

    def measuring(self, name: str) -> None:
        """Says what is under way."""
        self._tell(f"{name} …")

    def add(self, name: str, outcomes: Sequence[Outcome]) -> None:
        """Takes the lines of one row."""
        self._lines += [(name, outcome) for outcome in outcomes]
        for one in outcomes:
            self._tell(f"{name} {_number(one.value)}, goal {one.goal.text()}: {_verdict(one)}")

    def failed(self, name: str, why: str) -> None:
        """Takes a row that could not be measured."""
        self._failures[name] = why
        self._tell(f"{name}: {why}")

    def _tell(self, what: str) -> None:
        sys.stderr.write(f"{time.time() - self._began:6.0f} s  {what}\n")

    def show(self, out: TextIO) -> None:
        """Prints the table."""
        plan = self._plan
        title = f"{plan.scale:,} records, {plan.database}, {os.cpu_count()} cores"
        caption = "value: the median of each round's own ratio, or seconds · n: how often each side was measured"
        table = Table(title=title, caption=caption, title_justify="left", caption_justify="left")
        for heading in ("行\nrow", "路径\npath"):
            table.add_column(heading, overflow="fold")
        for heading in _NUMBERS:
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("说明\nnote", overflow="fold")
        for name, one in self._lines:
            baseline = "" if one.baseline is None else _number(one.baseline)
            told = (_number(one.ours), baseline, one.unit, _number(one.value), one.goal.text(), _verdict(one))
            table.add_row(name, one.path, *told, str(one.rounds), one.note)
        for name, why in self._failures.items():
            table.add_row(name, "", "", "", "", "", "", "失败 FAILED", "0", why.strip().splitlines()[-1])
        width = None if out.isatty() else PLAIN_WIDTH
        Console(file=out, width=width).print(table)

    def write(self, folder: Path) -> Path:
        """Writes everything that was measured as JSON; returns where."""
        path = folder / f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime(self._began))}-{self._plan.scale}.json"
        told = {
            "scale": self._plan.scale,
            "small": self._plan.small,
            "seed": self._plan.seed,
            "database": self._plan.database,
            "seconds": round(time.time() - self._began, 1),
            "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "sqlite": sqlite3.sqlite_version},
            "rows": [{"row": name, **asdict(one), "met": one.met} for name, one in self._lines],
            "failed": self._failures,
        }
        path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        self._tell(str(path))
        return path


def _verdict(one: Outcome) -> str:
    return "达到 met" if one.met else "未达 MISSED"


def _number(value: float) -> str:
    """Three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
