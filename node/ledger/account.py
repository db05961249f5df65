# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The account of one entry: every decision on it in turn, and the files of the rules that each was made by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from node.ledger.history import Broken, HistorySnapshot, Past
from node.ledger.rules import read_list

MAX_TURNS_TOLD = 200
"""Decisions on one entry that are told of, the newest; there may have been more."""


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file of rules that a decision quotes: its path, and SHA-256 in hex."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Told:
    """One decision of an account.

    Attributes:
        made: the decision and when it was replaced, or a row that is none.
        rules: digest of the rules; empty where none are kept.
        files: the files that its versions name.
    """

    made: Past | Broken
    rules: str
    files: tuple[RuleFile, ...]


def account_of(seen: HistorySnapshot, origin: str, index: int) -> Sequence[Told]:
    """The decisions on an entry in their order, at most the newest `MAX_TURNS_TOLD`; none where none was made."""
    now = seen.decisions_between(origin, index, index).get(index)
    if now is None:
        return ()
    first = max(-1, now.place[2] - MAX_TURNS_TOLD)
    before = seen.past_decisions(origin, index, (index, first), MAX_TURNS_TOLD - 1)
    digests = seen.rules_digests()
    lists: dict[int, Mapping[str, str]] = {}
    told = []
    for made in (*before, now):
        number = made.decision.rules if isinstance(made, Past) else 0
        if number not in lists:
            lists[number] = _files(seen, digests.get(number, ""))
        named = _quoted(made, lists[number]) if isinstance(made, Past) else ()
        told.append(Told(made, digests.get(number, ""), named))
    return told


def _files(seen: HistorySnapshot, digest: str) -> Mapping[str, str]:
    """Digests of the files of some rules by path; nothing where the list of them cannot be read."""
    listed = read_list(seen.rule_bytes([digest]).get(digest, b""))
    return {} if listed is None else listed.digests


def _quoted(past: Past, digests: Mapping[str, str]) -> tuple[RuleFile, ...]:
    """The files that a decision quotes by `id@version`; a table of standards goes by its id alone."""
    names = {version for version in past.decision.versions if not version.startswith("rules@")}
    ids = {f"standards/{name.partition('@')[0]}" for name in names}
    found = (path for path in digests if path in ids or _name(path) in names)
    return tuple(RuleFile(path, digests[path]) for path in sorted(found))


def _name(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".toml")
