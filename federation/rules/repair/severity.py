# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How grave a penalty or list entry is, by a scheme of severity rules; pure.

The rules are tried in order, those that name fields of regulation first: the first that fits decides, and of several
kinds of penalty in one decision the gravest counts. What the record leaves open, and a rule asks for, is never guessed:
whoever decided on the record states it, or nothing is said.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

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


def fields_of(record: Repaired, stated: Stated, book: RuleBook) -> frozenset[str]:
    """The fields of regulation that an act may belong to: its own, those stated, or all of its authority's."""
    if isinstance(record, ListEntry):
        return frozenset({record.field})
    if stated.fields:
        return stated.fields
    competent = book.competent(record.authority.code, record.decided_on)
    return frozenset(field for body in competent for field in body.fields)


def severity_of(record: Repaired, stated: Stated, book: RuleBook, scheme: str, day: date) -> Classified | Unclassified:
    """Tells how grave an act is.

    Args:
        record: the penalty or list entry.
        stated: what its authority states beyond it.
        book: the rules.
        scheme: the severity rules to go by.
        day: the day they must be in force on: of application, or of decision.
    """
    if stated.severity is not None:
        return Classified(stated.severity)
    listed = isinstance(record, ListEntry)
    known = [rule for rule in book.severity if rule.scheme == scheme and rule.in_force(day)]
    rules = sorted((rule for rule in known if bool(rule.list_kinds) == listed), key=lambda rule: not rule.fields)
    fields = fields_of(record, stated, book)
    found = []
    for words in _parts(record):
        fitting = _first(rules, record, stated, words, fields)
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


def _first(
    rules: Sequence[SeverityRule], record: Repaired, stated: Stated, words: str, fields: frozenset[str]
) -> SeverityRule | Unclassified:
    for rule in _fitting(rules, record, stated, words):
        if not rule.fields or (fields and fields.issubset(rule.fields)):
            return rule
        if not fields or not fields.isdisjoint(rule.fields):
            return Unclassified("REPAIR_FIELD_UNSTATED")
    return Unclassified("SEVERITY_UNKNOWN")


def _fitting(rules: Iterable[SeverityRule], record: Repaired, stated: Stated, words: str) -> Iterator[SeverityRule]:
    """The rules that fit but for the fields."""
    for rule in rules:
        if isinstance(record, ListEntry):
            fits = record.kind in rule.list_kinds
        else:
            by_words = not rule.words or any(word in words for word in rule.words)
            by_handling = not rule.handlings or stated.handling in rule.handlings
            fits = by_words and by_handling and rule.fits_fine(record.fine_fen)
        if fits:
            yield rule
