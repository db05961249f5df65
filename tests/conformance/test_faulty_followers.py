# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Each case in which the suite is a peer has a follower that breaks its promise, and is caught by that case alone.

It is put to the cases of its group: in the others it is only found again, in what rests on it. `ALSO` names what else
must fail there by the nature of the fault: a follower that does not hear of endings hears of no repair, one that leaves
red entries aside has none to suspend, and what is never stated is never handed on.
"""

import asyncio

import pytest

from conformance.config import load
from conformance.run import run
from tests.conformance.reference.bench import PEERED, Bench, failures
from tests.conformance.reference.following.misrule import Misrule

pytestmark = pytest.mark.slow

CAUGHT = {
    Misrule.REDS_IGNORED: ("LM-01", "NOT_IN_FORCE"),
    Misrule.MEASURES_OF_ORIGIN: ("LM-02", "WRONG_MEASURES"),
    Misrule.UNCOVERED_MEASURED: ("LM-02", "UNCOVERED_MEASURED"),
    Misrule.ACTS_AFTER_END: ("LM-03", "ENDED_CAME_BACK"),
    Misrule.SUSPENSION_IGNORED: ("LM-03", "SUSPENDED_COUNTS"),
    Misrule.RESUME_IGNORED: ("LM-03", "RESUMED_IGNORED"),
    Misrule.LAPSE_LATE: ("LM-04", "LAPSED_COUNTS"),
    Misrule.LAPSE_EARLY: ("LM-04", "LAPSED_EARLY"),
    Misrule.CONFLICT_IGNORED: ("LM-05", "RED_BESIDE_BLACK"),
    Misrule.NAMESAKE_TAKEN: ("LM-05", "NAMESAKE_TOUCHED"),
    Misrule.FEEDBACK_REFUSED: ("LM-06", "FEEDBACK_REFUSED"),
    Misrule.FEEDBACK_UNHELD: ("LM-06", "FEEDBACK_UNHELD"),
    Misrule.FEEDBACK_LOST: ("LM-06", "FEEDBACK_LOST"),
    Misrule.FEEDBACK_DIFFERS: ("LM-06", "FEEDBACK_DIFFERS"),
    Misrule.FEEDBACK_HELD_ON: ("LM-06", "FEEDBACK_NOT_LIFTED"),
    Misrule.FORMER_CODE_IGNORED: ("LM-07", "FORMER_CODE_IGNORED"),
    Misrule.FORMER_CODE_UNSEEN: ("LM-07", "FORMER_CODE_UNSEEN"),
    Misrule.CLAIM_BELIEVED: ("LM-07", "CLAIM_BELIEVED"),
    Misrule.HEAD_TAKEN_FOR_BRANCH: ("LM-07", "HEAD_TAKEN_FOR_BRANCH"),
    Misrule.BRANCH_IGNORED: ("LM-07", "BRANCH_NOT_SHOWN"),
    Misrule.END_IGNORED: ("RO-01", "STATED_NOT_IN_EFFECT"),
    Misrule.OTHER_ENDED: ("RO-01", "OTHER_ENDED_TOO"),
    Misrule.UNSTATED: ("RO-01", "NO_STATEMENT"),
    Misrule.STATEMENT_MISSIGNED: ("RO-01", "NO_STATEMENT"),
    Misrule.OLDER_HEAD_TAKEN: ("RO-02", "COUNTS_AGAIN"),
    Misrule.OWN_UNTOLD: ("RO-03", "OWN_UNTOLD"),
    Misrule.FORGED_HANDED_ON: ("RO-03", "FORGED_HANDED_ON"),
    Misrule.NOT_HANDED_ON: ("RO-03", "NOT_HANDED_ON"),
    Misrule.EARLY_TAKEN_UP: ("RO-04", "EARLY_TAKEN_UP"),
    Misrule.RIPE_REFUSED: ("RO-04", "RIPE_REFUSED"),
    Misrule.WITHDRAWAL_IGNORED: ("RO-04", "WITHDRAWAL_IGNORED"),
    Misrule.CASE_STATEMENT_MISSIGNED: ("RO-04", "STATEMENT_UNSIGNED"),
    Misrule.CASE_STATEMENT_UNBOUND: ("RO-04", "STATEMENT_UNBOUND"),
    Misrule.RECEIPT_MISSIGNED: ("RO-05", "RECEIPT_INVALID"),
    Misrule.CASES_REFUSED: ("RO-05", "CASE_REFUSED"),
    Misrule.CASE_LOST: ("RO-05", "CASE_LOST"),
    Misrule.CASE_MISSIGNED: ("RO-05", "CASE_UNSIGNED"),
    Misrule.CASE_DIFFERS: ("RO-05", "CASE_DIFFERS"),
    Misrule.APPLICANT_UNBOUND: ("RO-05", "APPLICANT_UNBOUND"),
    Misrule.APPLICANT_TOLD: ("RO-05", "APPLICANT_TOLD"),
    Misrule.FORGED_TAKEN: ("RO-05", "FORGED_TAKEN"),
    Misrule.UNBOUND_TAKEN: ("RO-05", "UNBOUND_TAKEN"),
    Misrule.ALTERED_TAKEN: ("RO-05", "ALTERED_TAKEN"),
    Misrule.DECISIONS_REFUSED: ("RO-05", "RECEIPT_ABSENT"),
    Misrule.MARK_UNSEEN: ("RO-05", "MARK_UNSEEN"),
    Misrule.REPAIRED_BY_ANYBODY: ("RO-06", "REPAIRED_BY_ANYBODY"),
    Misrule.REPAIR_IGNORED: ("RO-06", "REPAIR_IGNORED"),
    Misrule.RESTORED_BY_ANYBODY: ("RO-06", "RESTORED_BY_ANYBODY"),
    Misrule.RESTORE_IGNORED: ("RO-06", "RESTORE_IGNORED"),
    Misrule.FILINGS_IGNORED: ("AF-01", "NOT_IN_FORCE"),
    Misrule.REPORT_REFUSED: ("AF-03", "VALID_REFUSED"),
    Misrule.REPORT_UNSCOPED: ("AF-03", "OUTSIDE_ACCEPTED"),
    Misrule.REPORT_BACKDATED: ("AF-03", "BACKDATED_ACCEPTED"),
    Misrule.REPORT_UNFILED: ("AF-03", "UNFILED_ACCEPTED"),
    Misrule.REPORT_OF_CANCELLED: ("AF-03", "AFTER_CANCELLATION_ACCEPTED"),
    Misrule.REPORT_VOIDED: ("AF-03", "EARLIER_VOIDED"),
    Misrule.REPORT_UNMARKED: ("AF-03", "EARLIER_UNMARKED"),
    Misrule.FILED_TWICE: ("AF-01", "FILED_TWICE"),
    Misrule.FILINGS_REFUSED: ("AF-01", "FIRST_FILING_REFUSED"),
    Misrule.REGION_IGNORED: ("AF-02", "REGION_EXCEEDED"),
    Misrule.CATEGORY_IGNORED: ("AF-02", "CATEGORY_EXCEEDED"),
    Misrule.FILING_TERM_IGNORED: ("AF-02", "TERM_EXCEEDED"),
    Misrule.FILING_STANDING_IGNORED: ("AF-02", "SUSPENDED_COUNTS"),
    Misrule.CLOSED_REOPENED: ("AF-02", "CANCELLED_CAME_BACK"),
    Misrule.INQUIRY_REFUSED: ("EA-06", "NOT_ASKED"),
    Misrule.ASKED_UNLOGGED: ("EA-06", "EXCHANGE_UNLOGGED"),
    Misrule.ASKED_TWICE_LOGGED: ("EA-06", "LOGGED_TWICE"),
    Misrule.ASKED_FOR_OTHER_PURPOSE: ("EA-06", "ENTRY_DIFFERS"),
    Misrule.HEADS_UNCOMMITTED: ("EA-06", "COMMITMENT_DIFFERS"),
    Misrule.ASKED_UNSIGNED: ("EA-06", "QUESTION_UNSIGNED"),
    Misrule.REFUSAL_AS_ANSWER: ("EA-06", "ENTRY_DIFFERS"),
    Misrule.OTHER_ANSWER_TAKEN: ("QP-10", "FALSE_ANSWER_USED"),
    Misrule.FORGED_ANSWER_TAKEN: ("QP-10", "FALSE_ANSWER_USED"),
    Misrule.ANSWER_OF_ANY_DAY_TAKEN: ("QP-10", "FALSE_ANSWER_USED"),
    Misrule.FRESHNESS_BELIEVED: ("QP-10", "FALSE_ANSWER_USED"),
    Misrule.FALSE_ANSWER_AS_GOOD: ("QP-10", "FALSE_ANSWER_LOGGED"),
}

ALSO = {
    Misrule.CONFLICT_IGNORED: {"LM-07"},
    Misrule.NAMESAKE_TAKEN: {"LM-07"},
    Misrule.REDS_IGNORED: {"LM-02", "LM-05", "LM-07"},
    Misrule.END_IGNORED: {"RO-02", "RO-05", "RO-06"},
    Misrule.UNSTATED: {"RO-03"},
    Misrule.STATEMENT_MISSIGNED: {"RO-03"},
    Misrule.RECEIPT_MISSIGNED: {"RO-04"},
    Misrule.FILINGS_IGNORED: {"AF-02", "AF-03"},
    Misrule.FILING_STANDING_IGNORED: {"AF-03"},
    Misrule.REPAIR_IGNORED: {"RO-01"},
    Misrule.INQUIRY_REFUSED: {"QP-10"},
    Misrule.ASKED_UNLOGGED: {"QP-10"},
    Misrule.ASKED_TWICE_LOGGED: {"QP-10"},
    Misrule.ASKED_UNSIGNED: {"QP-10"},
}


@pytest.mark.parametrize("group", [("LM",), ("RO",), ("AF",), ("EA", "QP")], ids="-".join)
async def test_each_misrule_is_caught_by_its_case_for_its_reason(bench: Bench, group: tuple[str, ...]) -> None:
    """A follower with one misrule fails exactly the case that names it, and those of its group declared beside it.

    The misrules of a group are judged side by side: what makes a wrong node fail is mostly that nothing comes in time.
    """
    misrules = [misrule for misrule, (case, _) in CAUGHT.items() if case.startswith(group)]
    cases = tuple(case for case in PEERED if case.id.startswith(group))
    results = await asyncio.gather(*(bench.judge_follower(misrule, cases=cases) for misrule in misrules))
    found = dict(zip(misrules, map(failures, results), strict=True))
    assert {misrule: found[misrule].get(CAUGHT[misrule][0]) for misrule in misrules} == {
        misrule: CAUGHT[misrule][1] for misrule in misrules
    }
    assert {misrule: set(found[misrule]) for misrule in misrules} == {
        misrule: {CAUGHT[misrule][0]} | ALSO.get(misrule, set()) for misrule in misrules
    }


def test_every_case_has_a_faulty_follower() -> None:
    """No case is taken on trust: each is shown at least one follower that it must catch."""
    assert {case.id.split("/")[0] for case in PEERED} == {case for case, _ in CAUGHT.values()}


def test_every_switch_of_the_follower_is_tried() -> None:
    """No misrule stands unused; two are degenerate."""
    assert set(Misrule) - set(CAUGHT) == {Misrule.NOTHING_COUNTS, Misrule.EVERYTHING_COUNTS}


async def _passed(bench: Bench, misrule: Misrule) -> set[str]:
    """The cases of effect that a degenerate follower passes, each put to a follower of its own, side by side."""
    cases = [case for case in PEERED if case.id[:2] in {"LM", "RO", "AF"}]
    results = await asyncio.gather(*(bench.judge_follower(misrule, cases=(case,)) for case in cases))
    return {case.id[:5] for case, result in zip(cases, results, strict=True) if not failures(result)}


async def test_a_follower_for_which_nothing_counts_passes_only_what_is_not_about_counting(bench: Bench) -> None:
    """Reject-all passes no case by refusing: each that expects no effect has its anchor."""
    assert await _passed(bench, Misrule.NOTHING_COUNTS) == {"RO-04"}


async def test_a_follower_for_which_everything_counts_fails_every_end_and_limit(bench: Bench) -> None:
    """Accept-all passes only where something must count, or come back."""
    assert await _passed(bench, Misrule.EVERYTHING_COUNTS) == {"LM-01", "RO-03", "RO-04", "AF-01"}


async def test_a_node_that_does_not_follow_is_not_testable(bench: Bench) -> None:
    """Nothing is passed for want of a follower: a target that never comes fails every case, after one wait."""
    async with bench.serve() as address:
        found = failures(await run(address, load(bench.peered), PEERED))
    assert set(found.values()) == {"NOT_TESTABLE"}
    assert len(found) == len(PEERED)
