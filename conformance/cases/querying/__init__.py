# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""QP: who may ask what, on what authority, how much is told, and who may carry another's question."""
