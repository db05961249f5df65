# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: N802 -- the contract names the methods
"""The suite's server: NodeService, FeedService, CaseService and QueryService over mTLS, for the target alone.

Our feeds are open to the target and nobody else calls; a caller with another name is refused. Letters get a receipt,
and are looked at by the cases; questions get what the case at work wants them to get.
"""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import grpc
from creditexchange.v1 import (
    case_receipt_pb2,
    case_service_pb2,
    case_service_pb2_grpc,
    envelope_pb2,
    feed_service_pb2,
    feed_service_pb2_grpc,
    node_service_pb2,
    node_service_pb2_grpc,
    query_service_pb2,
)

from conformance.config import Config
from conformance.peer.desk import REFUSAL, Desk
from conformance.peer.feed import Feed
from conformance.peer.heard import Heard
from conformance.proof.envelope import RECEIPT, letter_sha256, sign
from conformance.proof.status import DETAILS_KEY, refusal

MAX_PER_CHUNK = 200
# One process at an address: two runs that share it would show the target two histories by turns.
OPTIONS = (("grpc.max_receive_message_length", 4 * 1024 * 1024), ("grpc.so_reuseport", 0))
_Context = grpc.aio.ServicerContext[Any, Any]


class Services(
    node_service_pb2_grpc.NodeServiceServicer,
    feed_service_pb2_grpc.FeedServiceServicer,
    case_service_pb2_grpc.CaseServiceServicer,
):
    """Answers the target. For one event loop.

    Args:
        config: who we and the target are.
        feeds: our feeds by origin.
        heard: what the target says.
        desk: answers what it asks.
    """

    def __init__(self, config: Config, feeds: Mapping[str, Feed], heard: Heard, desk: Desk) -> None:
        self._config, self._feeds, self._heard, self._desk = config, feeds, heard, desk
        self._caller = f"spiffe://{config.target.federation}/node/{config.target.node_id}".encode()

    async def _feed(self, origin: str, context: _Context) -> Feed:
        names = context.auth_context().get("x509_subject_alternative_name", [])
        if self._caller not in names:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "caller unknown")
        found = self._feeds.get(origin)
        if found is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, "feed not found")
        return found

    async def GetNode(self, _: node_service_pb2.GetNodeRequest, _context: _Context) -> node_service_pb2.GetNodeResponse:
        """Say who the suite is."""
        return node_service_pb2.GetNodeResponse(
            node_id=self._config.identity.node_id,
            federation=self._config.target.federation,
            software="conformance/1",
            revisions=["creditexchange.v1/1"],
            roles=["source"],
        )

    async def ListFeeds(
        self, _: feed_service_pb2.ListFeedsRequest, _context: _Context
    ) -> feed_service_pb2.ListFeedsResponse:
        """List our feeds, all on one page."""
        feeds = [self._feeds[origin] for origin in sorted(self._feeds)]
        rows = [feed_service_pb2.Feed(origin=f.origin, dataset=f.dataset, size=f.size) for f in feeds]
        return feed_service_pb2.ListFeedsResponse(feeds=rows)

    async def GetCheckpoint(
        self, request: feed_service_pb2.GetCheckpointRequest, context: _Context
    ) -> feed_service_pb2.GetCheckpointResponse:
        """Return the head on the wire, and take in what the target states."""
        feed = await self._feed(request.origin, context)
        if request.known_checkpoint:
            self._heard.stated(feed.origin, request.known_checkpoint)
        return feed_service_pb2.GetCheckpointResponse(checkpoint=feed.note)

    async def WatchCheckpoints(
        self, request: feed_service_pb2.WatchCheckpointsRequest, context: _Context
    ) -> AsyncIterator[feed_service_pb2.WatchCheckpointsResponse]:
        """Stream the heads of the one feed asked for, until it is hung up."""
        if len(request.origins) != 1:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, "the suite streams one feed at a time")
        feed = await self._feed(request.origins[0], context)
        watch = feed.watch()
        while (note := await watch.next()) is not None:
            yield feed_service_pb2.WatchCheckpointsResponse(origin=feed.origin, checkpoint=note)

    async def ReadEntries(
        self, request: feed_service_pb2.ReadEntriesRequest, context: _Context
    ) -> AsyncIterator[feed_service_pb2.ReadEntriesResponse]:
        """Stream entries of one size."""
        feed = await self._feed(request.origin, context)
        size, at = request.checkpoint_size, request.start_index
        if not at < size <= feed.size:
            await context.abort(grpc.StatusCode.OUT_OF_RANGE, "range invalid")
        end = min(size, at + request.max_entries) if request.max_entries else size
        for start in range(at, end, MAX_PER_CHUNK):
            stop = min(start + MAX_PER_CHUNK, end)
            yield feed_service_pb2.ReadEntriesResponse(
                first_index=start,
                entries=feed.entries[start:stop],
                consistency_path=feed.tree.consistency(stop, size),
            )

    async def GetInclusionProof(
        self, request: feed_service_pb2.GetInclusionProofRequest, context: _Context
    ) -> feed_service_pb2.GetInclusionProofResponse:
        """Prove that a leaf is in a tree."""
        feed = await self._feed(request.origin, context)
        if not request.leaf_index < request.tree_size <= feed.size:
            await context.abort(grpc.StatusCode.OUT_OF_RANGE, "range invalid")
        path = feed.tree.inclusion(request.leaf_index, request.tree_size)
        return feed_service_pb2.GetInclusionProofResponse(path=path)

    async def GetConsistencyProof(
        self, request: feed_service_pb2.GetConsistencyProofRequest, context: _Context
    ) -> feed_service_pb2.GetConsistencyProofResponse:
        """Prove that a tree extends another."""
        feed = await self._feed(request.origin, context)
        if not request.first_size <= request.second_size <= feed.size:
            await context.abort(grpc.StatusCode.OUT_OF_RANGE, "range invalid")
        path = feed.tree.consistency(request.first_size, request.second_size)
        return feed_service_pb2.GetConsistencyProofResponse(path=path)

    async def Deliver(
        self, request: case_service_pb2.DeliverRequest, context: _Context
    ) -> case_service_pb2.DeliverResponse:
        """Take letters, each with its receipt, as long as there is room."""
        await self._feed(next(iter(self._feeds)), context)
        outcomes = []
        for letter in request.letters:
            if self._heard.brought(letter):
                outcomes.append(case_service_pb2.LetterOutcome(receipt=self._receipt(letter)))
            else:
                outcomes.append(case_service_pb2.LetterOutcome(reason="LIMIT_EXCEEDED"))
        return case_service_pb2.DeliverResponse(outcomes=outcomes)

    async def Ask(self, request: query_service_pb2.AskRequest, context: _Context) -> query_service_pb2.AskResponse:
        """Answer a question as the desk says."""
        await self._feed(next(iter(self._feeds)), context)
        answer = self._desk.answer(request.question)
        if answer is None:
            refused = grpc.StatusCode.PERMISSION_DENIED
            context.set_trailing_metadata(((DETAILS_KEY, refusal(refused.value[0], REFUSAL)),))
            await context.abort(refused, "purpose not granted")
        return query_service_pb2.AskResponse(answer=answer)

    def _receipt(self, letter: envelope_pb2.Envelope) -> envelope_pb2.Envelope:
        identity, target = self._config.identity, self._config.target
        said = case_receipt_pb2.CaseReceipt(
            letter_sha256=letter_sha256(letter),
            sender=target.node_id,
            receiver=identity.node_id,
            received_at_ms=time.time_ns() // 1_000_000,
        )
        name = f"{target.federation}/{identity.node_id}"
        return sign(identity.message_key, name, said.SerializeToString(deterministic=True), RECEIPT)


