# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""EA: the exchange log, read as a coordinator reads it, against all that this run asked and was told."""

from hashlib import sha256

from creditexchange.v1 import exchange_pb2, question_pb2
from creditexchange.v1 import feed_service_pb2 as feed

from conformance.breach import require
from conformance.cases.asking import draft, envelope, purpose, put, sent
from conformance.cases.audit.logged import Log, entries_of, origin_of, question_of, to_be_logged, whole
from conformance.cases.log import extended
from conformance.cases.wire import of_origin
from conformance.proof import leaf
from conformance.proof.exchange import ANSWERED, commitment
from conformance.proof.merkle import includes, root_of
from conformance.proof.note import log_signed, strict
from conformance.session import INCLUSION, LIST_FEEDS, Exchanged, Refusal, Session, expect_refusal
from conformance.verdict import Case, Text

HOUR_MS = 3_600_000
SHORTEST_NUMBER = 8


async def _traffic(session: Session) -> None:
    """Put a question that is to be answered, and one that is to be refused once it is known whose it is."""
    await put(session, draft(session))
    refused = draft(session).with_(purpose=purpose(session, "refused_purpose"))
    await sent(session, envelope(session, refused.encoded()))


async def logged(session: Session) -> None:
    """Every exchange of this run, refused ones too, has one entry that says what was asked and what came of it."""
    await _traffic(session)
    log = await whole(session)
    for one in to_be_logged(session):
        asked = question_of(one)
        entries = list(entries_of(log, asked.exchange_id))
        what = f"one entry of exchange {asked.exchange_id}, {one.outcome}"
        require(len(entries) > 0, "EXCHANGE_UNLOGGED", what, "none")
        require(len(entries) == 1, "LOGGED_TWICE", what, f"{len(entries)}")
        states(one, entries[0])


def states(one: Exchanged, entry: exchange_pb2.Exchange) -> None:
    """Hold that an entry says of an exchange what we know of it.

    Raises:
        Breach: ENTRY_DIFFERS, naming the fields.
    """
    asked = question_of(one)
    wanted = _wanted(asked, one)
    said = {name: getattr(entry, name) for name in wanted}
    wrong = [name for name in wanted if said[name] != wanted[name]]
    require(not wrong, "ENTRY_DIFFERS", f"{_shown(wanted, wrong)} for {asked.exchange_id}", _shown(said, wrong))


def _wanted(asked: question_pb2.Question, one: Exchanged) -> dict[str, object]:
    return {
        "requester": asked.requester,
        "responder": asked.responder,
        "purpose": asked.purpose,
        "outcome": one.outcome,
        "question_sha256": sha256(one.question).digest(),
        "answer_sha256": sha256(one.answer).digest() if one.outcome == ANSWERED else b"",
    }


def _shown(values: dict[str, object], names: list[str]) -> str:
    texts = {name: value.hex() if isinstance(value, bytes) else value for name, value in values.items()}
    return ", ".join(f"{name} {texts[name]}" for name in names)


async def append_only(session: Session) -> None:
    """The log of later begins with the log of before, entry by entry and by the node's own proof."""
    older = (await whole(session)).seen
    newer = (await whole(session)).seen
    await extended(session.as_coordinator(), origin_of(session), older.head, newer.head)
    same = newer.leaves[: older.head.size] == older.leaves
    require(same, "HISTORY_REWRITTEN", f"the first {older.head.size} entries as they were", "others")


async def two_sided(session: Session) -> None:
    """What the target logged and what we would log agree to the last bit, in time, and nothing is there beside it."""
    await _traffic(session)
    log = await whole(session)
    for one in to_be_logged(session):
        for entry in entries_of(log, question_of(one).exchange_id):
            agrees(session, one, entry)
    _nothing_else(session, log)


def agrees(session: Session, one: Exchanged, entry: exchange_pb2.Exchange) -> None:
    """Hold that an entry commits to what we would, at about the same time.

    Raises:
        Breach: COMMITMENT_DIFFERS or LOGGED_SKEWED.
    """
    wanted, which = commitment(one.question, one.outcome, one.answer), question_of(one).exchange_id
    same = entry.commitment == wanted
    require(same, "COMMITMENT_DIFFERS", f"{wanted.hex()} for {which}", entry.commitment.hex())
    bound_ms, skew_ms = session.config.target.freshness_bound_seconds * 1000, entry.logged_at_ms - one.at_ms
    near = abs(skew_ms) <= bound_ms
    require(near, "LOGGED_SKEWED", f"exchange {which} logged within {bound_ms} ms", f"{skew_ms} ms off")


def _nothing_else(session: Session, log: Log) -> None:
    """Hold that the log lays nothing on us in the time of this run that we did not ask."""
    ours, target = session.config.identity.node_id, session.config.target.node_id
    known = {question_of(one).exchange_id for one in session.exchanges}
    since = min(_made_at(question_of(one).exchange_id) for one in to_be_logged(session))
    for entry in log.exchanges:
        about_us = (entry.requester, entry.responder) == (ours, target) and _made_at(entry.exchange_id) >= since
        mine = not about_us or entry.exchange_id in known
        require(mine, "EXCHANGE_INVENTED", "only exchanges that we began", f"exchange {entry.exchange_id}")


def _made_at(exchange_id: str) -> int:
    """Return the time in a UUIDv7; 0 for what is none."""
    digits = exchange_id.replace("-", "")[:12]
    return int(digits, 16) if digits and all(c in "0123456789abcdef" for c in digits) else 0


