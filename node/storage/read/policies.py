# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Policies of feeds, held or not."""

from functools import lru_cache

from sqlalchemy import Connection, select

from federation.errors import FieldFault, StoreFault
from federation.records.codec import decode_as
from federation.records.feed_policy import FeedPolicy
from node.storage.schema import POLICY


def policy_of(connection: Connection, origin: str) -> FeedPolicy | None:
    """The newest known policy of a feed.

    Raises:
        StoreFault: STORE_CORRUPT, what is stored is no policy.
    """
    payload = connection.execute(select(POLICY.c.payload).where(POLICY.c.origin == origin)).scalar_one_or_none()
    return None if payload is None else read_policy(payload)


@lru_cache(maxsize=1024)
def read_policy(payload: bytes) -> FeedPolicy:
    """The policy in stored bytes; remembered, since it is asked for with every call.

    Raises:
        StoreFault: STORE_CORRUPT.
    """
    try:
        return decode_as(FeedPolicy, payload)
    except FieldFault as fault:
        raise StoreFault("STORE_CORRUPT", f"a stored policy cannot be read: {fault.reason}") from None
