# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Cases behind the doors of a served node: closed while it is read-only, and whoever hands letters on is woken."""

from collections.abc import Callable, Sequence

from node.assemble.casework.stage import Casework
from node.cases.docket import NotDone, Step
from node.cases.letter import CaseName
from node.cases.post import Taken
from node.cases.window import Application, Filed, NotFiled
from node.exchange.dialogue import Envelope


class CaseDoor:
    """For the writer thread; each method as that of `Casework`.

    Args:
        cases: the stages.
        require_writable: StoreFault STORE_READ_ONLY while the node cannot sign.
        letters: rings for letters that are to be handed on.
    """

    def __init__(self, cases: Casework, require_writable: Callable[[], None], letters: Callable[[], None]) -> None:
        self._cases = cases
        self._require_writable = require_writable
        self._letters = letters

    def take(self, caller: str, envelopes: Sequence[Envelope]) -> Sequence[Taken]:
        """Takes letters from a member."""
        self._require_writable()
        try:
            return self._cases.take(caller, envelopes)
        finally:
            self._letters()  # after a fault too: the commit may have been kept although it failed

    def file(self, application: Application) -> Filed | NotFiled:
        """Files a case."""
        self._require_writable()
        try:
            return self._cases.file(application)
        finally:
            self._letters()  # as above

    def handle(self, name: CaseName, step: Step) -> NotDone | None:
        """Takes a step on a case, or withdraws it."""
        self._require_writable()
        try:
            return self._cases.handle(name, step)
        finally:
            self._letters()  # as above