def _asking(services: Services) -> grpc.GenericRpcHandler:
    """Return the one method of QueryService that the suite answers; the others are UNIMPLEMENTED."""
    ask = grpc.unary_unary_rpc_method_handler(
        services.Ask, query_service_pb2.AskRequest.FromString, query_service_pb2.AskResponse.SerializeToString
    )
    return grpc.method_handlers_generic_handler("creditexchange.v1.QueryService", {"Ask": ask})


@asynccontextmanager
async def served(config: Config, listen: str, services: Services) -> AsyncIterator[None]:
    """Serve at an address until the block ends.

    Raises:
        OSError: the address cannot be listened at.
    """
    server = grpc.aio.server(options=OPTIONS)
    node_service_pb2_grpc.add_NodeServiceServicer_to_server(services, server)
    feed_service_pb2_grpc.add_FeedServiceServicer_to_server(services, server)
    case_service_pb2_grpc.add_CaseServiceServicer_to_server(services, server)
    server.add_generic_rpc_handlers((_asking(services),))
    ours = config.identity.credential
    credentials = grpc.ssl_server_credentials(
        [(ours.key.read_bytes(), ours.certificate.read_bytes())],
        config.target.ca.read_bytes(),
        require_client_auth=True,
    )
    try:
        server.add_secure_port(listen, credentials)
    except RuntimeError as taken:
        raise OSError(f"{listen} cannot be listened at") from taken
    await server.start()
    try:
        yield
    finally:
        await server.stop(None)
