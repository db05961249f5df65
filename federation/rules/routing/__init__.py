# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whom to ask about a subject, by which ways, and what several answers say together."""
