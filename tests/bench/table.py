# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The rows of the table, by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.ground import Ground
from tests.bench.measure import Outcome
from tests.bench.rows import endings, follow, importing, latency, memory, query, reconcile, removal, unary, verify
from tests.bench.rows.business import batch, fanout


@dataclass(frozen=True, slots=True)
class Row:
    """One path that is measured.

    Attributes:
        run: measures it; one line of the table for each thing it says.
        profile: runs our side alone, and writes its profile to a file.
    """

    run: Callable[[Ground], Sequence[Outcome]]
    profile: Callable[[Ground, Path], None]


ROWS: Mapping[str, Row] = {
    "follow": Row(follow.run, follow.profile),
    "unary": Row(unary.run, unary.profile),
    "import": Row(importing.run, importing.profile),
    "query": Row(query.run, query.profile),
    "batch-check": Row(batch.run, batch.profile),
    "fan-out": Row(fanout.run, fanout.profile),
    "verify": Row(verify.run, verify.profile),
    "removal": Row(removal.run, removal.profile),
    "endings": Row(endings.run, endings.profile),
    "reconcile": Row(reconcile.run, reconcile.profile),
    "latency": Row(latency.run, latency.profile),
    "memory": Row(memory.run, memory.profile),
}
