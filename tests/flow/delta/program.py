# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The program as it is, by a clock that tests move: `CLOCK` of the environment names its file."""

import os
from collections.abc import Sequence
from pathlib import Path

from node.cli.main import COMMANDS, program
from node.cli.main import run as run_by_the_clock
from tests.flow.delta.clock import Clock

__all__ = ["COMMANDS", "program", "run"]

CLOCK = "XINQIAO_TEST_CLOCK"


def run(arguments: Sequence[str]) -> int:
    """Runs one command, in a process of its own: all time of it goes by the clock."""
    Clock(Path(os.environ[CLOCK])).keep()
    return run_by_the_clock(arguments)
