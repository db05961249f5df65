# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: N802 -- the contract names the methods
"""FeedService: feeds for members, own and mirrored. Whether a caller may read one is asked of the stage, every time.

Entitlement comes before everything else that is said of a feed, so that a caller learns nothing of one it may not read.
Entries flow chunk by chunk, as bytes: the next one is made, in the executor, while the connection takes the one before.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol, TypeVar

import grpc
from creditexchange.v1.feed_service_pb2 import (
    GetCheckpointRequest,
    GetCheckpointResponse,
    GetConsistencyProofRequest,
    GetConsistencyProofResponse,
    GetInclusionProofRequest,
    GetInclusionProofResponse,
    ListFeedsRequest,
    ListFeedsResponse,
    ReadEntriesRequest,
    ReadEntriesResponse,
    WatchCheckpointsRequest,
    WatchCheckpointsResponse,
)
from creditexchange.v1.feed_service_pb2_grpc import FeedServiceServicer, add_FeedServiceServicer_to_server

from federation.errors import AccessFault, FieldFault, NoteFault
from federation.log.checkpoint import Origin
from node.bell import Bell
from node.publish import Chunk, FeedView
from node.rpc.caller import current_caller
from node.rpc.feed.chunk import chunk_to_wire
from node.rpc.feed.head import ShownHead, head_to_wire
from node.rpc.wire import feed_to_wire, listed

SERVICE = "creditexchange.v1.FeedService"
WATCH_S = 3600.0
MAX_ORIGINS = 1000
MAX_PAGE = 1000
DEFAULT_PAGE = 100
MAX_NAME_CHARACTERS = 512
MAX_NOTE_BYTES = 16 * 1024
Result = TypeVar("Result")


class FeedStage(Protocol):
    """Answers questions about feeds, each for a caller. Safe from any thread. AccessFault: FEED_NOT_FOUND."""

    def feeds(self, caller: str, after: str, limit: int) -> Sequence[FeedView]:
        """A page of readable feeds, ordered by origin."""
        ...

    def checkpoint(self, caller: str, origin: str) -> bytes:
        """The newest complete checkpoint; AccessFault NO_CHECKPOINT before the first."""
        ...

    def entries(self, caller: str, origin: str, size: int, start: int, limit: int) -> Iterator[Chunk]:
        """Chunks, made one at a time; faults about the request itself are raised before the first."""
        ...

    def inclusion(self, caller: str, origin: str, index: int, size: int) -> Sequence[bytes]:
        """An inclusion proof; RangeFault."""
        ...

    def consistency(self, caller: str, origin: str, first: int, second: int) -> Sequence[bytes]:
        """A consistency proof; RangeFault."""
        ...


class ForkWatch(Protocol):
    """Looks at the checkpoints that callers know. Safe from any thread."""

    def compare_known(self, origin: str, note: bytes) -> None:
        """Keeps evidence and raises ForkFault when a signed note contradicts ours; NoteFault when it is malformed."""
        ...


class StatementStage(Protocol):
    """Knows what members state of feeds. Safe from any thread; asked after entitlement was found."""

    def acknowledged(self, caller: str, origin: str, known: bytes) -> bytes:
        """The caller's own statement of more entries than a checkpoint it knows; empty when there is none."""
        ...

    def statements(self, caller: str, origin: str) -> Sequence[bytes]:
        """What this node and members downstream state of a feed, for its owner; nothing for others."""
        ...


@dataclass(frozen=True, slots=True)
class FeedStages:
    """What stands behind the service.

    Attributes:
        bells: the bell that rings when an origin's newest checkpoint changes; asked for readable origins only.
    """

    feeds: FeedStage
    forks: ForkWatch
    statements: StatementStage
    bells: Callable[[str], Bell]


