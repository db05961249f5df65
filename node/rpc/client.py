# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Clients: one long-lived channel for each peer, and one for the own node's local port.

A channel trusts the pinned authority of the one node it is for, and checks the server's certificate for that node's
name (`<node id>.<federation>`), so that no other member can answer in its place. Changed certificates or pins take
effect with the next call. Answers are read from their raw bytes, so that what cannot be read is kept as evidence. Calls
that read are retried here, within their deadline, when the peer is unavailable; the channel itself never retries.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import grpc
from creditexchange.v1 import access_pb2, bar_pb2
from creditexchange.v1 import case_filing_pb2 as filing
from creditexchange.v1 import case_service_pb2 as case
from creditexchange.v1 import feed_service_pb2 as feed
from creditexchange.v1 import holder_index_pb2 as holder
from creditexchange.v1 import local_service_pb2 as local
from creditexchange.v1 import node_service_pb2 as node
from creditexchange.v1 import query_service_pb2 as query
from creditexchange.v1 import relay_pb2 as relay
from creditexchange.v1 import wide_inquiry_pb2 as wide
from grpc_health.v1 import health_pb2

from federation.errors import CallerFault, ConfigFault, PeerFault, UnreachableFault
from federation.records.exchange import Answer
from federation.rules.exchange import Accessed
from node.cases.docket import NotDone, Step
from node.cases.letter import CaseName
from node.cases.post import Taken
from node.cases.window import Application, Filed, NotFiled
from node.erase.order import Outcome as ErasureOutcome
from node.exchange.bars import BarOrder
from node.exchange.dialogue import Envelope
from node.exchange.inquire import Answered, Matter
from node.follow.ports import Received
from node.identity.certificates import SpiffeId
from node.intake import Outcome, Submission
from node.routing.ways import Relayed
from node.routing.widely import Reply
from node.rpc.asking.bars import order_to_wire
from node.rpc.asking.wide import reply_from_wire, wide_to_wire
from node.rpc.asking.wire import answer_from_wire, answered_from_wire, matter_to_wire
from node.rpc.auditing.wire import access_to_wire
from node.rpc.calling.link import Link, Material, Method, Unary, read_answer, refused_stream, serialised
from node.rpc.cases.wire import (
    application_to_wire,
    filed_from_wire,
    not_done_from_wire,
    step_to_wire,
    taken_from_wire,
)
from node.rpc.erasing.wire import erasure_from_wire
from node.rpc.faults import fault_from_rpc_error
from node.rpc.feed.chunk import chunk_from_wire
from node.rpc.feed.head import ShownHead, head_from_wire
from node.rpc.relaying.wire import parcel_to_wire, relayed_from_wire
from node.rpc.trust import Trust
from node.rpc.wire import (
    CONDITION_KEY,
    ListedFeed,
    NodeStatement,
    condition_from_text,
    envelope_from_wire,
    envelope_to_wire,
    feed_from_wire,
    node_from_wire,
    outcome_from_wire,
    submission_to_wire,
)

_GET_NODE = Method("/creditexchange.v1.NodeService/GetNode", node.GetNodeResponse)
_LIST_FEEDS = Method("/creditexchange.v1.FeedService/ListFeeds", feed.ListFeedsResponse)
_GET_CHECKPOINT = Method("/creditexchange.v1.FeedService/GetCheckpoint", feed.GetCheckpointResponse)
_WATCH = Method("/creditexchange.v1.FeedService/WatchCheckpoints", feed.WatchCheckpointsResponse)
_READ = Method("/creditexchange.v1.FeedService/ReadEntries", feed.ReadEntriesResponse)
_ASK = Method("/creditexchange.v1.QueryService/Ask", query.AskResponse)
_HOLDER_INDEX = Method("/creditexchange.v1.QueryService/GetHolderIndex", holder.GetHolderIndexResponse)
_RELAY = Method("/creditexchange.v1.QueryService/Relay", relay.RelayResponse)
_SUBMIT = Method("/creditexchange.v1.LocalService/Submit", local.SubmitResponse)
_INQUIRE = Method("/creditexchange.v1.LocalService/Inquire", local.InquireResponse)
_INQUIRE_WIDELY = Method("/creditexchange.v1.LocalService/InquireWidely", wide.InquireWidelyResponse)
WIDELY_S = 65.0
"""Longest time that a question to many takes, a little more than the node gives it."""
_ERASE = Method("/creditexchange.v1.LocalService/Erase", local.EraseResponse)
_DELIVER = Method("/creditexchange.v1.CaseService/Deliver", case.DeliverResponse)
_FILE_CASE = Method("/creditexchange.v1.LocalService/FileCase", filing.FileCaseResponse)
_SET_BAR = Method("/creditexchange.v1.LocalService/SetBar", bar_pb2.SetBarResponse)
_LOG_ACCESS = Method("/creditexchange.v1.LocalService/LogAccess", access_pb2.LogAccessResponse)
_HANDLE_CASE = Method("/creditexchange.v1.LocalService/HandleCase", filing.HandleCaseResponse)


