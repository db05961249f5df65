# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The other side of following: what one would build otherwise, one signed call a record.

The sender signs each record and calls; the receiver verifies the signature, inserts the record durably, and answers.
`python -m … FOLDER PEER DATABASE KEY_HEX` is the receiver.
"""

import asyncio
import sqlite3
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.bench.baselines.bare import serve
from tests.bench.baselines.insert import SETTINGS

SIGNATURE_BYTES = 64
CODE_BYTES = 18


async def main(folder: str, peer: str, database: str, key: str) -> None:
    """Receives until the process is ended."""
    verifier = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
    connection = sqlite3.connect(database, isolation_level=None)
    for setting in SETTINGS:
        connection.execute(setting)
    connection.execute("CREATE TABLE IF NOT EXISTS record (number INTEGER PRIMARY KEY, subject TEXT, payload BLOB)")
    connection.execute("CREATE INDEX IF NOT EXISTS by_subject ON record (subject)")

    async def receive(message: bytes) -> bytes:
        signature, signed = message[:SIGNATURE_BYTES], message[SIGNATURE_BYTES:]
        verifier.verify(signature, signed)
        row = (signed[:CODE_BYTES].decode(), signed[CODE_BYTES:])
        connection.execute("INSERT INTO record (subject, payload) VALUES (?, ?)", row)  # commits by itself, durably
        return b"kept"

    await serve(Path(folder), Path(peer), receive)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
