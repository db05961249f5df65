# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Docket, window and post over one store. Call from the writer thread only."""

import os
from collections.abc import Callable, Mapping, Sequence

from federation.records.case import CaseState
from federation.records.feed_policy import Dataset
from node.cases.docket import CaseRules, Docket, NotDone, Step
from node.cases.letter import CaseName
from node.cases.marks import Marks
from node.cases.ports import CaseStore
from node.cases.post import Correspondents, Post, Taken
from node.cases.window import Application, Filed, NotFiled, Window
from node.exchange.dialogue import Envelope
from node.identity.keys import KeyRing

_SPECIAL = frozenset({Dataset.CATALOGUE, Dataset.EXCHANGE})


class Casework:
    """The stages of cases.

    Args:
        store: where cases are kept.
        marks: acts on the own entries.
        keys: the message key signs.
        rules: what cases are decided by.
        correspondents: members and ways.
        now_ms: the clock.

    Attributes:
        post: takes letters and hands them on.
    """

    def __init__(
        self,
        store: CaseStore,
        marks: Marks,
        keys: KeyRing,
        rules: CaseRules,
        correspondents: Correspondents,
        now_ms: Callable[[], int],
    ) -> None:
        self._docket = Docket(store, marks, keys, rules, now_ms)
        self._window = Window(store, self._docket, keys, rules, now_ms, os.urandom)
        self.post = Post(store, self._docket, self._window, keys, correspondents, now_ms)

    def take(self, caller: str, envelopes: Sequence[Envelope]) -> Sequence[Taken]:
        """As `Post.take`."""
        return self.post.take(caller, envelopes)

    def file(self, application: Application) -> Filed | NotFiled:
        """As `Window.file`."""
        return self._window.file(application)

    def handle(self, name: CaseName, step: Step) -> NotDone | None:
        """Takes a step on a case, as `Docket.step`, or withdraws it, as `Window.withdraw`; None when that is done."""
        if step.state is CaseState.WITHDRAWN:
            return self._window.withdraw(name, step.explanation)
        done = self._docket.step(name, step)
        return done if isinstance(done, NotDone) else None

    def overdue(self) -> int:
        """As `Docket.overdue`."""
        return self._docket.overdue()


def about_subjects(datasets: Mapping[str, Dataset]) -> Mapping[str, Dataset]:
    """Those of the own feeds whose entries cases can be about."""
    return {origin: dataset for origin, dataset in datasets.items() if dataset not in _SPECIAL}
