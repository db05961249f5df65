# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Life cycles as tables: which act leads from which state to which, who may act, and what an entry has come to."""
