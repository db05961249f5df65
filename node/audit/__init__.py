# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Audit files made, checked and compared; only the making needs a node."""
