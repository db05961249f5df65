# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a decision was made of, written down beside it, so that it can be made again from the same.

The day is that of `decided_at_ms`, and the rules have a number of their own. Of the record and the acts on it the feed
keeps the bytes for ever; so they are named, and a digest over their leaves pins them. A line stands for each thing that
is not as it mostly is; most decisions have none:

    payload WITHHELD                  the entry had no payload that could be read, and why
    fault LEAF_REF                    the entry broke a rule of the log
    void AMENDED_ENDED                it amends what could not be amended
    acts 3 17                         how many acts were on it, and the index of the last
    act 12 WITHHELD                   of one of them the payload could not be read
    act 12 fault LEAF_REF             one of them broke a rule of the log
    black <origin> 5 0                the black decision that suspends a red entry: its entry, and its turn
    tie <origin> 9                    a record that says that both subjects are one
    more                              there was more of this than is written down

Nothing here is about a person: origins, numbers and reason codes.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from federation.log.entry import PayloadState
from node.entry.holding import Acts, HeldEntry

MAX_GROUNDS = 1000
"""Lines that are written down for one decision; one that rests on more cannot be replayed, and says so."""
MORE = "more"
_DOMAIN = b"xinqiao decision inputs 1\n"
_USUAL = (PayloadState.PRESENT, PayloadState.NONE)


@dataclass(frozen=True, slots=True)
class Against:
    """A black decision that counted.

    Attributes:
        origin: feed of the entry.
        index: the entry.
        turn: which decision on it.
        ties: origin and index of the records by which its subject is that of the red entry, where the codes differ.
    """

    origin: str
    index: int
    turn: int
    ties: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Grounds:
    """What is kept of the inputs of one decision: the lines, and the digest over them and the leaves."""

    lines: tuple[str, ...]
    digest: bytes


def grounds_of(entry: HeldEntry, acts: Acts, black: Against | None) -> Grounds:
    """What a decision is made of.

    Args:
        entry: what is decided on.
        acts: the acts on it that are considered, all that were held.
        black: the black decision that counts against it; None for any entry but a red one.
    """
    lines = tuple(_lines(entry, acts, black)) if _unusual(entry, acts, black) else ()
    if len(lines) > MAX_GROUNDS:
        lines = (*lines[:MAX_GROUNDS], MORE)
    hashed = hashlib.sha256(_DOMAIN)
    for raw in (entry.raw_leaf, *(act.raw_leaf for act in acts.entries)):
        hashed.update(len(raw).to_bytes(4) + raw)
    hashed.update("\n".join(lines).encode())
    return Grounds(lines, hashed.digest())


def may_be_suspended(acts: Acts) -> bool:
    """Whether a black entry matters to a red one: not to what was replaced or destroyed, nor to what is nothing."""
    return not acts.course.gone and not acts.void


def _unusual(entry: HeldEntry, acts: Acts, black: Against | None) -> bool:
    there = entry.state is PayloadState.PRESENT and entry.fault is None
    return not there or bool(acts.entries) or bool(acts.void) or black is not None


def _lines(entry: HeldEntry, acts: Acts, black: Against | None) -> Iterator[str]:
    if entry.state is not PayloadState.PRESENT:
        yield f"payload {entry.state.name}"
    if entry.fault is not None:
        yield f"fault {entry.fault}"
    if acts.void:
        yield f"void {acts.void}"
    if acts.entries:
        yield f"acts {len(acts.entries)} {acts.entries[-1].index}"
    for act in acts.entries:
        if act.state not in _USUAL:
            yield f"act {act.index} {act.state.name}"
        if act.fault is not None:
            yield f"act {act.index} fault {act.fault}"
    if black is not None:
        yield f"black {black.origin} {black.index} {black.turn}"
        for origin, index in black.ties:
            yield f"tie {origin} {index}"