class PeerClient:
    """Asks one pinned peer. A `follow.FeedSource` and an `inquire.Member`. For one event loop.

    Args:
        peer: the peer's node id.
        address: host and port of its peers port.
        trust: pins and the own certificate.
        call_timeout_s: deadline of a unary call, and of one chunk.

    Attributes:
        peer: the peer's node id.
    """

    def __init__(self, peer: str, address: str, trust: Trust, call_timeout_s: float) -> None:
        def material() -> Material:
            authority = trust.authority(peer)
            if authority is None:
                raise ConfigFault("PEER_NOT_PINNED", f"{peer} is not in the configuration")
            return Material(trust.pair(), authority)

        self.peer = peer
        self._link = Link(SpiffeId(trust.own.federation, peer), address, material)
        self._timeout_s = call_timeout_s

    async def close(self) -> None:
        """Closes the connection; end what uses it first, since calls on it are cancelled."""
        await self._link.close()

    async def node(self) -> NodeStatement:
        """Who the peer says it is. Raises as `head`."""
        return node_from_wire(await self._link.read(_GET_NODE, node.GetNodeRequest(), self._timeout_s))

    async def feeds(self, after: str = "") -> tuple[list[ListedFeed], str]:
        """A page of the feeds this node may read there, and the next page's token, if any. Raises as `head`."""
        page = await self._link.read(_LIST_FEEDS, feed.ListFeedsRequest(page_token=after), self._timeout_s)
        return [read_answer(feed_from_wire, message) for message in page.feeds], page.next_page_token

    async def checkpoint(self, origin: str, known: bytes = b"") -> bytes:
        """The newest checkpoint of a feed, as a signed note that is still to be verified. Raises as `head`."""
        return (await self.head(origin, known)).checkpoint

    async def checkpoint_at_once(self, origin: str) -> bytes:
        """As `checkpoint`, tried once: whoever is down is not waited for."""
        request = feed.GetCheckpointRequest(origin=origin)
        return head_from_wire(await self._link.call(_GET_CHECKPOINT, request, self._timeout_s)).checkpoint

    async def head(self, origin: str, known: bytes, *, statements: bool = False) -> ShownHead:
        """The newest checkpoint of a feed, and with `statements` what members state of it, as far as the owner may ask.

        Raises:
            CallerFault: the peer refused, with its reason.
            UnreachableFault: no answer in time; PEER_TLS when a certificate may be the cause.
            PeerFault: ANSWER_MALFORMED.
        """
        request = feed.GetCheckpointRequest(origin=origin, known_checkpoint=known, wants_statements=statements)
        return head_from_wire(await self._link.read(_GET_CHECKPOINT, request, self._timeout_s))

    async def watch(self, origin: str) -> AsyncGenerator[bytes]:
        """Signed notes as they become known; ends when the peer ends the stream.

        Raises:
            UnreachableFault: refused (with the peer's reason), or broken off.
            PeerFault: ANSWER_MALFORMED.
        """
        request = feed.WatchCheckpointsRequest(origins=[origin])
        async with aclosing(self._link.stream(_WATCH, request, None)) as messages:
            async for message in messages:
                if message.origin != origin:
                    evidence = (message.SerializeToString(),)
                    raise PeerFault("ANSWER_MALFORMED", f"{self._link.name}: a checkpoint of another feed", evidence)
                yield message.checkpoint

    async def read(self, origin: str, size: int, start: int, known: bytes) -> AsyncGenerator[Received]:
        """Chunks from `start` as of checkpoint size `size`, still to be verified.

        Raises:
            UnreachableFault: refused (with the peer's reason), broken off, or no chunk came in time.
            PeerFault: ANSWER_MALFORMED.
        """
        request = feed.ReadEntriesRequest(
            origin=origin, checkpoint_size=size, start_index=start, known_checkpoint=known
        )
        async with aclosing(self._link.stream(_READ, request, self._timeout_s)) as messages:
            async for message in messages:
                yield read_answer(chunk_from_wire, message)

    async def ask(self, question: Envelope, timeout_s: float | None = None) -> Envelope:
        """The peer's signed answer, still to be verified. Asked once, within a time of its own if given.

        Raises:
            CallerFault: the peer refused, with its reason.
            UnreachableFault: no answer in time.
            PeerFault: ANSWER_MALFORMED.
        """
        request = query.AskRequest(question=envelope_to_wire(question))
        response = await self._link.call(_ASK, request, timeout_s or self._timeout_s)
        try:
            return envelope_from_wire(response.answer)
        except CallerFault as fault:
            evidence = (response.SerializeToString(),)
            raise PeerFault("ANSWER_MALFORMED", f"{self._link.name}: {fault.reason}", evidence) from fault

    async def holder_index(self, node_id: str, known_bits_sha256: bytes) -> AsyncGenerator[Envelope | bytes]:
        """The header of a node's holder index, then its filter in order unless it is known; nothing when none is held.

        Raises:
            UnreachableFault: refused (with the peer's reason), broken off, or nothing came in time.
            PeerFault: ANSWER_MALFORMED.
        """
        request = holder.GetHolderIndexRequest(node_id=node_id, known_bits_sha256=known_bits_sha256)
        async with aclosing(self._link.stream(_HOLDER_INDEX, request, self._timeout_s)) as messages:
            async for message in messages:
                try:
                    yield envelope_from_wire(message.header) if message.HasField("header") else message.chunk
                except CallerFault as fault:
                    evidence = (message.SerializeToString(),)
                    raise PeerFault("ANSWER_MALFORMED", f"{self._link.name}: {fault.reason}", evidence) from fault

    async def relay(
        self, questions: Sequence[Envelope], passed: Sequence[str], timeout_s: float
    ) -> AsyncGenerator[Relayed]:
        """What becomes of questions that the peer hands on, as it comes; answers are still to be verified.

        Raises:
            UnreachableFault: refused as a whole (with the peer's reason), broken off, or not done in time.
            PeerFault: ANSWER_MALFORMED.
        """
        request = parcel_to_wire(questions, passed)
        async with aclosing(self._link.stream(_RELAY, request, None, timeout_s)) as messages:
            async for message in messages:
                yield read_answer(relayed_from_wire, message)

    async def deliver(self, letters: Sequence[Envelope]) -> list[Taken]:
        """What became of each letter, in order; receipts are still to be verified. Once: whoever calls tries again.

        Raises:
            CallerFault: the peer refused the call.
            UnreachableFault: no answer in time.
            PeerFault: ANSWER_MALFORMED.
        """
        request = case.DeliverRequest(letters=map(envelope_to_wire, letters))
        response = await self._link.call(_DELIVER, request, self._timeout_s)
        outcomes = [read_answer(taken_from_wire, outcome) for outcome in response.outcomes]
        if len(outcomes) != len(letters):
            evidence = (response.SerializeToString(),)
            raise PeerFault("ANSWER_MALFORMED", f"{self._link.name}: not one outcome for each letter", evidence)
        return outcomes


