# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Most memory of `import` and of `serve` where much is held, against where little is.

`serve` is looked at where a feed comes from and where it is mirrored: each source is followed whole by a served mirror,
which decides too, and then asked.
"""

import time
from collections.abc import Sequence

from tests.bench.ground import ASKER, BIG, SMALL, Ground
from tests.bench.measure import Goal, Outcome, Sides
from tests.bench.rows import importing
from tests.bench.rows.asking import Asker, codes

GOAL = Goal(at_most=1.3)
QUERIES = 200
AT_ONCE = 32
MIB = 1024 * 1024
profile = importing.profile


def run(ground: Ground) -> Sequence[Outcome]:
    """Measures the rows; once, since a peak does not depend on how fast the machine is."""
    plan = ground.plan
    (large, mirror_large), (little, mirror_little) = _serve(ground, BIG), _serve(ground, SMALL)
    imports = [import_peak / MIB for import_peak in (_import(ground, plan.scale), _import(ground, plan.small))]
    against = f"at {plan.scale:,} / at {plan.small:,} records"
    return [
        Sides([large], [little]).outcome(f"memory of serve, source, {against}", "MiB", GOAL),
        Sides([mirror_large], [mirror_little]).outcome(f"memory of serve, mirror, {against}", "MiB", GOAL),
        Sides(imports[:1], imports[1:]).outcome(f"memory of import, {against}", "MiB", GOAL),
    ]


def _import(ground: Ground, rows: int) -> int:
    return importing.import_tables(ground, rows)[0].peak_bytes


def _serve(ground: Ground, source: str) -> tuple[float, float]:
    """Most MiB of a source, and of a mirror that follows it whole."""
    wanted = ground.origins(source)
    asked = codes(ground.records(source), ground.plan.calls(QUERIES), 5)
    with ground.served(source) as serving, ground.mirroring(source) as (mirror, mirroring):
        while any(mirror.size(origin) < size for origin, size in wanted.items()):
            time.sleep(0.2)
        with Asker(ground.config(ASKER)) as asker:
            asker.ask_all(source, asked, AT_ONCE)
        return serving.peak_bytes() / MIB, mirroring.peak_bytes() / MIB
