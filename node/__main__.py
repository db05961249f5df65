# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m node` is the command `xinqiao`."""

from node.cli.main import main

if __name__ == "__main__":
    main()