async def coordinator(session: Session) -> None:
    """The log is closed to members, tells a coordinator nothing of a person, and notes that she read it."""
    await put(session, draft(session))
    origin, auditor = origin_of(session), session.config.coordinator
    for method, request in of_origin(origin):
        refusal = await session.attempt(method, request)
        closed = isinstance(refusal, Refusal)
        require(closed, "LOG_READ_BY_MEMBER", f"FEED_NOT_FOUND from {method.path} for a member", "an answer")
        if isinstance(refusal, Refusal):
            expect_refusal(refusal, "NOT_FOUND", "FEED_NOT_FOUND")
    listing = await session.ask(LIST_FEEDS, feed.ListFeedsRequest(page_size=1000))
    shown = [one.origin for one in listing.feeds if one.origin == origin]
    require(not shown, "LOG_LISTED", "no exchange log in a member's list", origin)
    _impersonal(session, await whole(session))
    # What was read before is logged by now, since a question was logged after it.
    log, since = await whole(session), session.now_ms() - HOUR_MS
    since -= session.config.target.freshness_bound_seconds * 1000
    reads = [one for one in log.accesses if one.kind == exchange_pb2.ACCESS_KIND_READ and one.logged_at_ms >= since]
    told = auditor is not None and any(one.caller == auditor.node_id for one in reads)
    require(told, "READ_UNLOGGED", "an Access READ of the coordinator within the hour", f"{len(reads)} of others")


def _impersonal(session: Session, log: Log) -> None:
    """Hold that no number that was asked about stands in the log, in clear or under a hash that anybody can make."""
    payloads = [entry.payload for entry in log.seen.entries]
    codes = {question_of(one).code for one in to_be_logged(session)}
    for code in (code for code in codes if len(code) >= SHORTEST_NUMBER):
        plain, hashed = code.encode(), sha256(code.encode()).digest()
        for mark, reason in (
            (plain, "NUMBER_IN_CLEAR"),
            (hashed, "NUMBER_HASHED"),
            (hashed.hex().encode(), "NUMBER_HASHED"),
        ):
            bare = not any(mark in payload for payload in payloads)
            require(bare, reason, "numbers of subjects only under salted commitments", "a number that was asked about")


async def offline(session: Session) -> None:
    """What was read verifies with the pinned log key alone: signature, root, every commitment, and one inclusion."""
    log, origin = await whole(session), origin_of(session)
    head = strict(log.seen.note)
    require(head.origin == origin, "WRONG_ORIGIN", origin, head.origin)
    signed = log_signed(log.seen.note, session.log_key(origin))
    require(signed, "LOG_SIGNATURE_INVALID", f"a signature of {origin} that verifies", "none, or one that does not")
    leaves = log.seen.leaves
    found = root_of(leaves)
    require(found == head.root, "ROOT_DIFFERS", f"the signed root {head.root.hex()}", found.hex())
    for index, entry in enumerate(log.seen.entries):
        said = leaf.parse(entry.leaf)
        same = leaf.commitment(origin, said.schema, entry.salt, entry.payload) == said.commitment
        require(same or not entry.payload, "PAYLOAD_DIFFERS", f"salt and payload of leaf {index} to match it", "others")
    last = head.size - 1
    request = feed.GetInclusionProofRequest(origin=origin, leaf_index=last, tree_size=head.size)
    path = (await session.as_coordinator().ask(INCLUSION, request)).path
    proven = includes(leaves[last], last, head.size, path, head.root)
    require(proven, "INCLUSION_UNPROVEN", f"a path from leaf {last} to the signed root", "another path")


_BEFORE = Text(
    "Log every question once it is known whose it is, answered or refused, before anything leaves.",
    "确认提问方后，无论答复或拒绝，先写交换日志再返回。",
)

CASES = (
    Case(
        "EA-01/logged",
        ("C-EA-01",),
        Text("Every exchange has one entry that says what came of it", "每次交换都有且仅有一条如实的日志"),
        _BEFORE,
        logged,
    ),
    Case(
        "EA-02/append-only",
        ("C-EA-02",),
        Text("The exchange log only grows", "交换日志只增不改"),
        Text("Keep `_exchange` as every other feed: never rewrite it.", "交换日志与其他数据流一样，不得改写。"),
        append_only,
    ),
    Case(
        "EA-03/two-sided",
        ("C-EA-03",),
        Text("Both sides' logs agree on every exchange", "双方日志对每次交换一致"),
        Text(
            "Commit to the fields of wire form section 7, under the salt of the question.",
            "按线格式第 7 节各字段并以问题的盐计算承诺。",
        ),
        two_sided,
    ),
    Case(
        "EA-04/coordinator",
        ("C-EA-04",),
        Text("A coordinator reads, is told of no person, and is logged", "协调方可查、不见个人信息、其查阅亦留痕"),
        Text("Grant `_exchange` to coordinators alone; log their reading.", "交换日志只对协调方开放，并记录其查阅。"),
        coordinator,
    ),
    Case(
        "EA-05/offline",
        ("C-EA-05",),
        Text("What was read from the log verifies offline", "读取的交换日志可离线验证"),
        Text("Serve the stored bytes of leaves and payloads.", "原样返回存储的叶与载荷字节。"),
        offline,
    ),
)
