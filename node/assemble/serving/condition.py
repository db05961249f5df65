# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the node may write, seen from one place: by the loops that sign, by the doors, by health and `status`.

After a fault in or after signing, what is durable is unknown until the head has been loaded from the store and verified
(wire form, section 4). Until then the node is read-only: nothing new is taken in and no exchange is logged, so that no
answer leaves; feeds are served, holdings are read and mirrors follow as ever, since each of these verifies for itself.
"""

import threading
from collections.abc import Callable, Mapping

from federation.errors import Fault, StoreFault


class Condition:
    """What keeps the node from writing: for each loop and own feed, the fault it met, until it succeeds again.

    Safe from any thread.

    Args:
        changed: called after each change, from the thread that made it.
    """

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._changed = changed
        self._lock = threading.Lock()
        self._faults: Mapping[tuple[str, str], str] = {}

    @property
    def faults(self) -> Mapping[str, str]:
        """The reason for each own feed that cannot be signed now; empty while the node may write."""
        return {origin: reason for (origin, _), reason in sorted(self._faults.items())}

    def failed(self, loop: str, origin: str, fault: Fault) -> None:
        """A loop met a fault at a feed: the node is read-only from now on."""
        with self._lock:
            self._faults = {**self._faults, (origin, loop): fault.reason}
        self._changed()

    def succeeded(self, loop: str, origin: str) -> None:
        """A loop has reloaded, verified and done its step; when none is left that has not, the node may write."""
        if (origin, loop) in self._faults:
            with self._lock:
                self._faults = {place: reason for place, reason in self._faults.items() if place != (origin, loop)}
            self._changed()

    def forget(self) -> None:
        """Drops every fault: whether the feeds can be signed is another process's matter now."""
        with self._lock:
            self._faults = {}
        self._changed()

    def require_writable(self) -> None:
        """Sees that the node may write.

        Raises:
            StoreFault: STORE_READ_ONLY; the detail names the feeds and why they cannot be signed.
        """
        if self._faults:
            told = ", ".join(f"{origin}: {reason}" for origin, reason in self.faults.items())
            raise StoreFault("STORE_READ_ONLY", f"nothing is taken in until this node can sign again ({told})")
