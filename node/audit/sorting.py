# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Sorts any number of rows in flat memory: sorted runs on disk, merged as they are read."""

import heapq
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from federation.errors import WorldFault

RUN_ROWS = 65_536
"""Rows in memory at once: about 20 MiB."""
_CHUNK = 1024 * 1024


class Sorter:
    """Takes rows in any order, and gives them back by their bytes. A context: its runs go when it ends.

    Args:
        folder: where runs are kept; None for the system's place. They are readable by this user alone.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._rows: list[bytes] = []
        self._runs: list[BinaryIO] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for run in self._runs:
            run.close()

    def add(self, row: bytes) -> None:
        """Takes one row, up to 65,535 bytes.

        Raises:
            WorldFault: FILE_UNWRITABLE, there is no room for another run.
        """
        self._rows.append(row)
        if len(self._rows) >= RUN_ROWS:
            self._spill()

    def rows(self) -> Iterator[bytes]:
        """All rows, in order; once."""
        self._rows.sort()
        if not self._runs:
            return iter(self._rows)
        return heapq.merge(*(_read(run) for run in self._runs), self._rows)

    def _spill(self) -> None:
        self._rows.sort()
        try:
            run = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed when the sorter ends
            self._runs.append(run)
            run.write(b"".join([len(row).to_bytes(2, "big") + row for row in self._rows]))
            run.seek(0)
        except OSError as wrong:
            raise WorldFault("FILE_UNWRITABLE", f"no room to sort: {wrong.strerror}") from None
        self._rows = []


def _read(run: BinaryIO) -> Iterator[bytes]:
    """The rows of a run, a megabyte at a time."""
    rest = b""
    while chunk := run.read(_CHUNK):
        data, at = rest + chunk, 0
        while (end := at + 2 + int.from_bytes(data[at : at + 2], "big")) <= len(data):
            yield data[at + 2 : end]
            at = end
        rest = data[at:]
