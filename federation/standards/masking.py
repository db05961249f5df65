# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is personal, fit for display: how much of it is shown is data, since no national rule is uniform.

The standards document, section 7.2, has the precedents.
"""

from dataclasses import dataclass
from enum import StrEnum

from federation.errors import ConfigFault
from federation.standards.reading import HEADER_KEYS, Header, Section, decode, parse_header, parse_toml

_STAR = "*"
_KEYS = ("first", "last", "least_hidden", "stars")
_WHOLE = 100


class MaskKind(StrEnum):
    """What a mask is for."""

    NUMBER = "number"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Mask:
    """How one kind of text is shown.

    Attributes:
        first: characters shown at its beginning, at most.
        last: characters shown at its end, at most.
        least_hidden: share of its characters that is hidden at least, in percent, 1 to 100.
        stars: stars in place of what is hidden; 0 for one each, which tells how long the text is.
    """

    first: int
    last: int
    least_hidden: int
    stars: int

    def of(self, text: str) -> str:
        """Returns the text fit for display."""
        shown = len(text) * (_WHOLE - self.least_hidden) // _WHOLE
        first = min(self.first, shown)
        last = min(self.last, shown - first)
        hidden = len(text) - first - last
        stars = self.stars or hidden
        return text[:first] + _STAR * (stars if hidden else 0) + text[len(text) - last :]


@dataclass(frozen=True, slots=True)
class Masking:
    """The masks of one version; immutable, may be shared between threads.

    Attributes:
        header: id, version, source and first day.
        number: of numbers that identify a person, and of any number of which that is not known.
        name: of names of natural persons.
    """

    header: Header
    number: Mask
    name: Mask

    def mask(self, kind: MaskKind) -> Mask:
        """The mask of a kind."""
        return self.name if kind is MaskKind.NAME else self.number


def parse_masking(raw: bytes, place: str) -> Masking:
    """Reads a file of masks: the head, and the tables `masks.number` and `masks.name`.

    Raises:
        ConfigFault: DATA_MALFORMED, DATA_FIELD or DATA_OTHER; a mask that would hide nothing is refused.
    """
    root = parse_toml(decode(raw, place), place)
    root.only(*HEADER_KEYS, "masks")
    header = parse_header(root, "masking")
    sections = root.sections("masks")
    if set(sections) != {"number", "name"}:
        raise ConfigFault("DATA_FIELD", f"{place}: masks must be number and name, and no others")
    return Masking(header, _parse_mask(sections["number"]), _parse_mask(sections["name"]))


def _parse_mask(section: Section) -> Mask:
    section.only(*_KEYS)
    first, last, least_hidden, stars = (section.number(key) for key in _KEYS)
    if not 1 <= least_hidden <= _WHOLE:
        raise ConfigFault("DATA_FIELD", f"{section.place}: least_hidden is wrong; wanted a share of 1 to 100 percent")
    return Mask(first, last, least_hidden, stars)
