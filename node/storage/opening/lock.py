# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One process writes a store: a lock on `<store>.lock`, which names the process. The system releases it at death."""

import fcntl
import os
from pathlib import Path

from federation.errors import ConfigFault
from node.storage.fault import file_faults

_OWNER_ONLY = 0o600
_MAX_PID_BYTES = 32


def is_locked(store: Path) -> bool:
    """Whether some process holds the right to write a store just now; asks for a shared lock and lets it go at once."""
    try:
        file = os.open(_lock_path(store), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def _lock_path(store: Path) -> Path:
    return store.with_name(f"{store.name}.lock")


class WriterLock:
    """The right to write one store; held from construction until `release` or the end of the process.

    The file stays when the lock goes: removing it would let two processes lock two files of one name. Not inherited by
    programs that this process starts.

    Args:
        store: path of the store.

    Raises:
        ConfigFault: STORE_BUSY, another process holds it; the detail names it and says what to do.
        StoreFault: STORE_UNAVAILABLE, the lock file cannot be made.
    """

    def __init__(self, store: Path) -> None:
        path = _lock_path(store)
        with file_faults(path):
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(self._file, _MAX_PID_BYTES, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            detail = f"{store} is open in process {holder}; mend: stop that process, or ask it instead"
            raise ConfigFault("STORE_BUSY", detail) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        """Gives the right up; once only."""
        os.close(self._file)
