# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whole federations: every node a process of its own on loopback, and one oracle that doubts them all."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from federation.log.checkpoint import open_checkpoint
from federation.records.act import Ending, EndingKind
from federation.records.agency_filing import AgencyFiling, FilingStanding, ReviewResult
from federation.records.codec import encode, schema_of
from federation.records.list_entry import ListEntry, ListKind
from federation.records.subject import Authority, Identity
from federation.standards.bundle import shipped_standards
from federation.standards.identity import CodeKind, SubjectClass
from federation.standards.numbers.organisation_code import organisation_check
from node.assemble.checking import verify_store
from node.assemble.desk import Desk, open_desk
from node.assemble.making.card import Pinning, add_peer, node_card
from node.assemble.making.founding import NewNode, create_node
from node.config import Config, load_config
from node.demo.zygote import Forked, Zygote
from node.intake import Outcome, Submission, submission_of
from tests.loopback import free_ports

FEDERATION = "flow.example"
PATIENCE_S = 30.0
FIRST_LOOK_S = 0.02
LAST_LOOK_S = 0.15
ROLES = ("source", "consumer", "responder", "requester")
ECOLOGY = Authority(name="杭州市生态环境局", code="11330100PDY001012R")
FILING_OFFICE = Authority(name="杭州市公共信用管理办公室", code="11330100PDY001047C")
Found = TypeVar("Found")


def until(look: Callable[[], Found], what: str, patience_s: float = PATIENCE_S) -> Found:
    """Looks again and again, less and less often, until something is there; fails when it never comes.

    A look costs what the nodes could use, and there are more of them than processors.
    """
    pause, end = FIRST_LOOK_S, time.monotonic() + patience_s
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(pause)
        pause = min(pause * 1.3, LAST_LOOK_S)
    raise AssertionError(f"never came: {what}")


@dataclass
class Node:
    """One node: a folder, and a process while it is served.

    Attributes:
        zygote: forks it, and its commands; without one it is started as anybody would.
    """

    folder: Path
    log: Path
    zygote: Zygote | None = None
    process: subprocess.Popen[bytes] | Forked | None = None
    _said_before: int = 0

    @property
    def config(self) -> Config:
        """The configuration as it stands in the folder."""
        return load_config(self.folder)

    @property
    def id(self) -> str:
        """Node id."""
        return self.config.node.id

    def serve(self, *options: str) -> "Node":
        """Starts the process and waits until it answers."""
        return self.start(*options).ready()

    def start(self, *options: str) -> "Node":
        """Starts the process; several start sooner together, each to be waited for with `ready`."""
        self._said_before = self.log.stat().st_size if self.log.exists() else 0
        words = ["serve", "--node", str(self.folder), "--json", *options]
        with self.log.open("ab") as log:
            if self.zygote is not None:
                self.process = self.zygote.start(words, log, log)
            else:
                self.process = subprocess.Popen([sys.executable, "-m", "node", *words], stdout=log, stderr=log)
        return self

    def ready(self) -> "Node":
        """Waits until the process answers."""
        until(self._answers, f"{self.folder.name} serves")
        return self

    def _answers(self) -> bool:
        assert self.process is not None
        ended = self.process.poll() is not None
        said = self.log.read_bytes()[self._said_before :]
        assert not ended, said.decode(errors="replace")
        return b'"serving"' in said

    def stop(self) -> int:
        """Ends the process in order; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        self.process = None
        return code

    def kill(self) -> None:
        """Ends the process as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)
        self.process = None

    def ran(self, *words: str) -> tuple[int, Any]:
        """Runs a command of the node; its exit code, and the JSON it printed or the error it told."""
        assert self.zygote is not None
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            code = self.zygote.start([*words, "--node", str(self.folder), "--json"], out, errors).wait(2 * PATIENCE_S)
            out.seek(0)
            errors.seek(0)
            said = out.read()
            return code, json.loads(said) if said else errors.read().decode()

    def submit(self, feed: str, *submissions: Submission) -> list[Outcome]:
        """Submits to an own feed, through the process when there is one, and publishes."""
        with open_desk(self.config) as desk:
            outcomes = desk.submit(feed, submissions)
            desk.publish_pending()
        return outcomes

    def ask(self, question: Callable[[Desk], Found]) -> Found:
        """Asks something at the node's desk."""
        with open_desk(self.config) as desk:
            return question(desk)

    def standing(self, origin: str, index: int) -> str:
        """What the node makes of an entry; empty while nothing is decided."""
        with open_desk(self.config) as desk:
            decision = desk.reader.decision(origin, index)
            return decision.standing if decision is not None else ""

    def size(self, origin: str) -> int:
        """Complete size of a feed at the node."""
        with open_desk(self.config) as desk:
            view = desk.reader.feed(origin)
            return view.size if view is not None else 0


