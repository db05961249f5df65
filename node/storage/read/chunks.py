# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Long lists of keys in statements of bounded size: databases cap the values of one statement."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

MAX_KEYS = 500
Key = TypeVar("Key")


def key_chunks(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """The keys in lists of at most `MAX_KEYS`, in order."""
    rest = iter(keys)
    while chunk := list(islice(rest, MAX_KEYS)):
        yield chunk