class FeedServicer(FeedServiceServicer):
    """Serves feeds.

    Args:
        stages: what stands behind.
        executor: runs their calls.
        watch_s: longest watch, in seconds.
    """

    def __init__(self, stages: FeedStages, executor: Executor, watch_s: float = WATCH_S) -> None:
        self._stages = stages
        self._executor = executor
        self._watch_s = watch_s
        self._watches: set[_Watch] = set()

    def end_watches(self) -> None:
        """Ends every watch in order, so that a node that stops need not wait for them."""
        for watch in self._watches:
            watch.end()

    async def ListFeeds(self, request: ListFeedsRequest, _context: object) -> ListFeedsResponse:
        """Lists readable feeds; the page token is the last origin of the page before."""
        if request.page_size > MAX_PAGE:
            raise FieldFault("page_size", "FIELD_MALFORMED", "at most 1000")
        _check_token(request.page_token)
        wanted = request.page_size or DEFAULT_PAGE
        views = await self._run(self._stages.feeds.feeds, current_caller().node_id, request.page_token, wanted + 1)
        page = views[:wanted]
        token = page[-1].origin if len(views) > wanted else ""
        return ListFeedsResponse(feeds=[feed_to_wire(listed(view)) for view in page], next_page_token=token)

    async def GetCheckpoint(self, request: GetCheckpointRequest, _context: object) -> GetCheckpointResponse:
        """Returns the newest checkpoint, and what was asked for of members' statements."""
        _check_origin(request.origin)
        _check_note(request.known_checkpoint)
        caller, known = current_caller().node_id, request.known_checkpoint
        note = await self._run(self._stages.feeds.checkpoint, caller, request.origin)
        await self._compare(request.origin, known)
        acknowledged, statements = b"", list[bytes]()
        if known:
            acknowledged = await self._run(self._stages.statements.acknowledged, caller, request.origin, known)
        if request.wants_statements:
            statements += await self._run(self._stages.statements.statements, caller, request.origin)
        return head_to_wire(ShownHead(note, acknowledged, tuple(statements)))

    async def WatchCheckpoints(
        self, request: WatchCheckpointsRequest, _context: object
    ) -> AsyncIterator[WatchCheckpointsResponse]:
        """Streams checkpoints: the newest of each feed, then each that follows; some may be skipped."""
        origins = _check_origins(request.origins)
        caller = current_caller().node_id
        end = asyncio.get_running_loop().time() + self._watch_s
        for origin in origins:
            await self._newest(caller, origin)
        watch = _Watch(origins, self._stages.bells)
        self._watches.add(watch)
        sent: dict[str, bytes] = {}
        try:
            while (rung := await watch.rung(end)) is not None:
                note = await self._newest(caller, rung)
                if note is not None and note != sent.get(rung):
                    sent[rung] = note
                    yield WatchCheckpointsResponse(origin=rung, checkpoint=note)
        finally:
            self._watches.discard(watch)
            watch.close()

    async def ReadEntries(self, request: ReadEntriesRequest, context: object) -> AsyncIterator[ReadEntriesResponse]:
        """Streams chunks of entries."""
        async for message in self.read_entries(request, context):
            yield ReadEntriesResponse.FromString(message)

    async def read_entries(self, request: ReadEntriesRequest, _context: object) -> AsyncIterator[bytes]:
        """As ReadEntries, serialised."""
        _check_origin(request.origin)
        _check_note(request.known_checkpoint)
        chunks = await self._run(
            self._stages.feeds.entries,
            current_caller().node_id,
            request.origin,
            request.checkpoint_size,
            request.start_index,
            request.max_entries,
        )
        await self._compare(request.origin, request.known_checkpoint)
        making = asyncio.create_task(self._run(_next_message, chunks))
        try:
            while (message := await making) is not None:
                making = asyncio.create_task(self._run(_next_message, chunks))
                yield message
        finally:
            making.cancel()

    async def GetInclusionProof(self, request: GetInclusionProofRequest, _context: object) -> GetInclusionProofResponse:
        """Returns an inclusion proof."""
        _check_origin(request.origin)
        asked = (request.origin, request.leaf_index, request.tree_size)
        path = await self._run(self._stages.feeds.inclusion, current_caller().node_id, *asked)
        return GetInclusionProofResponse(path=path)

    async def GetConsistencyProof(
        self, request: GetConsistencyProofRequest, _context: object
    ) -> GetConsistencyProofResponse:
        """Returns a consistency proof."""
        _check_origin(request.origin)
        asked = (request.origin, request.first_size, request.second_size)
        path = await self._run(self._stages.feeds.consistency, current_caller().node_id, *asked)
        return GetConsistencyProofResponse(path=path)

    async def _newest(self, caller: str, origin: str) -> bytes | None:
        """The newest checkpoint, entitlement checked anew; None while there is none."""
        try:
            return await self._run(self._stages.feeds.checkpoint, caller, origin)
        except AccessFault as fault:
            if fault.reason != "NO_CHECKPOINT":
                raise
            return None

    async def _compare(self, origin: str, known: bytes) -> None:
        """Lets forks surface; a note that is none is the caller's fault, whoever may have made it."""
        if known:
            try:
                await self._run(self._stages.forks.compare_known, origin, known)
            except NoteFault as fault:
                raise FieldFault("known_checkpoint", fault.reason) from fault

    async def _run(self, step: Callable[..., Result], *args: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._executor, step, *args)


