# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The register: every case, in the order of a run. README.md holds the clauses; a test holds the two together."""

from conformance.cases import access, feeds, freshness, log, payload, question, transport, wire
from conformance.cases.abuse import flood, hostile
from conformance.cases.audit import entries
from conformance.cases.peered import asked, disputes, endings, filings, kin, lists, returns
from conformance.cases.querying import carried, scope, terms
from conformance.verdict import Case

CASES: tuple[Case, ...] = (
    *transport.CASES,
    *wire.CASES,
    *log.CASES,
    *feeds.CASES,
    *payload.CASES,
    *access.CASES,
    *freshness.CASES,
    *question.CASES,
    *terms.CASES,
    *scope.CASES,
    *carried.CASES,
    *entries.CASES,
    *lists.CASES,
    *kin.CASES,
    *endings.CASES,
    *disputes.CASES,
    *returns.CASES,
    *filings.CASES,
    *asked.CASES,
    # what spends the target's allowances comes last
    *hostile.CASES,
    *scope.BURST,
    *flood.CASES,
)


def find(case_id: str) -> Case | None:
    """Return the case of this id, or None."""
    return next((case for case in CASES if case.id == case_id), None)
