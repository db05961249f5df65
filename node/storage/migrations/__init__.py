# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Steps from each shape of the store to the next, for alembic; part of the installed package."""
