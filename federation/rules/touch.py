# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Which decisions a change of rules can change: after it, those alone need be made anew.

Of a rule book, recognition reads agreements, list standards, competences and measures, and what counts of one's own
rests on measures alone. Wherever it is in doubt an entry is touched: one decision too many changes nothing, one too few
leaves something in force that no rule provides for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from federation.records.agency_filing import AgencyFiling
from federation.records.list_entry import ListEntry
from federation.rules.agreement import Agreement, Measure
from federation.rules.rule_book import RuleBook

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Touch:
    """What changed rules can change.

    Attributes:
        home: node id of the member whose rules they are.
        everything: whether any decision may come out otherwise.
        parties: members of whose entries an agreement with the home says something else.
        standards: list standards that say something else, by `id@version`.
        authorities: bodies whose competence is another, by unified code.
        measures: measures that are new, gone or changed; a changed one in both its forms.
    """

    home: str
    everything: bool = False
    parties: frozenset[str] = frozenset()
    standards: frozenset[str] = frozenset()
    authorities: frozenset[str] = frozenset()
    measures: tuple[Measure, ...] = ()

    def reaches(self, owner: str) -> bool:
        """Whether any entry of a member can be touched; where none can, nothing of its feeds need be read."""
        if self.everything or self.measures:
            return True
        return owner != self.home and (owner in self.parties or bool(self.standards or self.authorities))

    def touches(self, owner: str, record: ListEntry | AgencyFiling) -> bool:
        """Whether the decision on a record can be another.

        Args:
            owner: node id of the feed's origin.
            record: a list entry or filing.
        """
        if self.everything or any(_fits(measure, record) for measure in self.measures):
            return True
        if owner == self.home:
            return False
        if owner in self.parties or record.authority.code in self.authorities:
            return True
        return isinstance(record, ListEntry) and record.standard in self.standards


def touch_of(before: RuleBook, after: RuleBook, home: str) -> Touch:
    """What the step from one rule book to another can change for a member.

    Args:
        before: the rules that decisions were made by.
        after: those that take their place.
        home: node id of the member that decides.
    """
    measures = _changed(before.measures, after.measures)
    return Touch(
        home,
        parties=_parties(before.agreements, after.agreements, home) - {home},
        standards=_differing(before.standards, after.standards),
        authorities=_differing(before.authorities, after.authorities),
        measures=tuple(measure for measure in measures if measure.region in ("*", home)),
    )


def _parties(before: tuple[Agreement, ...], after: tuple[Agreement, ...], home: str) -> frozenset[str]:
    """All that were ever parties to a changed agreement, where the home was one, too.

    Every version of it, since a newer one in force stands for its older ones also where it no longer lists a party.
    """
    found: frozenset[str] = frozenset()
    for changed in {agreement.id for agreement in _changed(before, after)}:
        versions = [agreement.parties for agreement in (*before, *after) if agreement.id == changed]
        parties = frozenset[str]().union(*versions)
        found |= parties if home in parties else frozenset()
    return found


def _changed(before: Iterable[Value], after: Iterable[Value]) -> set[Value]:
    """What is on one side alone."""
    return set(before) ^ set(after)


def _differing(before: Mapping[str, object], after: Mapping[str, object]) -> frozenset[str]:
    return frozenset(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _fits(measure: Measure, record: ListEntry | AgencyFiling) -> bool:
    if isinstance(record, ListEntry):
        return measure.suits(record)
    return not set(record.categories).isdisjoint(measure.filing_categories)
