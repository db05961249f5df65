# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`holders`: the own holder index and those of members; `holders test` asks which members may hold something."""

from typing import Annotated, assert_never

import typer

from federation.errors import Misuse
from federation.records.feed_policy import Dataset
from federation.rules.holders.filter import MILLION
from federation.rules.holders.statement import COVERED, CannotSay, HolderSaid, MayHold, NothingHeld
from federation.standards.calendar import china_time
from node.assemble.desk import Desk
from node.assemble.stages import Views
from node.cli.opening import CURRENT, AsJson, CodeArgument, NodeFolder, desk_at, now_ms
from node.cli.printing import Document, print_facts, print_json, print_table, print_text, problem_line, reason_documents
from node.holders.index import HeldIndex

DatasetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset",
        metavar="KIND",
        help="只问这些数据集，可重复：subjects licences penalties lists filings / Only these kinds, repeatable",
    ),
]

holders = typer.Typer(
    help="持有索引：本节点及成员的公开数据流涉及哪些组织，不点名 / Holder indexes: whom open feeds speak of, unnamed",
    invoke_without_command=True,
)


@holders.callback()
def show_indexes(ctx: typer.Context, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """显示本节点和各成员的持有索引 / Show the holder index of this node and those of members."""
    if ctx.invoked_subcommand is not None:
        return
    with desk_at(node) as desk:
        held = desk.reader.holder_indexes()
        home, wanted = desk.config.node.id, desk.config.holders
    own = next((each for each in held if each.node_id == home), None)
    members = [each for each in held if each.node_id != home]
    now = now_ms()
    if as_json:
        own_document = None if own is None else _index_document(own, now)
        settings = {"publish": wanted.publish, "follow": wanted.follow}
        print_json({**settings, "own": own_document, "members": [_index_document(each, now) for each in members]})
        return
    if own is None:
        text = "尚未生成 / not made yet" if wanted.publish else "未启用 / off (holders.publish)"
        print_text(f"本节点索引 / Own index: {text}")
    else:
        print_facts(f"本节点索引 / Own index: {home}", _own_facts(own, now))
    columns = (
        "成员 / Member",
        "截至 / As of",
        "时长 / Age",
        "键数 / Keys",
        "误判率 / False",
        "大小 / Bytes",
        "数据流 / Feeds",
    )
    rows = [_member_row(each, now) for each in members]
    off = "" if wanted.follow else " （未启用 / off: holders.follow）"
    print_table(f"成员索引 / Indexes of members: {len(rows)}{off}", columns, rows)


def _own_facts(own: HeldIndex, now: int) -> list[tuple[str, str]]:
    index = own.index
    feeds = "\n".join(f"{feed.origin} ({feed.size})" for feed in index.feeds)
    return [
        ("生成 / Built", china_time(index.built_at_ms)),
        ("截至 / As of", f"{china_time(index.as_of_ms)} · {_age(index.as_of_ms, now)}"),
        ("键数 / Keys", str(index.keys)),
        ("比特 / Bits", f"{index.bits} · {index.hashes} ×"),
        ("误判率 / False positives", _rate(own)),
        ("覆盖 / Covers", feeds),
    ]


def _member_row(held: HeldIndex, now: int) -> tuple[str, ...]:
    index = held.index
    as_of, size = china_time(index.as_of_ms), str(index.bits // 8)
    return held.node_id, as_of, _age(index.as_of_ms, now), str(index.keys), _rate(held), size, str(len(index.feeds))


def _rate(held: HeldIndex) -> str:
    return f"{held.index.false_positives_per_million / MILLION:.2%}"


def _age(time_ms: int, now: int) -> str:
    hours, minutes = divmod(max(0, now - time_ms) // 60_000, 60)
    return f"{hours} h {minutes} min"


def _index_document(held: HeldIndex, now: int) -> Document:
    index = held.index
    return {
        "node": held.node_id,
        "built_at_ms": index.built_at_ms,
        "as_of_ms": index.as_of_ms,
        "age_ms": max(0, now - index.as_of_ms),
        "kept_at_ms": held.kept_at_ms,
        "keys": index.keys,
        "bits": index.bits,
        "hashes": index.hashes,
        "false_positive_rate": index.false_positives_per_million / MILLION,
        "bits_sha256": index.bits_sha256.hex(),
        "feeds": [{"origin": feed.origin, "dataset": feed.dataset, "size": feed.size} for feed in index.feeds],
    }


@holders.command("test")
def test_code(
    code: CodeArgument, dataset: DatasetOption = None, node: NodeFolder = CURRENT, as_json: AsJson = False
) -> None:
    """查看哪些成员可能持有某组织的记录 / Show which members may hold something about an organisation."""
    datasets = _datasets(dataset or [])
    with desk_at(node) as desk:
        said = Views(desk.foundation, desk.reader).holders.said(code, datasets)
        silent = [peer.id for peer in desk.config.peer if peer.id not in said]
        if as_json:
            members = [_said_document(member, each, desk) for member, each in said.items()]
            print_json({"members": members, "without_index": silent})
            return
        rows = [(member, *_said_row(each, desk)) for member, each in said.items()]
    rows += [(member, "须询问 / to be asked", "没有索引 / no index") for member in silent]
    print_table("持有 / Holders", ("成员 / Member", "结论 / Conclusion", "说明 / Why"), rows)


def _datasets(names: list[str]) -> frozenset[Dataset]:
    """The kinds that were named; all that indexes cover when none was.

    Raises:
        Misuse: USAGE_WRONG.
    """
    unknown = set(names) - {dataset.value for dataset in COVERED}
    if unknown:
        raise Misuse("USAGE_WRONG", f"--dataset: {' '.join(sorted(unknown))} is none of {' '.join(sorted(COVERED))}")
    return frozenset(map(Dataset, names)) or COVERED


def _said_row(said: HolderSaid, desk: Desk) -> tuple[str, str]:
    match said:
        case NothingHeld(as_of_ms=as_of_ms):
            return "未持有 / nothing held", f"截至 / as of {china_time(as_of_ms)}"
        case MayHold(datasets=datasets):
            return "可能持有 / may hold", " ".join(sorted(datasets))
        case CannotSay(reason=reason):
            return "须询问 / to be asked", problem_line(reason, "", desk.standards.reasons)
        case _:
            assert_never(said)


def _said_document(member: str, said: HolderSaid, desk: Desk) -> Document:
    match said:
        case NothingHeld(as_of_ms=as_of_ms):
            return {"member": member, "said": "nothing-held", "as_of_ms": as_of_ms}
        case MayHold(datasets=datasets):
            return {"member": member, "said": "may-hold", "datasets": sorted(datasets)}
        case CannotSay(reason=reason):
            return {
                "member": member,
                "said": "cannot-say",
                "reasons": reason_documents([reason], desk.standards.reasons),
            }
        case _:
            assert_never(said)
