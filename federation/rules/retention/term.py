# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Until when a record is kept (最短必要保存期限, PIPL section 19), by the term of its region; pure.

A term counts months from the decision, or from the end of what was decided; the day it counts from is not counted, and
the corresponding day of the last month still is (Civil Code, sections 201 and 202). Destroying cannot be undone: so
where a record does not say when it ends, and nothing has ended it, it is kept.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from federation.records.act import Ending
from federation.records.agency_filing import AgencyFiling
from federation.records.feed_policy import Dataset
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.records.value import Contradiction, Mnemonic, Text200, Text512, Versioned
from federation.rules.agreement import Kind, Months, Territorial, nearest_of
from federation.standards.calendar import months_later

Kept = Licence | Penalty | ListEntry | AgencyFiling
"""What a term can be set for. Basic information of a subject is kept as long as there is the subject."""


class CountedFrom(StrEnum):
    """The day that a term counts from."""

    DECIDED = "decided"  # the decision, or the filing
    ENDED = "ended"  # the last day of effect: of an ending, or the one that the record names


class RetentionTerm(Territorial):
    """How long one region keeps one kind of record.

    Attributes:
        policy: `id@version` of the file.
        region: node id, or a GB/T 2260 code that the node's lies within; `*` for every region.
        list_kinds: kinds of list; empty for all, and for other datasets.
        months: how long.
        until_ended: whether it is kept beyond that while it is in effect.
        basis: the provision that sets the term; it is the ground of each erasure.
    """

    policy: Versioned
    code: Mnemonic
    title_zh: Text200
    title_en: Text200
    dataset: Annotated[Dataset, Field(strict=False)]
    list_kinds: tuple[Kind, ...] = ()
    counted_from: Annotated[CountedFrom, Field(strict=False)]
    months: Months
    until_ended: bool = False
    basis: Text512

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.list_kinds and self.dataset is not Dataset.LISTS:
            raise Contradiction("list_kinds", "FIELD_MALFORMED")
        return self

    @property
    def name(self) -> str:
        """The pinned form `id@version/code`, as reports quote it."""
        return f"{self.policy}/{self.code}"

    def fits(self, record: Kept) -> bool:
        """Whether the term is one of records of this kind."""
        if isinstance(record, ListEntry):
            return self.dataset is Dataset.LISTS and (not self.list_kinds or record.kind in self.list_kinds)
        return self.dataset is _DATASETS[type(record)]

    def last_day(self, record: Kept, ending: Ending | None) -> date | None:
        """The last day on which a record is kept; None while none is in sight."""
        end = _end(record, ending)
        if self.counted_from is CountedFrom.ENDED:
            return None if end is None else months_later(end, self.months)
        last = months_later(record.filed_on if isinstance(record, AgencyFiling) else record.decided_on, self.months)
        if not self.until_ended:
            return last
        return None if end is None else max(last, end)


_DATASETS = {Licence: Dataset.LICENCES, Penalty: Dataset.PENALTIES, AgencyFiling: Dataset.FILINGS}


def _end(record: Kept, ending: Ending | None) -> date | None:
    """The last day of effect; None while it is open."""
    if ending is None:
        return record.valid_until
    return ending.decided_on if record.valid_until is None else min(ending.decided_on, record.valid_until)


def past_term(
    terms: Sequence[RetentionTerm], home: str, record: Kept, ending: Ending | None, day: date
) -> RetentionTerm | None:
    """The term that an own record is past on a day; None while it is kept.

    Args:
        terms: all terms that are known. The nearest one that fits decides alone: a city's before its province's, and of
            two equally near the one that came into force last.
        home: node id.
        record: an own record.
        ending: what has ended it, if anything has.
        day: the day, in China Standard Time.
    """
    nearest = nearest_of((term for term in terms if term.fits(record)), lambda term: term, home, day)
    if nearest is None:
        return None
    last = nearest.last_day(record, ending)
    return nearest if last is not None and day > last else None


OPENING_MONTHS = 120
"""How long what stands behind entries of exchange logs is kept where no term says: as long as the longest one known."""


def opening_months(terms: Sequence[RetentionTerm], home: str, day: date) -> int:
    """For how many months a node keeps what stands behind entries of its exchange log: by the nearest term for it.

    Args:
        terms: all terms that are known.
        home: node id.
        day: the day, in China Standard Time.
    """
    nearest = nearest_of((term for term in terms if term.dataset is Dataset.EXCHANGE), lambda term: term, home, day)
    return OPENING_MONTHS if nearest is None else nearest.months
