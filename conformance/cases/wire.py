# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""WC: wire contract and errors. Each fault has one code and one reason, and its twin without the fault is answered."""

from typing import Any

import grpc
from creditexchange.v1 import feed_service_pb2 as feed
from creditexchange.v1 import query_service_pb2 as query
from google.protobuf.message import Message

from conformance.breach import Breach, Untestable, require
from conformance.cases.asking import draft, put
from conformance.session import (
    ASK,
    CONSISTENCY,
    GET_CHECKPOINT,
    INCLUSION,
    LIST_FEEDS,
    READ_ENTRIES,
    WATCH,
    Method,
    Session,
    expect_refusal,
)
from conformance.verdict import Case, Text

BIGGEST = 2**64 - 1
NEVER_MADE = "\u2603 never made by any node"


def of_origin(origin: str) -> tuple[tuple[Method[Any], Message], ...]:
    """Return one well-formed request of every method that names a feed."""
    return (
        (GET_CHECKPOINT, feed.GetCheckpointRequest(origin=origin)),
        (WATCH, feed.WatchCheckpointsRequest(origins=[origin])),
        (READ_ENTRIES, feed.ReadEntriesRequest(origin=origin, checkpoint_size=1)),
        (INCLUSION, feed.GetInclusionProofRequest(origin=origin, tree_size=1)),
        (CONSISTENCY, feed.GetConsistencyProofRequest(origin=origin, first_size=1, second_size=1)),
    )


async def feed_unknown(session: Session) -> None:
    """Every method that names a feed answers FEED_NOT_FOUND for one that does not exist."""
    target = session.config.target
    await session.note(session.config.feeds.open)
    for method, request in of_origin(f"{target.federation}/{target.node_id}/no-such-feed/1"):
        expect_refusal(await session.refused(method, request), "NOT_FOUND", "FEED_NOT_FOUND")


async def range_invalid(session: Session) -> None:
    """Sizes and indexes outside the feed, or out of order, get RANGE_INVALID."""
    origin = session.config.feeds.open
    size = (await session.head(origin)).size
    if size < 1:
        raise Untestable(f"{origin} is empty: name a feed with entries")
    requests: tuple[tuple[Method[Any], Message], ...] = (
        (INCLUSION, feed.GetInclusionProofRequest(origin=origin, leaf_index=size, tree_size=size)),
        (INCLUSION, feed.GetInclusionProofRequest(origin=origin, leaf_index=0, tree_size=BIGGEST)),
        (CONSISTENCY, feed.GetConsistencyProofRequest(origin=origin, first_size=size, second_size=size - 1)),
        (CONSISTENCY, feed.GetConsistencyProofRequest(origin=origin, first_size=1, second_size=BIGGEST)),
        (READ_ENTRIES, feed.ReadEntriesRequest(origin=origin, checkpoint_size=size, start_index=size)),
        (READ_ENTRIES, feed.ReadEntriesRequest(origin=origin, checkpoint_size=BIGGEST, start_index=0)),
    )
    for method, request in requests:
        expect_refusal(await session.refused(method, request), "OUT_OF_RANGE", "RANGE_INVALID")


async def _field_invalid(session: Session, method: Method[Any], request: Message, name: str) -> None:
    refusal = await session.refused(method, request)
    expect_refusal(refusal, "INVALID_ARGUMENT", "FIELD_INVALID")
    require(name in refusal.said.fields, "FIELD_NOT_NAMED", f"BadRequest names {name}", f"{list(refusal.said.fields)}")


async def field_missing(session: Session) -> None:
    """A missing field, or one over its limit, gets FIELD_INVALID, and BadRequest names it."""
    await session.note(session.config.feeds.open)
    await _field_invalid(session, GET_CHECKPOINT, feed.GetCheckpointRequest(), "origin")
    await _field_invalid(session, READ_ENTRIES, feed.ReadEntriesRequest(checkpoint_size=1), "origin")
    await _field_invalid(session, WATCH, feed.WatchCheckpointsRequest(), "origins")
    await _field_invalid(session, LIST_FEEDS, feed.ListFeedsRequest(page_size=1001), "page_size")


