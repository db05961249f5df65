# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Several byte strings in one column: each after its length, u32 big endian. Used for evidence."""

from collections.abc import Sequence

from federation.errors import StoreFault

_LENGTH_BYTES = 4


def join_parts(parts: Sequence[bytes]) -> bytes:
    """The stored form."""
    return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)


def split_parts(joined: bytes) -> tuple[bytes, ...]:
    """The parts of a stored form; `split_parts(join_parts(x)) == x`.

    Raises:
        StoreFault: STORE_CORRUPT, the lengths do not add up.
    """
    parts = []
    at = 0
    while at < len(joined):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(joined[at:start], "big")
        parts.append(joined[start:at])
    if at != len(joined):
        raise StoreFault("STORE_CORRUPT", "stored evidence is cut short")
    return tuple(parts)
