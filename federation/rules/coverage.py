# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a rule book says about two members on a day, and about what the home region does.

Agreements are narrowed step by step: those with both parties, of these the ones in force, of these the ones that cover
the field, and so on. A step that leaves none gives its reason and keeps the set of the step before, so that every later
step is still judged and all reasons come out, not only the first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from federation.rules.agreement import Agreement, Measure
from federation.rules.rule_book import RuleBook
from federation.standards.bundle import Standards
from federation.standards.calendar import day_after


@dataclass(frozen=True, slots=True)
class Coverage:
    """Agreements that are left, reasons so far, and the days on which another set could come out.

    Attributes:
        agreements: empty only when no agreement has both parties.
        holds: NO_AGREEMENT, AGREEMENT_NOT_IN_FORCE, then the reasons of the steps, in their order.
        turns: first days, and days after last days, of every version that plays a part.
    """

    agreements: tuple[Agreement, ...]
    holds: tuple[str, ...]
    turns: tuple[date | None, ...]

    def narrowed(self, reason: str, keeps: Callable[[Agreement], bool]) -> "Coverage":
        """The agreements that also pass a test; when none does, the same ones and the reason."""
        kept = tuple(agreement for agreement in self.agreements if keeps(agreement))
        if kept:
            return Coverage(kept, self.holds, self.turns)
        return Coverage(self.agreements, (*self.holds, reason), self.turns) if self.agreements else self

    @property
    def names(self) -> tuple[str, ...]:
        """`id@version` of the agreements that are left, sorted."""
        return tuple(sorted(agreement.name for agreement in self.agreements))


def between(book: RuleBook, parties: tuple[str, str], as_of: date, speaks: Callable[[Agreement], bool]) -> Coverage:
    """The agreements of two members on a day, on the matter that a test lets through (lists, or filings).

    A newer version in force stands for its older ones also where it no longer lists a party.
    """
    shared = tuple(each for each in book.agreements if set(parties) <= set(each.parties) and speaks(each))
    ids = {agreement.id for agreement in shared}
    turns = _turns(tuple(agreement for agreement in book.agreements if agreement.id in ids))
    if not shared:
        return Coverage((), ("NO_AGREEMENT",), turns)
    in_force = book.in_force(as_of)
    live = tuple(agreement for agreement in shared if agreement in in_force)
    return Coverage(live, (), turns) if live else Coverage(shared, ("AGREEMENT_NOT_IN_FORCE",), turns)


@dataclass(frozen=True, slots=True)
class LocalMeasures:
    """Measures of the home region.

    Attributes:
        codes: those in force, sorted, each once.
        turns: first days, and days after last days, of all that could apply.
    """

    codes: tuple[str, ...]
    turns: tuple[date | None, ...]


def local_measures(book: RuleBook, home: str, as_of: date, fits: Callable[[Measure], bool]) -> LocalMeasures:
    """What the home region does on a day with what a test lets through."""
    fitting = tuple(measure for measure in book.measures if measure.region in ("*", home) and fits(measure))
    codes = sorted({measure.code for measure in fitting if measure.applies(home, as_of)})
    return LocalMeasures(tuple(codes), _turns(fitting))


def versions_used(book: RuleBook, standards: Standards, *named: str) -> tuple[str, ...]:
    """What a decision quotes: the rules named, then the tables codes were checked with, then the rule book's digest."""
    return (*named, standards.uscc.header.name, standards.regions.header.name, book.name)


def _turns(dated: tuple[Agreement, ...] | tuple[Measure, ...]) -> tuple[date | None, ...]:
    ends = tuple(day_after(each.effective_until) for each in dated)
    return (*(each.effective_from for each in dated), *ends)
