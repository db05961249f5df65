# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What cases are decided by, out of the rule files, the tables and the feed policies of a node."""

from collections.abc import Mapping, Sequence
from datetime import date

from federation.records.act import AnnotationKind
from federation.records.case import CaseKind
from federation.records.codec import Record
from federation.records.feed_policy import FeedPolicy
from federation.rules.case import Admissible, CaseTerms, NotAdmissible
from federation.rules.disclosure import payload_visible
from federation.rules.rule_book import RuleBook
from federation.standards.bundle import Standards
from node.cases.docket import CaseRules


def case_rules(home: str, book: RuleBook, standards: Standards, policies: Sequence[FeedPolicy]) -> CaseRules:
    """The rules of a node.

    Args:
        home: its id.
        book: its rules: procedures and versions of the repair rules among them.
        standards: its tables: working days among them.
        policies: of its own feeds.
    """
    by_origin: Mapping[str, FeedPolicy] = {policy.origin: policy for policy in policies}

    def terms(kind: CaseKind, day: date) -> CaseTerms:
        return CaseTerms(AnnotationKind.OBJECTION if kind is CaseKind.OBJECTION else None, 3, 7, "none@0")

    def admissible(record: Record, day: date) -> Admissible | NotAdmissible:
        return Admissible()

    def may_read(caller: str, origin: str, personal: bool) -> bool:
        policy = by_origin.get(origin)
        return policy is not None and payload_visible(policy, caller, personal)

    return CaseRules(terms, standards.working_days.nth, admissible, may_read)
