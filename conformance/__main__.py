# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m conformance` does the same as `xinqiao-conformance`."""

from conformance.cli import main

main()
