# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m node` is the command `xinqiao`.

Loading makes a few hundred thousand objects that stay, and no garbage: looking for some meanwhile took a seventh of the
time that a command takes. `node.cli.main` looks again as soon as the command is loaded.
"""

import gc
from importlib import import_module


def main() -> None:
    """Runs the command of this process and exits."""
    gc.disable()
    import_module("node.cli.main").main()


if __name__ == "__main__":
    main()
