# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Import of 双公示 tables to published checkpoints, against a raw insert of the rows that end up in the store.

Our side is the command itself, from the files to the signed heads, less what the same command takes for tables without
rows: its start is no part of the path.
"""

from collections.abc import Sequence
from pathlib import Path

from federation.records.feed_policy import Dataset
from node.assemble.desk import open_desk
from node.config import Config
from tests.bench.baselines.insert import IMPORTED
from tests.bench.data.records import write_tables
from tests.bench.ground import IMPORTER, Ground
from tests.bench.measure import Goal, Outcome, Sides
from tests.bench.programs import Finished, xinqiao

GOAL = Goal(at_least=0.25, aim=0.4)


def run(ground: Ground) -> Sequence[Outcome]:
    """Measures the row."""
    rows = ground.plan.scale
    ours, baseline = [], []
    for _ in range(ground.plan.long_rounds):
        start = import_tables(ground, 0)[0].seconds
        finished, raw = import_tables(ground, rows, again=True)
        ours.append(rows / (finished.seconds - start))
        baseline.append(rows / raw)
    sides = Sides(ours, baseline)
    note = f"command start of {start:.1f} s taken off"
    return [sides.outcome("导入 import of 双公示 tables to checkpoint / raw insert", "records/s", GOAL, note)]


def profile(ground: Ground, target: Path) -> None:
    """Profiles our side."""
    import_tables(ground, ground.plan.scale, profile=target)


def import_tables(
    ground: Ground, rows: int, *, again: bool = False, profile: Path | None = None
) -> tuple[Finished, float]:
    """Imports tables of so many rows into a new node.

    Args:
        ground: the nodes.
        rows: of both tables together.
        again: whether the rows that end up in the store are inserted raw afterwards, as many in a transaction as the
            node publishes at once.
        profile: where the profile of the command goes.

    Returns:
        What the command took, and the seconds of the raw insert.
    """
    tables = _tables(ground, rows)
    with ground.copy(IMPORTER) as config:
        files = [str(table) for table in tables]
        finished = xinqiao("import", *files, "--node", str(config.folder), profile=profile)
        accepted = sum(file["accepted"] for file in finished.said[0]["files"])
        assert rows == accepted == _published(config), finished.said
        ground.import_peaks[rows] = finished.peak_bytes
        batch = config.publish.max_batch_entries
        return finished, ground.insert_again(config, IMPORTED, batch) if again else 0.0


def _published(config: Config) -> int:
    """How many entries stand under the signed checkpoints of the feeds that were imported into."""
    with open_desk(config) as desk:
        return sum(view.size for view in desk.reader.feeds() if view.dataset in {Dataset.LICENCES, Dataset.PENALTIES})


def _tables(ground: Ground, rows: int) -> Sequence[Path]:
    """The tables, written once for each number of rows."""
    folder = ground.plan.folder / f"tables-{rows}"
    written = folder / "written"
    if not written.exists():
        folder.mkdir(exist_ok=True)
        write_tables(folder, rows, seed=ground.plan.seed)
        written.touch()
    return [folder / "licences.csv", folder / "penalties.csv"]