async def origin_malformed(session: Session) -> None:
    """A text that is no origin gets FIELD_INVALID or FEED_NOT_FOUND, never a fault of the node."""
    await session.note(session.config.feeds.open)
    for origin in ("no origin at all", "../../etc/passwd", "a" * 5000, "\u202e/\u0007/'; --/1"):
        refusal = await session.refused(GET_CHECKPOINT, feed.GetCheckpointRequest(origin=origin))
        if refusal.said.reason == "FEED_NOT_FOUND":
            expect_refusal(refusal, "NOT_FOUND", "FEED_NOT_FOUND")
        else:
            expect_refusal(refusal, "INVALID_ARGUMENT", "FIELD_INVALID")


async def token_unknown(session: Session) -> None:
    """A page token that the node did not make gets FIELD_INVALID."""
    await session.ask(LIST_FEEDS, feed.ListFeedsRequest())
    request = feed.ListFeedsRequest(page_token=NEVER_MADE)
    await _field_invalid(session, LIST_FEEDS, request, "page_token")


async def question_absent(session: Session) -> None:
    """Ask without an envelope gets QUESTION_INVALID or FIELD_INVALID, never an answer."""
    await put(session, draft(session))
    refusal = await session.refused(ASK, query.AskRequest())
    reason = refusal.said.reason if refusal.said.reason == "FIELD_INVALID" else "QUESTION_INVALID"
    expect_refusal(refusal, "INVALID_ARGUMENT", reason)


async def method_unknown(session: Session) -> None:
    """A method that this revision does not have gets UNIMPLEMENTED."""
    await session.ask(LIST_FEEDS, feed.ListFeedsRequest())
    for path in ("/creditexchange.v1.FeedService/Burn", "/creditexchange.v1.LocalService/Submit"):
        unknown = session.channel.unary_unary(path, bytes, bytes)
        try:
            await unknown(b"", timeout=session.seconds)
        except grpc.aio.AioRpcError as error:
            code = error.code().name
            require(code == "UNIMPLEMENTED", "WRONG_CODE", f"UNIMPLEMENTED for {path}", code)
        else:
            raise Breach("CALL_ANSWERED", f"UNIMPLEMENTED for {path}", "an answer")


_TABLE = Text("Answer from the table in fault.proto, in one place.", "统一按 fault.proto 中的表返回错误。")

CASES = (
    Case(
        "WC-01/feed-unknown",
        ("C-WC-01",),
        Text("An unknown feed gets FEED_NOT_FOUND from every method", "所有方法对未知数据流返回 FEED_NOT_FOUND"),
        _TABLE,
        feed_unknown,
    ),
    Case(
        "WC-02/range-invalid",
        ("C-WC-02",),
        Text("A range outside the feed gets RANGE_INVALID", "超出数据流的范围返回 RANGE_INVALID"),
        Text("Check sizes and indexes against the newest checkpoint first.", "先按最新检查点核对大小与下标。"),
        range_invalid,
    ),
    Case(
        "WC-03/field-missing",
        ("C-WC-03",),
        Text(
            "A missing or oversize field gets FIELD_INVALID and is named", "缺失或超限字段返回 FIELD_INVALID 并指明字段"
        ),
        Text("Add google.rpc.BadRequest with the field's name.", "附上 google.rpc.BadRequest 并写明字段名。"),
        field_missing,
    ),
    Case(
        "WC-04/origin-malformed",
        ("C-WC-03",),
        Text("A malformed origin is the caller's fault, never the node's", "格式错误的源是调用方的错，而非节点故障"),
        _TABLE,
        origin_malformed,
    ),
    Case(
        "WC-05/token-unknown",
        ("C-WC-04",),
        Text("A page token of unknown make gets FIELD_INVALID", "非本节点产生的翻页令牌返回 FIELD_INVALID"),
        Text("Refuse tokens that do not parse; never start over.", "拒绝无法解析的令牌，不得从头开始。"),
        token_unknown,
    ),
    Case(
        "WC-06/question-absent",
        ("C-WC-03",),
        Text("Ask without a question is refused as the caller's fault", "无问题的 Ask 作为调用方错误被拒绝"),
        _TABLE,
        question_absent,
    ),
    Case(
        "WC-07/method-unknown",
        ("C-WC-05",),
        Text("An unknown or local-only method gets UNIMPLEMENTED", "未知或仅限本地的方法返回 UNIMPLEMENTED"),
        Text("Serve only the peer services on the peer port.", "对端端口只提供对端服务。"),
        method_unknown,
    ),
)
