# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is told at the own ports is logged first: who checks is handed on, and what an operator looks at comes over."""

from typing import TYPE_CHECKING

import pytest
from creditexchange.v1.access_pb2 import LogAccessRequest
from creditexchange.v1.exchange_pb2 import ACCESS_KIND_EXPORT, ACCESS_KIND_READ

from federation.errors import FieldFault, PeerFault, StoreFault, UnreachableFault
from federation.records.exchange import AccessKind
from federation.rules.exchange import Accessed
from federation.standards.identity import CodeKind
from node.rpc.auditing.wire import access_to_wire, accessed_from_wire

if TYPE_CHECKING:
    from tests.node.rpc.conftest import Lab

CODE = "91330100716105852F"


async def test_whoever_checks_is_handed_on(lab: "Lab") -> None:
    """As the certificate says, for one subject and for many."""
    client = lab.local()
    await client.check(CodeKind.USCC, CODE)
    with pytest.raises(PeerFault, match="0 results for 1 codes"):
        await client.batch_check([CODE])
    await client.close()

    assert ["330100"] * 2 == lab.stages.callers


async def test_what_an_operator_looks_at_is_logged(lab: "Lab") -> None:
    """With its ground and the subjects; a log that cannot be written is said."""
    client = lab.local()
    await client.log_access(Accessed(AccessKind.ABOUT, "nobody", "申请〔2026〕1号", (CODE,)))
    lab.stages.fault = StoreFault("EXCHANGE_LOG_UNAVAILABLE")
    with pytest.raises(UnreachableFault, match="EXCHANGE_LOG_UNAVAILABLE"):
        await client.log_access(Accessed(AccessKind.LISTING, "nobody", "x"))
    await client.close()

    assert [Accessed(AccessKind.ABOUT, "330100", "申请〔2026〕1号", (CODE,))] == lab.stages.accessed


@pytest.mark.parametrize(
    "kind", [AccessKind.LISTING, AccessKind.EXPORT, AccessKind.OPENING, AccessKind.ABOUT, AccessKind.BAR]
)
def test_an_access_survives_the_wire(kind: AccessKind) -> None:
    """Each kind that an operator may log; who asks is not the message's to say."""
    accessed = Accessed(kind, "330100", "依据", (CODE, "x"))
    assert accessed == accessed_from_wire(access_to_wire(accessed), "330100")


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (LogAccessRequest(reference="x"), "kind"),
        (LogAccessRequest(kind=ACCESS_KIND_READ, reference="x"), "kind"),
        (LogAccessRequest(kind=ACCESS_KIND_EXPORT), "reference"),
        (LogAccessRequest(kind=ACCESS_KIND_EXPORT, reference="x" * 513), "reference"),
        (LogAccessRequest(kind=ACCESS_KIND_EXPORT, reference="x", codes=["x" * 65]), "codes"),
        (LogAccessRequest(kind=ACCESS_KIND_EXPORT, reference="x", codes=["x"] * 1001), "codes"),
    ],
)
def test_an_access_over_its_limits_is_refused(request_: LogAccessRequest, field: str) -> None:
    """With the field; kinds that the node logs itself are nobody's to state."""
    with pytest.raises(FieldFault) as caught:
        accessed_from_wire(request_, "330100")
    assert field == caught.value.field
