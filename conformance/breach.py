# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How a case says what it found: nothing (the node passed), a Breach, or that it could not judge.

A breach is a fault of the node under test, so it travels as an exception through the readers below a case; anything
else that is raised inside a case is a fault of this suite, and voids the run.
"""


class Breach(Exception):
    """The node under test broke a clause.

    Attributes:
        reason: stable code of what is wrong, upper case; one reason names one kind of fault.
        expected: what the clause asks for, in English.
        actual: what the node did, in English; may quote the node, so it is made inert before it is printed.
    """

    def __init__(self, reason: str, expected: str, actual: str) -> None:
        super().__init__(f"{reason}: expected {expected}; got {actual}")
        self.reason = reason
        self.expected = expected
        self.actual = actual


class Untestable(Exception):
    """What the case needs is not there: the configuration or the node's data lack it. It fails a MUST.

    Attributes:
        need: what is missing, one English sentence that says what to supply.
    """

    def __init__(self, need: str) -> None:
        super().__init__(need)
        self.need = need


def require(holds: bool, reason: str, expected: str, actual: str) -> None:
    """Raise a Breach unless the claim holds.

    Args:
        holds: whether the claim holds.
        reason: stable code of the breach.
        expected: what the clause asks for.
        actual: what the node did.

    Raises:
        Breach: the claim does not hold.
    """
    if not holds:
        raise Breach(reason, expected, actual)
