# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""FR: freshness. An old head is never shown as a new one."""

from conformance.breach import Breach, require
from conformance.proof.note import cosigned_at
from conformance.session import Session
from conformance.verdict import Case, Text


async def fresh(session: Session) -> None:
    """The newest checkpoint carries a clock cosignature that verifies and is within the bound, before and after now."""
    key, bound = session.clock_key(), session.config.target.freshness_bound_seconds
    at = cosigned_at(await session.note(session.config.feeds.open), key)
    if at is None:
        raise Breach("COSIGNATURE_ABSENT", f"a cosignature of {key.name}", "none")
    age = session.now_ms() // 1000 - at
    require(age <= bound, "HEAD_STALE", f"a cosignature at most {bound} s old", f"{age} s")
    require(-age <= bound, "HEAD_AHEAD", f"a cosignature at most {bound} s ahead", f"{-age} s")


CASES = (
    Case(
        "FR-01/fresh",
        ("C-FR-01",),
        Text("The newest head is cosigned within the bound", "最新检查点在时限内有时间会签"),
        Text(
            "Let the clock key cosign every 60 s, also when nothing changed; check the node's clock.",
            "时钟密钥每 60 秒会签一次，即使无变化；并检查节点时钟。",
        ),
        fresh,
    ),
)
