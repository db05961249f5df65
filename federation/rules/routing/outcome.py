# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What became of each member of a plan, and what that makes of the whole. Never silently partial."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from federation.rules.routing.plan import PERSON_SPARED, Place


class Became(StrEnum):
    """What became of asking a member."""

    ANSWERED = "answered"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TOO_SLOW = "too-slow"
    INVALID = "invalid"
    NOT_ASKED = "not-asked"


@dataclass(frozen=True, slots=True)
class MemberOutcome:
    """What became of one member.

    Attributes:
        member: who was, or was not, asked.
        place: why; None when it was not.
        became: the result.
        reason: stable code; empty when it answered.
        through: the hub that carried the question; empty when none did.
        stands_for: of a mirror, the member in whose place it is heard.
        as_of_ms: of a mirror, the age of its oldest feed of that member; of a holder index, its time; else 0.
        short: whether it answered that there is more, or that it says nothing from some feeds.
    """

    member: str
    place: Place | None
    became: Became
    reason: str = ""
    through: str = ""
    stands_for: str = ""
    as_of_ms: int = 0
    short: bool = False


class Completeness(StrEnum):
    """What can be said of all answers together."""

    COMPLETE = "complete"
    NARROWED = "narrowed"
    PARTIAL = "partial"


_DONE = frozenset({Became.ANSWERED, Became.NOT_ASKED})


def completeness(outcomes: Sequence[MemberOutcome]) -> Completeness:
    """What the outcomes make of the whole.

    COMPLETE: whoever was to be asked has answered, with all it holds. NARROWED: so too, but on purpose not everybody
    was asked who may hold something. PARTIAL: somebody has not answered, or not with all; a mirror heard in its place
    does not change that.
    """
    own = [each for each in outcomes if each.place is not Place.MIRROR]
    if any(each.became not in _DONE or each.short for each in own):
        return Completeness.PARTIAL
    spared = any(each.reason == PERSON_SPARED for each in own)
    return Completeness.NARROWED if spared else Completeness.COMPLETE