class _Watch:
    """Waits for several bells at once. An origin that rings again before it was looked at counts once."""

    def __init__(self, origins: Sequence[str], bells: Callable[[str], Bell]) -> None:
        self._due = dict.fromkeys(origins)
        self._news = asyncio.Event()
        self._ended = False
        found = [(origin, bells(origin)) for origin in origins]
        self._tasks = [asyncio.create_task(self._listen(origin, bell, bell.rung)) for origin, bell in found]

    async def rung(self, end: float) -> str | None:
        """An origin to look at, first each once; None when the time of the loop's clock is over, or after `end`."""
        while not self._due:
            if self._ended:
                return None
            self._news.clear()
            try:
                async with asyncio.timeout_at(end):
                    await self._news.wait()
            except TimeoutError:
                return None
        origin = next(iter(self._due))
        del self._due[origin]
        return origin

    def end(self) -> None:
        """Lets the watch end when nothing is due any more."""
        self._ended = True
        self._news.set()

    def close(self) -> None:
        """Stops waiting."""
        for task in self._tasks:
            task.cancel()

    async def _listen(self, origin: str, bell: Bell, seen: int) -> None:
        while True:
            seen = await bell.wait(seen)
            self._due[origin] = None
            self._news.set()


def _next_message(chunks: Iterator[Chunk]) -> bytes | None:
    """Makes the next chunk, and its message, in the executor; None after the last."""
    chunk = next(chunks, None)
    return chunk_to_wire(chunk) if chunk is not None else None


def add_feed_service(servicer: FeedServicer, server: grpc.aio.Server) -> None:
    """Registers the service; chunks of entries go out as the bytes they were made as."""
    add_FeedServiceServicer_to_server(servicer, server)
    entries: grpc.RpcMethodHandler[ReadEntriesRequest, bytes] = grpc.unary_stream_rpc_method_handler(
        servicer.read_entries, ReadEntriesRequest.FromString
    )
    server.add_registered_method_handlers(SERVICE, {"ReadEntries": entries})


def _check_text(field: str, text: str) -> None:
    if len(text) > MAX_NAME_CHARACTERS:
        raise FieldFault(field, "FIELD_TOO_LONG")


def _check_token(token: str) -> None:
    """A page token is the last origin of the page before; nothing else was ever given out."""
    _check_text("page_token", token)
    try:
        if token:
            Origin.parse(token)
    except FieldFault:
        raise FieldFault("page_token", "FIELD_MALFORMED") from None


def _check_origin(origin: str) -> None:
    """An origin of another form is simply one that is not found."""
    if not origin:
        raise FieldFault("origin", "FIELD_MISSING")
    _check_text("origin", origin)


def _check_origins(origins: Sequence[str]) -> list[str]:
    if not 1 <= len(origins) <= MAX_ORIGINS:
        raise FieldFault("origins", "FIELD_TOO_LONG" if origins else "FIELD_MISSING")
    if len(set(origins)) < len(origins) or not all(origins):
        raise FieldFault("origins", "FIELD_MALFORMED", "each origin once, none empty")
    for origin in origins:
        _check_text("origins", origin)
    return list(origins)


def _check_note(note: bytes) -> None:
    if len(note) > MAX_NOTE_BYTES:
        raise FieldFault("known_checkpoint", "FIELD_TOO_LONG")
