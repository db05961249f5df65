# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The demonstration: a federation of five node processes on loopback, driven by the command line alone."""
