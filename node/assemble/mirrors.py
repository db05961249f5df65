# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Asks members for their copies of an own feed's head, so that an old store is noticed before anything is signed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from federation.errors import Fault

HeadOf = Callable[[str], Awaitable[bytes]]


async def heads_at_mirrors(origin: str, mirrors: Mapping[str, HeadOf], timeout_s: float) -> Mapping[str, bytes]:
    """The heads that members hold of a feed, still to be verified; all are asked at once.

    Args:
        origin: an own feed.
        mirrors: how to ask each member, by node id.
        timeout_s: longest wait for all of them, in seconds.

    Returns:
        Notes by node id; members that do not answer in time, or have no copy, are left out.
    """
    async with asyncio.TaskGroup() as group:
        asked = {node_id: group.create_task(_asked(head_of(origin), timeout_s)) for node_id, head_of in mirrors.items()}
    return {node_id: note for node_id, task in asked.items() if (note := task.result()) is not None}


async def _asked(head: Awaitable[bytes], timeout_s: float) -> bytes | None:
    try:
        async with asyncio.timeout(timeout_s):
            return await head
    except (TimeoutError, Fault):
        return None
