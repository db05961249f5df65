# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The group `store`: what an operator does with the store as a whole. Each command stands in a file of its own idea."""