@dataclass
class Region:
    """A federation of nodes under one folder."""

    folder: Path
    zygote: Zygote | None = None
    nodes: dict[str, Node] = field(default_factory=dict)

    def node(self, node_id: str, postgres: str | None = None, *, roles: Sequence[str] = ROLES) -> Node:
        """Makes a node, in a database or in its folder."""
        peers, local, admin = (f"127.0.0.1:{port}" for port in free_ports(3))
        new = NewNode(node_id, FEDERATION, peers, local, admin, tuple(roles), postgres=postgres)
        create_node(self.folder / node_id, new)
        made = self.nodes[node_id] = Node(self.folder / node_id, self.folder / f"{node_id}.log", self.zygote)
        return made

    def pin(self, at: Node, member: Node, *follow: str, indirect: bool = False, may_ask: Sequence[str] = ()) -> None:
        """Lets a node know another, and follow feeds from it; indirect members have no address."""
        pinning = Pinning("" if indirect else None, follow, tuple(may_ask))
        add_peer(at.folder, node_card(member.config), pinning)

    def origin(self, feed: str) -> str:
        """A whole origin from `330100/lists/1`."""
        return f"{FEDERATION}/{feed}"

    def check(self) -> None:
        """The oracle: every store is whole, and every mirror is its origin's feed, byte for byte, as far as it goes."""
        for node in self.nodes.values():
            assert [] == list(verify_store(node.config, lambda _: None)), node.id
        for node in self.nodes.values():
            with open_desk(node.config) as desk:
                for view in desk.reader.feeds():
                    if view.owner != node.id and view.owner in self.nodes:
                        self._check_mirror(desk, view.origin)

    def _check_mirror(self, mirror: Desk, origin: str) -> None:
        owner = self.nodes[origin.split("/")[1]]
        with open_desk(owner.config) as desk:
            held = mirror.reader.follow_range(origin).size
            assert held <= desk.reader.follow_range(origin).size
            theirs = [entry.raw_leaf for entry in desk.reader.held(origin, 0, held)]
        assert theirs == [entry.raw_leaf for entry in mirror.reader.held(origin, 0, held)]
        view, keys = mirror.reader.feed(origin), mirror.feed_keys(origin)
        assert view is not None
        assert keys is not None
        if view.note is not None:
            assert view.size == open_checkpoint(view.note, keys).checkpoint.size

    def close(self) -> None:
        """Ends what still runs."""
        for node in self.nodes.values():
            if node.process is not None:
                node.kill()


def put_back(old: Path, store: Path) -> None:
    """Restores a copy of a store, as an operator does who takes the newest for lost."""
    for rest in ("-wal", "-shm"):
        store.with_name(store.name + rest).unlink(missing_ok=True)
    shutil.copy(old, store)


def uscc(number: int) -> str:
    """A valid, invented unified code of a Hangzhou enterprise."""
    body = f"MA2{number:05d}"
    seventeen = f"91330100{body}{organisation_check(body)}"
    return seventeen + shipped_standards().uscc.check_character(seventeen)


def black(number: int, kind: ListKind = ListKind.BLACK) -> ListEntry:
    """A list entry of the delta's ecology field, decided in Hangzhou."""
    return ListEntry(
        identity=Identity(
            name=f"杭州虚构{number}号有限公司",
            subject_class=SubjectClass.ENTERPRISE,
            code_kind=CodeKind.USCC,
            code=uscc(number),
            representative="甲某",
        ),
        kind=kind,
        list_name="生态环境领域名单",
        field="eco-environment",
        standard=f"yrd-eco-environment-{kind}@{2 if kind is ListKind.BLACK else 1}",
        reason="虚构事由",
        basis="虚构依据",
        document_number=f"杭环认〔2026〕{number}号",
        authority=ECOLOGY,
        decided_on=date(2026, 6, 1),
        valid_from=date(2026, 6, 1),
        valid_until=date(2029, 5, 31),
        responsible_persons=("甲某",),
        source=ECOLOGY,
    )


def filing(number: int) -> AgencyFiling:
    """An agency's filing in Hangzhou."""
    return AgencyFiling(
        identity=black(number).identity,
        filing_number=f"杭信备〔2026〕{number}号",
        categories=("credit-rating",),
        filed_on=date(2026, 1, 5),
        valid_until=date(2028, 1, 4),
        authority=FILING_OFFICE,
        standing=FilingStanding.FILED,
        reviewed_year=2026,
        review_result=ReviewResult.PASSED,
        source=FILING_OFFICE,
    )


def submitted(record: ListEntry | AgencyFiling) -> Submission:
    """The submission of a record."""
    return submission_of(record, encode(record))


def removal(index: int, kind: EndingKind = EndingKind.REMOVED) -> Submission:
    """The submission that removes an entry, or ends it in another way."""
    ending = Ending(
        kind=kind,
        authority=ECOLOGY,
        document_number=f"杭环移〔2026〕{index}号",
        decided_on=date(2026, 11, 2),
    )
    return Submission(f"end/{index}", schema_of(ending), encode(ending), index)
