# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The verifiable log: tree, leaves, notes, checkpoints, evidence and the follower. Bytes and values in, values out."""
