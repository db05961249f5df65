# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The reference's local port: what its business systems are told."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import grpc
from creditexchange.v1 import agency_filing_pb2, authority_pb2, feed_policy_pb2, report_check_pb2
from creditexchange.v1 import local_service_pb2 as wire
from google.protobuf.message import Message

from tests.conformance.reference.authority import Pair
from tests.conformance.reference.following.asking import Asking
from tests.conformance.reference.following.casework import Casework
from tests.conformance.reference.following.follower import FILINGS, LISTS, Follower
from tests.conformance.reference.following.misrule import Misrule
from tests.conformance.reference.following.reporting import said_of
from tests.conformance.reference.following.returning import BODY, Returning
from tests.conformance.reference.following.ruling import Ruling, about

Answer = Callable[[bytes], Message]


class Local(grpc.GenericRpcHandler):
    """Answers business systems, by method."""

    def __init__(self, follower: Follower, casework: Casework, returning: Returning, asking: Asking) -> None:
        """Take what is held, the cases, what is given back, and who asks."""
        self._follower, self._asking = follower, asking
        self._table: Mapping[str, Answer] = {
            "BatchCheck": self._batch_check,
            "Check": self._check,
            "Submit": self._submit,
            "CheckReport": self._check_report,
            "FileCase": casework.file,
            "GiveFeedback": returning.give,
        }

    def service(self, details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes] | None":
        """Return what answers a path."""
        name = str(details.method).rpartition("/")[2]
        if name == "Inquire":
            return grpc.unary_stream_rpc_method_handler(self._asking.inquire)
        answer = self._table.get(name)
        return grpc.unary_stream_rpc_method_handler(_streaming(answer)) if answer else None

    def _batch_check(self, request: bytes) -> Message:
        rulings = self._follower.rulings()
        codes = wire.BatchCheckRequest.FromString(request).codes
        results = [_result(code, about(code, rulings)) for code in codes]
        body = authority_pb2.Authority(name="甲市庚局", code=BODY)
        measure = wire.CataloguedMeasure(code="limited", implementers=[body])
        return wire.BatchCheckResponse(results=results, catalogued=[measure])

    def _check(self, request: bytes) -> Message:
        code, rulings, kin = wire.CheckRequest.FromString(request).code, self._follower.rulings(), self._follower.kin()
        codes = (code,) if self._follower.has(Misrule.FORMER_CODE_UNSEEN) else kin.one(code)
        results = [_result(one, about(one, rulings)) for one in codes]
        beside = [
            wire.HoldingBeside(relation="branch", code=branch, holding=held)
            for branch, head in kin.branches.items()
            if head == code
            for held in _result(branch, about(branch, rulings)).holdings
        ]
        holdings = [held for result in results for held in result.holdings]
        measures = sorted({measure for held in holdings for measure in held.measures})
        return wire.CheckResponse(holdings=holdings, measures=measures, beside=beside)

    def _submit(self, request: bytes) -> Message:
        submitted = wire.SubmitRequest.FromString(request).submissions
        return wire.SubmitResponse(outcomes=[self._outcome(one.payload) for one in submitted])

    def _check_report(self, request: bytes) -> Message:
        asked = report_check_pb2.CheckReportRequest.FromString(request)
        return said_of(asked, FILINGS, self._follower.held[FILINGS], self._follower.misrules)

    def _outcome(self, payload: bytes) -> wire.Outcome:
        code, has = agency_filing_pb2.AgencyFiling.FromString(payload).identity.code, self._follower.has
        filings = self._follower.rulings()[FILINGS]
        known = any(ruling.code == code and ruling.standing == "RECOGNISED" for ruling in filings)
        if (known and not has(Misrule.FILED_TWICE)) or has(Misrule.FILINGS_REFUSED):
            return wire.Outcome(kind=wire.OUTCOME_KIND_REFUSED, reason="ALREADY_RECOGNISED")
        return wire.Outcome(kind=wire.OUTCOME_KIND_ACCEPTED)


def _streaming(answer: Answer) -> Callable[[bytes, object], AsyncIterator[bytes]]:
    async def answered(request: bytes, _: object) -> AsyncIterator[bytes]:
        yield answer(request).SerializeToString()

    return answered


def _result(code: str, found: list[tuple[str, Ruling]]) -> wire.SubjectResult:
    datasets = feed_policy_pb2
    holdings = [
        wire.Holding(
            origin=origin,
            index=ruling.index,
            dataset=datasets.DATASET_LISTS if origin == LISTS else datasets.DATASET_FILINGS,
            standing=ruling.standing,
            reasons=ruling.reasons,
            measures=ruling.measures,
        )
        for origin, ruling in found
    ]
    measures = sorted({measure for held in holdings for measure in held.measures})
    state = wire.SUBJECT_STATE_KNOWN if found else wire.SUBJECT_STATE_UNKNOWN
    return wire.SubjectResult(code=code, state=state, holdings=holdings, measures=measures)


@asynccontextmanager
async def local_port(local: Local, address: str, pair: Pair, roots: bytes) -> AsyncIterator[None]:
    """Serves the local port until the block ends."""
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((local,))
    own = pair.key.read_bytes(), pair.certificate.read_bytes()
    server.add_secure_port(address, grpc.ssl_server_credentials([own], roots, require_client_auth=True))
    await server.start()
    try:
        yield
    finally:
        await server.stop(None)
