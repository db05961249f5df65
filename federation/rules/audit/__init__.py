# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Auditing exchange logs: the file a range travels in, what it proves, how two sides' entries compare. Pure."""
