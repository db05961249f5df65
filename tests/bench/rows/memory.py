# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Most memory of `import` and of `serve` where much is held, against where little is.

`serve` is looked at where a feed comes from and where it is mirrored: each source is followed whole by a served mirror,
which decides too, and then asked.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from node.assemble.desk import open_desk
from node.config import Config
from tests.bench.ground import ASKER, BIG, MIRRORS, SMALL, Ground
from tests.bench.measure import Goal, Outcome, Sides
from tests.bench.rows import importing
from tests.bench.rows.asking import Asker, codes

GOAL = Goal(at_most=1.3)
QUERIES = 200
AT_ONCE = 32
LOOK_S = 0.1
MIB = 1024 * 1024
profile = importing.profile


def run(ground: Ground) -> Sequence[Outcome]:
    """Measures the rows; once, since a peak does not depend on how fast the machine is."""
    plan = ground.plan
    with ExitStack() as closing:
        big, small = (closing.enter_context(ground.copy(MIRRORS[source])) for source in (BIG, SMALL))
        serve = _serve(ground, {BIG: big, SMALL: small})
    imports = [_import(ground, rows) / MIB for rows in (plan.scale, plan.small)]
    against = f"at {plan.scale:,} / at {plan.small:,} records"
    peaks = {"serve, source": serve[:2], "serve, mirror": serve[2:], "import": imports}
    return [
        Sides(sides[:1], sides[1:]).outcome(f"内存 memory of {what}, {against}", "MiB", GOAL)
        for what, sides in peaks.items()
    ]


def _import(ground: Ground, rows: int) -> int:
    """Most bytes of an import; one that was measured already is not run again."""
    if rows not in ground.import_peaks:
        importing.import_tables(ground, rows)
    return ground.import_peaks[rows]


def _serve(ground: Ground, mirrors: Mapping[str, Config]) -> Sequence[float]:
    """Most MiB of each source, and of each mirror, which follows its source whole."""
    configs = (*(ground.config(source) for source in mirrors), *mirrors.values())
    wanted = {source: ground.origins(source) for source in mirrors}
    with ground.served(*configs) as served:
        for source, config in mirrors.items():
            _await(config, wanted[source])
        with Asker(ground.config(ASKER)) as asker:
            for source in mirrors:
                asker.ask_all(source, codes(ground.records(source), ground.plan.calls(QUERIES), 5), AT_ONCE)
        return [one.peak_bytes() / MIB for one in served]


def _await(config: Config, wanted: Mapping[str, int]) -> None:
    """Waits until a mirror is complete."""
    with open_desk(config) as desk:
        while any((view := desk.reader.feed(origin)) is None or view.size < size for origin, size in wanted.items()):
            time.sleep(LOOK_S)
