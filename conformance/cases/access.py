# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""AU: authorisation. What a caller may not read does not exist for that caller."""

from conformance.breach import Breach, Untestable, require
from conformance.cases.feeds import pages
from conformance.cases.wire import of_origin
from conformance.session import Refusal, Session
from conformance.verdict import Case, Text


def _closed(session: Session) -> str:
    closed = session.config.feeds.closed
    if closed is None:
        raise Untestable("configure feeds.closed: a feed that exists and that we may not read")
    return closed


async def closed_is_unknown(session: Session) -> None:
    """Every method answers a closed feed and a feed that does not exist alike, byte for byte."""
    closed = _closed(session)
    await session.note(session.config.feeds.open)
    # Of equal length and form, so that only existence differs.
    federation, node, name, epoch = closed.split("/")
    absent = "/".join((federation, node, name[:-1] + ("z" if name[-1] != "z" else "y"), epoch))
    for (method, ours), (_, theirs) in zip(of_origin(closed), of_origin(absent), strict=True):
        first, second = await session.attempt(method, ours), await session.attempt(method, theirs)
        if not isinstance(first, Refusal):
            raise Breach("CLOSED_FEED_READ", f"{method.path} refused", "an answer")
        require(first == second, "FEEDS_TOLD_APART", f"{method.path}: {second}", str(first))


async def closed_is_hidden(session: Session) -> None:
    """ListFeeds does not show a closed feed."""
    closed = _closed(session)
    shown = [one.origin for one in await pages(session, 0)]
    wanted = session.config.feeds.open
    require(wanted in shown, "FEED_NOT_LISTED", wanted, f"{shown}")
    require(closed not in shown, "CLOSED_FEED_LISTED", f"no {closed}", f"{shown}")


CASES = (
    Case(
        "AU-01/closed-is-unknown",
        ("C-AU-01",),
        Text("A closed feed and an unknown one get the same bytes", "无权数据流与不存在的数据流回答逐字节相同"),
        Text(
            "Look feeds up among those the caller may read; one refusal for all else.",
            "只在调用方可读的数据流中查找，其余统一拒绝。",
        ),
        closed_is_unknown,
    ),
    Case(
        "AU-02/closed-is-hidden",
        ("C-AU-02",),
        Text("ListFeeds hides closed feeds", "ListFeeds 不显示无权数据流"),
        Text("Filter the listing by entitlement before paging.", "先按权限过滤再翻页。"),
        closed_is_hidden,
    ),
)
