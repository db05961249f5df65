# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Feedback as the ledger keeps it: what the newest statement on each measure says, without whom it is about. Values."""

from dataclasses import dataclass
from datetime import date

from federation.records.loop.feedback import Feedback, FeedbackResponse


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One statement.

    Attributes:
        origin, index: where it stands in its feed.
        entry_origin, entry_index: the entry that it is about.
        initiator, implementer: unified codes of the bodies.
        fault: why it has no effect here; None for a good one.
    """

    origin: str
    index: int
    entry_origin: str
    entry_index: int
    measure: str
    initiator: str
    implementer: str
    region: str
    response: FeedbackResponse
    responded_on: date
    lifted_on: date | None
    period: str
    fault: str | None


def feedback_row(origin: str, index: int, said: Feedback, fault: str | None) -> FeedbackRow:
    """What is kept of a statement."""
    return FeedbackRow(
        origin,
        index,
        said.entry_origin,
        said.entry_index,
        said.measure,
        said.initiator.code,
        said.implementer.code,
        said.region,
        said.response,
        said.responded_on,
        said.lifted_on,
        said.reported_period,
        fault,
    )