class LocalClient:
    """Asks the own node's local port, with the node's own certificate. Never retries: a person is waiting.

    Args:
        address: host and port of the local port.
        trust: the own certificate and authority.
        call_timeout_s: deadline of a call.
    """

    def __init__(self, address: str, trust: Trust, call_timeout_s: float) -> None:
        self._link = Link(trust.own, address, lambda: Material(trust.pair(), trust.own_authority()), "the local port")
        self._timeout_s = call_timeout_s

    async def close(self) -> None:
        """Closes the connection."""
        await self._link.close()

    async def submit(self, feed: str, submissions: Sequence[Submission], *, amend: bool = False) -> list[Outcome]:
        """One outcome for each submission, in order; accepted ones are durable.

        Raises:
            CallerFault: refused as a whole.
            UnreachableFault: the node does not run, or its store is away.
            PeerFault: ANSWER_MALFORMED.
        """
        request = local.SubmitRequest(feed=feed, submissions=map(submission_to_wire, submissions), amend=amend)
        response = await self._link.call(_SUBMIT, request, self._timeout_s)
        return [read_answer(outcome_from_wire, message) for message in response.outcomes]

    async def inquire(self, member: str, matter: Matter) -> Answer:
        """A member's answer, verified and logged by the own node.

        Raises:
            CallerFault, UnreachableFault, PeerFault: as `submit`, or as the member refused.
        """
        response = await self._link.call(_INQUIRE, matter_to_wire(member, matter), self._timeout_s)
        return read_answer(answer_from_wire, response.answer)

    async def inquire_signed(self, member: str, matter: Matter) -> Answered:
        """As `inquire`, with what both sides signed."""
        request = matter_to_wire(member, matter)
        request.signed = True
        return read_answer(answered_from_wire, await self._link.call(_INQUIRE, request, self._timeout_s))

    async def inquire_widely(self, matter: Matter, *, everywhere: bool) -> list[Reply]:
        """What becomes of each member that the plan for a matter names, once all is known.

        Raises:
            CallerFault, UnreachableFault, PeerFault: as `submit`.
        """
        request = wide_to_wire(matter, everywhere=everywhere)
        try:
            async with aclosing(self._link.stream(_INQUIRE_WIDELY, request, WIDELY_S, WIDELY_S)) as flow:
                return [read_answer(reply_from_wire, message) async for message in flow]
        except UnreachableFault as fault:
            raise refused_stream(fault, self._link.name) from fault

    async def erase(self, feed: str, indexes: Sequence[int], ground: str, *, with_acts: bool) -> list[ErasureOutcome]:
        """One outcome for each index, in order; what is ordered is durable. Raises as `submit`."""
        request = local.EraseRequest(feed=feed, indexes=indexes, ground=ground, with_acts=with_acts)
        response = await self._link.call(_ERASE, request, self._timeout_s)
        return [read_answer(erasure_from_wire, message) for message in response.erasures]

    async def file_case(self, application: Application) -> Filed | NotFiled:
        """What became of filing a case. Raises as `submit`."""
        response = await self._link.call(_FILE_CASE, application_to_wire(application), self._timeout_s)
        return read_answer(filed_from_wire, response)

    async def handle_case(self, name: CaseName, step: Step) -> NotDone | None:
        """Takes a step on a case, or withdraws it; None when it was taken. Raises as `submit`."""
        return not_done_from_wire(await self._link.call(_HANDLE_CASE, step_to_wire(name, step), self._timeout_s))

    async def log_access(self, accessed: Accessed) -> None:
        """Logs what is about to be looked at; durable when it returns."""
        await self._link.call(_LOG_ACCESS, access_to_wire(accessed), self._timeout_s)

    async def set_bar(self, order: BarOrder) -> bool:
        """Withdraws, bars or admits again; False when it was so before. Raises as `submit`."""
        return bool((await self._link.call(_SET_BAR, order_to_wire(order), self._timeout_s)).changed)

    async def condition(self) -> dict[str, str]:
        """Why each own feed cannot be signed now; empty while the node may write. UnreachableFault as `submit`."""
        stub: Unary = self._link.channel().unary_unary("/grpc.health.v1.Health/Check", serialised, None)
        call = stub(health_pb2.HealthCheckRequest(), timeout=self._timeout_s)
        try:
            await call
            told = dict(await call.trailing_metadata())
        except grpc.aio.AioRpcError as error:
            raise fault_from_rpc_error(error, self._link.name) from error
        return condition_from_text(str(told.get(CONDITION_KEY, "")))
