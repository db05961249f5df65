# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Several answers side by side: each entry once, with what each responder makes of it; nothing is blended.

An entry is its origin and index. Whoever returns it returns the origin's own leaf, so two different leaves at one place
are two histories: such an entry is marked, and both answers are evidence.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from federation.records.exchange import Answer, Finding, Standing

_ORIGIN_PARTS = 4


@dataclass(frozen=True, slots=True)
class Said:
    """What one responder makes of an entry.

    Attributes:
        mirrored: whether it is not the responder's own.
        acts: how many acts on the entry it returned.
    """

    responder: str
    standing: Standing
    reasons: tuple[str, ...]
    mirrored: bool
    acts: int


@dataclass(frozen=True, slots=True)
class MergedEntry:
    """One entry, and who said what of it.

    Attributes:
        finding: as it was returned: by its owner where that answered, else as whole as anybody returned it.
        apart: whether two responders returned different leaves.
    """

    finding: Finding
    said: tuple[Said, ...]
    apart: bool


def owner_of(origin: str) -> str:
    """Node id in an origin; empty where it is none."""
    parts = origin.split("/")
    return parts[1] if len(parts) == _ORIGIN_PARTS else ""


def merged(answers: Sequence[Answer]) -> tuple[MergedEntry, ...]:
    """The entries of several answers, by origin and index; who said what in the order of the answers."""
    found: defaultdict[tuple[str, int], list[tuple[str, Finding]]] = defaultdict(list)
    for answer in answers:
        for finding in answer.findings:
            found[finding.evidence.origin, finding.evidence.index].append((answer.responder, finding))
    return tuple(_entry(origin, found[origin, index]) for origin, index in sorted(found))


def _entry(origin: str, returned: Sequence[tuple[str, Finding]]) -> MergedEntry:
    owner = owner_of(origin)
    best = max(returned, key=lambda each: (bool(each[1].evidence.payload), each[0] == owner))
    said = tuple(
        Said(responder, finding.standing, finding.reasons, responder != owner, len(finding.acts))
        for responder, finding in returned
    )
    return MergedEntry(best[1], said, len({finding.evidence.leaf for _, finding in returned}) > 1)
