# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What many members say of a subject, shown: each entry once with who said what, and what became of every member."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from federation.rules.routing.merge import MergedEntry, Said, merged
from federation.rules.routing.outcome import Completeness, completeness
from federation.standards.bundle import Standards
from federation.standards.catalogue import ReasonTexts
from node.assemble.desk import Desk
from node.audit.answers import record_of
from node.audit.bundle import AnswerBundle
from node.audit.wide.bundle import BundledMember, WideBundle
from node.cli.auditing.files import write_alone
from node.cli.auditing.outcomes import outcome_document, show_outcomes
from node.cli.printing import (
    Document,
    print_table,
    reason_documents,
    reason_lines,
    record_document,
    record_line,
)
from node.routing.widely import Reply

Everywhere = Annotated[
    bool,
    typer.Option("--everywhere", help="自然人也向所有成员查询 / Ask everybody about a person"),
]


def kept(desk: Desk, path: Path, replies: Sequence[Reply]) -> None:
    """Keeps all that was signed, and what became of the others, for its owner alone."""
    members = [
        BundledMember(
            reply.outcome,
            None if reply.answered is None else AnswerBundle(reply.answered.question, reply.answered.signed),
            b"" if reply.answered is not None else reply.evidence,
        )
        for reply in replies
    ]
    bundle = WideBundle.make(desk.foundation.keys, time.time_ns() // 1_000_000, members)
    write_alone(path, (bundle.encode(),))


def whole_of(replies: Sequence[Reply]) -> Completeness:
    """What can be said of all of it."""
    return completeness([reply.outcome for reply in replies])


def wide_document(replies: Sequence[Reply], reasons: ReasonTexts) -> Document:
    """What members say, as JSON."""
    return {
        "completeness": whole_of(replies).value,
        "members": [outcome_document(reply.outcome, reasons) | _exchange(reply) for reply in replies],
        "entries": [_entry_document(entry, reasons) for entry in _entries(replies)],
        "verified": True,
    }


def _exchange(reply: Reply) -> Document:
    answer = reply.answered.answer if reply.answered is not None else None
    if answer is None:
        return {"exchange_id": None, "findings": None}
    return {"exchange_id": answer.exchange_id, "findings": len(answer.findings)}


def _entries(replies: Sequence[Reply]) -> Sequence[MergedEntry]:
    return merged([reply.answered.answer for reply in replies if reply.answered is not None])


def _entry_document(entry: MergedEntry, reasons: ReasonTexts) -> Document:
    evidence = entry.finding.evidence
    return {
        "origin": evidence.origin,
        "index": evidence.index,
        "record": record_document(record_of(evidence)),
        "apart": entry.apart,
        "said": [
            {
                "responder": said.responder,
                "standing": said.standing.value,
                "reasons": reason_documents(said.reasons, reasons),
                "mirrored": said.mirrored,
                "acts": said.acts,
            }
            for said in entry.said
        ],
    }


def show_widely(replies: Sequence[Reply], standards: Standards) -> None:
    """What members say, for people."""
    entries = _entries(replies)
    columns = ("条目 / Entry", "内容 / Record", "各方判断 / Who says what")
    rows = [_entry_row(entry, standards) for entry in entries]
    print_table(f"成员答复（证据已核验）/ Members' answers, evidence verified: {len(rows)}", columns, rows)
    show_outcomes([reply.outcome for reply in replies])


def _entry_row(entry: MergedEntry, standards: Standards) -> tuple[str, str, str]:
    evidence = entry.finding.evidence
    place = f"{evidence.origin} {evidence.index}"
    if entry.apart:
        place += " ! 两份条目不同 / two different leaves"
    return (
        place,
        record_line(record_of(evidence), standards.masking),
        "\n".join(_said_line(said, standards.reasons) for said in entry.said),
    )


def _said_line(said: Said, reasons: ReasonTexts) -> str:
    mirrored = "（镜像 / mirror）" if said.mirrored else ""
    why = f": {reason_lines(said.reasons, reasons)}" if said.reasons else ""
    return f"{said.responder}{mirrored} {said.standing.value}{why}"
