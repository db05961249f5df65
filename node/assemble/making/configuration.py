# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes `xinqiao.toml`: values as TOML has them, and the file as a whole or not at all."""

import json
import os
from collections.abc import Sequence
from pathlib import Path


def array(values: Sequence[object]) -> str:
    """A TOML array of strings."""
    return "[" + ", ".join(quoted(str(value)) for value in values) + "]"


def quoted(value: str) -> str:
    """A TOML basic string: the escapes of JSON are among its own, and DEL is the one character only it demands."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_config(path: Path, text: str) -> None:
    """Replaces a file in one step, readable by its owner only."""
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
