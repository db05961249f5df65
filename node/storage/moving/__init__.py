# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Moves a node from one store to another: feeds by replaying their entries, the rest row by row, then all compared."""
