# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Decisions at the command line: why one is as it is, making past ones again, and what other rules would change."""
