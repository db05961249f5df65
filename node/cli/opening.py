# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What commands have in common: `--node`, `--json`, the open desk; how feeds, subjects, days and files are named."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from federation.errors import FieldFault, Misuse
from federation.log.checkpoint import Origin
from federation.standards.bundle import Standards
from federation.standards.calendar import china_date
from federation.standards.identify import identify
from federation.standards.identity import CodeAccepted, CodeRefused, normalise
from node.assemble.desk import Desk, open_desk
from node.config import load_config

NodeFolder = Annotated[
    Path,
    typer.Option("--node", envvar="XINQIAO_NODE", metavar="DIR", help="节点所在文件夹 / Folder of the node"),
]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / Print JSON")]
OriginArgument = Annotated[
    str,
    typer.Argument(
        metavar="ORIGIN",
        help="数据流：完整的源、330100/lists/1 或本节点的 lists / Feed: whole origin, 330100/lists/1, or an own lists",
    ),
]
IndexArgument = Annotated[int, typer.Argument(metavar="INDEX", min=0, help="条目序号 / Index of the entry")]
CodeArgument = Annotated[
    str,
    typer.Argument(
        metavar="CODE", help="统一社会信用代码或公民身份号码 / Unified social credit code or citizen number"
    ),
]
CURRENT = Path()
MAX_DOCUMENT_BYTES = 64 * 1024 * 1024


@contextmanager
def desk_at(folder: Path) -> Iterator[Desk]:
    """Opens the desk of the node in a folder.

    Raises:
        ConfigFault: there is no node, or its configuration, keys or store are not as they must be.
    """
    with open_desk(load_config(folder)) as desk:
        yield desk


def origin_of(desk: Desk, text: str) -> str:
    """The origin that a person means: whole, without the federation, or the short name of an own feed.

    Raises:
        Misuse: FEED_UNKNOWN, or ORIGIN_MALFORMED.
    """
    parts = text.count("/")
    if not parts:
        return desk.origin(text)
    whole = f"{desk.config.node.federation}/{text}" if parts == 2 else text
    try:
        return str(Origin.parse(whole))
    except FieldFault as fault:
        raise Misuse(fault.reason, fault.detail) from None


def subject_of(code: str, standards: Standards) -> CodeAccepted:
    """The subject that a code names.

    Raises:
        Misuse: the reason that the code is refused with.
    """
    match identify(normalise(code), standards, today()):
        case CodeAccepted() as accepted:
            return accepted
        case CodeRefused(reason=reason, detail=detail):
            raise Misuse(reason, detail)


def day_of(text: str, option: str) -> date:
    """A day given as YYYY-MM-DD.

    Raises:
        Misuse: DATE_MALFORMED.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise Misuse("DATE_MALFORMED", f"{option}: write YYYY-MM-DD")
    return day


def document_sha256(path: Path) -> bytes:
    """SHA-256 of a document that stays where it is.

    Raises:
        Misuse: FILE_UNREADABLE, FILE_TOO_LARGE.
    """
    try:
        if path.is_file() and path.stat().st_size > MAX_DOCUMENT_BYTES:
            raise Misuse("FILE_TOO_LARGE", f"{path}: over 64 MiB")
        if path.exists() and not path.is_file():
            raise Misuse("FILE_UNREADABLE", f"{path}: no plain file")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise Misuse("FILE_UNREADABLE", f"{path}: {error.strerror}") from None


def today() -> date:
    """Today in China Standard Time."""
    return china_date(now_ms())


def now_ms() -> int:
    """Milliseconds since 1970-01-01T00:00:00Z."""
    return time.time_ns() // 1_000_000
