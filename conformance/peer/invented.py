# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Invented subjects with sound numbers (GB 32100, GB 11714), from a seed: the same seed gives the same subjects.

Written from the standards alone; the numbers lie in a range of random organisation codes, so that a run never meets
what an earlier one left behind. Nobody real is meant.
"""

import random
from dataclasses import dataclass

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ENTERPRISE, PUBLIC_BODY = "91", "11"
NATIONAL = "100000"


@dataclass(frozen=True)
class Invented:
    """An enterprise or a body that does not exist."""

    name: str
    code: str


class Inventor:
    """Makes subjects, each once. Not safe for use from two threads at once."""

    def __init__(self, seed: str, region: str) -> None:
        """Take the seed, and the region (six digits) whose register the numbers seem to come from."""
        self._random = random.Random(seed)  # noqa: S311 (no secret: a run can be repeated)
        self._region = region

    def enterprise(self, name: str = "") -> Invented:
        """Return a fresh enterprise, under a given name or one of its own."""
        code = self._code(ENTERPRISE)
        return Invented(name or f"虚构{code[8:16]}有限公司", code)

    def recoded(self, subject: Invented) -> Invented:
        """Return a subject under a new code, as after a move to another register: its organisation code stays."""
        seventeen = f"{ENTERPRISE}{NATIONAL}{subject.code[8:17]}"
        return Invented(subject.name, seventeen + unified_check(seventeen))

    def body(self) -> Invented:
        """Return a fresh public body."""
        return Invented("虚构机关", self._code(PUBLIC_BODY))

    def _code(self, kind: str) -> str:
        body = "".join(self._random.choices(_ALPHABET, k=8))
        seventeen = f"{kind}{self._region}{body}{organisation_check(body)}"
        return seventeen + unified_check(seventeen)


def organisation_check(body: str) -> str:
    """Return the check character of an organisation code's first eight characters (GB 11714)."""
    total = sum(weight * _VALUES.index(character) for weight, character in zip(_WEIGHTS, body, strict=True))
    return "0123456789X"[-total % 11]


def unified_check(seventeen: str) -> str:
    """Return the check character of a unified code's first seventeen characters (GB 32100)."""
    total = sum(_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(seventeen))
    return _ALPHABET[-total % 31]


def numbered(number: int) -> str:
    """Return the unified code of an invented enterprise in a row: each follows the one before, as registers count.

    They count in the characters of the code, without those that are too like others (GB 32100).
    """
    places = (number // len(_ALPHABET) ** place % len(_ALPHABET) for place in range(4, -1, -1))
    body = "MAX" + "".join(_ALPHABET[place] for place in places)
    seventeen = f"{ENTERPRISE}{NATIONAL}{body}{organisation_check(body)}"
    return seventeen + unified_check(seventeen)
