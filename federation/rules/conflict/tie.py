# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Which codes belong together, by what records of subjects say.

A record that says what code its subject had before moves what counts from one code to another: so it is believed only
where the home node said it itself, or where both codes hold one organisation code, which GB 11714 gives to one body for
ever. Otherwise a peer could put one subject's burden on another. Nobody is taken for another because of a name.
"""

from dataclasses import dataclass
from datetime import date

from federation.records.subject import Subject
from federation.rules.conflict.table import Relation
from federation.standards.bundle import Standards
from federation.standards.identify import check_code
from federation.standards.identity import CodeAccepted, CodeKind, LegacyCodeKind, SubjectClass

_ORGANISATION = slice(8, 17)
"""Where a unified code holds the organisation code."""


@dataclass(frozen=True, slots=True)
class Tie:
    """What a record says of two codes.

    Attributes:
        relation: FORMER (`code` was replaced by `other`) or BRANCH (`code` is a branch of `other`).
    """

    relation: Relation
    code: str
    other: str


def ties_of(record: Subject, standards: Standards, day: date, *, own: bool) -> tuple[Tie, ...]:
    """What a record of a subject says of codes, as far as it is believed; nothing of natural persons.

    Args:
        record: a current record.
        standards: tables to check codes with.
        day: the day they are to be good on.
        own: whether the home node published it.
    """
    code = record.identity.code
    if record.identity.subject_class is SubjectClass.NATURAL_PERSON or not _sound(code, standards, day):
        return ()
    former = dict.fromkeys(
        legacy.code for legacy in record.identity.legacy_codes if legacy.kind is LegacyCodeKind.UNIFIED_CODE
    )
    ties = [
        Tie(Relation.FORMER, old, code)
        for old in former
        if old != code and _sound(old, standards, day) and (own or old[_ORGANISATION] == code[_ORGANISATION])
    ]
    if record.head_office not in (None, code) and _sound(record.head_office, standards, day):
        ties.append(Tie(Relation.BRANCH, code, record.head_office))
    return tuple(ties)


def _sound(code: str, standards: Standards, day: date) -> bool:
    return isinstance(check_code(CodeKind.USCC, code, standards, day, legacy=True), CodeAccepted)
