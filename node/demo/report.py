# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demonstration has shown: one object for programs, tables for people."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from node.demo.expected import Rows
from node.demo.process import Document
from node.demo.topology import PLACES

MEASURED = "from the moment the ending was durable at Hangzhou to the moment Shanghai's store said ENDED, one clock"


@dataclass(frozen=True, slots=True)
class Table:
    """A table for people."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(slots=True)
class Shown:
    """What has been shown so far; every step adds its part.

    Attributes:
        rows: rows imported, by node.
        feeds: entries of each feed, by origin.
        followed: entries followed, by node.
        verified: entries re-checked by `verify`, by node.
        replayed: decisions that `replay` made again, past ones and those in force, by node.
        shanghai: decisions at Shanghai by standing.
        refused: reasons of what Shanghai refused.
        removal_ms: see `MEASURED`.
        objection: filed, seen and told where.
        repair: filed, seen and acknowledged where.
        postgres: nodes whose stores were in PostgreSQL.
    """

    rows: dict[str, Rows] = field(default_factory=dict)
    feeds: dict[str, int] = field(default_factory=dict)
    followed: dict[str, int] = field(default_factory=dict)
    verified: dict[str, int] = field(default_factory=dict)
    replayed: dict[str, int] = field(default_factory=dict)
    shanghai: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    recognition: Document = field(default_factory=dict)
    proof: Document = field(default_factory=dict)
    filing: Document = field(default_factory=dict)
    question: Document = field(default_factory=dict)
    removal_ms: int = -1
    objection: Document = field(default_factory=dict)
    repair: Document = field(default_factory=dict)
    seconds: float = 0.0
    postgres: tuple[str, ...] = ()

    @property
    def total(self) -> Rows:
        """Rows of all nodes."""
        return sum(self.rows.values(), Rows(0, 0, 0, Counter()))

    def document(self) -> Document:
        """The one object that `demo --json` prints."""
        return {
            "nodes": [place.id for place in PLACES],
            "postgres": list(self.postgres),
            "rows": {**{node: rows.document() for node, rows in self.rows.items()}, "total": self.total.document()},
            "feeds": self.feeds,
            "followed": self.followed,
            "verified": self.verified,
            "replayed": self.replayed,
            "shanghai": {
                "recognised": self.shanghai["RECOGNISED"],
                "held": self.shanghai["HELD"],
                "refused": self.shanghai["REFUSED"],
                "standings": dict(sorted(self.shanghai.items())),
                "held_by_reason": dict(sorted(self.held.items())),
                "refused_by_reason": dict(sorted(self.refused.items())),
            },
            "recognition": self.recognition,
            "proof": self.proof,
            "filing": self.filing,
            "question": self.question,
            "removal_ms": self.removal_ms,
            "removal_measured": MEASURED,
            "objection": self.objection,
            "repair": self.repair,
            "seconds": round(self.seconds, 1),
            "ok": True,
        }

    def tables(self) -> Iterator[Table]:
        """The same for people."""
        yield Table(
            "五个节点 / Five nodes",
            (
                "节点 / Node",
                "读取 / Read",
                "接收 / Accepted",
                "重复 / Duplicate",
                "拒绝 / Refused",
                "跟随 / Followed",
                "核验 / Verified",
                "重算 / Replayed",
            ),
            [self._node_row(place.id, place.name) for place in PLACES],
        )
        yield Table(
            "拒绝的行，按原因 / Refused rows, by reason",
            ("原因 / Reason", "数量 / Count"),
            _counted(self.total.refused),
        )
        yield Table(
            "上海的决定 / Decisions at Shanghai",
            ("状态或原因 / Standing or reason", "数量 / Count"),
            [*_counted(self.shanghai), *_counted(self.held, "HELD: "), *_counted(self.refused, "REFUSED: ")],
        )
        yield Table("结果 / Results", ("项目 / What", "结果 / Result"), list(self._results()))

    def _node_row(self, node_id: str, name: str) -> Sequence[str]:
        rows = self.rows.get(node_id, Rows(0, 0, 0, Counter()))
        counts = (rows.read, rows.accepted, rows.duplicate, rows.refused.total())
        done = (self.followed[node_id], self.verified[node_id], self.replayed[node_id])
        return (f"{node_id} {name}", *map(str, counts), *map(str, done))

    def _results(self) -> Iterator[tuple[str, str]]:
        yield "杭州黑名单在上海被认可 / Hangzhou's black entry recognised in Shanghai", _text(self.recognition)
        yield "来源证明离线核验 / Proof of origin checked offline", _text(self.proof)
        yield "机构备案无须重复 / Agency filing recognised without filing again", _text(self.filing)
        yield "向浙江查询 / Question put to Zhejiang", _text(self.question)
        yield "移出到上海失效（毫秒）/ Removal to its effect in Shanghai, ms", f"{self.removal_ms} ({MEASURED})"
        yield "异议：上海提出、杭州办结 / Objection filed in Shanghai, granted in Hangzhou", _text(self.objection)
        yield "修复：上海申请、杭州办结 / Repair applied for in Shanghai, granted in Hangzhou", _text(self.repair)
        yield "用时（秒）/ Seconds in all", f"{self.seconds:.1f}"


def _counted(counts: Mapping[str, int], before: str = "") -> list[tuple[str, str]]:
    return [(f"{before}{name}", str(count)) for name, count in sorted(counts.items())]


def _text(document: Document) -> str:
    return "\n".join(f"{name}: {value}" for name, value in document.items())
