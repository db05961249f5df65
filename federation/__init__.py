# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What any two members must agree on. Pure: no I/O, no clock, no randomness; bytes and values in, values out."""
