# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The organisation code, GB 11714-1997: eight characters and a check character, printed `XXXXXXXX-X`.

It lives on as characters 9 to 17 of the unified social credit code; as a code of its own it is a cross-reference. The
range PDY00001 to PDY99999 is for the user's own numbers and keeps the same check.
"""

from operator import mul

from federation.standards.identity import CodeAccepted, CodeRefused, LegacyCodeKind

_LENGTH = 9
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_MODULUS = 11
_CHECKS = "0123456789X"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = bytes(max(_ALPHABET.find(chr(character)), 0) for character in range(256))
"""The value of each character of ASCII; of those that have one."""


def organisation_check(body: str) -> str:
    """Returns the check character, 0 to 9 or X, for eight characters, each a digit or a capital letter."""
    total = sum(map(mul, body.encode("ascii").translate(_VALUES), _WEIGHTS))
    return _CHECKS[-total % _MODULUS]


def check_organisation_code(text: str) -> CodeAccepted | CodeRefused:
    """Checks an organisation code, with or without its hyphen.

    Args:
        text: the code, normalised.

    Returns:
        CodeAccepted whose value has no hyphen, and which tells neither class nor region; or CodeRefused with
        CODE_EMPTY, CODE_LENGTH, CODE_ALPHABET or CODE_ORGANISATION_CHECK.
    """
    if not text:
        return CodeRefused("CODE_EMPTY", "no code is given")
    code = text[:8] + text[9:] if text[8:9] == "-" else text
    if len(code) != _LENGTH:
        return CodeRefused("CODE_LENGTH", f"{len(code)} characters; an organisation code has {_LENGTH}")
    foreign = next((place for place, character in enumerate(code[:8], 1) if character not in _ALPHABET), None)
    if foreign is not None:
        return CodeRefused("CODE_ALPHABET", f"character {foreign} is neither a digit nor a capital letter")
    if code[8] not in _CHECKS:
        return CodeRefused("CODE_ALPHABET", "the check character is neither a digit nor X")
    if organisation_check(code[:8]) != code[8]:
        return CodeRefused("CODE_ORGANISATION_CHECK", "the last character is not the check of the first eight")
    return CodeAccepted(LegacyCodeKind.ORGANISATION_CODE, code)
