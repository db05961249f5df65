# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The reference node: one class of answers, requests in and messages out, correct unless a fault is switched on.

It knows no sockets. A refusal is raised as `No`. Callers are node ids that `serve` has already established.
"""

import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from creditexchange.v1 import entry_pb2, node_service_pb2
from creditexchange.v1 import feed_service_pb2 as wire

from tests.conformance.reference import tree
from tests.conformance.reference.exchanging.ledger import Ledger
from tests.conformance.reference.fault import Fault
from tests.conformance.reference.feed import Feed, Item, Keys, checkpoint
from tests.conformance.reference.refusal import No
from tests.conformance.reference.world import (
    ADD,
    COORDINATOR_ID,
    EXCHANGE,
    FEDERATION,
    NODE,
    NODE_ID,
    OPEN,
    PERSON,
    feeds,
)

CALLER = ContextVar("CALLER", default="")
"""Node id of whoever the call that is being answered comes from."""

PER_CHUNK = 4
STATES = {
    1: entry_pb2.PAYLOAD_STATE_PRESENT,
    2: entry_pb2.PAYLOAD_STATE_WITHHELD,
    3: entry_pb2.PAYLOAD_STATE_ERASED,
    4: entry_pb2.PAYLOAD_STATE_NONE,
}
_ORIGIN = re.compile(r"[a-z0-9.-]{1,64}/[0-9a-z]{1,16}/[a-z_-]{1,32}/[0-9]{1,9}")


@dataclass
class Node:
    """State and answers of one node."""

    faults: frozenset[Fault] = frozenset()
    keys: Keys = field(default_factory=Keys)
    feeds: dict[str, Feed] = field(default_factory=dict)
    first_peer: str = ""
    mirrored: dict[str, Callable[[wire.GetCheckpointRequest], wire.GetCheckpointResponse]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Publish the world."""
        self.ledger = Ledger(self.faults)
        self.feeds = {**feeds(self.faults), EXCHANGE: self.ledger.feed}

    def has(self, fault: Fault) -> bool:
        """Tell whether a fault is switched on."""
        return fault in self.faults

    def get_node(self, _: node_service_pb2.GetNodeRequest) -> node_service_pb2.GetNodeResponse:
        """NodeService.GetNode."""
        said = "310000" if self.has(Fault.NODE_ID_LIES) else NODE_ID
        software = "reference" if self.has(Fault.SOFTWARE_NAMELESS) else "reference/1.0"
        revision = "creditexchange.v9/1" if self.has(Fault.REVISION_OTHER) else "creditexchange.v1/1"
        return node_service_pb2.GetNodeResponse(
            node_id=said, federation=FEDERATION, software=software, revisions=[revision]
        )

    def feed(self, origin: str) -> Feed:
        """Return a feed the caller may read."""
        if not origin:
            if self.has(Fault.FIELD_AS_RANGE):
                raise No("RANGE_INVALID")
            raise No("FIELD_INVALID", "" if self.has(Fault.FIELD_UNNAMED) else "origin")
        if not _ORIGIN.fullmatch(origin) and self.has(Fault.ORIGIN_CRASHES):
            raise No("INTERNAL")
        found = self.feeds.get(origin)
        if found is self.ledger.feed and self._opens_log():
            return self.ledger.feed
        if found is not None and found.open:
            return found
        if self.has(Fault.FEED_GUESSED):
            return self.feeds[OPEN]
        if found is self.ledger.feed and self.has(Fault.LOG_DENIED):
            raise No("CALLER_NOT_ENTITLED")
        if found is not None and self.has(Fault.CLOSED_DENIED):
            raise No("CALLER_NOT_ENTITLED")
        named = found is not None and self.has(Fault.CLOSED_NAMED)
        raise No("FEED_NOT_FOUND", text=f"no feed {origin}" if named else "")

    def _opens_log(self) -> bool:
        """Tell whether the caller may read the exchange log, and note that a coordinator does."""
        if CALLER.get() != COORDINATOR_ID:
            return self.has(Fault.LOG_OPEN_TO_ALL)
        self.ledger.read_by(COORDINATOR_ID)
        return True

    def list_feeds(self, request: wire.ListFeedsRequest) -> wire.ListFeedsResponse:
        """FeedService.ListFeeds."""
        if request.page_size > 1000:
            raise No("FIELD_INVALID", "page_size")
        shown = sorted(o for o, f in self.feeds.items() if f.open or self._listed_closed(o))
        if self.has(Fault.LIST_UNSORTED):
            shown.reverse()
        if self.has(Fault.LIST_INCOMPLETE):
            shown.remove(OPEN)
        at, size = self._token(request.page_token, len(shown)), request.page_size or 100
        size += self.has(Fault.PAGE_OVERFULL)
        skip = 1 if self.has(Fault.PAGES_SKIP) else 0
        page = [self._row(self.feeds[origin]) for origin in shown[at : at + size]]
        after = at + size + skip
        return wire.ListFeedsResponse(feeds=page, next_page_token=str(after) if after < len(shown) else "")

    def _listed_closed(self, origin: str) -> bool:
        """Tell whether a closed feed is listed all the same."""
        return self.has(Fault.LOG_LISTED if origin == EXCHANGE else Fault.CLOSED_LISTED)

    def _row(self, feed: Feed) -> wire.Feed:
        values: dict[str, Any] = {"origin": feed.origin, "dataset": feed.dataset, "size": len(feed.items)}
        return wire.Feed(**values)

    def _token(self, token: str, count: int) -> int:
        if token.isascii() and token.isdigit() and int(token) < count:
            return int(token)
        if token and not self.has(Fault.TOKEN_IGNORED):
            raise No("FIELD_INVALID", "page_token")
        return 0

    def get_checkpoint(self, request: wire.GetCheckpointRequest, peer: str) -> wire.GetCheckpointResponse:
        """FeedService.GetCheckpoint."""
        if request.origin in self.mirrored:
            return self.mirrored[request.origin](request)
        feed = self.feed(request.origin)
        if self.has(Fault.GROWS) and feed.origin == OPEN:
            feed.add(ADD, 4, b"")
        if self.has(Fault.HISTORY_REWRITTEN) and request.known_checkpoint:
            feed.items[10].leaf = feed.items[10].leaf[:-1] + b"\x01"
            feed.add(ADD, 4, b"")
        if self.has(Fault.HISTORY_CUT) and request.known_checkpoint:
            feed.items.pop()
        self.first_peer = self.first_peer or peer
        forked = self.has(Fault.FORK_PER_CONNECTION) and peer != self.first_peer
        return wire.GetCheckpointResponse(checkpoint=self.note(feed, forked=forked))

    def note(self, feed: Feed, *, forked: bool = False) -> bytes:
        """Return the signed head of a feed."""
        if self.has(Fault.ORIGIN_OTHER):
            feed = Feed(feed.origin[:-1] + "2", feed.dataset, items=feed.items)
        return checkpoint(feed, NODE, self.keys, self.faults, forked=forked)

    def watch(self, request: wire.WatchCheckpointsRequest) -> Iterator[wire.WatchCheckpointsResponse]:
        """FeedService.WatchCheckpoints; the reference ends the stream after the first heads."""
        if not request.origins:
            raise No("FIELD_INVALID", "origins")
        for origin in request.origins:
            readable = origin in self.feeds and self.feeds[origin].open
            if self.has(Fault.UNKNOWN_FEED_INTERNAL) and not readable:
                raise No("INTERNAL")
            feed = self.feed(origin)
            if not self.has(Fault.WATCH_SILENT):
                seen = feed
                if self.has(Fault.WATCH_OLD):
                    seen = Feed(feed.origin, feed.dataset, items=feed.items[:-1])
                note = self.note(seen, forked=self.has(Fault.FORK_IN_WATCH))
                named = PERSON if self.has(Fault.WATCH_OTHER_FEED) else origin
                yield wire.WatchCheckpointsResponse(origin=named, checkpoint=note)

    def hold(self, good: bool) -> None:
        """Refuse a range that is not good."""
        if not good:
            if self.has(Fault.RANGE_AS_FIELD):
                raise No("FIELD_INVALID", "tree_size")
            if self.has(Fault.RANGE_NO_REASON):
                raise No("RANGE_INVALID", said="")
            raise No("RANGE_INVALID", domain="" if self.has(Fault.RANGE_NO_DOMAIN) else "creditexchange.v1")

    def read_entries(self, request: wire.ReadEntriesRequest) -> Iterator[wire.ReadEntriesResponse]:
        """FeedService.ReadEntries."""
        feed, size, at = self.feed(request.origin), request.checkpoint_size, request.start_index
        if self.has(Fault.RANGE_CLAMPED):
            size, at = min(size, len(feed.items)), min(at, size - 1)
        self.hold(at < size <= len(feed.items))
        most = 0 if self.has(Fault.MAX_IGNORED) else request.max_entries
        end = min(size, at + most) if most else size
        step = size if self.has(Fault.CHUNK_HUGE) else PER_CHUNK
        for start in range(at, end, step):
            stop = min(start + step, end)
            proof = [] if self.has(Fault.CHUNK_UNPROVEN) else tree.proof(stop, feed.leaves(size))
            if self.has(Fault.CHUNK_EMPTY) and start == at:
                empty = tree.proof(start, feed.leaves(size))
                yield wire.ReadEntriesResponse(first_index=start, consistency_path=empty)
            late = 1 if self.has(Fault.RESUME_MISNUMBERED) and at else 0
            slip = 1 if self.has(Fault.CHUNK_MISNUMBERED) and start > at else 0
            entries = [self.entry(feed, index) for index in range(start, stop)]
            if self.has(Fault.RESUME_DIFFERS) and at:
                entries[0].salt = bytes(32)
            yield wire.ReadEntriesResponse(first_index=start + slip + late, entries=entries, consistency_path=proof)

    def entry(self, feed: Feed, index: int) -> entry_pb2.Entry:
        """Return one entry as it is served."""
        item = feed.items[index]
        state, shown = self._state(item), item.state == 1
        leaked = self.has(Fault.SALT_LEAKED) and item.state == 2
        leaf, payload = item.leaf, item.payload
        altered = Fault.LOG_ROOT_OTHER if feed.origin == EXCHANGE else Fault.LEAF_ALTERED
        if self.has(altered) and index == (0 if feed.origin == EXCHANGE else 10):
            leaf = leaf[:-1] + b"\x01"
        if self.has(Fault.PAYLOAD_REENCODED) and index == 10:
            payload += b"\x00"
        salt = item.salt if shown or leaked else b""
        return entry_pb2.Entry(leaf=leaf, payload_state=state, salt=salt, payload=payload if shown else b"")

    def _state(self, item: Item) -> entry_pb2.PayloadState:
        if item.state == 3 and self.has(Fault.STATE_UNSPECIFIED):
            return entry_pb2.PAYLOAD_STATE_UNSPECIFIED
        if item.state == 3 and self.has(Fault.STATE_LOST):
            return entry_pb2.PAYLOAD_STATE_LOST
        if item.state == 4 and self.has(Fault.PAD_SAID_ERASED):
            return entry_pb2.PAYLOAD_STATE_ERASED
        return STATES[item.state]

    def inclusion(self, request: wire.GetInclusionProofRequest) -> wire.GetInclusionProofResponse:
        """FeedService.GetInclusionProof."""
        feed = self.feed(request.origin)
        self.hold(request.leaf_index < request.tree_size <= len(feed.items))
        path = tree.path(request.leaf_index, feed.leaves(request.tree_size))
        return wire.GetInclusionProofResponse(path=path[::-1] if self.has(Fault.INCLUSION_REVERSED) else path)

    def consistency(self, request: wire.GetConsistencyProofRequest) -> wire.GetConsistencyProofResponse:
        """FeedService.GetConsistencyProof."""
        feed, first, second = self.feed(request.origin), request.first_size, request.second_size
        self.hold(first <= second <= len(feed.items))
        path = tree.proof(first, feed.leaves(second))
        if self.has(Fault.CONSISTENCY_PADDED) and 0 < first < second and first & (first - 1) == 0:
            path = [tree.root(feed.leaves(first)), *path]
        return wire.GetConsistencyProofResponse(path=path)
