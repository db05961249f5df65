# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Registers of erasures: a restored store is brought up to the node's own and to the one of its backup."""

import os
from pathlib import Path

from node.storage.fault import file_faults

_OWNER_ONLY = 0o600


def merge_registers(own: Path, other: Path) -> int:
    """Adds to a register the lines of another that it has not, durably; what a crash left half at an end is no line.

    Args:
        own: the node's; made when there is none and something is to be added.
        other: of a backup; need not be there.

    Returns:
        How many lines were added.

    Raises:
        StoreFault: STORE_FULL or STORE_UNAVAILABLE; the register is as it was, or whole.
    """
    with file_faults(own):
        lines = _whole_lines(own)
        known = set(lines)
        wanting = [line for line in dict.fromkeys(_whole_lines(other)) if line not in known]
        if wanting:
            _append(own, sum(map(len, lines)), b"".join(wanting))
    return len(wanting)


def _whole_lines(path: Path) -> list[bytes]:
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return []
    return lines if not lines or lines[-1].endswith(b"\n") else lines[:-1]


def _append(path: Path, end: int, content: bytes) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
    try:
        os.ftruncate(handle, end)
        os.pwrite(handle, content, end)
        os.fsync(handle)
    finally:
        os.close(handle)
