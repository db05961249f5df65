# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Own entries that another entry has suspended: whose authority is to be told, and of what.

Nobody is written to by the program: who decided on a red entry is an authority of this region, and hears of it from
whoever runs the node. The list is whole at any time; an entry leaves it when it counts again, or has ended.
"""

from collections.abc import Sequence

from federation.records.list_entry import ListEntry
from federation.rules.conflict.table import shipped_conflicts
from node.assemble.desk import Desk
from node.cli.printing import Document, print_json, print_table, print_text, record_line
from node.entry.holding import HeldEntry
from node.query.seen import Holding

MAX_NOTICES = 1000
"""Own entries whose authorities are to be told that are looked for at once."""
_COUNTING = frozenset({"OWN", "RECOGNISED"})
_SHOWN = 20


def noticed(desk: Desk) -> Sequence[HeldEntry]:
    """Own entries whose authorities are to be told, at most 1000."""
    places = desk.reader.suspended(sorted(shipped_conflicts().told()), MAX_NOTICES)
    entries = (desk.reader.entry(origin, index) for origin, index in places)
    return [entry for entry in entries if entry is not None]


def opposing(desk: Desk, entry: HeldEntry, reasons: Sequence[str]) -> Sequence[Holding]:
    """What suspends an entry: entries that count here on the same subject, under any of its codes; at most 20.

    Args:
        desk: the node.
        entry: the entry.
        reasons: why it is what it is; nothing is looked for where none of them is a conflict.
    """
    record = entry.record()
    if not isinstance(record, ListEntry) or shipped_conflicts().told().isdisjoint(reasons):
        return ()
    held = desk.query.check(entry.subject).holdings
    against = [each for each in held if each.standing.value in _COUNTING and _clashes(record, each)]
    return against[:_SHOWN]


def opposing_lines(desk: Desk, holding: Holding) -> str:
    """What suspends an entry, one a line; empty when nothing does."""
    return "\n".join(_line(each) for each in opposing(desk, holding.entry, holding.reasons))


def show_notices(desk: Desk, *, as_json: bool) -> None:
    """Prints whose authorities are to be told, and of what."""
    told = sorted(shipped_conflicts().told())
    found = [(entry, opposing(desk, entry, told)) for entry in noticed(desk)]
    if as_json:
        print_json({"notices": [_document(entry, against) for entry, against in found]})
        return
    if not found:
        print_text("没有需要告知的事项 / Nobody is to be told of anything")
        return
    rows = [
        (
            _authority(entry),
            f"{entry.origin} {entry.index}",
            record_line(entry.record(), desk.standards.masking),
            "\n".join(_line(each) for each in against),
        )
        for entry, against in found
    ]
    columns = ("应告知 / Tell", "暂停的条目 / Suspended entry", "内容 / Record", "相对条目 / Against")
    print_table(f"待告知 / To be told: {len(rows)}", columns, rows)


def _clashes(entry: ListEntry, other: Holding) -> bool:
    record = other.entry.record()
    return isinstance(record, ListEntry) and bool(shipped_conflicts().suspended(entry.kind, {record.kind}))


def _line(holding: Holding) -> str:
    return f"{holding.entry.origin} {holding.entry.index} · {_authority(holding.entry)}"


def _authority(entry: HeldEntry) -> str:
    record = entry.record()
    return record.authority.name if isinstance(record, ListEntry) else "—"


def _document(entry: HeldEntry, against: Sequence[Holding]) -> Document:
    record = entry.record()
    code = record.authority.code if isinstance(record, ListEntry) else None
    return {
        "origin": entry.origin,
        "index": entry.index,
        "authority": {"name": _authority(entry), "code": code},
        "against": [{"origin": each.entry.origin, "index": each.entry.index} for each in against],
    }
