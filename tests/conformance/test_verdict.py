# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How judgements become a conclusion: nothing that did not run and pass ever counts as a pass."""

import pytest

from conformance.register import CASES
from conformance.session import Session
from conformance.verdict import Case, Conclusion, Judgement, Result, Status, Text
from tests.conformance.reference.bench import ASKING, GROUPS, Bench, failures

PLANNED = tuple(case.id for case in CASES)


def _result(*judgements: Judgement) -> Result:
    return Result("127.0.0.1:1", "330100", 0, PLANNED, judgements)


def _all(but: Status, at: int = 3) -> Result:
    return _result(*(Judgement(case, but if n == at else Status.PASSED) for n, case in enumerate(CASES)))


@pytest.mark.parametrize(
    ("status", "conclusion", "code"),
    [
        (Status.PASSED, Conclusion.CONFORMANT, 0),
        (Status.FAILED, Conclusion.NOT_CONFORMANT, 1),
        (Status.NOT_TESTABLE, Conclusion.NOT_CONFORMANT, 1),
        (Status.HARNESS_ERROR, Conclusion.INCONCLUSIVE, 2),
        (Status.NOT_RUN, Conclusion.INCONCLUSIVE, 2),
    ],
)
def test_one_case_decides(status: Status, conclusion: Conclusion, code: int) -> None:
    """One case that is not a pass takes conformance away, each status in its own way."""
    result = _all(status)
    assert (result.conclusion, result.exit_code) == (conclusion, code)


def test_no_case_at_all_is_inconclusive() -> None:
    """A run of nothing proves nothing."""
    assert _result().exit_code == 2


def test_an_empty_register_is_inconclusive() -> None:
    """A suite that plans no case cannot call anybody conformant."""
    assert Result("127.0.0.1:1", "330100", 0, (), ()).exit_code == 2


def test_one_case_too_few_is_inconclusive() -> None:
    """All passed but one missing is no conformance."""
    result = _result(*(Judgement(case, Status.PASSED) for case in CASES[1:]))
    assert result.exit_code == 2


def test_an_error_of_the_suite_outweighs_a_failure() -> None:
    """A run in which the suite broke is void, whatever else failed."""
    failed, broke = Judgement(CASES[0], Status.FAILED), Judgement(CASES[1], Status.HARNESS_ERROR)
    assert _result(failed, broke).conclusion is Conclusion.INCONCLUSIVE


async def test_a_case_that_breaks_is_an_error_of_the_suite(bench: Bench) -> None:
    """An exception that is no Breach is the suite's fault, never a pass and never the node's failure."""

    async def broken(_: Session) -> None:
        raise KeyError("nothing of the node's")

    case = Case("TI-99/broken", ("C-TI-01",), Text("broken", "坏"), Text("mend", "修"), broken)
    result = await bench.judge(cases=(case,))
    assert [judgement.status for judgement in result.judgements] == [Status.HARNESS_ERROR]
    assert result.exit_code == 2


_ASKED = {case.id[:5] for case in ASKING if case.id[:2] in {"QU", "QP", "EA", "LA"}}


@pytest.mark.parametrize(
    ("gone", "cases"),
    [
        ("closed = ", {"AU-01", "AU-02"}),
        ("known = ", {"WC-06", *_ASKED} - {"QP-02"}),
        ('person = "', {"PS-05"}),
        ("refused_purpose", {"QU-03", "QP-07", "EA-01", "EA-03"}),
        ("person_purpose", {"QP-02"}),
        ("unknown = ", {"QU-08", "QP-02"}),
        ("ended = ", {"QP-04"}),
        ("part_purpose", {"QP-11"}),
    ],
)
async def test_what_is_not_configured_fails(bench: Bench, gone: str, cases: set[str]) -> None:
    """A case whose need is not configured is NOT_TESTABLE, and the node is not conformant."""
    slug = "".join(c for c in gone if c.isalpha())

    def keep(text: str) -> str:
        return "\n".join(line for line in text.split("\n") if not line.startswith(gone))

    result = await bench.judge(config=bench.variant(f"without-{slug}", keep), cases=_touched(cases))
    assert failures(result) == dict.fromkeys(cases, "NOT_TESTABLE")
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("member", "cases"), [("coordinator", {f"EA-0{n}" for n in range(1, 6)} | {"LA-01"}), ("relay", {"QP-07"})]
)
async def test_what_takes_another_member_fails_without_one(bench: Bench, member: str, cases: set[str]) -> None:
    """Without a coordinator the log is not testable, nor without a relay what it may bring; all else is judged."""

    def alone(text: str) -> str:
        before, _, after = text.partition(f"[{member}]")
        return before + after[after.index("\n[") :]

    result = await bench.judge(config=bench.variant(f"without-{member}", alone), cases=_touched(cases))
    assert failures(result) == dict.fromkeys(cases, "NOT_TESTABLE")


def _touched(cases: set[str]) -> tuple[Case, ...]:
    """The groups of the cases: what is not configured is no need of any other."""
    return tuple(case for group in GROUPS if cases & {one.id[:5] for one in group} for case in group)


async def test_without_strangers_the_door_is_not_testable(bench: Bench) -> None:
    """Strangers' certificates that are not supplied leave four cases NOT_TESTABLE."""
    result = await bench.judge(config=bench.variant("friendless", lambda text: text.split("[strangers")[0]))
    assert failures(result) == dict.fromkeys(("TI-02", "TI-03", "TI-04", "TI-06"), "NOT_TESTABLE")
