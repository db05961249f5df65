# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The node at a glance: `status`, `feeds`, what counts here now (`list`), and whether the store is whole (`verify`)."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress as Bar

from federation.errors import Misuse
from federation.standards.catalogue import ReasonTexts
from node.acknowledge.behind import is_behind
from node.assemble.checking import verify_store
from node.assemble.desk import Desk
from node.assemble.interpreter import settle_interpreter
from node.assemble.making.feeds import create_feeds
from node.cli.cases.shown import case_problems
from node.cli.conflicts.notices import noticed, show_notices
from node.cli.erasing.erase import show_erasures
from node.cli.opening import CURRENT, AsJson, NodeFolder, desk_at, now_ms, origin_of
from node.cli.printing import (
    Document,
    ExitCode,
    print_facts,
    print_json,
    print_table,
    print_text,
    problem_line,
    reason_lines,
    record_line,
    sign_of_life,
)
from node.config import Config, load_config
from node.entry.holding import Decision
from node.publish import FeedView
from node.query.seen import cosigned_at, freshness_of
from node.verify.ports import Finding, Progress

_NOT_FRESH = {"stale": "FEED_STALE", "unknown": "FEED_NOT_HEARD"}

ErasuresOption = Annotated[
    bool,
    typer.Option(
        "--erasures",
        help="各项删除及其确认；未全部确认时退出码为 3 / Erasures and who acknowledged; exits with 3 until all have",
    ),
]
KeysOption = Annotated[bool, typer.Option("--keys", help="显示各数据流的验证公钥 / Show the verifier keys")]
CreateOption = Annotated[
    bool,
    typer.Option(
        "--create", help="建立配置中有而存储中没有的数据流 / Make the configured feeds that the store has not"
    ),
]
ReleaseOption = Annotated[
    str | None,
    typer.Option(
        "--release", metavar="ORIGIN", help="核查证据后解除该数据流的隔离 / Follow this quarantined feed again"
    ),
]
AllOption = Annotated[
    bool, typer.Option("--all", help="也列出不生效的条目及原因 / List what does not count too, and why")
]
NoticesOption = Annotated[
    bool,
    typer.Option(
        "--notices", help="被其他名单暂停的本方条目，应告知认定单位 / Own entries that others suspend: whom to tell"
    ),
]
FromStartOption = Annotated[
    bool,
    typer.Option(
        "--from-start", help="不接续上次中断的核验，全部重读 / Read all again, whatever a run before had found"
    ),
]
LimitOption = Annotated[
    int, typer.Option("--limit", min=0, help="屏幕上最多列出的条目数 / Most entries to show on the screen")
]


