# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`audit reconcile` of two audit files, as a command, against a bare loop that hashes the same entries; and its memory.

Our side reads, checks every signature, leaf and commitment, sorts, and compares every exchange. The other side only
reads the files and hashes each leaf and each payload. The start of the command is not taken off.
"""

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

from federation.rules.audit.form import MAGIC, PART_BYTES, Part, decode_entries, part_head
from tests.bench.data.audit import audit_files
from tests.bench.ground import Ground
from tests.bench.measure import Goal, Outcome, Sides
from tests.bench.programs import Finished, xinqiao

GOAL = Goal(at_least=0.08)
MINUTE = Goal(at_most=60)
FLAT = Goal(at_most=1.5)
MILLION = 1_000_000
MIB = 1024 * 1024


def run(ground: Ground) -> Sequence[Outcome]:
    """Measures the rows."""
    plan = ground.plan
    files, trust = audit_files(plan.folder / "audit", plan.scale)
    few, _ = audit_files(plan.folder / "audit", plan.small)
    ours, baseline, peaks = [], [], []
    for _ in range(plan.long_rounds):
        done = _reconcile(files, trust)
        assert done.said[0]["classes"]["MATCHED"] == plan.scale
        ours.append(plan.scale / done.seconds)
        peaks.append(done.peak_bytes / MIB)
        baseline.append(plan.scale / _hash_again(files))
    little = [_reconcile(few, trust).peak_bytes / MIB] * len(peaks)
    speed = Sides(ours, baseline).outcome("比对 reconcile of two logs / bare hash loop", "exchanges/s", GOAL)
    seconds = MILLION / speed.ours
    minute = Outcome("比对 reconcile, seconds for a million exchanges", "s", seconds, None, seconds, MINUTE, len(ours))
    against = f"at {plan.scale:,} / at {plan.small:,} exchanges"
    return [speed, minute, Sides(peaks, little).outcome(f"内存 memory of reconcile, {against}", "MiB", FLAT)]


def profile(ground: Ground, target: Path) -> None:
    """Profiles our side."""
    files, trust = audit_files(ground.plan.folder / "audit", ground.plan.scale)
    _reconcile(files, trust, target)


def _reconcile(files: Sequence[str], trust: str, profiled: Path | None = None) -> Finished:
    return xinqiao("audit", "reconcile", *files, "--trust", trust, profile=profiled)


def _hash_again(files: Sequence[str]) -> float:
    """Hashes everything in the files; the seconds for it."""
    began, sha256 = time.perf_counter(), hashlib.sha256
    for path in files:
        with Path(path).open("rb", buffering=MIB) as file:
            file.read(len(MAGIC))
            while (raw := file.read(PART_BYTES)) and (head := part_head(raw))[0] is not Part.SEAL:
                body = file.read(head[1])
                if head[0] is Part.ENTRIES:
                    for entry in decode_entries(body):
                        sha256(entry.leaf).digest()
                        sha256(entry.payload).digest()
    return time.perf_counter() - began
