# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How cases are shown: in lists without anything personal, and one by one with what was said."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from federation.errors import FieldFault
from federation.records.case import Case, CaseStatus, CaseWithdrawal
from federation.rules.case.process import Phase
from federation.standards.catalogue import ReasonTexts
from node.assemble.desk import Desk
from node.cases.letter import Said, said_in
from node.cases.ports import CaseFile, KeptLetter
from node.cli.opening import now_ms
from node.cli.printing import Document, print_facts, print_json, print_table, problem_line, reason_lines

MAX_TOLD = 1000
UNANSWERED_AFTER_DAYS = 3
"""A case that has not been received after so many days of 24 hours has got stuck, whoever receipted it."""
_DAY_MS = 24 * 60 * 60 * 1000
TRIES_BEFORE_TOLD = 3
"""A letter is told of when it has failed so often: a member that restarts is nobody's concern."""


def case_problems(desk: Desk) -> Iterator[tuple[str, str]]:
    """Cases overdue or unanswered, and letters that cannot be handed on: the place, and a reason code."""
    silent_ms = now_ms() - UNANSWERED_AFTER_DAYS * _DAY_MS
    for file in desk.reader.cases(only_open=True, limit=MAX_TOLD):
        if file.overdue:
            yield f"case {file.name.case_id}", "CASE_OVERDUE"
        elif file.phase is Phase.FILED and file.filed_at_ms < silent_ms:
            yield f"case {file.name.case_id}", "CASE_UNANSWERED"
    for letter in desk.reader.letters_waiting(MAX_TOLD):
        if letter.tries >= TRIES_BEFORE_TOLD:
            yield f"case {letter.name.case.case_id} {letter.name.part} → {letter.destination}", letter.reason


def case_document(file: CaseFile) -> Document:
    """A case as JSON."""
    return {
        "case_id": file.name.case_id,
        "filed_at": file.name.filed_at,
        "decided_at": file.decided_at,
        "kind": file.kind.value,
        "origin": file.origin,
        "index": file.index,
        "filed": _time(file.filed_at_ms),
        "changed": _time(file.changed_at_ms),
        "phase": file.phase.value,
        "state": file.state.value if file.state is not None else None,
        "sequence": file.sequence,
        "due_on": file.due_on.isoformat() if file.due_on is not None else None,
        "overdue": file.overdue,
        "remark": file.remark or None,
    }


def waiting_document(letter: KeptLetter) -> Document:
    """A letter that waits to be handed on, as JSON."""
    return {
        "case_id": letter.name.case.case_id,
        "filed_at": letter.name.case.filed_at,
        "part": letter.name.part,
        "destination": letter.destination,
        "tries": letter.tries,
        "reason": letter.reason or None,
    }


def case_row(file: CaseFile) -> tuple[str, ...]:
    """A case in a table."""
    due = "—" if file.due_on is None else file.due_on.isoformat()
    return (
        file.name.case_id,
        file.kind.value,
        f"{file.origin} {file.index}",
        file.name.filed_at,
        file.decided_at,
        file.state.value if file.state is not None else file.phase.value,
        "逾期 / overdue" if file.overdue else due,
        file.remark or "—",
    )


def show_case(file: CaseFile, letters: Sequence[KeptLetter], reasons: ReasonTexts, *, as_json: bool) -> None:
    """Shows one case, with every letter about it."""
    if as_json:
        print_json({**case_document(file), "letters": [_letter_document(letter) for letter in letters]})
        return
    facts = [
        ("类别 / kind", file.kind.value),
        ("条目 / entry", f"{file.origin} {file.index}"),
        ("提出 / filed at", f"{file.name.filed_at} {_time(file.filed_at_ms)}"),
        ("处理 / decided at", file.decided_at),
        ("状态 / state", file.state.value if file.state is not None else file.phase.value),
        ("期限 / due", case_row(file)[6]),
    ]
    for said in map(_said, letters):
        if isinstance(said, Case):
            facts += [("申请人 / applicant", said.applicant), ("理由 / grounds", said.grounds)]
            facts += [("材料 / document", f"{each.name} {each.sha256.hex()}") for each in said.documents]
    if file.remark:
        facts.append(("注意 / look", problem_line(file.remark, "", reasons)))
    print_facts(f"案件 / Case {file.name.case_id}", facts)
    columns = ("声明 / Statement", "时间 / Time", "内容 / Says", "送达 / Handed on")
    print_table(f"函件 / Letters: {len(letters)}", columns, [_letter_row(letter, reasons) for letter in letters])


def _letter_document(letter: KeptLetter) -> Document:
    said = _said(letter)
    return {
        "part": letter.name.part,
        "kept": _time(letter.kept_at_ms),
        "from": letter.sender or None,
        "destination": letter.destination,
        "waiting": letter.due_ms is not None,
        "reason": letter.reason or None,
        "handed_to": letter.hop or None,
        "evidence": not letter.stands,
        "says": None if said is None else _plain(said),
    }


def _plain(said: Said) -> Document:
    """What a letter says, hashes in hexadecimal digits."""
    given = said.model_dump(mode="python", exclude_none=True)
    if isinstance(said, Case):
        given["documents"] = [{"name": each.name, "sha256": each.sha256.hex()} for each in said.documents]
    return {name: _shown(value) for name, value in given.items()}


def _shown(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return (
        value if isinstance(value, bool | int | list) else str(value) if not isinstance(value, tuple) else list(value)
    )


def _letter_row(letter: KeptLetter, reasons: ReasonTexts) -> tuple[str, ...]:
    said = _said(letter)
    part = letter.name.part if letter.stands else f"{letter.name.part} ≠ 证据 / evidence"
    if letter.due_ms is not None:
        carried = f"待送 / waiting → {letter.destination} {letter.reason}"
    else:
        carried = letter.hop or "—"
    return part, _time(letter.kept_at_ms), "—" if said is None else _words(said, reasons), carried


def _words(said: Said, reasons: ReasonTexts) -> str:
    match said:
        case CaseStatus():
            outcome = f" {said.outcome}" if said.outcome is not None else ""
            told = [f"{said.state}{outcome}", reason_lines(said.reasons, reasons), said.explanation or ""]
            return "\n".join(part for part in told if part)
        case CaseWithdrawal():
            return said.explanation or "withdrawal"
        case Case():
            return said.kind.value


def _said(letter: KeptLetter) -> Said | None:
    """What a letter says; None for bytes that this version cannot read."""
    try:
        return said_in(letter.envelope.payload_type, letter.envelope.payload)
    except FieldFault:
        return None


def _time(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms // 1000, UTC).isoformat()
