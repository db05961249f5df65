# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How the cases publish as a peer, and how they look at the target: through the port of its own business systems.

What was published has its effect within the bound of the configuration. What must have no effect is never waited for:
an anchor is published behind it, in the same feed, and when the anchor counts, everything before it was decided on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from creditexchange.v1 import (
    agency_filing_pb2,
    annotation_pb2,
    ending_pb2,
    list_entry_pb2,
    local_service_pb2,
    node_service_pb2,
    schema_pb2,
    subject_pb2,
)
from google.protobuf.message import Message

from conformance.breach import Breach, Untestable, require
from conformance.peer import records
from conformance.peer.feed import Feed
from conformance.peer.invented import Invented
from conformance.peer.peer import Peer
from conformance.peer.records import BLACK, RED
from conformance.proof import leaf
from conformance.session import GET_NODE, Method, Refusal, Session, stream
from conformance.settings.peered import Body

BATCH_CHECK = Method("/creditexchange.v1.LocalService/BatchCheck", local_service_pb2.BatchCheckResponse, streams=True)
COUNTING = frozenset({"OWN", "RECOGNISED"})
FIRST_PAUSE_S, LONGEST_PAUSE_S, LEAST_LOOKS = 0.005, 0.1, 12
MAX_PARTS = 100
_SCHEMAS = {
    list_entry_pb2.ListEntry: schema_pb2.SCHEMA_LIST_ENTRY,
    agency_filing_pb2.AgencyFiling: schema_pb2.SCHEMA_AGENCY_FILING,
    ending_pb2.Ending: schema_pb2.SCHEMA_ENDING,
    annotation_pb2.Annotation: schema_pb2.SCHEMA_ANNOTATION,
    subject_pb2.Subject: schema_pb2.SCHEMA_SUBJECT,
}


@dataclass(frozen=True)
class Published:
    """A record of ours in one of our feeds."""

    feed: Feed
    index: int
    subject: Invented
    record: Message


