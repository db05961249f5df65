# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Decides on cases about this node's own entries. What is stated and what happens to the entry is one transaction.

A case that arrives is stated RECEIVED. Then it is refused at once (the entry is not there for the filing node, it has
ended, or its repair is not admissible), or it waits for the authority, with its mark on the entry. Steps of the
authority are taken by whoever runs the node. What is granted ends the entry with the document; what is refused,
rejected or withdrawn lifts the mark.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from federation.errors import CallerFault, FieldFault
from federation.log.leaf import LeafKind
from federation.records.case import Case, CaseKind, CaseOutcome, CaseState, CaseWithdrawal
from federation.records.codec import Record
from federation.records.penalty import Penalty
from federation.rules.case.letters import applicant_sha256, case_sha256
from federation.rules.case.process import ENDINGS, Admissible, CaseTerms, Illegal, NotAdmissible, Phase, after, fits
from federation.standards.calendar import china_date
from node.cases.letter import CASE_PART, CaseName, LetterName
from node.cases.marks import Marks
from node.cases.ports import CaseFile, CaseStore, CaseUnit
from node.cases.stating import Deadline, Stating, Word
from node.entry.holding import HeldEntry
from node.entry.life import is_active
from node.identity.keys import KeyRing

MAX_OPEN_CASES = 1000
"""Open cases of one filing node."""
OVERDUE_AT_ONCE = 100
"""Cases stated overdue in one transaction."""


