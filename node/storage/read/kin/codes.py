# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Codes that belong together, as records of subjects say. Functions on a connection: readers and units share them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, union

from federation.rules.conflict.table import Relation
from federation.rules.conflict.tie import Tie
from node.storage.dialect.keys import keys
from node.storage.schema import TIE

MAX_STEPS = 8
"""A code is followed over at most so many replacements."""
MAX_CODES = 64
"""Codes of one subject that are looked for; further ones stand alone."""
_CODES = select(keys("codes").c.value)
_RELATED = TIE.c.relation == bindparam("relation")
_PAIRS = select(TIE.c.code, TIE.c.other).distinct().where(_RELATED)
_BY_CODE = _PAIRS.where(TIE.c.code.in_(_CODES))
_BY_OTHER = _PAIRS.where(TIE.c.other.in_(_CODES))
_TIED = union(
    select(TIE.c.code).where(_RELATED, TIE.c.code.in_(_CODES)),
    select(TIE.c.other).where(_RELATED, TIE.c.other.in_(_CODES)),
)


def one_subject(connection: Connection, codes: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """All codes of the subject that each of some codes stands for, that one among them.

    A code that was replaced by several stands for itself: nobody can tell which of them bears what it bore.
    """
    asked = frozenset(codes)
    found = kin(connection, asked)
    return {code: found.get(code) or frozenset((code,)) for code in asked}


def kin(connection: Connection, codes: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """As `one_subject`, for those of some codes alone that have ever been replaced, or have replaced another.

    They are few: one statement says which, and nothing more is done for the others.
    """
    wanted = {"relation": Relation.FORMER.value, "codes": sorted(codes)}
    asked = frozenset(connection.execute(_TIED, wanted).scalars())
    return _merged(connection, asked) if asked else {}


def _merged(connection: Connection, asked: frozenset[str]) -> Mapping[str, frozenset[str]]:
    newest = _newest(connection, asked)
    merged: defaultdict[str, set[str]] = defaultdict(set)
    for code in newest.values():
        merged[code].add(code)
    frontier = {code: code for code in merged}
    for _ in range(MAX_STEPS):
        told = sorted(_pairs(connection, _BY_OTHER, frontier))
        only = _later(connection, {code for code, _ in told})
        found: dict[str, str] = {}
        for code, other in told:
            kin = merged[frontier[other]]
            if only.get(code) == other and code not in kin and len(kin) < MAX_CODES:
                kin.add(code)
                found[code] = frontier[other]
        if not found:
            break
        frontier = found
    return {code: frozenset(merged[newest[code]] | {code}) for code in asked}


def beside(connection: Connection, codes: Iterable[str]) -> Sequence[Tie]:
    """Branches and head offices of some codes: (relation of the other code, code, the other code), in order."""
    wanted = frozenset(codes)
    heads = [Tie(Relation.HEAD, code, other) for code, other in _pairs(connection, _BY_CODE, wanted, Relation.BRANCH)]
    down = [Tie(Relation.BRANCH, other, code) for code, other in _pairs(connection, _BY_OTHER, wanted, Relation.BRANCH)]
    found = {tie for tie in (*heads, *down) if tie.other not in wanted}
    return sorted(found, key=lambda tie: (tie.relation, tie.code, tie.other))[:MAX_CODES]


def _newest(connection: Connection, codes: frozenset[str]) -> Mapping[str, str]:
    """The code of today for each of some codes; where replacements go round, or on and on, where one stops looking."""
    newest = {code: code for code in codes}
    seen = {code: {code} for code in codes}
    moving = set(codes)
    for _ in range(MAX_STEPS):
        later = _later(connection, {newest[code] for code in moving}) if moving else {}
        moving = {code for code in moving if later.get(newest[code], code) not in seen[code]}
        for code in moving:
            newest[code] = later[newest[code]]
            seen[code].add(newest[code])
        if not moving:
            break
    return newest


def _later(connection: Connection, codes: Iterable[str]) -> Mapping[str, str]:
    """What replaced each of some codes, where it is one code."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for code, other in _pairs(connection, _BY_CODE, codes):
        found[code].add(other)
    return {code: others.pop() for code, others in found.items() if len(others) == 1}


def _pairs(
    connection: Connection, wanted: Select[Any], codes: Iterable[str], relation: Relation = Relation.FORMER
) -> list[tuple[str, str]]:
    rows = connection.execute(wanted, {"relation": relation.value, "codes": sorted(codes)})
    return [(code, other) for code, other in rows]