class Stage:
    """Publishes and looks, for one case."""

    def __init__(self, session: Session, peer: Peer) -> None:
        """Take the run and the suite as a peer; `stage_of` sees first that the target follows."""
        self.session, self.peer = session, peer
        self.lists = peer.settings.lists

    @property
    def today(self) -> date:
        """The legal day."""
        return records.today(self.session.now_ms())

    def subject(self, name: str = "") -> Invented:
        """Return a fresh invented enterprise."""
        return self.peer.inventor.enterprise(name)

    def black(self, subject: Invented | None = None, **change: object) -> Published:
        """Append a black entry; on the wire after `show`."""
        return self._listed(subject or self.subject(), BLACK, change)

    def red(self, subject: Invented | None = None, **change: object) -> Published:
        """Append a red entry; on the wire after `show`."""
        return self._listed(subject or self.subject(), RED, change)

    def _listed(self, who: Invented, kind: list_entry_pb2.ListKind, change: dict[str, object]) -> Published:
        return self.add(self.peer.lists, who, records.list_entry(who, kind, self.lists, self.today, **change))

    def add(self, feed: Feed, subject: Invented, record: Message) -> Published:
        """Append a record about a subject to a feed."""
        return Published(feed, self._append(feed, leaf.ADD, record), subject, record)

    def amend(self, old: Published, record: Message) -> Published:
        """Append a new version of an entry."""
        return Published(old.feed, self._append(old.feed, leaf.AMEND, record, old.index), old.subject, record)

    def end(
        self,
        entry: Published,
        kind: ending_pb2.EndingKind = ending_pb2.ENDING_KIND_REMOVED,
        by: Body | Invented | None = None,
    ) -> None:
        """Append an act that ends an entry, decided by the body that decided on it unless another is given."""
        act = records.ending(kind, by or self.lists.authority, self.today)
        self._append(entry.feed, leaf.END, act, entry.index)

    def mark(self, entry: Published, kind: annotation_pb2.AnnotationKind, by: Body | Invented | None = None) -> None:
        """Append a mark on an entry, by the body that decided on it unless another is given."""
        act = records.mark(kind, by or self.lists.authority, self.today)
        self._append(entry.feed, leaf.ANNOTATE, act, entry.index)

    def _append(self, feed: Feed, kind: int, record: Message, ref: int = leaf.NO_REF) -> int:
        payload = record.SerializeToString(deterministic=True)
        return feed.add(kind, _SCHEMAS[type(record)], payload, self.session.now_ms(), ref)

    async def show(self, feed: Feed | None = None) -> None:
        """Put everything that was appended to a feed on the wire, the lists unless another is given."""
        feed = feed or self.peer.lists
        await feed.show(feed.head(self.session.now_ms()))

    async def look(self, subject: Invented) -> local_service_pb2.SubjectResult:
        """Return what the target tells its business systems about a subject, now.

        Raises:
            Breach: CALL_REFUSED, or ANSWER_INCOMPLETE.
        """
        found = [result for part in await self.asked(subject) for result in part.results]
        codes = [result.code for result in found]
        require(codes == [subject.code], "ANSWER_INCOMPLETE", "one result for the one code", f"{len(codes)}")
        return found[0]

    async def asked(self, subject: Invented) -> list[local_service_pb2.BatchCheckResponse]:
        """Return the parts of that answer, at least one.

        Raises:
            Breach: as `look`.
        """
        channel = self.session.local
        if channel is None:
            raise Untestable("configure [peer.local]: the target's local port and a business system's certificate")
        request = local_service_pb2.BatchCheckRequest(codes=[subject.code])
        parts = await stream(channel, BATCH_CHECK, request, MAX_PARTS, self.session.seconds)
        if isinstance(parts, Refusal):
            raise Breach("CALL_REFUSED", f"an answer to {BATCH_CHECK.path}", str(parts))
        require(len(parts) > 0, "ANSWER_INCOMPLETE", "at least one part", "none")
        return parts

    async def holding(self, entry: Published) -> local_service_pb2.Holding | None:
        """Return what the target makes of one entry; None while it makes nothing of it."""
        places = {(held.origin, held.index): held for held in (await self.look(entry.subject)).holdings}
        return places.get((entry.feed.origin, entry.index))

    async def counts(self, entry: Published, reason: str = "NOT_IN_FORCE") -> None:
        """Wait until an entry counts at the target.

        Raises:
            Breach: it does not within the bound.
        """
        await self.until(lambda: self._is(entry, counting=True), reason, f"{_said(entry)} to count", entry)

    async def rests(self, entry: Published, reason: str) -> None:
        """Wait until the target has decided on an entry, and it does not count.

        Raises:
            Breach: it counts, or is not shown, all through the bound.
        """
        expected = f"{_said(entry)} shown, without effect"
        await self.until(lambda: self._is(entry, counting=False), reason, expected, entry)

    async def _is(self, entry: Published, *, counting: bool) -> bool:
        held = await self.holding(entry)
        return held is not None and (held.standing in COUNTING) is counting

    async def still(self, entry: Published, reason: str) -> None:
        """See that an entry counts now; for what must not have had an effect."""
        require(await self._is(entry, counting=True), reason, f"{_said(entry)} to count as before", "it does not")

    async def silent(self, subject: Invented, reason: str) -> None:
        """See that nothing counts for or against a subject now.

        Raises:
            Breach: something does, or a measure follows.
        """
        seen = await self.look(subject)
        counting = [held.index for held in seen.holdings if held.standing in COUNTING]
        what = f"entries {counting} count, measures {sorted(seen.measures)}"
        require(not counting and not seen.measures, reason, "nothing that counts, no measure", what)

    async def anchored(self) -> None:
        """Publish an entry about a fresh subject behind everything else and wait until it counts.

        Raises:
            Breach: ANCHOR_NOT_IN_FORCE: a target that takes nothing in passes nothing.
        """
        anchor = self.black()
        await self.show()
        await self.counts(anchor, "ANCHOR_NOT_IN_FORCE")

    async def until(self, look: Callable[[], Awaitable[bool]], reason: str, expected: str, entry: Published) -> None:
        """Look until something is so.

        Raises:
            Breach: it never was within the bound of the configuration.
        """
        if not await waited(self.peer, look):
            held = await self.holding(entry)
            seen = f"{held.standing} {list(held.reasons)}" if held is not None else "nothing held"
            raise Breach(reason, f"{expected} within {self.peer.settings.bound_seconds} s", seen)

    async def heard(self, found: Callable[[], object], reason: str, expected: str) -> None:
        """Wait until the target has said something to us as a peer.

        Raises:
            Breach: it has not within the bound of the configuration.
        """

        async def told() -> bool:
            # Asked beside it, so that a target is never judged silent on a machine that has stopped for a while.
            await self.session.ask(GET_NODE, node_service_pb2.GetNodeRequest())
            return bool(found())

        if not found() and not await waited(self.peer, told):
            lists, heard = self.peer.lists, self.peer.heard
            said = heard.broken.get(lists.origin) or (
                f"in effect up to {heard.in_effect[lists.origin]}, {len(heard.letters)} letters"
            )
            raise Breach(reason, f"{expected} within {self.peer.settings.bound_seconds} s", said)

    async def stated(self) -> None:
        """Wait until the target has stated that everything on the wire of our lists is in effect.

        Raises:
            Breach: NO_STATEMENT, it has not within the bound.
        """
        lists, heard = self.peer.lists, self.peer.heard
        expected = f"a signed statement of {lists.size} entries in effect"
        await self.heard(lambda: heard.in_effect[lists.origin] >= lists.size, "NO_STATEMENT", expected)


async def waited(peer: Peer, look: Callable[[], Awaitable[bool]]) -> bool:
    """Look again and again until something is so; False when it was not within the bound.

    However slow the machine is, it is looked for so often that the target had its turns, too.
    """
    clock, pause, looks = asyncio.get_running_loop().time, FIRST_PAUSE_S, 1
    end = clock() + peer.settings.bound_seconds
    while not await look():
        if clock() > end and looks >= LEAST_LOOKS:
            return False
        await asyncio.sleep(pause)
        pause, looks = min(2 * pause, LONGEST_PAUSE_S), looks + 1
    return True


def _said(entry: Published) -> str:
    return f"entry {entry.index} of {entry.feed.origin}"


async def stage_of(session: Session) -> Stage:
    """Return the stage, once the target follows our lists.

    Raises:
        Untestable: nothing is configured, or the target never came.
    """
    peer = session.peer
    if peer is None:
        raise Untestable("configure [peer] and what is inside it")

    async def came() -> bool:
        await session.ask(GET_NODE, node_service_pb2.GetNodeRequest())
        return peer.lists.watched.is_set()

    if not peer.absent and not peer.lists.watched.is_set():
        peer.absent = not await waited(peer, came)
    if peer.absent:
        raise Untestable(
            f"the target never watched {peer.lists.origin} at {peer.settings.listen}: let it pin our card and follow it"
        )
    return Stage(session, peer)
