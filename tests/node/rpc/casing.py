# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands behind CaseService and the cases of the local port: remembers what it was told."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from node.cases.docket import NotDone, Step
from node.cases.letter import CaseName
from node.cases.post import NotTaken, Taken
from node.cases.window import Application, Filed, NotFiled
from node.exchange.dialogue import Envelope
from node.rpc.cases.servicer import CaseServicer
from node.rpc.local_servicer import LocalServicer, LocalStages


@dataclass
class Casing:
    """Takes every letter but those that say `bad`, files what is about entry 0, and takes the steps on one case."""

    taken: list[tuple[str, tuple[bytes, ...]]] = field(default_factory=list)
    filed: list[Application] = field(default_factory=list)
    steps: list[tuple[CaseName, Step]] = field(default_factory=list)

    def take(self, caller: str, envelopes: Sequence[Envelope]) -> Sequence[Taken]:
        """The letter itself for a receipt."""
        self.taken.append((caller, tuple(each.payload for each in envelopes)))
        return [NotTaken("CASE_ID_REUSED") if each.payload == b"bad" else each for each in envelopes]

    def file(self, application: Application) -> Filed | NotFiled:
        """Refuses all but one, with a day."""
        self.filed.append(application)
        return NotFiled(("REPAIR_NOT_YET",), "", date(2027, 1, 1)) if application.index else Filed("an id")

    def handle(self, name: CaseName, step: Step) -> NotDone | None:
        """Knows one case."""
        self.steps.append((name, step))
        return None if name.case_id == "an id" else NotDone("case_id", "CASE_UNKNOWN")


def doors(stages: Any, executor: Executor) -> tuple[CaseServicer, LocalServicer]:  # noqa: ANN401 - all of them in one
    """CaseService and LocalService, with one object behind every door."""
    local = LocalStages(stages, stages, stages, stages, stages, stages, stages, stages)
    return CaseServicer(stages, executor), LocalServicer(local, executor, executor)
