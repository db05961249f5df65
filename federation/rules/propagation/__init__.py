# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How soon a repair, a removal, an objection or an erasure has to be in effect everywhere."""
