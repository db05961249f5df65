# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Cases, judgements and the conclusion drawn from them. Values only."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from conformance.session import Session


class Status(StrEnum):
    """What became of one case. A status that is not PASS never counts as a pass."""

    PASSED = "PASS"
    FAILED = "FAIL"
    NOT_TESTABLE = "NOT_TESTABLE"
    HARNESS_ERROR = "HARNESS_ERROR"
    NOT_RUN = "NOT_RUN"


class Conclusion(StrEnum):
    """What the run says about the node."""

    CONFORMANT = "CONFORMANT"
    NOT_CONFORMANT = "NOT CONFORMANT"
    INCONCLUSIVE = "INCONCLUSIVE"


EXIT_CODES = {Conclusion.CONFORMANT: 0, Conclusion.NOT_CONFORMANT: 1, Conclusion.INCONCLUSIVE: 2}
EXIT_CONFIGURATION = 3


@dataclass(frozen=True)
class Text:
    """A text in both languages."""

    en: str
    zh: str


@dataclass(frozen=True)
class Case:
    """One question put to the node.

    Attributes:
        id: `<group>-<number>/<slug>`, stable for ever.
        clauses: the MUST clauses of README.md it judges.
        title: what a node that passes does.
        mend: what to do about a failure.
        run: returns when the node passes; raises Breach or Untestable.
    """

    id: str
    clauses: tuple[str, ...]
    title: Text
    mend: Text
    run: Callable[[Session], Awaitable[None]]


@dataclass(frozen=True)
class Judgement:
    """What became of a case.

    Attributes:
        case: the case.
        status: the outcome.
        reason: stable code; empty on PASS.
        expected: what the clause asks for; empty on PASS.
        actual: what the node did, or what is missing; empty on PASS. Untrusted text.
        milliseconds: how long the case took.
    """

    case: Case
    status: Status
    reason: str = ""
    expected: str = ""
    actual: str = ""
    milliseconds: int = 0


@dataclass(frozen=True)
class Result:
    """One run.

    Attributes:
        target: host:port as given.
        node_id: the node under test.
        started_at_ms: milliseconds since 1970.
        planned: ids of every case of the register.
        judgements: one for each case that was to run, in order.
    """

    target: str
    node_id: str
    started_at_ms: int
    planned: tuple[str, ...]
    judgements: tuple[Judgement, ...]

    @property
    def partial(self) -> bool:
        """Whether fewer cases ran than are planned."""
        ran = {j.case.id for j in self.judgements if j.status is not Status.NOT_RUN}
        return not self.planned or ran != set(self.planned)

    @property
    def conclusion(self) -> Conclusion:
        """The verdict: an error of the suite voids the run, a MUST not passed fails it, too few cases leave it open."""
        statuses = {judgement.status for judgement in self.judgements}
        if Status.HARNESS_ERROR in statuses:
            return Conclusion.INCONCLUSIVE
        if statuses & {Status.FAILED, Status.NOT_TESTABLE}:
            return Conclusion.NOT_CONFORMANT
        return Conclusion.INCONCLUSIVE if self.partial else Conclusion.CONFORMANT

    @property
    def exit_code(self) -> int:
        """0 conformant, 1 failed, 2 inconclusive."""
        return EXIT_CODES[self.conclusion]
