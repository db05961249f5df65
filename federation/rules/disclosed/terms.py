# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What one caller may see for one purpose: the files of disclosure that apply, read together into one table.

Every file in force for the region and the caller counts, and the strictest of what they say: so none can widen what
another narrows. Answers name the nearest. Where no file applies nothing is disclosed.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from federation.records.agency_filing import AgencyFiling
from federation.records.contract.texts import names_of
from federation.records.feed_policy import Dataset
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.records.subject import Subject
from federation.records.value import Value
from federation.rules.catalogue.disclosure import DisclosureRules, FieldLevel, Level
from federation.standards.masking import MaskKind

KINDS: Mapping[Dataset, type[Value]] = {
    Dataset.SUBJECTS: Subject,
    Dataset.LICENCES: Licence,
    Dataset.PENALTIES: Penalty,
    Dataset.LISTS: ListEntry,
    Dataset.FILINGS: AgencyFiling,
}
"""The records that questions are answered with, by dataset."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of one kind of record.

    Attributes:
        masks: the fields that are shown, each with its mask; None for a field that is shown as it is.
        whole: whether that is all that there can be.
    """

    masks: Mapping[str, MaskKind | None]
    whole: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """What a caller may see.

    Attributes:
        name: `id@version` of the nearest file; empty when there is none.
        level: the level that is reached.
        organisations: what is shown of records about organisations and sole traders; absent kinds are not shown.
        persons: what is shown of records about natural persons.
        minors_under_years, made_under_years: the highest that any file says; 0 for none.
    """

    name: str
    level: Level
    organisations: Mapping[Dataset, Shown]
    persons: Mapping[Dataset, Shown]
    minors_under_years: int
    made_under_years: int

    def shown(self, personal: bool) -> Mapping[Dataset, Shown]:
        """The kinds of record that are shown at all, of natural persons or of everybody else."""
        return self.persons if personal else self.organisations


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: node id, and the roles that it is pinned with."""

    node_id: str
    roles: frozenset[str]


NOTHING = Terms("", Level.PUBLIC, MappingProxyType({}), MappingProxyType({}), 0, 0)


@lru_cache(maxsize=4096)
def terms_for(files: Sequence[DisclosureRules], home: str, caller: Caller, purpose: str, day: date) -> Terms:
    """What a caller may see for a purpose; remembered, since many ask for the same.

    Args:
        files: all that are known, as a tuple.
        home: node id of the responder.
        caller: who asks.
        purpose: a code of the set `purposes`.
        day: the day of asking, in China Standard Time.
    """
    near = [(each.nearness(home, caller.node_id, day), each.version.effective_from, each) for each in files]
    applying = [each for _, _, each in sorted((each for each in near if each[0]), key=lambda each: each[:2])]
    if not applying:
        return NOTHING
    reached = (each.reached(caller.roles, purpose) for each in applying)
    level = min((each for each in reached if each is not None), key=lambda level: level.rank, default=Level.PUBLIC)
    return Terms(
        applying[-1].version.name,
        level,
        MappingProxyType(dict(_kinds(applying, purpose, level, personal=False))),
        MappingProxyType(dict(_kinds(applying, purpose, level, personal=True))),
        max(each.version.minors_under_years or 0 for each in applying),
        max(each.version.made_under_years or 0 for each in applying),
    )


def _kinds(
    files: Sequence[DisclosureRules], purpose: str, level: Level, *, personal: bool
) -> Iterable[tuple[Dataset, Shown]]:
    needed = [each for each in (file.needs(purpose) for file in files) if each is not None]
    left_out = frozenset(name for each in needed for name in each.leave_out)
    for dataset, kind in KINDS.items():
        levels = [said for said in (file.datasets.get(dataset) for file in files) if said is not None]
        ranks = [(each.persons_level if personal else each.level).rank for each in levels]
        wanted = bool(needed) and all(dataset in each.datasets for each in needed)
        if wanted and ranks and max(ranks) <= level.rank:
            masks = dict(_fields(files, dataset, level, personal, left_out))
            names = names_of(kind)
            yield dataset, Shown(MappingProxyType(masks), all(masks.get(name, "") is None for name in names))


def _fields(
    files: Sequence[DisclosureRules], dataset: Dataset, level: Level, personal: bool, left_out: Set[str]
) -> Iterable[tuple[str, MaskKind | None]]:
    """The fields that are shown, each with its mask."""
    for name in names_of(KINDS[dataset]):
        said = [each for each in (file.level_of(dataset, name) for file in files) if each is not None]
        if not said or name in left_out:
            continue
        if max(_rank(each, personal) for each in said) <= level.rank:
            yield name, None
        elif all(each.mask is not None for each in said if _rank(each, personal) > level.rank):
            yield name, next(each.mask for each in said if _rank(each, personal) > level.rank)


def _rank(field: FieldLevel, personal: bool) -> int:
    return (field.persons_level if personal else field.level).rank
