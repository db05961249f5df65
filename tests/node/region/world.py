# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Some nodes, a way to follow each other in one process, and the oracle of them all."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from federation.log.note import Note
from node.config import Config, FeedSection, NodeSection, PeerSection
from node.follow.follower import Follower
from node.follow.ports import FeedSource, FollowedPeer, FollowSurroundings, Received
from node.identity.keys import KEY_NAMES, FileSigner, KeyRing
from node.observe import Observer
from node.publish import Publisher
from tests.node.region.member import BUSINESS, FEDERATION, FEEDS, IDS, Node, settle, signing
from tests.node.region.oracle import again, decided, kept, replayed, verify_of
from tests.node.region.trouble import FIRST_DAY, Clock, InLine


class Source:
    """A feed source over a publisher, as a peer of a caller would serve it; lies on command.

    Attributes:
        serving: what is served, and to whom.
        idle: set when everything told was taken in.
        reads: first index of every read asked for.
        notes: what is told instead of the newest checkpoint.
        lie: makes other chunks of a chunk.
    """

    def __init__(self, publisher: Publisher, caller: str) -> None:
        self.serving = publisher, caller
        self.idle = asyncio.Event()
        self.reads: list[int] = []
        self.notes: Sequence[bytes] | None = None
        self.lie: Callable[[Received], Sequence[Received]] = lambda chunk: (chunk,)

    async def watch(self, origin: str) -> AsyncIterator[bytes]:
        """The notes, then an open stream."""
        self.idle.clear()
        publisher, caller = self.serving
        for note in (publisher.checkpoint(caller, origin),) if self.notes is None else self.notes:
            yield note
        self.idle.set()
        await asyncio.Event().wait()

    async def read(self, origin: str, size: int, start: int, known: bytes) -> AsyncIterator[Received]:
        """The chunks of the publisher, or what the lie makes of them."""
        self.reads.append(start)
        publisher, caller = self.serving
        for chunk in publisher.entries(caller, origin, size, start, 0):
            for told in self.lie(Received(chunk.first_index, chunk.entries, chunk.consistency_path)):
                yield told


class World:
    """Some nodes, one clock, and the oracle, which keeps every note that was ever to be seen.

    Attributes:
        met: origin and peer, each time that a follower told of a peer that knows as much as it holds.
    """

    def __init__(self, folder: Path, templates: Path) -> None:
        self.clock = Clock()
        self.nodes: dict[str, Node] = {}
        self.met: list[tuple[str, ...]] = []
        self._folder = folder
        self._templates = templates
        self._seen: dict[tuple[str, int], tuple[str, bytes]] = {}

    def node(self, node_id: str, feeds: Sequence[FeedSection] = FEEDS, **pinned: Mapping[str, object]) -> Node:
        """A node with its feeds; every other one is pinned, with settings of its own as given under `n<id>`."""
        peers = [_peer(other, pinned.get(f"n{other}", {})) for other in IDS if other != node_id]
        node = NodeSection(id=node_id, federation=FEDERATION)
        config = Config(folder=self._folder / node_id, node=node, feed=tuple(feeds), peer=tuple(peers))
        named = repr((node_id, [feed.model_dump() for feed in feeds], [peer.roles for peer in peers]))
        template = self._templates / hashlib.sha256(named.encode()).hexdigest()
        if not template.exists():
            settle(template, config.model_copy(update={"folder": template}), Clock())
        shutil.copytree(template, config.folder)
        self.nodes[node_id] = Node(config, self.clock)
        return self.nodes[node_id]

    @staticmethod
    def source(owner: Node, caller: Node) -> "Source":
        """What an owner serves to a caller."""
        return Source(owner.publisher, caller.id)

    def end(self) -> None:
        """Closes every store."""
        for node in self.nodes.values():
            node.stages.store.close()

    def clear(self) -> None:
        """Ends every node; the next ones are new, with the same names."""
        self.end()
        for node in self.nodes.values():
            shutil.rmtree(node.config.folder)
        self.nodes.clear()
        self._seen.clear()
        self.clock.to(FIRST_DAY)

    def follower(self, node: Node, origin: str, peer: str, source: FeedSource) -> Follower:
        """A follower of a feed."""
        keys = node.stages.foundation.members.feed_keys(origin)
        assert keys is not None
        observer = Observer(node.id)
        met = lambda *place: self.met.append(place)  # noqa: E731 - a callback
        around = FollowSurroundings(node.stages.store, InLine(), self.clock, observer, lambda _: None, 0.001, met)
        return Follower(FollowedPeer(keys, peer, source), around)

    async def follow(
        self, node: Node, origin: str, source: FeedSource, until: Callable[[], bool] | None = None, peer: str = "yrd"
    ) -> None:
        """Follows until all was taken in, or something else is so, or the follower ends by itself."""
        ready = until or (source.idle.is_set if isinstance(source, Source) else lambda: False)
        task = asyncio.create_task(self.follower(node, origin, peer, source).run())
        while not ready() and not task.done():
            await asyncio.sleep(0)
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        assert ended is None or isinstance(ended, asyncio.CancelledError), ended

    async def mirror(self, node: Node, owner: Node, *feeds: str) -> None:
        """Follows an owner's catalogue and feeds directly, and decides."""
        for feed in ("_catalogue", *feeds):
            await self.follow(node, owner.origin(feed), Source(owner.publisher, node.id), peer=owner.id)
            node.decide()

    def see(self) -> None:
        """Keeps the notes that can leave any node now: of one feed and size there is only ever one, signed once."""
        for node in self.nodes.values():
            for view in node.reader.feeds():
                if view.note is not None:
                    note = Note.parse(view.note)
                    said = (note.text, note.signatures[0].signature)
                    assert self._seen.setdefault((view.origin, view.size), said) == said

    def audit(self) -> None:
        """The oracle: nodes are whole and agree with themselves, now and before; mirrors are what their origins are."""
        self.see()
        for node in self.nodes.values():
            assert [] == list(verify_of(node).run())
            for dataset in BUSINESS:
                assert kept(node, node.origin(dataset)) == node.accepted[node.origin(dataset)]
            self._audit_mirrors(node)
            assert decided(node) == replayed(node)
            assert [] == again(node)

    def _audit_mirrors(self, node: Node) -> None:
        for view in node.reader.feeds():
            owner = self.nodes.get(view.owner)
            if owner is None or owner is node:
                continue
            held = [stored.entry for stored in node.reader.entries(view.origin, 0, 1 << 30)]
            size = len(held)
            chunks = owner.publisher.entries(node.id, view.origin, size, 0, 0) if size else ()
            assert held == [entry for chunk in chunks for entry in chunk.entries]


def _peer(node_id: str, settings: Mapping[str, object]) -> PeerSection:
    signers = {name: signing(node_id, name) for name in KEY_NAMES}
    ring = KeyRing(FEDERATION, node_id, *(FileSigner(key) for key in signers.values()))
    given: dict[str, Any] = {
        "id": node_id,
        "ca": "none",
        "roles": ("source", "consumer", "responder", "requester"),
        "log_key": ring.log_verifier(ring.name).text(),
        "clock_key": ring.clock_verifier.text(),
        "message_key": ring.message_verifier.text(),
    }
    return PeerSection(**{**given, **settings})
