# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Nodes that answer everything alike are never conformant, and negative cases do not pass for the wrong reason."""

from collections.abc import AsyncIterator

import grpc
import pytest

from conformance.config import load
from conformance.register import CASES
from conformance.run import run
from conformance.verdict import Conclusion, Status
from tests.conformance.reference.bench import Bench, failures
from tests.conformance.reference.degenerate import ACCEPT_ALL, Always
from tests.conformance.reference.fault import Fault
from tests.conformance.reference.node import Node
from tests.conformance.reference.refusal import CODES
from tests.conformance.reference.serve import Handlers

# These judge the handshake and the server certificate, which are right even where every method refuses.
AT_THE_DOOR = {"TI-01", "TI-02", "TI-03", "TI-05", "TI-07"}


@pytest.mark.parametrize("reason", [*CODES, ""], ids=str)
async def test_a_node_that_answers_all_alike_passes_nothing_beyond_the_door(bench: Bench, reason: str) -> None:
    """Always unavailable, reject-all and empty-success pass no case about a method, and fail the whole."""
    result = await bench.judge(always=Always(reason))
    passed = {j.case.id.split("/")[0] for j in result.judgements if j.status is Status.PASSED}
    assert passed == AT_THE_DOOR
    assert result.conclusion is Conclusion.NOT_CONFORMANT


@pytest.mark.parametrize("message", [b"\xff\xff\xff", b"\x0a\x02\xff\xfe", b"\x0a\x05\n\n\n\n\n"])
async def test_a_node_that_answers_garbage_fails_and_breaks_nothing(bench: Bench, message: bytes) -> None:
    """Bytes that do not parse, or parse to nonsense, are failures of the node, never an error of the suite."""
    result = await bench.judge(always=Always(message=message))
    assert [j.case.id for j in result.judgements if j.status is Status.HARNESS_ERROR] == []
    assert {j.case.id.split("/")[0] for j in result.judgements if j.status is Status.PASSED} == AT_THE_DOOR


async def test_a_node_that_accepts_all_fails_every_refusal(bench: Bench) -> None:
    """Accept-all fails the cases whose point is a refusal."""
    found = failures(await bench.judge(*ACCEPT_ALL))
    refusals = {"TI-04", "TI-06", "WC-01", "WC-02", "WC-04", "WC-05", "WC-07", "AU-01"}
    refusals |= {f"QU-0{n}" for n in range(1, 6)} | {f"QP-0{n}" for n in (1, 2, 5, 6, 7, 8)}
    assert refusals | {"EA-04", "LA-01", "LA-02", "LA-03"} <= set(found)


async def test_a_door_that_is_shut_to_all_passes_only_as_not_plaintext(bench: Bench) -> None:
    """A node that fails every handshake, ours too, proves nothing by refusing strangers."""
    result = await bench.judge(Fault.MEMBERS_TURNED_AWAY)
    assert failures(result)["TI-01"] == "MEMBER_TURNED_AWAY"
    assert {j.case.id for j in result.judgements if j.status is Status.PASSED} <= {
        "TI-05/plaintext",
        "TI-07/server-identity",
    }


class Endless(Handlers):
    """A hostile node: the stream of entries never ends, and is made of empty chunks."""

    def service(self, details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes] | None":
        """Return the stream without end for ReadEntries, and what is right for all else."""
        if str(details.method).endswith("/ReadEntries"):
            return grpc.unary_stream_rpc_method_handler(self._pour)
        return super().service(details)

    async def _pour(self, _: bytes, context: object) -> AsyncIterator[bytes]:
        while True:
            yield b""


async def test_a_stream_without_end_is_cut_and_judged(bench: Bench) -> None:
    """The suite reads no more chunks than there can be entries, and fails the case instead of waiting."""
    node = Node(frozenset(), bench.keys)
    always = Endless(node, bench.desk(node), bench.trust)
    cases = tuple(case for case in CASES if case.id == "FE-01/chunks")
    async with bench.serve(always=always) as address:
        (judgement,) = (await run(address, load(bench.config), cases)).judgements
    assert (judgement.status, judgement.reason) == (Status.FAILED, "ENTRIES_MISSING")
