# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Until when what an origin publishes has to be in effect everywhere, by the rules of this node."""

from datetime import date
from functools import cache

from federation.log.checkpoint import Origin
from federation.rules.propagation.term import Due, due_after, term_of
from federation.standards.calendar import china_date
from node.acknowledge.propagation import DueBy
from node.assemble.stages import Foundation


def due_by(foundation: Foundation, origin: str) -> DueBy:
    """The terms for what an origin publishes.

    Args:
        foundation: rules and calendar of this node.
        origin: the feed.
    """
    home, terms, calendar = Origin.parse(origin).node_id, foundation.book.propagation, foundation.standards.working_days

    @cache
    def of_day(day: date) -> Due:
        return due_after(term_of(terms, home, day), day, calendar)

    return lambda published_ms: of_day(china_date(published_ms))
