# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""An agency does not file twice: what is recognised at home from elsewhere already is not filed at home again.

Categories decide: an agency may file at home for those that no recognised filing covers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.records.agency_filing import CLOSED, AgencyFiling
from federation.rules.rule_book import RuleBook


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A foreign filing that counts at home.

    Attributes:
        origin: its feed.
        index: its place there.
        filing: the record.
        versions: the rules that it is recognised by.
    """

    origin: str
    index: int
    filing: AgencyFiling
    versions: tuple[str, ...]


def covered_by(filing: AgencyFiling, versions: tuple[str, ...], book: RuleBook) -> tuple[str, ...]:
    """The categories of a foreign filing that agreements cover, in the order of the filing.

    Args:
        filing: the record.
        versions: `id@version` of the agreements, as its decision quotes them; other names are passed over.
        book: where the agreements stand.
    """
    covered = {
        category
        for agreement in book.agreements
        if agreement.name in versions
        for category in agreement.filing_categories
    }
    return tuple(category for category in filing.categories if category in covered)


def filed_elsewhere(filing: AgencyFiling, elsewhere: Sequence[Elsewhere], book: RuleBook) -> Elsewhere | None:
    """The first foreign filing that makes an own one a second filing; None when none does.

    Args:
        filing: about to be published for the first time.
        elsewhere: foreign filings that count here.
        book: the node's rules.
    """
    if filing.standing in CLOSED:
        return None
    for each in elsewhere:
        same = each.filing.identity.code == filing.identity.code
        if same and not set(filing.categories).isdisjoint(covered_by(each.filing, each.versions, book)):
            return each
    return None
