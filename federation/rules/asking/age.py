# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether what an answer says of its age can be true; pure.

A responder judges by its own clock, and no honest one is accused for that: its clock may differ by as much as
cosignatures may lie ahead. So a lie gains it no more than that.
"""

from federation.log.checkpoint import MAX_SKEW_S
from federation.log.checkpoint import Freshness as Judged
from federation.log.checkpoint import freshness as judge_freshness
from federation.records.exchange import Answer, Freshness, Question

_SKEW_MS = MAX_SKEW_S * 1000


def is_time_possible(question: Question, answer: Answer, now_ms: int) -> bool:
    """Whether an answer can have been made when it says: after it was asked, and before it came."""
    return question.asked_at_ms - _SKEW_MS <= answer.answered_at_ms <= now_ms + _SKEW_MS


def is_freshness_possible(said: Freshness, cosigned_at_s: int | None, question: Question, answer: Answer) -> bool:
    """Whether a head that is said to be fresh was: when answered, cosigned within the age that the question takes.

    Args:
        said: what the answer says of the head.
        cosigned_at_s: newest time that the feed's clock key has stated on it; None for none.
        question: where it takes any age, only a head without a time, or of the future, cannot have been fresh.
        answer: says when it was made.
    """
    if said is not Freshness.FRESH:
        return True
    longest_s = question.max_age_s or (answer.answered_at_ms // 1000 + MAX_SKEW_S)
    return judge_freshness(cosigned_at_s, answer.answered_at_ms, longest_s) is Judged.FRESH
