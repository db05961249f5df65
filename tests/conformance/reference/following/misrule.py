# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The ways in which the reference may be wrong as a follower, each a switch; the correct one has none switched on."""

from enum import StrEnum, auto


class Misrule(StrEnum):
    """One way to be wrong. The name says what the node does."""

    REDS_IGNORED = auto()
    MEASURES_OF_ORIGIN = auto()
    UNCOVERED_MEASURED = auto()
    ACTS_AFTER_END = auto()
    SUSPENSION_IGNORED = auto()
    RESUME_IGNORED = auto()
    LAPSE_LATE = auto()
    LAPSE_EARLY = auto()
    CONFLICT_IGNORED = auto()
    NAMESAKE_TAKEN = auto()
    END_IGNORED = auto()
    UNSTATED = auto()
    STATEMENT_MISSIGNED = auto()
    OLDER_HEAD_TAKEN = auto()
    REPAIRED_BY_ANYBODY = auto()
    RESTORED_BY_ANYBODY = auto()
    REPAIR_IGNORED = auto()
    OTHER_ENDED = auto()
    RESTORE_IGNORED = auto()
    FILINGS_IGNORED = auto()
    FILED_TWICE = auto()
    FILINGS_REFUSED = auto()
    FILING_STANDING_IGNORED = auto()
    CLOSED_REOPENED = auto()
    CATEGORY_IGNORED = auto()
    REGION_IGNORED = auto()
    FILING_TERM_IGNORED = auto()
