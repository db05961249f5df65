# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the files `prohibited/` say: data about natural persons that must not be collected, and persons too young.

Words are found as they stand: a list of them cannot know what a text means, so it holds what has no business in a
record, and what only a written consent allows is a warning for whoever submitted it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from federation.records.value import Contradiction, Mnemonic, Text64, Text200, Text512, Value, Versioned
from federation.rules.agreement import InForce, Version
from federation.rules.catalogue.repair import Words
from federation.standards.calendar import months_later

Age = Annotated[int, Field(ge=0, le=150)]


class Ban(StrEnum):
    """How far a kind of data is prohibited."""

    NEVER = "never"  # refused
    WITHOUT_CONSENT = "without-consent"  # a warning: the record cannot show the person's written consent


class ProhibitedData(Value):
    """One kind of data.

    Attributes:
        words: one of them in a text of the record means that it is there.
        unless: texts that hold such a word and mean something else; they are passed over.
    """

    policy: Versioned
    code: Mnemonic
    title_zh: Text200
    title_en: Text200
    ban: Annotated[Ban, Field(strict=False)]
    words: Annotated[tuple[Text64, ...], Field(min_length=1, max_length=100)]
    unless: Words = ()
    basis: Text512

    def found_in(self, text: str) -> bool:
        """Whether a text holds one of the words, other than inside what it is not about."""
        for passed_over in self.unless:
            text = text.replace(passed_over, " ")
        return any(word in text for word in self.words)


class ProhibitedVersion(InForce):
    """One file, but for its kinds of data.

    Attributes:
        refused_under_years: records about persons younger than this on the day of the act are refused; None: none is.
        doubtful_under_years: and those about persons younger than this are doubtful.
    """

    id: Mnemonic
    version: Version
    source: Text512
    refused_under_years: Age | None = None
    doubtful_under_years: Age | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.doubtful_under_years or 150) < (self.refused_under_years or 0):
            raise Contradiction("doubtful_under_years", "PERIODS_OUT_OF_ORDER")
        return self


@dataclass(frozen=True, slots=True, eq=False)
class ProhibitedRules:
    """One file with its kinds of data; immutable."""

    version: ProhibitedVersion
    data: tuple[ProhibitedData, ...]

    def found_in(self, text: str) -> ProhibitedData | None:
        """The kind of data that a text holds, one that is never allowed first; None for none."""
        found = [data for data in self.data if data.found_in(text)]
        return min(found, key=lambda data: data.ban is not Ban.NEVER, default=None)

    def too_young(self, born: date, day: date) -> Ban | None:
        """Whether a person was too young on a day for a record, or so young that it is doubtful; None for neither."""
        for years, ban in (
            (self.version.refused_under_years, Ban.NEVER),
            (self.version.doubtful_under_years, Ban.WITHOUT_CONSENT),
        ):
            if years is not None and day < months_later(born, 12 * years):
                return ban
        return None
