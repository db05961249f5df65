# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Draws the life cycles for people, from the tables that decide: `make diagrams` writes what this makes."""

from pathlib import Path

from federation.rules.transition.course import TABLES, table_named
from federation.rules.transition.diagram import mermaid

PLACE = Path(__file__).parents[2] / "federation" / "rules" / "transition" / "README.md"
HEAD = """\
# 生命周期 / Life cycles

Drawn from the tables that decide (`federation/standards/data/life-*.toml`) by `make diagrams`; never edited by hand.
由作出判断的数据表生成，请勿手工修改。

Acts have their effect in the order of the origin's feed, whatever order they arrive in and whatever the clock says.
What no arrow allows is refused by the origin's own node, with a reason. At any other node it is kept and has no effect;
`xinqiao explain` tells why.

处理按来源数据流中的次序生效，与到达先后和时钟无关。图中没有的处理，来源节点拒绝接收并说明原因；
其他节点保留但不生效，可用 `xinqiao explain` 查看原因。
"""


def document() -> str:
    """The whole document."""
    return "\n".join((HEAD, *(_chapter(name) for name in TABLES)))


def _chapter(name: str) -> str:
    table = table_named(name)
    return f"## {table.zh} / {table.en}\n\n`{name}`\n\n```mermaid\n{mermaid(table)}```\n"


if __name__ == "__main__":
    PLACE.write_text(document(), encoding="utf-8")
