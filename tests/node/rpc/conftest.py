# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Real servers, clients and certificates on loopback, over feeds in memory; other stages are small fakes."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation.errors import AccessFault, Fault, ForkFault
from federation.log.checkpoint import Checkpoint
from federation.log.entry import PayloadState, RawEntry
from federation.log.leaf import Leaf, LeafKind, commitment
from federation.log.merkle import leaf_hash
from federation.log.note import Note, sign_note
from federation.log.tile import TileTree, extend_tiles
from federation.records.codec import encode
from federation.records.exchange import Answer
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.rules.exchange import ANSWER_TYPE, QUESTION_TYPE
from node.bell import Bell
from node.config import Config, LimitsSection, ListenSection, NodeSection
from node.exchange.dialogue import Envelope
from node.exchange.inquire import Answered, Matter
from node.identity.certificates import SpiffeId, create_identity, issue
from node.intake import Accepted, Outcome, Refused, Submission
from node.observe import Call, Observer
from node.publish import FeedView, Publisher, StoredEntry
from node.rpc.client import PeerClient
from node.rpc.feed.servicer import FeedServicer, FeedStages
from node.rpc.loop.client import BusinessClient
from node.rpc.node_servicer import NodeServicer
from node.rpc.query_servicer import QueryServicer
from node.rpc.server import NodeServers, Servicers
from node.rpc.trust import Trust
from node.rpc.wire import NodeStatement
from tests.node.rpc.casing import Casing, doors
from tests.node.rpc.erasing import Erasing, Stating
from tests.node.rpc.holders.indexing import Indexing
from tests.node.rpc.liar import Liar, Liars
from tests.node.rpc.looping import Looping
from tests.node.rpc.relaying.stage import Relaying

FEDERATION = "delta.example"
ORIGIN = f"{FEDERATION}/330100/lists/1"
CLOSED = f"{FEDERATION}/330100/licences/1"
LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
Clock = Callable[[], datetime]


def now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


@dataclass
class MemoryFeeds(Stating):
    """Feeds of real leaves, tiles and notes, in memory; a FeedReader, and the fork watch."""

    rows: list[StoredEntry] = field(default_factory=list)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    note: bytes | None = None
    size: int = 0
    readers: tuple[str, ...] = ("*",)
    closed_readers: tuple[str, ...] = ()
    broken: Exception | None = None
    taken: int = 0
    looked: int = 0

    def append(self, count: int, payload_bytes: int = 100) -> None:
        """Publishes so many entries under a new checkpoint."""
        before = len(self.rows)
        made = [_entry(before + number, payload_bytes) for number in range(count)]
        hashes = [leaf_hash(entry.leaf) for entry in made]
        self.tiles.update(extend_tiles(before, hashes, lambda level, index: self.tiles.get((level, index), b"")))
        self.rows += [StoredEntry(entry, personal=False) for entry in made]
        self.size = len(self.rows)
        root = TileTree(lambda level, index: self.tiles.get((level, index), b"")).root(self.size)
        text = Checkpoint(ORIGIN, self.size, root).text()
        line = sign_note(text, ORIGIN, LOG_KEY, LOG_KEY.public_key().public_bytes_raw())
        self.note = Note(text, (line,)).encode()

    def feeds(self) -> Sequence[FeedView]:
        """Both feeds; the second has nothing and nobody may read it."""
        if self.broken is not None:
            raise self.broken
        policy = FeedPolicy(origin=ORIGIN, dataset=Dataset.LISTS, readers=self.readers)
        closed = FeedPolicy(origin=CLOSED, dataset=Dataset.LICENCES, readers=self.closed_readers)
        return [
            FeedView(CLOSED, "330100", Dataset.LICENCES, 0, None, closed),
            FeedView(ORIGIN, "330100", Dataset.LISTS, self.size, self.note, policy),
        ]

    def feed(self, origin: str) -> FeedView | None:
        """One feed; counts the looks."""
        self.looked += 1
        return next((view for view in self.feeds() if view.origin == origin), None)

    def policy(self, origin: str) -> FeedPolicy | None:
        """The policy of one feed."""
        view = self.feed(origin)
        return view.policy if view is not None else None

    def entries(self, origin: str, start: int, stop: int) -> Sequence[StoredEntry]:
        """Entries [start, stop)."""
        self.taken = max(self.taken, stop)
        return self.rows[start:stop]

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One tile."""
        return self.tiles.get((level, index), b"")

    def compare_known(self, origin: str, note: bytes) -> None:
        """A checkpoint that is none of ours is a fork."""
        known = Note.parse(note)
        if self.note is not None and known.text != Note.parse(self.note).text:
            raise ForkFault("FORK_DETECTED", origin, (note,))


def _entry(number: int, payload_bytes: int) -> RawEntry:
    payload = number.to_bytes(8, "big").ljust(payload_bytes, b".")
    salt = leaf_hash(payload)
    leaf = Leaf(LeafKind.ADD, 1000 + number, 4, None, commitment(ORIGIN, 4, salt, payload))
    return RawEntry(leaf.encode(), PayloadState.PRESENT, salt, payload)


@dataclass
class Stages(Erasing, Casing, Looping, Indexing, Relaying):
    """What stands behind query and local: remembers what it was asked, answers or raises what it is told."""

    asked: list[tuple[str, Envelope]] = field(default_factory=list)
    submitted: list[tuple[str, Sequence[Submission], bool]] = field(default_factory=list)
    hold: asyncio.Event | None = None
    inquired: list[tuple[str, Matter]] = field(default_factory=list)
    cancelled: int = 0

    async def answer(self, caller: str, envelope: Envelope) -> Envelope:
        """The question's own bytes, as the answer."""
        if self.fault is not None:
            raise self.fault
        self.asked.append((caller, envelope))
        return replace(envelope, payload_type="answer")

    def submit(self, feed: str, submissions: Sequence[Submission], *, amend: bool) -> Sequence[Outcome]:
        """Takes every other submission."""
        if feed != "lists":
            raise AccessFault("FEED_NOT_FOUND")
        self.submitted.append((feed, submissions, amend))
        return [Refused("name", "FIELD_MISSING") if number % 2 else Accepted() for number in range(len(submissions))]

    async def inquire(self, member: str, matter: Matter) -> Answered:
        """An empty answer, after `hold` is set where there is one."""
        self.inquired.append((member, matter))
        if self.fault is not None:
            raise self.fault
        if self.hold is not None:
            try:
                await self.hold.wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
        answer = Answer(
            exchange_id="01890a5d-ac96-774b-bcce-b302099a8057",
            question_sha256=bytes(32),
            responder=member,
            answered_at_ms=1,
        )
        question = Envelope(QUESTION_TYPE, b"question", bytes(4), bytes(64))
        return Answered(answer, question, Envelope(ANSWER_TYPE, encode(answer), bytes(4), bytes(64)))


