# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Codes are normalised explicitly and shown masked."""

from hypothesis import given
from hypothesis import strategies as st

from federation.standards.identity import mask, normalise


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


def test_a_citizen_number_shows_its_region_and_twelve_stars() -> None:
    """Neither birthday nor check digit of a citizen number is shown."""
    assert mask("410724199001011234") == "410724************"


def test_an_old_citizen_number_hides_its_birthday() -> None:
    """At most a third of a 15-digit number is shown."""
    assert mask("110105491231002") == "11010**********"


def test_a_passport_hides_two_thirds() -> None:
    """A short number is not given away by the six characters that a long one may show."""
    assert mask("E12345678") == "E12******"


@given(st.text(max_size=80))
def test_masking_keeps_the_length_and_shows_six_at_most(text: str) -> None:
    """Whatever the text, its mask is as long, begins as it does, and shows no more than six characters."""
    shown = mask(text).rstrip("*")
    assert len(mask(text)) == len(text)
    assert mask(text)[6:] == "*" * len(text[6:])
    assert text.startswith(shown)
