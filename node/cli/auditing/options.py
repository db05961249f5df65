# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Options that the commands about exchange logs have in common, and how days and times are written."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from federation.errors import Misuse
from federation.standards.calendar import midnight_ms
from node.assemble.desk import Desk
from node.audit.exporting import Period
from node.cli.opening import day_of, origin_of

FromDay = Annotated[
    str,
    typer.Option("--from", metavar="DAY", help="起始日，含（YYYY-MM-DD，北京时间）/ First day, Beijing time"),
]
ToDay = Annotated[
    str, typer.Option("--to", metavar="DAY", help="截止日，含（YYYY-MM-DD，北京时间）/ Last day, Beijing time")
]
LogOption = Annotated[
    str,
    typer.Option(
        "--log", metavar="ORIGIN", help="交换日志，缺省为本节点；协调方可用所镜像的 / Log: the own one, or one mirrored"
    ),
]
TrustOption = Annotated[
    Path,
    typer.Option(
        "--trust", metavar="DIR", help="信任文件夹：成员名片 *.toml、检查点 *.note / Folder of cards and checkpoints"
    ),
]


def period_of(first: str, last: str) -> Period:
    """The period from the begin of one day to the end of another, in China Standard Time.

    Raises:
        Misuse: DATE_MALFORMED; PERIOD_INVALID, the last day is before the first.
    """
    begin, end = day_of(first, "--from"), day_of(last, "--to")
    if end < begin:
        raise Misuse("PERIOD_INVALID", "--to is before --from")
    return Period(midnight_ms(begin), midnight_ms(end + timedelta(days=1)))


def log_of(desk: Desk, text: str) -> str:
    """The origin of the exchange log that a person means: `_exchange`, or 330100/_exchange/1."""
    return origin_of(desk, text)
