# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What cases are decided by, out of the rule files, the tables and the feed policies of a node."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from federation.records.act import AnnotationKind
from federation.records.case import CaseKind
from federation.records.codec import Record
from federation.records.feed_policy import FeedPolicy
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.rules.case.process import Admissible, CaseTerms, NotAdmissible
from federation.rules.catalogue.repair import Document
from federation.rules.disclosure import payload_visible
from federation.rules.repair.judging import NotRepairable, NotYet, Repairable, RepairRequest, judge_repair
from federation.rules.repair.window import Act
from federation.rules.rule_book import RuleBook
from federation.standards.bundle import Standards
from node.cases.docket import CaseRules

_UNTOLD = frozenset(
    {"REPAIR_RULES_MISSING", "REPAIR_FIELD_UNSTATED", "SEVERITY_UNKNOWN", "SEVERITY_UNRULED", "LIST_EXIT_UNKNOWN"}
)
"""What the rules cannot tell from the record alone: whoever decides looks, and nothing is refused for it."""


def case_rules(home: str, book: RuleBook, standards: Standards, policies: Sequence[FeedPolicy]) -> CaseRules:
    """The rules of a node.

    Args:
        home: its id.
        book: its rules: procedures and versions of the repair rules among them.
        standards: its tables: working days among them.
        policies: of its own feeds.
    """
    by_origin = {policy.origin: policy for policy in policies}
    law = _Law(home, book, standards)

    def may_read(caller: str, origin: str, personal: bool) -> bool:
        policy = by_origin.get(origin)
        return policy is not None and payload_visible(policy, caller, personal)

    return CaseRules(law.terms, standards.working_days.nth, law.admissible, may_read)


@dataclass(frozen=True, slots=True)
class _Law:
    """What rule files say of cases."""

    home: str
    book: RuleBook
    standards: Standards

    def terms(self, kind: CaseKind, day: date) -> CaseTerms:
        """Terms and mark of a kind of case; none are set where there is no rule.

        Procedures for objections set no term of their own for taking one up: until then the longest one runs.
        """
        if kind is CaseKind.REPAIR:
            rules = self.book.repair_on(self.home, day)
            if rules is None:
                return CaseTerms(None, None, None, "")
            said = rules.version
            mark = AnnotationKind.REPAIR_PENDING if said.marks_pending else None
            return CaseTerms(mark, said.accept_days, said.decide_days, said.name, said.extend_days)
        found = self.book.procedure_on(self.home, day)
        if found is None:
            return CaseTerms(AnnotationKind.OBJECTION, None, None, "")
        suspends = found.suspends_disclosure or found.suspends_enforcement
        mark = AnnotationKind.SUSPENDED if suspends else AnnotationKind.OBJECTION
        return CaseTerms(mark, found.total_days, found.decide_days, found.name, found.total_days - found.decide_days)

    def admissible(self, record: Record, decided_at: str, day: date, listed: bool) -> Admissible | NotAdmissible:
        """Whether a repair may be taken up.

        Names and hashes do not say which of the documents asked for were handed in: whoever decides looks at them.
        """
        if not isinstance(record, Penalty | ListEntry):
            return NotAdmissible(("RECORD_NOT_REPAIRABLE",))
        handed_in = frozenset(Document)
        request = RepairRequest(Act(record, decided_at), day, handed_in, on_serious_list=listed)
        match judge_repair(request, self.book, self.standards):
            case Repairable():
                return Admissible()
            case NotYet(on=on):
                return NotAdmissible(("REPAIR_NOT_YET",), on)
            case NotRepairable(reasons=(reason,)) if reason in _UNTOLD:
                return Admissible(reason)
            case NotRepairable(reasons=reasons):
                return NotAdmissible(reasons)
