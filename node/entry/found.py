# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is looked for to answer a question, and what was found, as both go between whoever answers and whoever looks."""

from collections.abc import Sequence
from typing import NamedTuple

from federation.records.exchange import Finding, Gap, Head, Question
from federation.records.feed_policy import Dataset
from federation.standards.identity import CodeKind


class Sought(NamedTuple):
    """What one question looks for.

    Attributes:
        caller: node id of the requester.
        purpose: code of the set `purposes`.
        kind: kind of the subject's number.
        subject: the number.
        datasets: kinds of records that are wanted; none wants all.
        max_age_s: greatest age of the heads that the answer may rest on; 0 takes any.
    """

    caller: str
    purpose: str
    kind: CodeKind
    subject: str
    datasets: frozenset[Dataset] = frozenset()
    max_age_s: int = 0

    @property
    def personal(self) -> bool:
        """Whether it is about a natural person."""
        return self.kind is not CodeKind.USCC

    def without_subject(self) -> "Sought":
        """What is alike in questions that can be looked up together: all but whom they are about."""
        return self._replace(subject="", kind=CodeKind.OTHER if self.personal else CodeKind.USCC)

    @classmethod
    def by(cls, question: Question) -> "Sought":
        """What a question looks for."""
        wanted = frozenset(question.datasets)
        return cls(question.requester, question.purpose, question.code_kind, question.code, wanted, question.max_age_s)


class Found(NamedTuple):
    """What was found for one question, in one state of the store.

    Attributes:
        findings: with their evidence.
        heads: of every feed searched.
        truncated: whether there were more findings than fit.
        destructions: how often anything had been destroyed in that state. Once it has been again, what was found may
            hold what nobody may keep any more.
        gaps: feeds that would have been searched, were they not too old.
        disclosure: `id@version` of the rules of disclosure.
    """

    findings: Sequence[Finding]
    heads: Sequence[Head]
    truncated: bool
    destructions: int
    gaps: Sequence[Gap] = ()
    disclosure: str = ""
