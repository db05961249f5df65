# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The other side of a query: an answer of the right size to anything. `python -m … FOLDER PEER ANSWER_BYTES`."""

import asyncio
import sys
from pathlib import Path

from tests.bench.baselines.bare import serve


async def main(folder: str, peer: str, answer_bytes: str) -> None:
    """Serves until the process is ended."""
    answer = bytes(int(answer_bytes))

    async def echo(_: bytes) -> bytes:
        return answer

    await serve(Path(folder), Path(peer), echo)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
