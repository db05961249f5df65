# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How results are shown, and how commands exit: JSON for programs, tables for people, one line for an error.

With `--json` standard output holds JSON and nothing else; progress and errors go to standard error. Personal values are
masked where people read them.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum

from rich.console import Console
from rich.table import Table

from federation.errors import CallerFault, Fault, Misuse, OrderFault, PeerFault, WorldFault
from federation.records.act import Annotation, Ending
from federation.records.codec import Record
from federation.records.exchange import Access, Exchange, LateAcknowledgement
from federation.records.feed_policy import FeedPolicy
from federation.records.list_entry import ListEntry
from federation.records.loop.feedback import Feedback
from federation.records.subject import Identity
from federation.standards.bundle import shipped_standards
from federation.standards.catalogue import ReasonTexts
from federation.standards.identity import SubjectClass
from federation.standards.masking import Masking

Document = dict[str, object]
PIPE_WIDTH = 200


class ExitCode(IntEnum):
    """How a command ended. The numbers are stable: scripts rest on them."""

    DONE = 0
    INTERNAL = 1
    USAGE = 2
    UNAVAILABLE = 3
    REFUSED = 4
    UNVERIFIED = 5
    PARTIAL = 6
    INTERRUPTED = 130


MEANINGS: dict[ExitCode, tuple[str, str]] = {
    ExitCode.DONE: ("成功", "done"),
    ExitCode.INTERNAL: ("内部错误", "internal error"),
    ExitCode.USAGE: ("用法或配置有误", "wrong usage or configuration"),
    ExitCode.UNAVAILABLE: ("存储或成员节点不可用", "store or peer unavailable"),
    ExitCode.REFUSED: ("有数据、代码或证明被拒绝", "rows, a code, a proof or a question refused"),
    ExitCode.UNVERIFIED: ("校验发现不一致", "verification failed"),
    ExitCode.PARTIAL: ("有成员未答复或未答全", "a member has not answered, or not with all"),
    ExitCode.INTERRUPTED: ("被中断", "interrupted"),
}
"""What each code says to people, in Chinese and in English."""


def exit_of(fault: Fault) -> ExitCode:
    """The exit code that a fault ends a command with."""
    match fault:
        case OrderFault():
            return ExitCode.INTERNAL
        case Misuse() | CallerFault():
            return ExitCode.USAGE
        case PeerFault():
            return ExitCode.UNVERIFIED
        case WorldFault():
            return ExitCode.UNAVAILABLE
        case _:
            return ExitCode.INTERNAL


def codes_help() -> str:
    """All exit codes on one line, for `--help`."""
    parts = [f"{code.value} {zh} / {en}" for code, (zh, en) in MEANINGS.items()]
    return "退出码 / Exit codes: " + " · ".join(parts)


def print_json(document: Document) -> None:
    """Writes one object on one line, at once, so that whoever reads a pipe need not wait."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def console() -> Console:
    """Standard output for people: as wide as the terminal, wide in a pipe; data is never read as markup."""
    return Console(markup=False, highlight=False, emoji=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes a title and a table; long cells fold, nothing is cut off."""
    _print(title, Table(*columns), rows)


def print_facts(title: str, facts: Sequence[tuple[str, str]]) -> None:
    """Writes names and values, one a line."""
    _print(title, Table("", "", show_header=False), facts)


def _print(title: str, table: Table, rows: Iterable[Sequence[str]]) -> None:
    """The title stands on a line of its own: above a narrow table it would be broken to the table's width."""
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(*row)
    shown = console()
    shown.print(title, style="italic", soft_wrap=True)
    shown.print(table)


def print_text(text: str) -> None:
    """Writes a text as it stands, and a line end."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def print_problem(reason: str, detail: str, reasons: ReasonTexts | None = None) -> None:
    """Writes one line to standard error: REASON 中文 / English: detail."""
    sys.stderr.write(problem_line(reason, detail, reasons) + "\n")
    sys.stderr.flush()


def problem_line(reason: str, detail: str, reasons: ReasonTexts | None = None) -> str:
    """The line for a reason; a code that the catalogue does not know stands alone."""
    text = (reasons or shipped_standards().reasons).of(reason)
    known = "" if text.en == reason else f" {text.zh.rstrip('。')} / {text.en.rstrip('.')}"
    one_line = "; ".join(part.strip() for part in detail.splitlines() if part.strip())
    return f"{reason}{known}: {one_line}" if one_line else f"{reason}{known}"


def print_fault(fault: Fault) -> None:
    """Writes the line of a fault."""
    print_problem(fault.reason, fault.detail)


@contextmanager
def sign_of_life(text: str) -> Iterator[None]:
    """Turns a wheel beside a text on standard error while work of unknown length goes on; nothing in a pipe."""
    shown = Console(stderr=True)
    if not shown.is_terminal:
        yield
        return
    with shown.status(text):
        yield


def print_interrupted() -> None:
    """Says on standard error that the command was interrupted."""
    sys.stderr.write(" / ".join(MEANINGS[ExitCode.INTERRUPTED]) + "\n")
    sys.stderr.flush()


def reason_documents(codes: Sequence[str], reasons: ReasonTexts) -> list[Document]:
    """Reason codes with their sentences."""
    texts = [(code, reasons.of(code)) for code in codes]
    return [{"code": code, "zh": text.zh, "en": text.en} for code, text in texts]


def reason_lines(codes: Sequence[str], reasons: ReasonTexts) -> str:
    """Reason codes with their sentences, one a line."""
    return "\n".join(problem_line(code, "", reasons) for code in codes)


def record_document(record: Record | str) -> Document:
    """A record as JSON; for one that cannot be read, the reason why not."""
    if isinstance(record, str):
        return {"unreadable": record}
    return record.model_dump(mode="json", exclude_none=True)


def record_line(record: Record | str, masking: Masking) -> str:
    """What a record is about, for people; names and numbers of natural persons are masked."""
    match record:
        case str():
            return record
        case Ending() | Annotation():
            return f"{record.kind} · {record.authority.name} · {record.document_number or ''}"
        case FeedPolicy() | Exchange() | Access() | LateAcknowledgement():
            return type(record).__name__
        case Feedback():
            return f"{subject_line(record.identity, masking)} · {record.measure} · {record.response}"
        case ListEntry():
            return f"{subject_line(record.identity, masking)} · {record.list_name} · {record.document_number}"
        case _:
            return subject_line(record.identity, masking)


def subject_line(identity: Identity, masking: Masking) -> str:
    """Name and number of a subject, masked for a natural person."""
    if identity.subject_class is SubjectClass.NATURAL_PERSON:
        return f"{masking.name.of(identity.name)} {masking.number.of(identity.code)}"
    return f"{identity.name} {identity.code}"