@dataclass(frozen=True, slots=True)
class CaseRules:
    """What cases are decided by.

    Attributes:
        terms: what the region's rules say of a kind of case on a day.
        nth: the n-th working day after a day.
        admissible: whether a repair of a record may be taken up: given the record, the node that decides, the day, and
            whether its subject is on a black list here for another act.
        may_read: whether a member may read an own feed, and in it what is about natural persons.
    """

    terms: Callable[[CaseKind, date], CaseTerms]
    nth: Callable[[date, int], Deadline]
    admissible: Callable[[Record, str, date, bool], Admissible | NotAdmissible]
    may_read: Callable[[str, str, bool], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the authority.

    Attributes:
        state: ACCEPTED, NOT_ACCEPTED, EXTENDED or DECIDED.
        outcome: how it is decided; None unless it is.
        explanation: for people; required for what is refused, rejected or put off.
        document_number: number of the decision; required, with its day, where the entry ends.
        decided_on: its day.
    """

    state: CaseState
    outcome: CaseOutcome | None = None
    explanation: str | None = None
    document_number: str | None = None
    decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class NotDone:
    """A step was not taken, and nothing has changed; `field` names the field at fault, or is empty."""

    field: str
    reason: str


class Docket:
    """The cases that this node decides. Call from the writer thread only.

    Args:
        store: where cases are kept.
        marks: acts on the own entries.
        keys: the message key signs statements.
        rules: what cases are decided by.
        now_ms: the clock.
    """

    def __init__(
        self, store: CaseStore, marks: Marks, keys: KeyRing, rules: CaseRules, now_ms: Callable[[], int]
    ) -> None:
        self._store = store
        self._marks = marks
        self._keys = keys
        self._rules = rules
        self._now_ms = now_ms

    def receive(self, unit: CaseUnit, case: Case, payload: bytes, sender: str) -> str | None:
        """Takes a case on the docket, in the caller's transaction.

        Args:
            unit: the transaction.
            case: what was filed.
            payload: its signed bytes.
            sender: who brought it; empty for one that was filed here.

        Returns:
            LIMIT_EXCEEDED when the filing node has too many open cases; None when it is on the docket.
        """
        if sender and unit.count_open(case.filed_at) >= MAX_OPEN_CASES:
            return "LIMIT_EXCEEDED"
        name, now_ms = CaseName(case.filed_at, case.case_id), self._now_ms()
        new = CaseFile(name, self._keys.node_id, case.kind, case.origin, case.index, case.filed_at_ms, now_ms)
        stating = Stating(self._keys, now_ms, case_sha256(payload), sender, [])
        terms = self._rules.terms(case.kind, self._today())
        due = self._due(terms.accept_days)
        file = stating.state(new, CaseState.RECEIVED, due)
        seen = self._look(unit, case)
        if isinstance(seen, tuple):
            file = stating.state(file, CaseState.NOT_ACCEPTED, None, Word(reasons=seen))
        else:
            file = replace(file, remark=self._remark(unit, case, seen))
            if terms.mark is not None:
                file = self._marked(unit, stating, file, terms, due)
        self._keep(unit, stating, file)
        return None

    def _marked(
        self, unit: CaseUnit, stating: Stating, file: CaseFile, terms: CaseTerms, due: Deadline | None
    ) -> CaseFile:
        """The case with its mark on the entry; where that cannot be published, the reason is left as a remark."""
        if terms.mark is None:
            return file
        try:
            marked = self._marks.mark(unit, file, terms.mark, self._today())
        except CallerFault as fault:
            return replace(file, remark=fault.reason)
        return stating.state(replace(file, marked=marked), CaseState.MARKED, due)

    def _look(self, unit: CaseUnit, case: Case) -> HeldEntry | tuple[str, ...]:
        """The entry, or the reasons why the case is not taken up.

        What the filing node may not know of gets the same reason as what is not there.
        """
        if case.origin not in self._marks.datasets:
            return ("ENTRY_NOT_FOUND",)
        found = unit.held_at(case.origin, [case.index])
        leaf = found[0].leaf if found else None
        if leaf is None or leaf.kind not in {LeafKind.ADD, LeafKind.AMEND}:
            return ("ENTRY_NOT_FOUND",)
        if not self._rules.may_read(case.filed_at, case.origin, found[0].personal):
            return ("ENTRY_NOT_FOUND",)
        record = found[0].record()
        written = unit.written(case.origin, [case.index])
        if isinstance(record, str) or not is_active(written.get(case.index, ())):
            return ("ENTRY_NOT_ACTIVE",)
        judged = self._admissible(unit, case, found[0])
        return judged.reasons if isinstance(judged, NotAdmissible) else found[0]

    def _admissible(self, unit: CaseUnit, case: Case, entry: HeldEntry) -> Admissible | NotAdmissible:
        """Whether it may be taken up; everybody may object."""
        record = entry.record()
        if case.kind is CaseKind.OBJECTION or isinstance(record, str):
            return Admissible()
        listed = isinstance(record, Penalty) and bool(unit.black_counts([entry.subject]))
        return self._rules.admissible(record, self._keys.node_id, self._today(), listed)

    def _remark(self, unit: CaseUnit, case: Case, entry: HeldEntry) -> str:
        """What whoever decides should look at first."""
        if case.applicant_sha256 != applicant_sha256(case.salt, entry.subject):
            return "APPLICANT_NOT_SUBJECT"
        judged = self._admissible(unit, case, entry)
        return judged.remark if isinstance(judged, Admissible) else ""

    def withdrawn(self, unit: CaseUnit, withdrawal: CaseWithdrawal) -> str | None:
        """Closes a case that its filing node takes back, in the caller's transaction; without effect on a closed one.

        Returns:
            CASE_UNKNOWN while the case has not come, or is another one; None when it is done.
        """
        name = CaseName(withdrawal.filed_at, withdrawal.case_id)
        file, stating = unit.case_file(name), self._stating(unit, name)
        if file is None or stating is None or stating.case_sha256 != withdrawal.case_sha256:
            return "CASE_UNKNOWN"
        if file.phase is not Phase.CLOSED:
            self._marks.lift(unit, file, self._today())
            word = Word(explanation=withdrawal.explanation)
            self._keep(unit, stating, stating.state(replace(file, marked=False), CaseState.WITHDRAWN, None, word))
        return None

    def step(self, name: CaseName, step: Step) -> CaseFile | NotDone:
        """Takes a step of the authority.

        Returns:
            The case as it is now, durable as is what the step does to the entry. Or NotDone: CASE_UNKNOWN, this node
            does not decide it; CASE_STATE_ILLEGAL, the step cannot follow; CASE_OUTCOME_UNEXPECTED, FIELD_MISSING, it
            lacks what it needs or has too much; CASE_TERM_NOT_EXTENDABLE; or the reason why the entry cannot be ended
            so.

        Raises:
            StoreFault: nothing was kept.
        """
        try:
            _require_whole(step)
            with self._store.write() as unit:
                return self._step(unit, name, step)
        except FieldFault as fault:
            return NotDone(fault.field, fault.reason)
        except CallerFault as fault:
            return NotDone("", fault.reason)

    def _step(self, unit: CaseUnit, name: CaseName, step: Step) -> CaseFile:
        """As `step`, in one transaction; what it raises undoes all of it."""
        file, stating = unit.case_file(name), self._stating(unit, name)
        if file is None or stating is None or file.decided_at != self._keys.node_id:
            raise CallerFault("CASE_UNKNOWN")
        if isinstance(after(file.phase, step.state), Illegal):
            raise CallerFault("CASE_STATE_ILLEGAL")
        if step.outcome is not None and not fits(file.kind, step.outcome):
            raise FieldFault("outcome", "CASE_OUTCOME_UNEXPECTED")
        due = self._due_after(file, step)
        if step.state not in {CaseState.ACCEPTED, CaseState.EXTENDED}:
            self._carry_out(unit, file, step)
            file = replace(file, marked=False)
        word = Word(step.outcome, (), step.explanation, step.document_number)
        moved = stating.state(replace(file, overdue=False), step.state, due, word)
        self._keep(unit, stating, moved)
        return moved

    def _due_after(self, file: CaseFile, step: Step) -> Deadline | None:
        """The term that runs after a step; None where none does.

        Raises:
            CallerFault: CASE_TERM_NOT_EXTENDABLE, the rules allow no extension, or no term runs any more.
        """
        terms = self._rules.terms(file.kind, self._today())
        if step.state is CaseState.ACCEPTED:
            return self._due(terms.decide_days)
        if step.state is not CaseState.EXTENDED:
            return None
        if not terms.extend_days or file.due_on is None:
            raise CallerFault("CASE_TERM_NOT_EXTENDABLE")
        return self._rules.nth(file.due_on, terms.extend_days)

    def _carry_out(self, unit: CaseUnit, file: CaseFile, step: Step) -> None:
        """Ends the entry as decided, or lifts the mark."""
        ending = ENDINGS[step.outcome] if step.outcome is not None else None
        if ending is None:
            self._marks.lift(unit, file, self._today())
            return
        if step.document_number is None or step.decided_on is None:
            raise FieldFault("document_number" if step.document_number is None else "decided_on", "FIELD_MISSING")
        self._marks.end(unit, file, ending, (step.document_number, step.decided_on))

    def overdue(self) -> int:
        """States one batch of cases overdue whose term has run out.

        Returns:
            How many; call again while there are some.

        Raises:
            StoreFault: nothing of this batch was kept.
        """
        with self._store.write() as unit:
            late = unit.run_out(self._keys.node_id, self._today(), OVERDUE_AT_ONCE)
            for file in late:
                stating = self._stating(unit, file.name)
                if stating is not None:
                    self._keep(unit, stating, stating.state(replace(file, overdue=True), CaseState.OVERDUE))
        return len(late)

    def _stating(self, unit: CaseUnit, name: CaseName) -> Stating | None:
        """States on a case that is kept; None when it is not."""
        case = unit.letters([name]).get(LetterName(name, CASE_PART))
        if case is None:
            return None
        return Stating(self._keys, self._now_ms(), case_sha256(case.envelope.payload), case.sender, [])

    def _keep(self, unit: CaseUnit, stating: Stating, file: CaseFile) -> None:
        unit.keep_letters(stating.letters)
        unit.keep_case(file)

    def _due(self, days: int | None) -> Deadline | None:
        return None if days is None else self._rules.nth(self._today(), days)

    def _today(self) -> date:
        return china_date(self._now_ms())


def _require_whole(step: Step) -> None:
    """Sees that a step has what its state needs, and nothing that belongs to another.

    Raises:
        FieldFault: VALUE_UNKNOWN, FIELD_MISSING or CASE_OUTCOME_UNEXPECTED.
    """
    if step.state not in {CaseState.ACCEPTED, CaseState.NOT_ACCEPTED, CaseState.EXTENDED, CaseState.DECIDED}:
        raise FieldFault("step", "VALUE_UNKNOWN")
    if (step.outcome is not None) != (step.state is CaseState.DECIDED):
        raise FieldFault("outcome", "FIELD_MISSING" if step.outcome is None else "CASE_OUTCOME_UNEXPECTED")
    explained = {CaseState.NOT_ACCEPTED, CaseState.EXTENDED}
    if (step.state in explained or step.outcome is CaseOutcome.REJECTED) and not step.explanation:
        raise FieldFault("explanation", "FIELD_MISSING")
