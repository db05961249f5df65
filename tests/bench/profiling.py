# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Profiles our side, all its threads: `python -m tests.bench.profiling ARGUMENTS` is `xinqiao ARGUMENTS`, profiled.

The profile goes to the file that the environment names; it is of the deterministic kind, so calls of small functions
look dearer than they are: read the order, not the seconds. Waiting counts as time of whoever waits. What the program
starts as another process (the reader of an import) is not in it.
"""

import cProfile
import os
import pstats
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from node.cli.main import main
from tests.bench.programs import PROFILED

SHOWN = 30


@contextmanager
def profiled(target: Path) -> Iterator[None]:
    """Profiles this thread, and every thread that starts and ends meanwhile, into a file for `pstats`."""
    profiles = [cProfile.Profile()]
    run = threading.Thread.run

    def watched(self: threading.Thread) -> None:
        own = cProfile.Profile()
        profiles.append(own)
        own.runcall(run, self)

    threading.Thread.run = watched  # type: ignore[method-assign]
    profiles[0].enable()
    try:
        yield
    finally:
        profiles[0].disable()
        threading.Thread.run = run  # type: ignore[method-assign]
        _merged(profiles).dump_stats(target)


def _merged(profiles: list[cProfile.Profile]) -> pstats.Stats:
    merged = pstats.Stats(profiles[0])
    for one in profiles[1:]:
        if one.getstats():
            merged.add(pstats.Stats(one))
    return merged


def show(path: Path) -> None:
    """Prints the functions that take most time of their own."""
    pstats.Stats(str(path), stream=sys.stdout).sort_stats("tottime").print_stats(SHOWN)


if __name__ == "__main__":
    with profiled(Path(os.environ[PROFILED])):
        main()
