# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The target's exchange log, read whole by the coordinator, behind a question that makes sure that it is all there.

An entry is durable before its answer leaves, and entries are published in the order they were logged. So nothing is
waited for that may be missing: a last question is put, and when its entry is in the log, so is every one before it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from creditexchange.v1 import entry_pb2, exchange_pb2, question_pb2, schema_pb2
from google.protobuf.message import DecodeError

from conformance.breach import Breach, require
from conformance.cases import snapshot
from conformance.cases.asking import draft, put
from conformance.cases.snapshot import Snapshot
from conformance.proof import leaf
from conformance.proof.exchange import ANSWERED
from conformance.session import Exchanged, Session

Record = TypeVar("Record", exchange_pb2.Exchange, exchange_pb2.Access)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.005, 0.1
# A question that is refused before it is known whose it is leaves no entry: nobody could be held to it.
LOGGED = frozenset(
    {
        ANSWERED,
        "PURPOSE_NOT_GRANTED",
        "QUESTION_CLOCK_SKEW",
        "QUESTION_EXPIRED",
        "AUTHORISATION_MISSING",
        "AUTHORISATION_EXPIRED",
        "AUTHORISATION_NOT_YET_VALID",
        "RATE_EXCEEDED",
        "CODES_IN_SEQUENCE",
    }
)


@dataclass(frozen=True)
class Log:
    """The log as of one checkpoint.

    Attributes:
        seen: its bytes.
        exchanges: what it says of exchanges, in order.
        accesses: what it says of those who were told something otherwise, in order.
    """

    seen: Snapshot
    exchanges: tuple[exchange_pb2.Exchange, ...]
    accesses: tuple[exchange_pb2.Access, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Sequence[exchange_pb2.Exchange]]:
        """The exchanges by their id, which both sides of one share."""
        found = defaultdict(list)
        for entry in self.exchanges:
            found[entry.exchange_id].append(entry)
        return found


def origin_of(session: Session) -> str:
    """Return the origin of the target's exchange log."""
    target = session.config.target
    return f"{target.federation}/{target.node_id}/_exchange/1"


def question_of(one: Exchanged) -> question_pb2.Question:
    """Return the question of an exchange of ours."""
    return question_pb2.Question.FromString(one.question)


def to_be_logged(session: Session) -> list[Exchanged]:
    """Return the exchanges of this run that the log must hold; a question that was repeated is one."""
    first: dict[bytes, Exchanged] = {}
    parties = session.config.identity.node_id, session.config.target.node_id
    for one in session.exchanges:
        asked = question_of(one)
        if one.outcome in LOGGED and (asked.requester, asked.responder) == parties:
            first.setdefault(one.question, one)
    return list(first.values())


async def whole(session: Session) -> Log:
    """Put one more question, and read the log once it is in.

    Raises:
        Untestable: no coordinator is configured.
        Breach: EXCHANGE_UNLOGGED, the log does not show that question within the deadline of a call; or what it shows
            cannot be read.
    """
    auditor, origin = session.as_coordinator(), origin_of(session)
    anchor = (await put(session, draft(session))).asked.exchange_id
    clock, pause, size = asyncio.get_running_loop().time, FIRST_PAUSE_S, 0
    end = clock() + session.seconds
    while clock() < end:
        newest = (await auditor.head(origin)).size
        if newest > size:
            log = _log(await snapshot.read(auditor, origin))
            if anchor in log.by_id:
                return log
            size = log.seen.head.size
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)
    raise Breach("EXCHANGE_UNLOGGED", f"exchange {anchor} in {origin} within {session.seconds} s", f"{size} others")


def _log(seen: Snapshot) -> Log:
    exchanges, accesses = [], []
    for entry in seen.entries:
        schema = leaf.parse(entry.leaf).schema
        if schema == schema_pb2.SCHEMA_EXCHANGE:
            exchanges.append(_read(entry, exchange_pb2.Exchange()))
        elif schema == schema_pb2.SCHEMA_ACCESS:
            accesses.append(_read(entry, exchange_pb2.Access()))
    return Log(seen, tuple(exchanges), tuple(accesses))


def _read(entry: entry_pb2.Entry, record: Record) -> Record:
    shown = entry.payload_state == entry_pb2.PAYLOAD_STATE_PRESENT
    require(shown, "LOG_WITHHELD", "every entry of the log in full for a coordinator", "one without its payload")
    try:
        record.ParseFromString(entry.payload)
    except DecodeError as wrong:
        raise Breach("ENTRY_MALFORMED", "an Exchange or Access", "bytes that do not parse") from wrong
    return record


def entries_of(
    log: Log, exchange_id: str, side: exchange_pb2.ExchangeSide = exchange_pb2.EXCHANGE_SIDE_RESPONDER
) -> Iterator[exchange_pb2.Exchange]:
    """Return what one side of the log says under one exchange id, the responder's unless another is given."""
    return (entry for entry in log.by_id.get(exchange_id, ()) if entry.side == side)
