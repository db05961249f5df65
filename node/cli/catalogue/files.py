# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Files of rules and tables that an operator names; the folder that each is in tells its kind."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from federation.errors import Misuse

MAX_FILE_BYTES = 4 << 20
MAX_FILES = 1000
"""Files of rules and tables that are looked at for one preview."""
TABLES = "standards"
"""Folder of an operator's tables; the others are folders of rules."""


def read_file(file: Path) -> bytes:
    """The bytes of a file.

    Raises:
        Misuse: FILE_TOO_LARGE.
    """
    with file.open("rb") as opened:
        raw = opened.read(MAX_FILE_BYTES + 1)
    if len(raw) > MAX_FILE_BYTES:
        raise Misuse("FILE_TOO_LARGE", f"{file}: a catalogue has at most {MAX_FILE_BYTES} bytes")
    return raw


def path_of(file: Path) -> str:
    """Folder and name of a file, as rule books name it."""
    return f"{file.absolute().parent.name}/{file.name}"


def read_files(given: Sequence[Path]) -> Mapping[str, bytes]:
    """Single files, and those in the folders of a folder, by `path_of`.

    Raises:
        Misuse: FILE_TOO_LARGE; USAGE_WRONG, there are too many.
    """
    files = [file for path in given for file in (sorted(path.glob("*/*@*")) if path.is_dir() else [path])]
    if len(files) > MAX_FILES:
        raise Misuse("USAGE_WRONG", f"--rules names {len(files)} files; at most {MAX_FILES} are looked at")
    return {path_of(file): read_file(file) for file in files}
