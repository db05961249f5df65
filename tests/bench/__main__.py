# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`make bench`; one row alone: `python -m tests.bench --rows follow --scale 20k`. See the README of the project."""

import argparse
import signal
import sys
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory

from node.observe import configure_logging
from tests.bench.databases import DATABASES
from tests.bench.ground import Ground
from tests.bench.plan import Plan, records_of
from tests.bench.profiling import show
from tests.bench.report import Report
from tests.bench.table import ROWS

OUTPUT = Path("build/bench")


def main() -> None:
    """Measures the rows asked for; the exit code is 0 whether goals are met or not, 1 when a row could not be run."""
    asked = _arguments()
    configure_logging("warning")
    for number in (signal.SIGINT, signal.SIGTERM):  # told to stop, it ends what it has started
        signal.signal(number, lambda *_: sys.exit(130))
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="xinqiao-bench-") as temporary:
        folder = asked.data or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        plan = Plan(
            asked.scale,
            folder,
            min(asked.small, asked.scale),
            asked.rounds,
            seed=asked.seed,
            database=asked.database,
        )
        ground = Ground(plan)
        if asked.profile:
            target = OUTPUT / f"{asked.profile}.prof"
            ROWS[asked.profile].profile(ground, target)
            show(target)
            return
        report = Report(plan)
        for name in asked.rows or ROWS:
            report.measuring(name)
            try:
                report.add(name, ROWS[name].run(ground))
            except Exception:  # one row that fails must not cost what the others took hours to measure
                report.failed(name, traceback.format_exc())
        report.show(sys.stdout)
        report.write(OUTPUT)
        sys.exit(0 if report.whole else 1)


def _arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument(
        "--scale", type=records_of, default="100k", help="records of the big node: 20k, 100k, 1m, 5m, 26m"
    )
    asked.add_argument("--small", type=records_of, default="10k", help="records of the node it is compared with")
    asked.add_argument("--rows", "--row", nargs="*", choices=ROWS, metavar="ROW", help=f"only these: {', '.join(ROWS)}")
    asked.add_argument("--rounds", type=int, default=5, help="how often each side is measured")
    asked.add_argument("--seed", type=int, default=1, help="of the records")
    asked.add_argument("--database", choices=DATABASES, default="sqlite", help="database under test")
    asked.add_argument("--data", type=Path, help="folder where the nodes are made, and kept for the next run")
    asked.add_argument("--profile", choices=ROWS, metavar="ROW", help="profile our side of a row instead")
    return asked.parse_args()


if __name__ == "__main__":
    main()
