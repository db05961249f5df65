# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How entries are stored: the numbers of payload states, never given another meaning once used, and plain bytes."""

from federation.errors import StoreFault
from federation.log.entry import PayloadState

STATE_NUMBERS = {
    PayloadState.PRESENT: 1,
    PayloadState.WITHHELD: 2,
    PayloadState.ERASED: 3,
    PayloadState.NONE: 4,
    PayloadState.LOST: 5,
    PayloadState.QUARANTINED: 6,
}
_STATES = {number: state for state, number in STATE_NUMBERS.items()}
_SERVED = {**_STATES, STATE_NUMBERS[PayloadState.QUARANTINED]: PayloadState.LOST}


def require_bytes(origin: str, index: int, *values: object) -> None:
    """Sees that what an entry keeps as bytes came back as bytes or as nothing: a damaged cell may say anything.

    Raises:
        StoreFault: STORE_CORRUPT; the detail names feed and index.
    """
    for value in values:
        if value is not None and type(value) is not bytes:
            raise StoreFault("STORE_CORRUPT", f"{origin}: entry {index} keeps something else than bytes")


def state_of(number: int, origin: str, index: int) -> PayloadState:
    """The state of an entry as it was stored.

    Raises:
        StoreFault: STORE_CORRUPT, no state has this number; the detail names feed and index.
    """
    state = _STATES.get(number)
    if state is None:
        raise StoreFault("STORE_CORRUPT", f"{origin}: entry {index} has a payload state that does not exist")
    return state


def served_state(number: int, origin: str, index: int) -> PayloadState:
    """The state as it is told to others: what is quarantined here ought to be there and is not, hence LOST.

    Raises:
        StoreFault: STORE_CORRUPT, as `state_of`.
    """
    state = _SERVED.get(number)
    return state_of(number, origin, index) if state is None else state
