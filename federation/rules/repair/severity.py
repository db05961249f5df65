# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How grave a penalty or list entry is, by a scheme of severity rules; pure.

The rules are tried in order, those that name fields of regulation first: the first that fits decides, and of several
kinds of penalty in one decision the gravest counts. What the record leaves open, and a rule asks for, is never guessed:
whoever decided on the record states it, or nothing is said.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.rules.catalogue.repair import Handling, Severity, SeverityRule
from federation.rules.rule_book import RuleBook

Repaired = Penalty | ListEntry
"""What can be repaired."""
_ALTERNATIVE = "或"  # 暂扣或者吊销许可证: the category names both, and only the content says which it was


@dataclass(frozen=True, slots=True)
class Stated:
    """What the deciding authority states of an act beyond its record, as the notice of repair beside a decision does.

    Attributes:
        fields: fields of regulation that a penalty belongs to; empty: all that its authority is competent for.
        handling: how it was decided; None when nobody says, and then no rule about it fits.
        severity: its class, which then stands; None to have it judged.
    """

    fields: frozenset[str] = frozenset()
    handling: Handling | None = None
    severity: Severity | None = None


NOTHING_STATED = Stated()


@dataclass(frozen=True, slots=True)
class Classified:
    """The class of an act, and the pinned names of the rules that say so; none where it was stated."""

    severity: Severity
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unclassified:
    """The class cannot be told: REPAIR_FIELD_UNSTATED or SEVERITY_UNKNOWN; the authority states what is missing."""

    reason: str


@dataclass(frozen=True)
class Deed:
    """An act as it is judged: its record, what is stated of it, and the rules."""

    record: Repaired
    stated: Stated
    book: RuleBook

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields of regulation that it may belong to: its own, those stated, or all of its authority's."""
        if isinstance(self.record, ListEntry):
            return frozenset({self.record.field})
        if self.stated.fields:
            return self.stated.fields
        competent = self.book.competent(self.record.authority.code, self.record.decided_on)
        return frozenset(field for body in competent for field in body.fields)

    def lies_in(self, fields: Collection[str]) -> bool | None:
        """Whether it belongs to one of some fields; None where that is not known, since nobody has stated it."""
        if self.fields and self.fields.issubset(fields):
            return True
        return False if self.fields and self.fields.isdisjoint(fields) else None


def severity_of(deed: Deed, scheme: str, day: date) -> Classified | Unclassified:
    """Tells how grave an act is.

    Args:
        deed: the act.
        scheme: the severity rules to go by.
        day: the day they must be in force on: of application, or of decision.
    """
    if deed.stated.severity is not None:
        return Classified(deed.stated.severity)
    listed = isinstance(deed.record, ListEntry)
    rules = [rule for rule in deed.book.severity_on(scheme, day) if bool(rule.list_kinds) == listed]
    found = []
    for words in _parts(deed.record):
        fitting = _first(rules, deed, words)
        if isinstance(fitting, Unclassified):
            return fitting
        found.append(fitting)
    gravest = max(found, key=lambda rule: rule.severity.rank)
    return Classified(gravest.severity, tuple(dict.fromkeys(rule.name for rule in found)))


def _parts(record: Repaired) -> Iterator[str]:
    """What is judged on its own: each kind of penalty in its words; a list entry as one."""
    if isinstance(record, ListEntry):
        yield ""
        return
    for kind in record.kinds:
        yield record.content if _ALTERNATIVE in kind else kind


def _first(rules: Sequence[SeverityRule], deed: Deed, words: str) -> SeverityRule | Unclassified:
    for rule in rules:
        if _fits(rule, deed, words):
            lies_in = deed.lies_in(rule.fields) if rule.fields else True
            if lies_in is None:
                return Unclassified("REPAIR_FIELD_UNSTATED")
            if lies_in:
                return rule
    return Unclassified("SEVERITY_UNKNOWN")


def _fits(rule: SeverityRule, deed: Deed, words: str) -> bool:
    """Whether a rule is one for a kind of penalty, or a list entry, but for its fields."""
    if isinstance(deed.record, ListEntry):
        return deed.record.kind in rule.list_kinds
    if rule.words and not any(word in words for word in rule.words):
        return False
    return (not rule.handlings or deed.stated.handling in rule.handlings) and rule.fits_fine(deed.record.fine_fen)
