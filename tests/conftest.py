# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What holds for every test."""

import signal

# A shell that starts its work in the background has it ignore interrupts, and every program started from it inherits
# that: the tests that interrupt programs would wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)
