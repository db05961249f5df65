# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A node while it is served: by one process, or on PostgreSQL by several of which one leads."""
