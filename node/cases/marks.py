# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a case does to its entry: the mark while it runs, its lifting, and the END of what was granted.

All are acts of the authority that decided the entry, and go through the intake in the transaction of what is stated. A
mark is weaker than such an act of its own: where the authority has suspended the entry itself, no objection marks it or
lifts that; and while another case of the kind is open on the entry, the mark stays. An objection and an application for
repair have a mark each, and leave that of the other alone.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from federation.errors import CallerFault
from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.agency_filing import AgencyFiling
from federation.records.case import CaseKind
from federation.records.codec import encode, schema_of
from federation.records.feed_policy import Dataset
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.records.subject import Authority, Subject
from node.cases.ports import CaseFile, CaseUnit
from node.entry.holding import HeldEntry, acts_of
from node.entry.life import is_active
from node.intake import Accepted, Admission, Duplicate, Intake, Submission, check_submission

_OF_REPAIR = frozenset({AnnotationKind.REPAIR_PENDING, AnnotationKind.REPAIR_REFUSED})
_MARK = "case/"
"""How the document number of a mark begins; the case id follows."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Acts on entries, within a transaction of the caller's.

    Attributes:
        intake: puts them into the queues of the own feeds.
        datasets: origin of each own feed and its kind of record.
        admit: may this own record be published?
        rung: told the feed for which something waits to be published, before the commit: it may be told in vain.
    """

    intake: Intake
    datasets: Mapping[str, Dataset]
    admit: Admission
    rung: Callable[[str], None]

    def mark(self, unit: CaseUnit, file: CaseFile, kind: AnnotationKind, day: date) -> bool:
        """Marks the entry of an open case.

        Returns:
            Whether the mark is this case's, alone or with others; False where the authority has suspended the entry.

        Raises:
            CallerFault: why the mark cannot be published.
        """
        if any(other.marked and other.kind is file.kind for other in unit.open_on(file.origin, file.index)):
            return True
        newest = _newest(unit, file) if file.kind is CaseKind.OBJECTION else None
        if newest is not None and newest.kind is AnnotationKind.SUSPENDED:
            return False
        self._annotate(unit, file, kind, day)
        return True

    def lift(self, unit: CaseUnit, file: CaseFile, day: date) -> None:
        """Lifts the mark of a case, unless another case needs it, the authority has put one since, or the entry ended.

        Raises:
            CallerFault: why that cannot be published.
        """
        others = [each for each in unit.open_on(file.origin, file.index) if each.marked and each.name != file.name]
        written = unit.written(file.origin, [file.index])
        needed = any(each.kind is file.kind for each in others)
        if not file.marked or needed or not is_active(written.get(file.index, ())):
            return
        kind = _lifting(unit, file, alone=not others)
        if kind is not None:
            self._annotate(unit, file, kind, day)

    def end(self, unit: CaseUnit, file: CaseFile, kind: EndingKind, document: tuple[str, date]) -> None:
        """Ends the entry.

        Args:
            unit: the transaction.
            file: the case.
            kind: how.
            document: number and day of the decision.

        Raises:
            CallerFault: why that cannot be published: ACT_AFTER_END when the entry has ended otherwise.
        """
        number, decided_on = document
        authority = _authority(unit, file)
        self._publish(
            unit, file, "end", Ending(kind=kind, authority=authority, document_number=number, decided_on=decided_on)
        )

    def _annotate(self, unit: CaseUnit, file: CaseFile, kind: AnnotationKind, day: date) -> None:
        authority, number = _authority(unit, file), _MARK + file.name.case_id
        mark = Annotation(kind=kind, authority=authority, dated_on=day, document_number=number)
        self._publish(unit, file, kind.value, mark)

    def _publish(self, unit: CaseUnit, file: CaseFile, word: str, act: Annotation | Ending) -> None:
        key = f"{_MARK}{file.name.filed_at}/{file.name.case_id}/{word}"
        submission = Submission(key, schema_of(act), encode(act), file.index)
        checked = check_submission(submission, self.datasets[file.origin], self.admit)
        (outcome,), pending = self.intake.decide(unit, file.origin, [checked])
        if not isinstance(outcome, Accepted | Duplicate):
            raise CallerFault(outcome.reason)
        unit.add_pending(file.origin, pending)
        self.rung(file.origin)


def _lifting(unit: CaseUnit, file: CaseFile, *, alone: bool) -> AnnotationKind | None:
    """What lifts the mark of a case, and nothing else as far as that can be; None where there is nothing to lift.

    Args:
        unit: the transaction.
        file: the case.
        alone: whether no case of another kind has a mark on the entry.
    """
    remarks = _remarks(unit, file)
    if file.kind is CaseKind.REPAIR:
        return AnnotationKind.REPAIR_REFUSED if "REPAIR_UNDER_WAY" in remarks else None
    newest, objected = _newest(unit, file), "OBJECTION_UNDER_WAY" in remarks
    if newest is None or (newest.document_number or "").startswith(_MARK):
        return AnnotationKind.OBJECTION_CLOSED if objected and not alone else AnnotationKind.RESUMED
    suspended = newest.kind is AnnotationKind.SUSPENDED  # by the authority itself, and that stays
    return AnnotationKind.OBJECTION_CLOSED if suspended and objected else None


def _newest(unit: CaseUnit, file: CaseFile) -> Annotation | None:
    """The newest mark on the entry that is published, but for those of repair, which suspend nothing."""
    acts = unit.acts(file.origin, [file.index]).get(file.index, ())
    said = (act.record() for act in reversed(acts))
    marks = (record for record in said if isinstance(record, Annotation) and record.kind not in _OF_REPAIR)
    return next(marks, None)


def _remarks(unit: CaseUnit, file: CaseFile) -> Collection[str]:
    """The marks that the entry bears and counts all the same, by their reasons."""
    acts = unit.acts(file.origin, [file.index]).get(file.index, ())
    (entry,) = unit.held_at(file.origin, [file.index])
    return acts_of(entry, acts).course.remarks


def _authority(unit: CaseUnit, file: CaseFile) -> Authority:
    """The authority that decided the entry.

    Raises:
        CallerFault: ENTRY_NOT_ACTIVE, there is nothing left to act on.
    """
    found = unit.held_at(file.origin, [file.index])
    authority = authority_of(found[0]) if found else None
    if authority is None:
        raise CallerFault("ENTRY_NOT_ACTIVE")
    return authority


def authority_of(entry: HeldEntry) -> Authority | None:
    """The authority that decided an entry; None for what is no record about a subject, or cannot be read."""
    match entry.record():
        case Subject(source=source):
            return source
        case Licence() | Penalty() | ListEntry() | AgencyFiling() as record:
            return record.authority
        case _:
            return None
