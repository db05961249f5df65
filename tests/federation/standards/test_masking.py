# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How much is shown of what is personal: the shipped masks, and what a file of masks may say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.errors import ConfigFault
from federation.standards.bundle import build_standards, shipped_standards
from federation.standards.masking import Mask, parse_masking
from federation.standards.reading import shipped

NUMBER, NAME = shipped_standards().masking.number, shipped_standards().masking.name
FILE = shipped("masking@1.toml").decode()


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("410724199001011234", "410724************"),  # neither birthday nor check digit
        ("110105491231002", "11010**********"),  # at most a third of an old one
        ("E12345678", "E12******"),  # a short one is not given away by what a long one may show
        ("", ""),
    ],
)
def test_numbers_are_shown_by_the_shipped_mask(number: str, shown: str) -> None:
    """Region and twelve stars of a citizen number; a third of a shorter one."""
    assert shown == NUMBER.of(number)


def test_a_name_is_shown_by_its_first_character() -> None:
    """However long it is, and nothing of none."""
    assert ["王**", "欧**", "*" * 2, ""] == [NAME.of(name) for name in ("王小明", "欧阳某某", "王", "")]


@given(st.text(max_size=80))
def test_the_shipped_mask_of_numbers_keeps_the_length_and_shows_a_third_at_most(text: str) -> None:
    """Whatever the text, its mask is as long, begins as it does, and shows no more than six characters."""
    masked = NUMBER.of(text)
    shown = masked.rstrip("*")
    assert len(text) == len(masked)
    assert text.startswith(shown)
    assert masked[min(6, len(text) // 3) :] == "*" * (len(text) - min(6, len(text) // 3))


@given(
    st.text(alphabet="0123456789", max_size=40),
    st.builds(Mask, *[st.integers(0, 20)] * 2, st.integers(1, 100), st.just(0)),
)
def test_no_mask_shows_more_than_its_share(text: str, mask: Mask) -> None:
    """The last characters go first, then the first."""
    masked = mask.of(text)
    hidden = masked.count("*")
    assert len(text) == len(masked)
    assert hidden * 100 >= len(text) * mask.least_hidden
    assert (not text) == (hidden == 0)


def test_an_operators_masks_take_the_place_of_the_shipped_ones() -> None:
    """Six and four shown, where a region's own rule says so."""
    text = FILE.replace("last = 0\nleast_hidden = 66", "last = 4\nleast_hidden = 40", 1)
    made = build_standards({"masking": text.encode()})
    assert "410724********1234" == made.masking.number.of("410724199001011234")
    assert "masking@1" in made.versions()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("least_hidden = 66", "least_hidden = 0"),
        ("least_hidden = 66", "least_hidden = 101"),
        ("first = 6", "first = -1"),
        ("first = 6", "first = true"),
        ("first = 6", "second = 6"),
        ("[masks.name]", "[masks.phone]"),
    ],
)
def test_a_file_that_hides_nothing_or_says_something_else_is_refused(old: str, new: str) -> None:
    """With its table, and what was wanted."""
    with pytest.raises(ConfigFault, match="DATA_FIELD"):
        parse_masking(FILE.replace(old, new, 1).encode(), "masking@1.toml")
