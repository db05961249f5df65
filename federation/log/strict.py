# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading numbers and base64 so that what is read prints back to the same text, or is not read at all.

Python's own readers are lenient where other implementations are not: int() takes spaces, signs, underscores and other
scripts' digits; b64decode() drops junk and ignores trailing bits. Two readers who disagree on a text disagree on what
was signed. A text that is not canonical is an expected outcome here (None); the caller knows what it means.
"""

import base64
import binascii
import re

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def canonical_number(text: str) -> int | None:
    """Return the number that a decimal text stands for, None unless `str()` of it is the text and it is < 2**63."""
    if _NUMBER.fullmatch(text) is None:
        return None
    number = int(text)
    return number if number < 2**63 else None


def canonical_base64(text: str) -> bytes | None:
    """Return the bytes that a text of RFC 4648 section 4 stands for, None unless they encode to exactly that text."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):  # the second: a character outside ASCII
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


def to_base64(raw: bytes) -> str:
    """Return the canonical base64 of some bytes (RFC 4648 section 4, with padding)."""
    return base64.b64encode(raw).decode()
