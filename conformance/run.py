# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs cases, in order, and turns what comes of each into a judgement. Nothing a node does can stop a run."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from conformance.breach import Breach, Untestable
from conformance.config import Config
from conformance.peer.peer import attending
from conformance.register import CASES
from conformance.session import Session, channel_to
from conformance.verdict import Case, Judgement, Result, Status

# A case makes many calls, each with its own deadline; this bounds the whole of it against a node that trickles.
CALLS_PER_CASE = 30


async def run(
    address: str, config: Config, cases: Sequence[Case] = CASES, watch: Callable[[Judgement], None] = lambda _: None
) -> Result:
    """Put cases to a node.

    Args:
        address: host:port.
        config: the checked configuration.
        cases: those to run, in order; fewer than the register holds make the run partial.
        watch: told of each judgement as it is made.

    Returns:
        The result, with one judgement for each case.

    Raises:
        OSError: our own address as a peer cannot be listened at, or our feeds cannot be kept.
    """
    started = time.time_ns() // 1_000_000
    judgements = []
    async with AsyncExitStack() as stack:
        channel = await stack.enter_async_context(channel_to(address, config, config.identity.credential))
        peer, local = await stack.enter_async_context(attending(config)), None
        if config.peer is not None:
            there = config.peer.local
            local = await stack.enter_async_context(channel_to(there.address, config, there.credential))
        coordinator, relay = [
            None if who is None else await stack.enter_async_context(channel_to(address, config, who.credential))
            for who in (config.coordinator, config.relay)
        ]
        session = Session(address, config, channel, peer, local, coordinator, relay)
        for case in cases:
            judgement = await judge(case, session)
            watch(judgement)
            judgements.append(judgement)
    planned = tuple(case.id for case in CASES)
    return Result(address, config.target.node_id, started, planned, tuple(judgements))


async def judge(case: Case, session: Session) -> Judgement:
    """Run one case.

    Returns:
        PASS, FAIL, NOT_TESTABLE, or HARNESS_ERROR when the case itself broke.
    """
    start = time.perf_counter()
    status, reason, expected, actual = await _outcome(case, session)
    return Judgement(case, status, reason, expected, actual, round((time.perf_counter() - start) * 1000))


async def _outcome(case: Case, session: Session) -> tuple[Status, str, str, str]:
    limit = session.seconds * CALLS_PER_CASE
    try:
        async with asyncio.timeout(limit):
            await case.run(session)
    except Breach as breach:
        return Status.FAILED, breach.reason, breach.expected, breach.actual
    except Untestable as gap:
        return Status.NOT_TESTABLE, "NOT_TESTABLE", "what the case needs", gap.need
    except TimeoutError:
        return Status.FAILED, "TOO_SLOW", f"the case to end within {limit} s", "it did not"
    except Exception as error:
        return Status.HARNESS_ERROR, type(error).__name__.upper(), "the suite to judge", str(error)
    return Status.PASSED, "", "", ""
