# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The register of erasures: a file beside the store that only grows, one JSON object a line.

    {"origin": "delta.example/330100/lists/1", "index": 17, "time_ms": 1790000000000}

A line is durable before the destruction that it names is: a crash between the two leaves a line too many, and the next
start destroys what it names. It holds no personal data and no legal ground. It is kept with every backup; a restored
store is brought up to it before anything is served. 100 bytes an entry, read whole only after a restore.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from federation.errors import StoreFault

REGISTER_NAME = "erasures.jsonl"
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Erased:
    """An entry that was destroyed by order.

    Attributes:
        origin: its feed, own or mirrored.
        time_ms: when the order was published: the time of its ERASE entry.
    """

    origin: str
    index: int
    time_ms: int


class Register:
    """One register. Call from the thread that writes the store.

    Args:
        path: the file; made with the first line, readable by its owner only.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, erased: Sequence[Erased]) -> int:
        """Adds lines, durably; a line that a crash left half is cut off first.

        Returns:
            Length of the file in bytes.

        Raises:
            StoreFault: ERASURES_UNWRITABLE; nothing may be destroyed.
        """
        text = "".join(_line(each) for each in erased)
        try:
            fresh = not self.path.exists()
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
            try:
                end = _whole_lines(handle)
                os.ftruncate(handle, end)
                os.pwrite(handle, text.encode(), end)
                os.fsync(handle)
            finally:
                os.close(handle)
            if fresh:
                _sync_folder(self.path.parent)
        except OSError as error:
            detail = f"{self.path}: {error.strerror}; mend: make the file writable for the node"
            raise StoreFault("ERASURES_UNWRITABLE", detail) from None
        return end + len(text.encode())

    def size(self) -> int:
        """Length in bytes; 0 when nothing was ever erased.

        Raises:
            StoreFault: ERASURES_UNREADABLE.
        """
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise self._unreadable(error.strerror or "") from None

    def read(self) -> Iterator[Erased]:
        """Every whole line, in order; what a crash left half at the end is no line.

        Raises:
            StoreFault: ERASURES_UNREADABLE; the detail names the line and says what to mend.
        """
        try:
            with self.path.open("rb") as file:
                for number, line in enumerate(file, 1):
                    if line.endswith(b"\n"):
                        yield self._read(line, number)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unreadable(error.strerror or "") from None

    def _read(self, line: bytes, number: int) -> Erased:
        try:
            said = json.loads(line)
            erased = Erased(said["origin"], said["index"], said["time_ms"])
        except (ValueError, KeyError, TypeError):
            raise self._unreadable(f"line {number} is damaged") from None
        if type(erased.origin) is not str or type(erased.index) is not int or type(erased.time_ms) is not int:
            raise self._unreadable(f"line {number} is damaged")
        return erased

    def _unreadable(self, why: str) -> StoreFault:
        detail = f"{self.path}: {why}; mend: bring the file back from the newest backup, whose store it belongs to"
        return StoreFault("ERASURES_UNREADABLE", detail)


def _line(erased: Erased) -> str:
    said = {"origin": erased.origin, "index": erased.index, "time_ms": erased.time_ms}
    return json.dumps(said, separators=(",", ":")) + "\n"


def _whole_lines(handle: int) -> int:
    """Where the last whole line ends."""
    end = os.fstat(handle).st_size
    while end > 0 and os.pread(handle, 1, end - 1) != b"\n":
        end -= 1
    return end


def _sync_folder(folder: Path) -> None:
    """Makes the new name itself durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
