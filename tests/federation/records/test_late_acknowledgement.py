# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""That a member has not acknowledged in time: what makes two such entries the same."""

from typing import Any

import pytest

from federation.records.exchange import LateAcknowledgement


def late(**changes: object) -> LateAcknowledgement:
    """A sound entry, but for what is changed."""
    sound: dict[str, Any] = {
        "origin": "delta.example/330100/lists/1",
        "member": "310000",
        "first_index": 7,
        "published_ms": 1,
        "due_ms": 2,
        "reason": "ACKNOWLEDGEMENT_LATE",
    }
    return LateAcknowledgement(**{**sound, **changes})


@pytest.mark.parametrize("changes", [{"published_ms": 0}, {"due_ms": 3}])
def test_one_lateness_is_told_once(changes: dict[str, object]) -> None:
    """Reckoned again with another day or term, it is still the same thing."""
    assert late().key == late(**changes).key


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "delta.example/330100/lists/2"},
        {"member": "320000"},
        {"first_index": 8},
        {"reason": "ACKNOWLEDGEMENT_MISSING"},
    ],
)
def test_another_lateness_is_another_key(changes: dict[str, object]) -> None:
    """Of another feed, member, place or ground: none hides the other."""
    assert late().key != late(**changes).key
