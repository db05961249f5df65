# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The tree of faults. Every fault says whose it is, and carries a stable reason code.

    Fault
    ├── Misuse               this node's operator or code: mend the call, the file or the configuration
    │   ├── ConfigFault      a configuration, key or catalogue file is wrong
    │   └── OrderFault       our own code called things in an illegal order
    ├── CallerFault          whoever asked: the request is answered with the reason
    │   ├── FieldFault       one field is missing, malformed or over its limit
    │   ├── RangeFault       sizes or indexes outside a feed
    │   ├── AccessFault      the caller may not, or the thing is not there for this caller
    │   └── LimitFault       the caller asks too much for now; says when to try again
    ├── PeerFault            a peer broke the rules; carries the bytes that prove it
    │   ├── NoteFault        a signed note is malformed or its signature fails
    │   ├── EntriesFault     entries do not lead to the signed root
    │   └── ForkFault        two signed checkpoints of one origin contradict each other
    └── WorldFault           neither side's: disk, network, clock
        ├── StoreFault       the store cannot be read or written
        ├── ClockFault       the clock cannot be right
        └── UnreachableFault a peer cannot be reached in time

What can be expected (a row refused, an entry held) is a value, never a fault. Texts for people, in Chinese and
English, stand beside each reason code in the `reasons` catalogue; `detail` is for the log and never holds personal
data.
"""


class Fault(Exception):
    """Root of the tree.

    Attributes:
        reason: stable code, upper case, listed in the `reasons` catalogue.
        detail: one English sentence for operators, free of personal data.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Misuse(Fault):
    """This node's operator or code is at fault."""


class ConfigFault(Misuse):
    """A configuration, key or catalogue file is wrong; `detail` names file and place, and what to mend."""


class OrderFault(Misuse):
    """Our own code called things in an illegal order."""


class CallerFault(Fault):
    """The caller's request is at fault."""


class FieldFault(CallerFault):
    """One field of a request or record breaks a rule.

    Attributes:
        field: name of the field, as the contract or the record spells it.
    """

    def __init__(self, field: str, reason: str, detail: str = "") -> None:
        super().__init__(reason, f"{field}: {detail}" if detail else field)
        self.field = field


class RangeFault(CallerFault):
    """Sizes or indexes outside a feed, or out of order."""


class AccessFault(CallerFault):
    """The caller may not, or the thing is not there for this caller; the two are told apart by nobody."""


class LimitFault(CallerFault):
    """A caller is over a limit.

    Attributes:
        retry_after_s: when to try again.
    """

    def __init__(self, reason: str, retry_after_s: float, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.retry_after_s = retry_after_s


class PeerFault(Fault):
    """A peer broke the rules.

    Attributes:
        evidence: the exact bytes that prove it, to be kept; may be large.
    """

    def __init__(self, reason: str, detail: str = "", evidence: tuple[bytes, ...] = ()) -> None:
        super().__init__(reason, detail)
        self.evidence = evidence


class NoteFault(PeerFault):
    """A signed note is malformed, or a known signature on it fails."""


class EntriesFault(PeerFault):
    """Entries received do not lead to the signed root."""


class ForkFault(PeerFault):
    """Two checkpoints signed by one origin contradict each other; `evidence` is both notes."""


class WorldFault(Fault):
    """Neither side is at fault."""


class StoreFault(WorldFault):
    """The store cannot be read or written."""


class ClockFault(WorldFault):
    """The clock cannot be right."""


class UnreachableFault(WorldFault):
    """A peer cannot be reached in time."""
