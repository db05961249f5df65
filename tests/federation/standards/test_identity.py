# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Codes are normalised explicitly."""

from hypothesis import given
from hypothesis import strategies as st

from federation.standards.identity import normalise


def test_full_width_lower_case_and_blanks_are_normalised() -> None:
    """Full width becomes half width, letters capital, blanks at the ends go, the ideographic blank too."""
    assert normalise(" ９１330100716105852ｆ\u3000\n") == "91330100716105852F"


def test_nothing_inside_a_code_is_dropped() -> None:
    """A blank or hyphen inside stays, so that the check refuses what nobody wrote on purpose."""
    assert normalise("7161 0585-2") == "7161 0585-2"


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    """For ASCII, what is normalised is a fixed point, so a change is warned of once only."""
    once = normalise(text.encode("ascii", "ignore").decode())
    assert normalise(once) == once
