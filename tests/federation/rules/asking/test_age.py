# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What an answer says of its age, and what it cannot say."""

import pytest

from federation.records.exchange import Answer, Freshness
from federation.rules.asking.age import is_freshness_possible, is_time_possible
from tests.federation.rules.asking.conftest import NOW_MS, Ask

NOW_S, SKEW_MS = NOW_MS // 1000, 300_000


def answer(answered_at_ms: int = NOW_MS) -> Answer:
    """One without findings."""
    exchange_id = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    return Answer(exchange_id=exchange_id, question_sha256=bytes(32), responder="330100", answered_at_ms=answered_at_ms)


@pytest.mark.parametrize(
    ("away_ms", "possible"), [(-SKEW_MS - 1, False), (-SKEW_MS, True), (SKEW_MS + 50, True), (SKEW_MS + 51, False)]
)
def test_an_answer_is_made_after_the_question_and_before_it_comes(ask: Ask, away_ms: int, possible: bool) -> None:
    """As far as two clocks may differ; it came 50 ms after it was asked for."""
    assert possible is is_time_possible(ask(), answer(NOW_MS + away_ms), NOW_MS + 50)


@pytest.mark.parametrize(
    ("cosigned_at_s", "max_age_s", "possible"),
    [
        (NOW_S - 60, 60, True),
        (NOW_S - 61, 60, False),
        (NOW_S + 300, 60, True),
        (NOW_S + 301, 60, False),
        (NOW_S + 301, 0, False),
        (1, 0, True),
        (None, 0, False),
    ],
)
def test_a_fresh_head_was_cosigned_within_the_age_that_was_asked_for(
    ask: Ask, cosigned_at_s: int | None, max_age_s: int, possible: bool
) -> None:
    """By the answer's own time; one without a time, or of the future, is fresh for nobody."""
    question = ask(max_age_s=max_age_s)

    assert possible is is_freshness_possible(Freshness.FRESH, cosigned_at_s, question, answer())
    assert is_freshness_possible(Freshness.STALE, cosigned_at_s, question, answer())
