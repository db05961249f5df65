# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Asks the own node's local port what business systems ask: subjects in batches, and feedback on measures."""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from creditexchange.v1 import local_service_pb2 as local

from federation.errors import PeerFault, UnreachableFault
from federation.rules.loop.feedback import Statement
from federation.standards.identity import CodeKind
from node.intake import Outcome
from node.query.business import ANY, SubjectState, Wanted
from node.rpc.calling.link import Method, read_answer, refused_stream
from node.rpc.client import LocalClient
from node.rpc.loop.wire import (
    ShownMeasure,
    ShownResult,
    measure_from_wire,
    result_from_wire,
    state_from_wire,
    statement_to_wire,
    wanted_to_wire,
)
from node.rpc.wire import ShownHolding, code_kind_to_wire, holding_from_wire, outcome_from_wire

_CHECK = Method("/creditexchange.v1.LocalService/Check", local.CheckResponse)
_BATCH_CHECK = Method("/creditexchange.v1.LocalService/BatchCheck", local.BatchCheckResponse)
_GIVE_FEEDBACK = Method("/creditexchange.v1.LocalService/GiveFeedback", local.GiveFeedbackResponse)


@dataclass(frozen=True, slots=True)
class Checked:
    """What counts for one subject: what is held, and the measures that follow."""

    holdings: tuple[ShownHolding, ...]
    measures: tuple[str, ...]
    truncated: bool
    state: SubjectState
    catalogued: tuple[ShownMeasure, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What counts for many subjects, in the order asked; `not_fresh` are feeds whose state may be outdated."""

    results: tuple[ShownResult, ...]
    catalogued: tuple[ShownMeasure, ...]
    not_fresh: tuple[str, ...]


class BusinessClient(LocalClient):
    """A business system at the local port; raises as `LocalClient` does."""

    async def check(self, code_kind: CodeKind, code: str, wanted: Wanted = ANY) -> Checked:
        """What counts here, now, for one subject."""
        request = local.CheckRequest(code_kind=code_kind_to_wire(code_kind), code=code, **wanted_to_wire(wanted))
        response = await self._link.call(_CHECK, request, self._timeout_s)
        holdings = tuple(read_answer(holding_from_wire, message) for message in response.holdings)
        return Checked(
            holdings,
            tuple(response.measures),
            response.truncated,
            read_answer(lambda message: state_from_wire(message.state), response),
            tuple(map(measure_from_wire, response.catalogued)),
        )

    async def batch_check(self, codes: Sequence[str], wanted: Wanted = ANY) -> Batch:
        """What counts here, now, for 1 to 10000 subjects."""
        request = local.BatchCheckRequest(codes=codes, **wanted_to_wire(wanted))
        results: list[ShownResult] = []
        catalogued: list[ShownMeasure] = []
        stale: list[str] = []
        try:
            async with aclosing(self._link.stream(_BATCH_CHECK, request, self._timeout_s)) as parts:
                async for part in parts:
                    results += [read_answer(result_from_wire, message) for message in part.results]
                    catalogued += map(measure_from_wire, part.catalogued)
                    stale += part.not_fresh
        except UnreachableFault as fault:  # of a stream that followers would try again: here a refusal is one
            raise refused_stream(fault, self._link.name) from fault
        if len(results) != len(codes):
            raise PeerFault("ANSWER_MALFORMED", f"{len(results)} results for {len(codes)} codes", ())
        return Batch(tuple(results), tuple(catalogued), tuple(stale))

    async def give_feedback(self, statements: Sequence[Statement]) -> list[Outcome]:
        """One outcome for each of 1 to 1000 statements, in order; accepted ones are durable."""
        request = local.GiveFeedbackRequest(statements=map(statement_to_wire, statements))
        response = await self._link.call(_GIVE_FEEDBACK, request, self._timeout_s)
        return [read_answer(outcome_from_wire, message) for message in response.outcomes]
