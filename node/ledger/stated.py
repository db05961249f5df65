# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Brings back what a decision was made of, from its grounds and from what is held now; or says why it cannot.

What was there and is there no more was destroyed by order, or lost. What was not there then and has come since is left
out again, so that the decision is made of what it was made of.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from federation.log.entry import PayloadState
from federation.log.leaf import Committer
from node.entry.holding import Acts, HeldEntry, acts_of
from node.ledger.grounds import Against

DESTROYED = "REPLAY_PAYLOAD_DESTROYED"
DIFFERENT = "REPLAY_INPUTS_DIFFER"
_USUAL = {True: PayloadState.PRESENT, False: PayloadState.NONE}


@dataclass(frozen=True, slots=True)
class _Payload:
    """What was said of a payload, and the fault of its entry."""

    state: PayloadState = PayloadState.PRESENT
    fault: str | None = None


@dataclass(slots=True)
class Stated:
    """What the grounds of a decision state.

    Attributes:
        whole: whether all of it was written down.
        entry: of the entry itself.
        void: as of `Acts`.
        acts: how many acts were on it, and the index of the last; None for none.
        unread: what was said of acts whose payload could not be read, by index.
        black: the black decision against it.
    """

    whole: bool = True
    entry: _Payload = _Payload()
    void: str = ""
    acts: tuple[int, int] | None = None
    unread: dict[int, _Payload] = field(default_factory=dict)
    black: Against | None = None


def read_grounds(lines: Sequence[str]) -> Stated | None:
    """What lines state; None for lines that nobody wrote."""
    stated = Stated()
    try:
        for line in lines:
            word, *rest = line.split(" ")
            _read(stated, word, rest)
    except (ValueError, KeyError, IndexError):
        return None
    return stated


def _read(stated: Stated, word: str, rest: Sequence[str]) -> None:
    match word, rest:
        case "payload", [state]:
            stated.entry = replace(stated.entry, state=PayloadState[state])
        case "fault", [reason]:
            stated.entry = replace(stated.entry, fault=reason)
        case "void", [reason]:
            stated.void = reason
        case "acts", [count, last]:
            stated.acts = int(count), int(last)
        case "act", [index, state]:
            stated.unread[int(index)] = _Payload(PayloadState[state])
        case "act", [index, "fault", reason]:
            known = stated.unread.get(int(index), _Payload())
            stated.unread[int(index)] = replace(known, fault=reason)
        case "black", [origin, index, turn]:
            stated.black = Against(origin, int(index), int(turn))
        case "tie", [origin, index] if stated.black is not None:
            stated.black = replace(stated.black, ties=(*stated.black.ties, (origin, int(index))))
        case "more", []:
            stated.whole = False
        case _:
            raise ValueError(word)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a decision was made of."""

    entry: HeldEntry
    acts: Acts
    black: Against | None


def inputs_of(stated: Stated, entry: HeldEntry, held_acts: Sequence[HeldEntry]) -> Inputs | str:
    """What a decision was made of, as far as it can be brought back.

    Args:
        stated: what its grounds state.
        entry: the entry as it is held now.
        held_acts: all acts on it that are held now, in the order of the feed.

    Returns:
        The inputs; or REPLAY_PAYLOAD_DESTROYED, REPLAY_PAYLOAD_LOST, REPLAY_PAYLOAD_DAMAGED, REPLAY_INPUTS_DIFFER.
    """
    count, last = stated.acts or (0, -1)
    considered = [act for act in held_acts if act.index <= last]
    if len(considered) != count:
        return DIFFERENT
    then: list[HeldEntry] = []
    for held, said in [(entry, stated.entry), *((act, stated.unread.get(act.index)) for act in considered)]:
        found = _as_then(held, said)
        if isinstance(found, str):
            return found
        then.append(found)
    return Inputs(then[0], acts_of(then[0], then[1:], stated.void), stated.black)


def _as_then(entry: HeldEntry, said: _Payload | None) -> HeldEntry | str:
    """An entry as it was when it was decided on; None said for an act of which nothing was written down."""
    if said is None:
        carries = entry.state is not PayloadState.NONE
        said = _Payload(_USUAL[carries])
    if (entry.state, entry.fault) == (said.state, said.fault):
        return _sound(entry)
    if said.state is PayloadState.PRESENT and said.fault is None:
        return DESTROYED if entry.state is PayloadState.ERASED else "REPLAY_PAYLOAD_LOST"
    return replace(entry, state=said.state, fault=said.fault, salt=b"", payload=b"")


def _sound(entry: HeldEntry) -> HeldEntry | str:
    """An entry whose payload is the one that its leaf commits to."""
    leaf = entry.leaf
    if entry.state is not PayloadState.PRESENT or entry.fault is not None:
        return entry
    if leaf is None or Committer(entry.origin).commitment(leaf.schema, entry.salt, entry.payload) != leaf.commitment:
        return "REPLAY_PAYLOAD_DAMAGED"
    return entry
