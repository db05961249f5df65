# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What was found for a question, as it goes from whoever looked to whoever answers."""

from collections.abc import Sequence
from typing import NamedTuple

from federation.records.exchange import Finding, Head


class Found(NamedTuple):
    """What was found for one question, in one state of the store.

    Attributes:
        findings: with their evidence.
        heads: of every feed searched.
        truncated: whether there were more findings than fit.
        destructions: how often anything had been destroyed in that state. Once it has been again, what was found may
            hold what nobody may keep any more.
    """

    findings: Sequence[Finding]
    heads: Sequence[Head]
    truncated: bool
    destructions: int