def status(erasures: ErasuresOption = False, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """一眼看清节点是否正常、该做什么 / See at a glance whether all is well, and what to do."""
    with desk_at(node) as desk:
        if erasures:
            show_erasures(desk, as_json=as_json)
            return
        views = desk.reader.feeds()
        home = desk.config.node.id
        pending = dict(desk.reader.pending())
        notices = len(noticed(desk))
        serving = desk.serving
        unsigned = desk.condition()
        problems = [*(unsigned or {}).items(), *_problems(desk, views)]
        own = sum(view.size for view in views if view.owner == home)
        mirrored = sum(view.size for view in views if view.owner != home)
        reasons = desk.standards.reasons
        federation = desk.config.node.federation
    if as_json:
        listed = [{"place": place, "reason": reason} for place, reason in problems]
        entries = {"own": own, "mirrored": mirrored, "pending": sum(pending.values())}
        read_only = None if unsigned is None else bool(unsigned)
        state: Document = {"serving": serving, "read_only": read_only, "feeds": len(views), "entries": entries}
        ok = {"notices": notices, "problems": listed, "ok": not problems}
        print_json({"id": home, "federation": federation, **state, **ok})
        return
    facts = [
        ("节点 / node", f"{home} ({federation})"),
        ("运行 / serving", _serving_text(unsigned, serving=serving)),
        ("数据流 / feeds", str(len(views))),
        ("本地条目 / own entries", str(own)),
        ("镜像条目 / mirrored entries", str(mirrored)),
        ("待发布 / pending", _pending_text(sum(pending.values()), serving=serving)),
        *([("待告知 / to be told", f"{notices}: xinqiao list --notices")] if notices else []),
        ("状况 / health", "✓" if not problems else f"{len(problems)} ✗"),
        *((f"  {place}", problem_line(reason, "", reasons)) for place, reason in problems),
    ]
    print_facts("节点状态 / Status", facts)


def _serving_text(unsigned: Mapping[str, str] | None, *, serving: bool) -> str:
    """Whether the node runs, and takes records in."""
    if not serving:
        return "未运行 / no: xinqiao serve"
    return "✓ 只读，原因见下 / read-only, see below" if unsigned else "✓"


def _pending_text(pending: int, *, serving: bool) -> str:
    """How many rows wait, and who will publish them if nobody does now."""
    return str(pending) if serving or not pending else f"{pending}：由 serve 发布 / serve publishes them"


def _problems(desk: Desk, views: Sequence[FeedView]) -> Iterator[tuple[str, str]]:
    """What is not as it should be: the place, and a reason code."""
    for origin, reason in desk.reader.quarantines().items():
        yield origin, reason
    for (origin, peer), health in desk.reader.health().items():
        if health.reason:
            yield f"{origin} ← {peer}", health.reason
    yield from case_problems(desk)
    for late in desk.late():
        yield f"{late.origin} → {late.member}", "ACKNOWLEDGEMENT_OVERDUE" if late.is_overdue else "ACKNOWLEDGEMENT_LATE"
    for view in views:
        if is_behind(view.behind_since_ms, now_ms()):
            yield view.origin, "FEED_BEHIND"
            continue
        stale = _NOT_FRESH.get(_freshness(view, desk))
        if view.owner != desk.config.node.id and stale:
            yield view.origin, stale


def _freshness(view: FeedView, desk: Desk) -> str:
    return freshness_of(view, now_ms(), desk.config.follow.max_age_s).value


def feeds(
    keys: KeysOption = False,
    create: CreateOption = False,
    release: ReleaseOption = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """列出本节点和镜像的数据流 / List the feeds held, own and mirrored."""
    if create and (keys or release is not None):
        raise Misuse("USAGE_WRONG", "--create goes without --keys and --release")
    if create:
        _create(load_config(node), as_json=as_json)
        return
    with desk_at(node) as desk:
        if release is not None:
            _release(desk, release, as_json=as_json)
            return
        held = [_feed_document(view, desk) for view in desk.reader.feeds()]
    if as_json:
        print_json({"feeds": held})
        return
    rows = [
        [_cell(feed[name]) for name in ("origin", "dataset", "held", "size", "freshness", "cosigned", "quarantine")]
        for feed in held
    ]
    columns = (
        "源 / Origin",
        "类别 / Dataset",
        "持有 / Held",
        "完整 / Size",
        "新鲜度 / Freshness",
        "时间 / Time",
        "隔离 / Quarantine",
    )
    print_table(f"数据流 / Feeds: {len(rows)}", columns, rows)
    if keys:
        for feed in held:
            print_text(f"{feed['key'] or '—'}")


def _cell(value: object) -> str:
    return "—" if value is None else str(value)


def _feed_document(view: FeedView, desk: Desk) -> Document:
    seconds = cosigned_at(view)
    keys = desk.feed_keys(view.origin)
    return {
        "origin": view.origin,
        "own": view.owner == desk.config.node.id,
        "dataset": view.dataset.value if view.dataset else None,
        "size": view.size,
        "held": desk.reader.follow_range(view.origin).size,
        "freshness": _freshness(view, desk),
        "cosigned": datetime.fromtimestamp(seconds, UTC).isoformat() if seconds is not None else None,
        "quarantine": desk.reader.quarantines().get(view.origin),
        "evidence": len(desk.reader.evidence(view.origin)),
        "key": keys.log.text() if keys else None,
    }


def _create(config: Config, *, as_json: bool) -> None:
    with sign_of_life("发布 / publishing"):  # rows that wait in the store are published too
        made = list(create_feeds(config))
    if as_json:
        print_json({"created": made})
    elif made:
        print_facts("数据流已建立 / Feeds made", [("数据流 / feed", origin) for origin in made])
    else:
        print_text("没有缺少的数据流 / No feed was missing")


def _release(desk: Desk, text: str, *, as_json: bool) -> None:
    origin = origin_of(desk, text)
    released = desk.release(origin)
    if as_json:
        print_json({"origin": origin, "released": released})
    else:
        words = "已解除隔离 / released" if released else "未被隔离 / was not quarantined"
        print_text(f"{origin}: {words}")


def list_counting(
    everything: AllOption = False,
    limit: LimitOption = 50,
    notices: NoticesOption = False,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """列出此地现在生效的名单和备案 / List what counts here now, by kind of list and origin."""
    counted: Counter[tuple[str, str, str]] = Counter()
    rows: list[tuple[str, ...]] = []
    with desk_at(node) as desk:
        if notices:
            show_notices(desk, as_json=as_json)
            return
        for decision in desk.reader.decisions(counting=not everything):
            counted[_list_of(decision), decision.origin, decision.standing.value] += 1
            if as_json:
                print_json(_decision_document(decision))
            elif len(rows) < limit:
                rows.append(_decision_row(decision, desk))
    if as_json:
        summary = [
            {"list": at, "origin": origin, "standing": to, "count": n} for (at, origin, to), n in counted.items()
        ]
        print_json({"summary": summary, "total": counted.total()})
        return
    titles = ("名单 / List", "源 / Origin", "状态 / Standing", "数量 / Count")
    print_table(f"合计 / Total: {counted.total()}", titles, [(*key, str(count)) for key, count in counted.items()])
    if rows:
        columns = (
            "名单 / List",
            "条目 / Entry",
            "内容 / Record",
            "状态 / Standing",
            "原因 / Reasons",
            "措施 / Measures",
        )
        print_table(f"条目（前 {len(rows)} 条）/ Entries, the first {len(rows)}", columns, rows)


def _list_of(decision: Decision) -> str:
    return decision.list_kind or "filing"


def _decision_document(decision: Decision) -> Document:
    return {
        "list": _list_of(decision),
        "origin": decision.origin,
        "index": decision.index,
        "subject": decision.subject,
        "standing": decision.standing.value,
        "reasons": list(decision.reasons),
        "measures": list(decision.measures),
        "review_on": decision.review_on.isoformat() if decision.review_on else None,
    }


def _decision_row(decision: Decision, desk: Desk) -> tuple[str, ...]:
    entry = desk.reader.entry(decision.origin, decision.index)
    return (
        _list_of(decision),
        f"{decision.origin} {decision.index}",
        record_line(entry.record(), desk.standards.masking) if entry else "—",
        decision.standing.value,
        reason_lines(decision.reasons, desk.standards.reasons),
        " ".join(decision.measures),
    )


def verify(node: NodeFolder = CURRENT, from_start: FromStartOption = False, as_json: AsJson = False) -> None:
    """重新核验整个存储是否与各源签名一致 / Check the whole store against what each origin signed."""
    config = load_config(node)
    with desk_at(node) as desk:
        reasons = desk.standards.reasons
    count = 0
    settle_interpreter()
    with _entries_bar() as bar:
        for finding in verify_store(config, bar.told, from_start=from_start):
            count += 1
            _show_finding(finding, reasons, as_json=as_json)
    done = bar.progress
    if as_json:
        print_json({"entries": done.done, "skipped": done.skipped, "findings": count, "ok": not count})
    else:
        print_text(_verdict(done, count))
    if count:
        raise typer.Exit(ExitCode.UNVERIFIED)


def _verdict(done: Progress, findings: int) -> str:
    """Whether the store is whole, in one line; and what that does not say of a run that was gone on with."""
    said = (
        f"✗ 不一致 / not whole：{findings} 处 / findings" if findings else f"✓ 一致 / whole：{done.done} 条 / entries"
    )
    if done.skipped:
        said += (
            f"；其中 {done.skipped} 条在上次中断前已核验，本次未重读 (--from-start: 全部重读)"
            f" / {done.skipped} of them were found whole by the run before and not read again"
        )
    return said


def _show_finding(finding: Finding, reasons: ReasonTexts, *, as_json: bool) -> None:
    if as_json:
        print_json({"origin": finding.origin, "index": finding.index, "reason": finding.reason})
    else:
        place = finding.origin if finding.index is None else f"{finding.origin} {finding.index}"
        print_text(f"✗ {place}: {problem_line(finding.reason, '', reasons)}")


class _Told:
    """Remembers how far a check has come, and moves a bar if there is one."""

    def __init__(self, move: Callable[[Progress], None]) -> None:
        self.progress = Progress(0, 0)
        self._move = move

    def told(self, progress: Progress) -> None:
        """Takes the newest progress."""
        self.progress = progress
        self._move(progress)


@contextmanager
def _entries_bar() -> Iterator[_Told]:
    """A bar on standard error while it is a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield _Told(lambda _: None)
        return
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("核验 / verifying", total=None)
        yield _Told(lambda progress: bar.update(task, completed=progress.done, total=progress.total))
