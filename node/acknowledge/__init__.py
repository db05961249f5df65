# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Acknowledgement: what members state that they hold and have in effect, and who is late with it.

statement     signed statements of members about a whole feed: read, made, and handed on
propagation   how far an act has come at each member, and how late
"""
