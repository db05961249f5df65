# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What faults carry."""

from federation.errors import CallerFault, LimitFault


def test_a_limit_says_when_to_try_again() -> None:
    """Beside its reason, under which it is told as any caller's fault is."""
    fault: CallerFault = LimitFault("RATE_EXCEEDED", 1.5, "an officer")

    assert isinstance(fault, LimitFault)
    assert ("RATE_EXCEEDED: an officer", 1.5) == (str(fault), fault.retry_after_s)
