# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The other side of `verify`: SHA-256 over the same bytes, in a bare loop.

Hashed is what every check of a store must hash at least: each leaf, and the input of each commitment. Reading the bytes
from the store and putting them together is not counted.
"""

import hashlib
import time
from collections.abc import Iterator

from node.assemble.desk import open_desk
from node.config import Config

DOMAIN = b"creditexchange/payload/1\0"
BATCH = 4096


def hash_again(config: Config) -> tuple[int, float]:
    """Hashes everything that the feeds of a node hold.

    Returns:
        How many bytes, and the seconds for hashing them.
    """
    sha256 = hashlib.sha256
    total, seconds = 0, 0.0
    for inputs in _inputs(config):
        began = time.perf_counter()
        for one in inputs:
            sha256(one).digest()
        seconds += time.perf_counter() - began
        total += sum(map(len, inputs))
    return total, seconds


def _inputs(config: Config) -> Iterator[list[bytes]]:
    """What is hashed, some thousand at once."""
    with open_desk(config) as desk:
        for view in desk.reader.feeds():
            origin = view.origin.encode()
            prefix = DOMAIN + len(origin).to_bytes(2, "big") + origin
            start = 0
            while held := desk.reader.held(view.origin, start, BATCH):
                leaves = [b"\0" + entry.raw_leaf for entry in held]
                payloads = [
                    prefix + entry.raw_leaf[10:12] + entry.salt + len(entry.payload).to_bytes(8, "big") + entry.payload
                    for entry in held
                    if entry.payload
                ]
                yield leaves + payloads
                start += len(held)