class Recorder(Observer):
    """Keeps what it hears."""

    def __init__(self) -> None:
        super().__init__("330100")
        self.calls: list[tuple[str, str, str, str]] = []
        self.broken: list[str] = []
        self.failed: list[str] = []
        self.open = 0

    def calling(self, method: str) -> Call:
        """Counts a call that is not told yet: a refused caller may hear of its refusal before the observer does."""
        self.open += 1
        return super().calling(method)

    def called(self, call: Call, caller: str, code: str, reason: str) -> None:
        """Keeps method, caller, code and reason."""
        self.open -= 1
        self.calls.append((call.method.rpartition("/")[2], caller, code, reason))

    def broke(self, method: str, error: Exception) -> None:
        """Keeps the kind of error."""
        self.broken.append(type(error).__name__)

    def stage_failed(self, stage: str, fault: BaseException) -> None:
        """Keeps the reason."""
        self.failed.append(fault.reason if isinstance(fault, Fault) else type(fault).__name__)


class WatchedBell(Bell):
    """A bell that knows whether somebody waits for it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._waiting = 0

    @property
    def waited_for(self) -> bool:
        """Whether somebody waits."""
        return self._waiting > 0

    async def wait(self, seen: int, timeout_s: float | None = None) -> int:
        """Waits, and is counted."""
        self._waiting += 1
        try:
            return await super().wait(seen, timeout_s)
        finally:
            self._waiting -= 1


@dataclass
class Lab:
    """One served node, 330100, with the identities of others beside it.

    Attributes:
        folder: a folder for each identity, by its name.
        addresses: where the ports are.
        ahead: how far the servers' clock is ahead of ours.
        bell: rings for the feed.
    """

    folder: Path
    addresses: dict[str, str]
    feeds: MemoryFeeds
    stages: Stages
    observer: Recorder
    trust: Trust
    servicers: Servicers
    servers: NodeServers
    config: Config
    bell: WatchedBell
    ahead: timedelta = timedelta(0)
    log_key: Ed25519PrivateKey = LOG_KEY

    def trust_of(self, node_id: str, pins: Mapping[str, Path] | None = None) -> Trust:
        """The TLS view of another node, which pins the served one unless told otherwise."""
        pinned = {"330100": self.folder / "330100" / "ca.pem", **(pins or {})}
        return Trust(SpiffeId(FEDERATION, node_id), self.folder / node_id, pinned, self.observer)

    def peer(self, node_id: str = "310000", pins: Mapping[str, Path] | None = None) -> PeerClient:
        """A client of the served node, as another member."""
        return PeerClient("330100", self.addresses["peers"], self.trust_of(node_id, pins), 30)

    def channel(self, name: str, port: str = "peers", certificate: str = "tls") -> grpc.aio.Channel:
        """A bare channel with the certificate of an identity folder; none with an empty name."""
        root = (self.folder / "330100" / "ca.pem").read_bytes()
        pair: tuple[bytes | None, bytes | None] = (None, None)
        if name:
            keys = self.folder / name
            pair = ((keys / f"{certificate}.key").read_bytes(), (keys / f"{certificate}.pem").read_bytes())
        options = [
            ("grpc.ssl_target_name_override", f"330100.{FEDERATION}"),
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.enable_retries", 0),
        ]
        credentials = grpc.ssl_channel_credentials(root, *pair)
        return grpc.aio.secure_channel(self.addresses[port], credentials, options=options)

    def peer_at(self, address: str, timeout_s: float) -> PeerClient:
        """A client of another server with the served node's certificate."""
        return PeerClient("330100", address, self.trust_of("310000"), timeout_s)

    def local(self) -> BusinessClient:
        """A client of the local port, as the node itself."""
        return BusinessClient(self.addresses["local"], self.trust, 30)

    async def observed(self) -> list[tuple[str, str, str, str]]:
        """The calls so far, once none is open any more."""
        await self.eventually(lambda: self.observer.open == 0)
        return self.observer.calls

    async def eventually(self, holds: Callable[[], bool]) -> None:
        """Lets the loop run until something holds; the test's own time limit ends a wait in vain."""
        while not holds():
            await asyncio.wait({asyncio.create_task(asyncio.to_thread(time.monotonic))})


