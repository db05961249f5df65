# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The story that the demonstration tells, step by step; each checks what it promises, and the first failure ends it.

files of departments -> feeds -> hub -> Shanghai: a black-list entry decided in Hangzhou is recognised there, with proof
of its origin; an agency's filing counts without filing again; a removal in Hangzhou ends the effect in Shanghai; an
objection and a repair that are filed in Shanghai end theirs
"""

import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import FrameType

from federation.errors import Misuse
from node.demo.applications import Applicant, object_to_entry, repair_entry
from node.demo.expected import Rows, check_import, imported, promised
from node.demo.postgres import TemporaryPostgres, best_programs
from node.demo.process import Document, Running, command, commands_end_here, failed
from node.demo.region import Region, at_once
from node.demo.report import Shown
from node.demo.topology import (
    FEDERATION,
    HANGZHOU,
    NATION,
    ON_POSTGRES,
    PLACES,
    PURPOSE,
    SHANGHAI,
    ZHEJIANG,
    Place,
    relays,
)

COMPANY = "91330106PDY209008Q"
OBJECTED = ("杭州溪渡澄纺织有限公司", "91330110PDY209235N")
REPAIRED = ("杭州南屏澄染整有限公司", "91330122PDY209243X")
BUREAU = ("杭州市生态环境局", "11330100PDY001012R")
LISTS = f"{FEDERATION}/{HANGZHOU}/lists/1"
FILINGS = f"{FEDERATION}/{HANGZHOU}/filings/1"
OWN_FILINGS = f"{FEDERATION}/{SHANGHAI}/filings/1"
OFFICER = ("--officer", "sh-017", "--office", "sh-credit")
ARRIVAL_TIMEOUT_S = 60.0
EFFECT_TIMEOUT_S = 30.0
Say = Callable[[str], None]


def run_demo(keep: Path | None, say: Say, *, postgres: bool = False) -> Shown:
    """Runs the demonstration, and takes everything down again, also when it fails or is interrupted.

    Args:
        keep: folder that the nodes' folders stay in; None for a temporary one that goes.
        say: told each step, in both languages.
        postgres: two of the nodes keep their stores in a PostgreSQL that runs for as long; two processes serve each.

    Raises:
        Misuse: FOLDER_NOT_EMPTY.
        ConfigFault: POSTGRES_MISSING, POSTGRES_FAILED.
        Fault: DEMO_FAILED, naming the expectation that did not hold.
    """
    started = time.monotonic()
    with _terminable(), _folder(keep) as folder, commands_end_here(), ExitStack() as closing:
        databases = _databases(closing) if postgres else {}
        story = _Story(Region(folder, databases), closing, say)
        story.shown.postgres = tuple(databases)
        story.tell()
    story.shown.seconds = time.monotonic() - started
    return story.shown


def _databases(closing: ExitStack) -> Mapping[str, str]:
    """An empty database for each of the nodes that have one, on a server that ends with the demonstration."""
    server = closing.enter_context(TemporaryPostgres(best_programs()))
    return {node_id: server.make_database(f"node_{node_id}") for node_id in ON_POSTGRES}


@contextmanager
def _terminable() -> Iterator[None]:
    """Makes SIGTERM end the demonstration as Ctrl-C does, cleaning up."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """The folder of the nodes; a new one, so that nothing of anybody's is in the way.

    Raises:
        Misuse: FOLDER_NOT_EMPTY, something is in the folder to keep.
    """
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        if any(keep.iterdir()):
            raise Misuse("FOLDER_NOT_EMPTY", f"{keep} is not empty; choose another with --keep")
        yield keep.resolve()
        return
    folder = Path(tempfile.mkdtemp(prefix="xinqiao-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Story:
    """The steps, in order."""

    def __init__(self, region: Region, closing: ExitStack, say: Say) -> None:
        self.shown = Shown()
        self._region = region
        self._closing = closing
        self._say = say
        self._decisions: list[Document] = []

    def tell(self) -> None:
        """Every step."""
        region = self._region
        self._say("建立五个节点 / Making five nodes")
        region.create()
        self._say("互相添加成员 / Pinning each other")
        region.join()
        self._say("导入样例数据 / Importing the sample files")
        self._fill()
        self._say("启动节点 / Starting the nodes")
        region.serve(self._closing)
        self._say("等待数据经枢纽到达各地 / Waiting for the entries to come through the hub")
        self._arrive()
        self._say("上海的互认决定 / What Shanghai decides")
        self._decide()
        self._say("杭州的黑名单条目 / The black-list entry of Hangzhou")
        index = self._recognise()
        watching = ("explain", LISTS, str(index), "--watch", "--node", str(region.home(SHANGHAI)))
        watch = self._closing.enter_context(Running(watching, region.folder / "watch.log"))
        self._say("来源证明、机构备案、向浙江查询 / Proof of origin, an agency's filing, a question to Zhejiang")
        at_once(lambda step: step(), (lambda: self._prove(index), self._filing, self._ask))
        self._say("在杭州移出 / Removing the entry in Hangzhou")
        self._remove(index, watch)
        self._say("在上海提出异议、申请修复 / An objection and a repair, filed in Shanghai")
        self._apply()
        self._say("核验每个节点的存储 / Verifying every node's store")
        self._verify()
        self._say("用当时的输入和规则重算全部决定 / Making every decision again")
        self._replay()
        region.stop()

    def _fill(self) -> None:
        promises = promised()
        for node_id, documents in self._region.fill().items():
            check_import(node_id, documents, promises)
            self.shown.rows[node_id] = sum(map(imported, documents), Rows(0, 0, 0, Counter()))
            for document in documents:
                origin = f"{FEDERATION}/{node_id}/{document['feed']}/1"
                self.shown.feeds[origin] = self.shown.feeds.get(origin, 0) + document["accepted"]
        imports = sum(len(place.files) for place in PLACES)
        _expect(imports == len(promises), f"{len(promises)} sample files promised, {imports} imported")

    def _arrive(self) -> None:
        """Waits until every node holds every entry of every feed that it follows."""
        for place, entries in zip(PLACES, at_once(self._arrived, PLACES), strict=True):
            self.shown.followed[place.id] = entries

    def _arrived(self, place: Place) -> int:
        """How many entries a node follows, when all have come."""
        deadline = time.monotonic() + ARRIVAL_TIMEOUT_S
        followed = [f"{FEDERATION}/{feed}" for feed in place.followed()]
        wanted = {origin: self.shown.feeds.get(origin, 0) for origin in followed}
        held: dict[str, int] = {}
        while wanted.items() - held.items():
            _expect(time.monotonic() < deadline, f"not every entry has come to {place.id}")
            held = self._held(place.id)
        return sum(wanted.values())

    def _held(self, node_id: str) -> dict[str, int]:
        """The complete size of every feed at a node."""
        return {feed["origin"]: feed["size"] for feed in self._region.one(node_id, "feeds")["feeds"]}

    def _decide(self) -> None:
        """Counts what Shanghai decided about every list entry and filing that it holds."""
        decided = [origin for origin in self.shown.feeds if origin.split("/")[2] in {"lists", "filings"}]
        expected = sum(self.shown.feeds[origin] for origin in decided)
        deadline = time.monotonic() + ARRIVAL_TIMEOUT_S
        while len(self._decisions) != expected:
            _expect(time.monotonic() < deadline, f"Shanghai decided on {len(self._decisions)} of {expected} entries")
            self._decisions = self._region.all(SHANGHAI, "list", "--all")[:-1]
        for decision in self._decisions:
            standing = decision["standing"]
            self.shown.shanghai[standing] += 1
            if standing in {"HELD", "REFUSED"}:
                (self.shown.held if standing == "HELD" else self.shown.refused)[decision["reasons"][0]] += 1
        for standing in ("OWN", "RECOGNISED", "HELD"):
            _expect(self.shown.shanghai[standing] > 0, f"nothing is {standing} in Shanghai")

    def _recognise(self) -> int:
        """The black entry on the company, decided in Hangzhou, counts in Shanghai; returns its index."""
        found = self._region.one(SHANGHAI, "query", COMPANY)
        black = [one for one in found["holdings"] if one["origin"] == LISTS and one["record"].get("kind") == "black"]
        _expect(len(black) == 1, f"Shanghai holds {len(black)} black entries of Hangzhou on {COMPANY}")
        entry = black[0]
        _expect(entry["standing"] == "RECOGNISED", f"the black entry is {entry['standing']} in Shanghai")
        _expect(entry["freshness"] == "fresh", f"Hangzhou's list is {entry['freshness']} in Shanghai")
        self.shown.recognition = {
            "origin": LISTS,
            "index": entry["index"],
            "subject": COMPANY,
            "standing": entry["standing"],
            "measures": len(entry["measures"]),
            "relayed_by": list(relays(LISTS.removeprefix(f"{FEDERATION}/"), SHANGHAI)),
        }
        index: int = entry["index"]
        return index

    def _prove(self, index: int) -> None:
        """Shanghai writes the proof of origin; it verifies offline with Hangzhou's key alone."""
        file = self._region.folder / "proof.txt"
        self._region.one(SHANGHAI, "proof", LISTS, str(index), "--output", str(file))
        key = self._region.keys[LISTS]
        (checked,) = command(("verify-proof", str(file), "--key", key), folder=self._region.folder)
        _expect(checked["verified"] is True, "the proof does not verify")
        _expect((checked["origin"], checked["index"]) == (LISTS, index), "the proof is of another entry")
        _expect(checked["record"]["identity"]["code"] == COMPANY, "the proof is about another subject")
        self.shown.proof = {"origin": LISTS, "index": index, "verified": True}

    def _filing(self) -> None:
        """A filing taken in Hangzhou counts in Shanghai, where the agency has not filed."""
        own = {one["subject"] for one in self._decisions if one["origin"] == OWN_FILINGS}
        filings = [one for one in self._decisions if one["origin"] == FILINGS and one["standing"] == "RECOGNISED"]
        foreign = [one for one in filings if one["subject"] not in own]
        _expect(bool(foreign), "no filing of Hangzhou is recognised in Shanghai")
        first = foreign[0]
        said = self._region.one(SHANGHAI, "explain", FILINGS, str(first["index"]))
        _expect(said["standing"] == "RECOGNISED", f"the filing is {said['standing']} in Shanghai")
        self.shown.filing = {
            "origin": FILINGS,
            "index": first["index"],
            "subject": first["subject"],
            "standing": said["standing"],
            "recognised": len(filings),
        }

    def _ask(self) -> None:
        """Shanghai asks Zhejiang about the company, for a purpose; the answer's evidence is Hangzhou's."""
        basis = ("--purpose", PURPOSE, "--legal-basis", "长三角区域信用合作备忘录", "--case", "DEMO-1", *OFFICER)
        answer = self._region.one(SHANGHAI, "query", COMPANY, "--at", ZHEJIANG, *basis)
        origins = [finding["origin"] for finding in answer["findings"]]
        _expect(LISTS in origins, "Zhejiang's answer does not hold Hangzhou's entry")
        self.shown.question = {"asked": ZHEJIANG, "findings": len(origins), "verified": answer["verified"]}

    def _remove(self, index: int, watch: Running) -> None:
        """Hangzhou ends the entry; measures how long Shanghai, where the entry is watched, takes to follow."""
        today = _today()
        body = ("--authority", BUREAU[0], "--authority-code", BUREAU[1])
        decision = ("--kind", "removed", *body, "--document", "杭环信〔2026〕99号", "--date", today)
        before = watch.next()
        _expect(before["standing"] == "RECOGNISED", f"before the removal the entry is {before['standing']}")
        ended = self._region.one(HANGZHOU, "end", "lists", str(index), *decision)
        after = watch.next(EFFECT_TIMEOUT_S)
        _expect(after["standing"] == "ENDED", f"after the removal the entry is {after['standing']} in Shanghai")
        self.shown.feeds[LISTS] += 1
        self.shown.removal_ms = max(0, after["seen_at_ms"] - ended["taken_at_ms"])

    def _apply(self) -> None:
        """An objection and a repair at once, each on an entry of its own, which bears a mark first and then ends."""
        today = _today()
        steps: Sequence[tuple[Callable[[Region, Applicant, str], Document], Applicant]] = (
            (object_to_entry, self._applicant(*OBJECTED)),
            (repair_entry, self._applicant(*REPAIRED)),
        )
        told = at_once(lambda step: step[0](self._region, step[1], today), steps)
        self.shown.objection, self.shown.repair = told
        self.shown.feeds[LISTS] += 2 * len(told)

    def _applicant(self, name: str, code: str) -> Applicant:
        found = [one["index"] for one in self._decisions if (one["origin"], one["subject"]) == (LISTS, code)]
        _expect(len(found) == 1, f"Shanghai holds {len(found)} entries of Hangzhou on {code}")
        return Applicant(name, code, LISTS, found[0])

    def _verify(self) -> None:
        ids = [place.id for place in PLACES]
        for node_id, said in zip(ids, at_once(lambda node_id: self._region.one(node_id, "verify"), ids), strict=True):
            _expect(said["ok"] is True, f"{node_id}: verify found {said['findings']}")
            self.shown.verified[node_id] = said["entries"]
        _expect(self.shown.verified[NATION] > 0, "the national site holds nothing")

    def _replay(self) -> None:
        """Every decision that any node made in this story comes out again, byte for byte, from what the node keeps."""
        ids = [place.id for place in PLACES]
        for node_id, said in zip(ids, at_once(lambda node_id: self._region.one(node_id, "replay"), ids), strict=True):
            _expect(said["ok"] is True, f"{node_id}: replay found {said['findings']}")
            _expect(said["agreed"] == said["decisions"], f"{node_id}: {said['apart']} could not be replayed")
            self.shown.replayed[node_id] = said["decisions"]
        _expect(self.shown.replayed[SHANGHAI] > len(self._decisions), "the removal has not become history in Shanghai")


def _today() -> str:
    """The day in China."""
    return datetime.now(UTC).astimezone(timezone(timedelta(hours=8))).date().isoformat()


def _expect(held: bool, expectation: str) -> None:
    """Ends the demonstration unless an expectation held."""
    if not held:
        raise failed(expectation)
