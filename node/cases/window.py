# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Where cases are filed, about entries of any member, and where the statements about them are heard.

Filing keeps the signed case and gives it to the post in one transaction; one about an own entry is on the docket in the
same. A statement counts when the deciding node signed it, it names this very case, and those before it have come: the
order is the deciding node's, never that of arrival.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from federation.errors import FieldFault
from federation.log.checkpoint import Origin
from federation.records.case import Case, CaseDocument, CaseKind, CaseState, CaseStatus, CaseWithdrawal
from federation.records.codec import Record
from federation.rules.case.letters import applicant_sha256, case_sha256
from federation.rules.case.process import Illegal, NotAdmissible, Phase, after
from federation.standards.calendar import china_date
from federation.standards.identity import normalise
from node.cases.docket import CaseRules, Docket, NotDone
from node.cases.letter import CASE_PART, CaseName, LetterName, said_in, write_letter
from node.cases.ports import CaseFile, CaseStore, CaseUnit, KeptLetter, kept
from node.exchange.inquire import uuid7
from node.identity.keys import KeyRing

MAX_OPEN_FILED = 10_000
"""Open cases filed here."""
MAX_CODE_CHARACTERS = 64
SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody files.

    Attributes:
        origin: feed of the entry.
        applicant: their name.
        code: their number; only its salted hash is kept.
        grounds: what is claimed, and why.
        documents: what they hand in.
    """

    kind: CaseKind
    origin: str
    index: int
    applicant: str
    code: str
    grounds: str
    documents: tuple[CaseDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class Filed:
    """The case is durable and on its way."""

    case_id: str


@dataclass(frozen=True, slots=True)
class NotFiled:
    """Nothing was filed.

    Attributes:
        reasons: stable reason codes, at least one.
        field: the field at fault, or empty.
        not_before: first day on which it could be; None when none is known.
    """

    reasons: tuple[str, ...]
    field: str = ""
    not_before: date | None = None


class Window:
    """The cases filed at this node. Call from the writer thread only.

    Args:
        store: where cases are kept.
        docket: takes the cases that this node itself decides.
        keys: the message key signs cases.
        rules: what cases are decided by; here, as far as this node can tell.
        now_ms: the clock.
        random_bytes: case ids and salts.
    """

    def __init__(
        self,
        store: CaseStore,
        docket: Docket,
        keys: KeyRing,
        rules: CaseRules,
        now_ms: Callable[[], int],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._store = store
        self._docket = docket
        self._keys = keys
        self._rules = rules
        self._now_ms = now_ms
        self._random_bytes = random_bytes

    def file(self, application: Application) -> Filed | NotFiled:
        """Files a case.

        Returns:
            NotFiled when a field breaks a rule, the feed holds no records or is of another federation (CASE_INVALID),
            the entry as it is held here is not to be repaired now, or too many cases are open (LIMIT_EXCEEDED).

        Raises:
            StoreFault: nothing was kept.
        """
        try:
            case = self._case(application)
            letter = write_letter(case, self._keys.federation, self._keys)
        except FieldFault as fault:
            return NotFiled((fault.reason,), fault.field)
        now_ms, here = self._now_ms(), letter.destination == self._keys.node_id
        with self._store.write() as unit:
            refused = self._refused(unit, case)
            if refused is not None:
                return refused
            unit.keep_letters([kept(letter, now_ms, None if here else now_ms)])
            if here:
                self._docket.receive(unit, case, letter.envelope.payload, "")
            else:
                name = letter.name.case
                unit.keep_case(CaseFile(name, letter.destination, case.kind, case.origin, case.index, now_ms, now_ms))
        return Filed(case.case_id)

    def _case(self, application: Application) -> Case:
        Origin.parse(application.origin)
        code = normalise(application.code)
        if not 1 <= len(code) <= MAX_CODE_CHARACTERS:
            raise FieldFault("applicant_code", "FIELD_TOO_LONG" if code else "FIELD_MISSING")
        now_ms, salt = self._now_ms(), self._random_bytes(SALT_BYTES)
        return Case(
            case_id=uuid7(now_ms, self._random_bytes(10)),
            kind=application.kind,
            origin=application.origin,
            index=application.index,
            applicant=application.applicant,
            applicant_sha256=applicant_sha256(salt, code),
            salt=salt,
            grounds=application.grounds,
            documents=application.documents,
            filed_at=self._keys.node_id,
            filed_at_ms=now_ms,
        )

    def _refused(self, unit: CaseUnit, case: Case) -> NotFiled | None:
        """Why a case is not filed, as far as this node can tell; the deciding node judges all the same."""
        if unit.count_open(self._keys.node_id) >= MAX_OPEN_FILED:
            return NotFiled(("LIMIT_EXCEEDED",))
        found = unit.held_at(case.origin, [case.index]) if case.kind is CaseKind.REPAIR else ()
        record: Record | str = found[0].record() if found else ""
        if isinstance(record, str):
            return None
        decides, day = Origin.parse(case.origin).node_id, china_date(self._now_ms())
        judged = self._rules.admissible(record, decides, day, False)
        return NotFiled(judged.reasons, not_before=judged.not_before) if isinstance(judged, NotAdmissible) else None

    def withdraw(self, name: CaseName, explanation: str | None) -> NotDone | None:
        """Takes back a case that was filed here; what the deciding node makes of that, it states.

        Returns:
            None when it is durable and on its way. NotDone: CASE_UNKNOWN, it was not filed here; CASE_STATE_ILLEGAL, it
            is closed; or the field that breaks a rule.

        Raises:
            StoreFault: nothing was kept.
        """
        try:
            with self._store.write() as unit:
                return self._withdraw(unit, name, explanation)
        except FieldFault as fault:
            return NotDone(fault.field, fault.reason)

    def _withdraw(self, unit: CaseUnit, name: CaseName, explanation: str | None) -> NotDone | None:
        file, letters = unit.case_file(name), unit.letters([name])
        case = letters.get(LetterName(name, CASE_PART))
        if file is None or case is None or name.filed_at != self._keys.node_id:
            return NotDone("", "CASE_UNKNOWN")
        if file.phase is Phase.CLOSED:
            return NotDone("", "CASE_STATE_ILLEGAL")
        now_ms, here = self._now_ms(), file.decided_at == self._keys.node_id
        withdrawal = CaseWithdrawal(
            case_id=name.case_id,
            filed_at=name.filed_at,
            case_sha256=case_sha256(case.envelope.payload),
            decided_at=file.decided_at,
            withdrawn_at_ms=now_ms,
            explanation=explanation,
        )
        letter = write_letter(withdrawal, self._keys.federation, self._keys)
        if letter.name not in letters:  # else it is on its way already
            unit.keep_letters([kept(letter, now_ms, None if here else now_ms)])
            if here:
                self._docket.withdrawn(unit, withdrawal)
        return None

    def hear(self, unit: CaseUnit, status: CaseStatus) -> str | None:
        """Takes a statement in, in the caller's transaction; the caller keeps it.

        Returns:
            CASE_UNKNOWN when it is about no case that was filed here with that node; None when it was taken.
        """
        name = CaseName(status.filed_at, status.case_id)
        file = unit.case_file(name)
        letters = unit.letters([name])
        case = letters.get(LetterName(name, CASE_PART))
        if file is None or case is None or file.decided_at != status.decided_at:
            return "CASE_UNKNOWN"
        if case_sha256(case.envelope.payload) != status.case_sha256:
            return "CASE_UNKNOWN"
        stated = {said.sequence: said for said in map(_status_in, letters.values()) if said is not None}
        unit.keep_case(self._moved(file, stated | {status.sequence: status}))
        return None

    def _moved(self, file: CaseFile, stated: dict[int, CaseStatus]) -> CaseFile:
        """A case after every statement that has come without a gap; an illegal one stops it, and is remarked."""
        while (status := stated.get(file.sequence + 1)) is not None:
            phase = after(file.phase, status.state)
            if isinstance(phase, Illegal):
                return replace(file, remark=phase.reason)
            file = replace(
                file,
                phase=phase,
                state=status.state,
                sequence=status.sequence,
                due_on=status.due_on,
                overdue=status.state is CaseState.OVERDUE,
                changed_at_ms=self._now_ms(),
            )
        return file


def _status_in(letter: KeptLetter) -> CaseStatus | None:
    if not letter.name.part.startswith("status/"):
        return None
    said = said_in(letter.envelope.payload_type, letter.envelope.payload)
    return said if isinstance(said, CaseStatus) else None
