# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The twin of every abuse: the good question, which the node answers before it, and no less after it."""

import asyncio

from conformance.breach import Breach
from conformance.cases.asking import draft, envelope, put, sent
from conformance.session import Refusal, Session

TRIES = 5


async def before(session: Session) -> None:
    """See that the good question is answered.

    Raises:
        Breach: CALL_REFUSED: a node that refuses everything withstands nothing.
    """
    await put(session, draft(session))


async def after(session: Session, abuse: str) -> None:
    """See that it is answered still.

    Raises:
        Breach: NODE_GONE.
    """
    for _ in range(TRIES):
        response = await sent(session, envelope(session, draft(session).encoded()))
        if not isinstance(response, Refusal):
            return
        if response.said.retry_s is None:
            break
        # what the abuse has spent of our allowance is no fault of the node
        await asyncio.sleep(min(response.said.retry_s, session.seconds))
    raise Breach("NODE_GONE", f"a good question answered after {abuse}", str(response))
