# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A node that keeps the contract passes; without this, a suite that fails everybody would look sharp."""

from conformance.config import load
from conformance.register import CASES
from conformance.run import run
from conformance.verdict import Conclusion
from tests.conformance.reference.bench import GROUPS, PEERED, Bench, failures
from tests.conformance.reference.fault import Fault


async def test_the_correct_node_passes_the_whole_suite(bench: Bench) -> None:
    """The reference node without a fault is CONFORMANT, and no case fails."""
    result = await bench.judge_follower(cases=CASES)
    assert failures(result) == {}
    assert result.conclusion is Conclusion.CONFORMANT
    assert result.exit_code == 0


async def test_a_node_that_grows_during_the_run_passes(bench: Bench) -> None:
    """An honest node that publishes while it is judged is CONFORMANT: no case takes growth for a fault."""
    assert failures(await bench.judge(Fault.GROWS)) == {}


async def test_a_node_that_grants_no_questions_about_persons_passes(bench: Bench) -> None:
    """Refusing every question about a person alike is no fault; on what authority it answers one is then untestable."""
    config = bench.variant("no-persons", lambda text: text.replace('person_purpose = "joint-measures"', "", 1))
    assert failures(await bench.judge(Fault.PERSONS_REFUSED, config=config)) == {"QP-02": "NOT_TESTABLE"}


async def test_a_second_run_takes_nothing_of_the_first_for_invented(bench: Bench) -> None:
    """What an earlier run asked stands in the log of the node, and is no fault of it: the same cases pass once more."""
    config = load(bench.config)
    async with bench.serve() as address:
        first, second = [failures(await run(address, config, GROUPS[2])) for _ in range(2)]
    assert (first, second) == ({}, {})


async def test_a_second_run_goes_on_with_the_feeds_of_the_first(bench: Bench) -> None:
    """A follower that has seen the suite's feeds is shown no other history by the next run, and passes it as well."""
    cases, config = PEERED[:3], load(bench.peered)
    async with bench.following() as address:
        first, second = [failures(await run(address, config, cases)) for _ in range(2)]
    assert (first, second) == ({}, {})
