# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The program as it is, by a clock that a test moves: `python -m tests.flow.delta.program CLOCK serve …`."""

import runpy
import sys
from pathlib import Path

from tests.flow.delta.clock import Clock

if __name__ == "__main__":
    Clock(Path(sys.argv.pop(1))).keep()
    runpy.run_module("node", run_name="__main__")
