# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How one record is shown: whole, in part, or not at all.

Not at all: what the purpose does not need, what the caller's level does not reach, what was made of somebody too young,
and what holds data that must never be collected. In part: with the fields that are reached, some of them masked. A
record is shown whole only to who may see each of its fields, and everything that a newer revision of the contract may
have put beside them: such a record is shown in part to everybody else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from federation.records.agency_filing import AgencyFiling
from federation.records.codec import encode
from federation.records.contract.texts import texts_of
from federation.records.exchange import MAX_SHOWN_CHARACTERS, DisclosedField
from federation.records.feed_policy import Dataset
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.records.subject import Subject
from federation.rules.catalogue.prohibited import Ban, ProhibitedRules
from federation.rules.disclosed.terms import Shown, Terms
from federation.standards.calendar import months_later
from federation.standards.identity import CodeKind, SubjectClass
from federation.standards.masking import Masking, MaskKind
from federation.standards.numbers.citizen_number import birth_date

Told = Subject | Licence | Penalty | ListEntry | AgencyFiling
_DATASETS: Mapping[type[Told], Dataset] = {
    Subject: Dataset.SUBJECTS,
    Licence: Dataset.LICENCES,
    Penalty: Dataset.PENALTIES,
    ListEntry: Dataset.LISTS,
    AgencyFiling: Dataset.FILINGS,
}


@dataclass(frozen=True, slots=True)
class Whole:
    """The record may be seen as it was published."""


@dataclass(frozen=True, slots=True)
class Part:
    """Only these fields may be seen, in the order of the record's message; at least one."""

    fields: tuple[DisclosedField, ...]


@dataclass(frozen=True, slots=True)
class Hidden:
    """Nothing of it may be seen, and not that there is one."""


View = Whole | Part | Hidden


@dataclass(frozen=True, slots=True)
class Eye:
    """What records are looked at with.

    Attributes:
        terms: what the caller may see.
        masking: how what is masked is shown.
        prohibited: what must not be collected about natural persons.
        day: the day of asking, in China Standard Time.
    """

    terms: Terms
    masking: Masking
    prohibited: tuple[ProhibitedRules, ...]
    day: date


def view_of(record: Told, payload: bytes, eye: Eye) -> View:
    """How a record is shown.

    Args:
        record: the record.
        payload: its bytes, as they were published.
        eye: what it is looked at with.
    """
    personal = record.identity.subject_class is SubjectClass.NATURAL_PERSON
    shown = eye.terms.shown(personal).get(_DATASETS[type(record)])
    if shown is None or (personal and _never_told(record, eye)):
        return Hidden()
    if shown.whole:
        return Whole()
    texts = list(texts_of(record))
    if all(shown.masks.get(name, "") is None for name, _ in texts) and encode(record) == payload:
        return Whole()
    fields = tuple(_disclosed(texts, shown, eye.masking))
    return Part(fields) if fields else Hidden()


def is_minor(kind: CodeKind, code: str, terms: Terms, day: date) -> bool:
    """Whether a number is that of a person of whom nothing is said on a day, whatever is held.

    Args:
        kind: kind of the number; none but a citizen number tells when its bearer was born.
        code: the number.
        terms: what the caller may see.
        day: the day of asking.
    """
    return _younger(kind, code, terms.minors_under_years, day)


def _disclosed(texts: list[tuple[str, str]], shown: Shown, masking: Masking) -> Iterator[DisclosedField]:
    for name, text in texts:
        if name not in shown.masks or len(text) > MAX_SHOWN_CHARACTERS:
            continue
        kind = shown.masks[name]
        told = text if kind is None else _masked(text, kind, masking)
        yield DisclosedField(name=name, value=told, masked=kind is not None)


def _masked(text: str, kind: MaskKind, masking: Masking) -> str:
    """Each line with its mask: several values stand one a line."""
    return "\n".join(masking.mask(kind).of(line) for line in text.split("\n"))


def _never_told(record: Told, eye: Eye) -> bool:
    """Whether a record about a person was made at too young an age, or holds what must never be collected."""
    identity = record.identity
    if _younger(identity.code_kind, identity.code, eye.terms.made_under_years, _made_on(record, eye.day)):
        return True
    together = "\n".join(text for _, text in texts_of(record))
    found = (rules.found_in(together) for rules in eye.prohibited if rules.version.in_force(eye.day))
    return any(data is not None and data.ban is Ban.NEVER for data in found)


def _younger(kind: CodeKind, code: str, years: int, day: date) -> bool:
    born = birth_date(code) if kind is CodeKind.CITIZEN else None
    return born is not None and day < months_later(born, 12 * years)


def _made_on(record: Told, day: date) -> date:
    """The day of what is recorded; the day of asking where a record names none."""
    match record:
        case AgencyFiling():
            return record.filed_on
        case Subject():
            return record.reported_on or day
        case _:
            return record.decided_on
