# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Entries for what somebody was told without an exchange between members."""

from collections.abc import Callable

from federation.records.exchange import Access
from federation.rules.exchange import Accessed, access_commitment
from node.exchange.exchange_log import ToLog
from node.exchange.inquire import uuid7
from node.exchange.openings import behind_access

_SALT_BYTES = 32


class Accesses:
    """Makes entries. Safe from any thread.

    Args:
        now_ms: the clock.
        random_bytes: salts and access ids.
    """

    def __init__(self, now_ms: Callable[[], int], random_bytes: Callable[[int], bytes]) -> None:
        self._now_ms = now_ms
        self._random_bytes = random_bytes

    def entry(self, accessed: Accessed) -> ToLog:
        """The entry of one access, with what stands behind it."""
        now_ms, salt = self._now_ms(), self._random_bytes(_SALT_BYTES)
        access_id = uuid7(now_ms, self._random_bytes(10))
        access = Access(
            access_id=access_id,
            kind=accessed.kind,
            caller=accessed.caller,
            subjects=len(accessed.codes),
            commitment=access_commitment(access_id, accessed, salt),
            logged_at_ms=now_ms,
        )
        return ToLog(access, behind=behind_access(accessed, salt))