@pytest.fixture(scope="session")
def identities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key folders of three members, of a stranger, and of special cases; made once."""
    folder = tmp_path_factory.mktemp("identities")
    made: Mapping[str, tuple[str, datetime]] = {
        "330100": ("330100", now()),
        "310000": ("310000", now()),
        "320500": ("320500", now()),
        "stranger": ("310000", now()),
        "expired": ("340000", now() - timedelta(days=400)),
    }
    for name, (node_id, made_at) in made.items():
        (folder / name).mkdir()
        create_identity(folder / name, FEDERATION, node_id, made_at)
    (folder / "tills").mkdir()
    issue(folder / "330100", SpiffeId(FEDERATION, "330100", "tax"), folder / "tills" / "tax", now())
    return folder


@pytest.fixture(scope="session")
def executor() -> Iterator[ThreadPoolExecutor]:
    """Threads for the stages."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


async def start_lab(folder: Path, executor: ThreadPoolExecutor, limits: LimitsSection, watch_s: float) -> Lab:
    """Serves node 330100 from a folder of identities."""
    observer, feeds, stages, bell = Recorder(), MemoryFeeds(), Stages(), WatchedBell(asyncio.get_running_loop())
    any_port = ListenSection(peers="127.0.0.1:0", local="127.0.0.1:0", admin="127.0.0.1:0")
    config = Config(folder=folder, node=NodeSection(id="330100", federation=FEDERATION), listen=any_port, limits=limits)
    pins = {
        "310000": folder / "310000" / "ca.pem",
        "320500": folder / "320500" / "ca.pem",
        "340000": folder / "expired" / "ca.pem",
    }
    trust = Trust(SpiffeId(FEDERATION, "330100"), folder / "330100", pins, observer)
    publisher = Publisher(feeds, "330100", frozenset())
    servicers = Servicers(
        NodeServicer(NodeStatement("330100", FEDERATION, "xinqiao/0", ("creditexchange.v1/1",), ("source",))),
        FeedServicer(FeedStages(publisher, feeds, feeds, lambda _origin: bell), executor, watch_s),
        QueryServicer(stages, stages, stages, executor),
        *doors(stages, executor),
    )
    lab: Lab
    servers = NodeServers(config, servicers, trust, observer, lambda: now() + lab.ahead)
    lab = Lab(folder, {}, feeds, stages, observer, trust, servicers, servers, config, bell)
    lab.addresses = await servers.start()
    return lab


@pytest.fixture(scope="session")
async def shared(identities: Path, executor: ThreadPoolExecutor) -> AsyncIterator[Lab]:
    """One served node for all tests that change nothing that lasts."""
    lab = await start_lab(identities, executor, LimitsSection(), 30)
    lab.feeds.append(3)
    yield lab
    await lab.servers.stop(0)


@pytest.fixture
async def lab(shared: Lab) -> AsyncIterator[Lab]:
    """The shared node, put right again after each test, and after the last of its calls."""
    yield shared
    await shared.observed()
    vars(shared.stages).update(vars(Stages()))
    shared.feeds.broken, shared.feeds.readers, shared.ahead = None, ("*",), timedelta(0)
    shared.observer.calls.clear()
    shared.observer.broken.clear()


@pytest.fixture
async def liar(identities: Path) -> AsyncIterator[Liar]:
    """A lying server."""
    answers: dict[str, Callable[..., object]] = {}
    keys = identities / "330100"
    credentials = grpc.ssl_server_credentials([((keys / "tls.key").read_bytes(), (keys / "tls.pem").read_bytes())])
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((Liars(answers),))
    port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    yield Liar(f"127.0.0.1:{port}", answers)
    await server.stop(0)


@pytest.fixture
async def make_lab(
    identities: Path, executor: ThreadPoolExecutor, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[Lab]]]:
    """Makes a served node with a copy of the identities, for tests that change files or need other limits."""
    made: list[Lab] = []

    async def make(limits: LimitsSection, watch_s: float = 30) -> Lab:
        folder = tmp_path / f"copy-{len(made)}"
        shutil.copytree(identities, folder)
        lab = await start_lab(folder, executor, limits, watch_s)
        lab.feeds.append(3)
        made.append(lab)
        return lab

    yield make
    for lab in made:
        await lab.servers.stop(0)
