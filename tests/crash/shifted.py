# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Serves a node under a clock that a file sets off: `python shifted.py FOLDER FILE`, milliseconds in the file."""

import sys
from pathlib import Path

from node.assemble.serving.service import serve_node
from node.assemble.stages import standard_clock
from node.config import load_config


def main() -> None:
    """Serves until told to stop."""
    folder, shift = map(Path, sys.argv[1:])

    def ready(_addresses: dict[str, str]) -> None:
        sys.stdout.write('{"serving": true}\n')
        sys.stdout.flush()

    serve_node(load_config(folder), ready, lambda: standard_clock() + int(shift.read_text(encoding="ascii")))


if __name__ == "__main__":
    main()
