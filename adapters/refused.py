# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Refused rows into a file that people mend and import again.

CSV in UTF-8 with mark, so that spreadsheet programs open it: the original columns in their order, then reason code,
column, and the sentence in Chinese and English. It holds personal data in full, so only its owner may read it. It
appears whole when everything is written, and only if there was a refusal:

    rows to a new file beside the target (mode 0600) -> flush to disk -> rename over the target -> flush the folder

A crash before the rename leaves the target as it was, and a stray file whose name begins with a dot.
"""

import csv
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

from adapters.reading.refusal_columns import REFUSAL_COLUMNS, guard
from adapters.row import Untranslated
from federation.errors import Misuse
from federation.standards.catalogue import ReasonTexts


class _Writer(Protocol):
    """What this module needs of a csv writer."""

    def writerow(self, row: Sequence[str], /) -> object: ...


class RefusedRows:
    """Collects the refused rows of one file; a context manager, for one thread.

    Leaving it without an error puts the file in its place if a row was added; leaving it with one puts nothing there.
    An older file of the same name stays as it is when no row was added.

    Raises:
        Misuse: FILE_UNWRITABLE, by `add`, when the target's folder is missing or closed to us.

    Attributes:
        count: how many rows were added.
    """

    def __init__(self, target: Path, header: Sequence[str], reasons: ReasonTexts) -> None:
        self.count = 0
        self._target = target
        self._made = target
        self._header = tuple(header)
        self._reasons = reasons
        self._file: IO[str] | None = None
        self._rows: _Writer | None = None

    def __enter__(self) -> Self:
        """Returns itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Puts the file in its place, or takes away what was begun."""
        if self._file is None:
            return
        try:
            if kind is None:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
                self._made.replace(self._target)
                _flush_folder(self._target.parent)
        finally:
            self._file.close()
            self._made.unlink(missing_ok=True)

    def add(self, refusal: Untranslated) -> None:
        """Writes one refused row. A row with too many cells keeps the surplus in its last column."""
        self.add_row(refusal.cells, refusal.field, refusal.reason)

    def add_row(self, cells: Sequence[str], field: str, reason: str) -> None:
        """Writes one row that was refused later on, for instance at admission.

        Args:
            cells: the original cells, as the Translated row has them.
            field: header of the column at fault; may be empty.
            reason: stable reason code.
        """
        text = self._reasons.of(reason)
        row = (*self._fitted(cells), reason, field, text.zh, text.en)
        (self._rows or self._begin()).writerow([guard(_writable(cell)) for cell in row])
        self.count += 1

    def _fitted(self, cells: Sequence[str]) -> tuple[str, ...]:
        width = len(self._header)
        if len(cells) > width:
            return (*cells[: width - 1], ",".join(cells[width - 1 :]))
        return (*cells, *("",) * (width - len(cells)))

    def _begin(self) -> _Writer:
        """Opens the new file, which `mkstemp` makes with mode 0600, and writes its header."""
        try:
            handle, name = tempfile.mkstemp(dir=self._target.parent, prefix=f".{self._target.name}.")
        except OSError as wrong:
            raise Misuse("FILE_UNWRITABLE", f"{self._target} cannot be written: {wrong.strerror}") from None
        self._made = Path(name)
        self._file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow([guard(_writable(cell)) for cell in self._header] + list(REFUSAL_COLUMNS))
        return self._rows


def _writable(cell: str) -> str:
    """The cell without bytes that the source's encoding did not know; each stands as the replacement character."""
    return cell if cell.isprintable() else cell.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
