# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A peer's bad bytes, as every stage that meets them keeps them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """A peer's bad bytes, kept.

    Attributes:
        peer: node id of whoever sent them.
        reason: stable code.
        parts: the bytes that prove it.
    """

    peer: str
    reason: str
    detail: str
    parts: tuple[bytes, ...]
