# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may bring a question."""

import pytest

from federation.rules.asking.bearer import brought_by


@pytest.mark.parametrize(
    ("caller", "relays", "may"),
    [
        ("310000", frozenset(), True),
        ("yrd", frozenset({"yrd"}), True),
        ("yrd", frozenset({"cn"}), False),
        ("310000", frozenset({"310000"}), True),
    ],
)
def test_a_question_is_brought_by_its_requester_or_by_a_relay(caller: str, relays: frozenset[str], may: bool) -> None:
    """Nobody else brings it, and who may relay is what is pinned."""
    assert may is brought_by(caller, "310000", relays)
