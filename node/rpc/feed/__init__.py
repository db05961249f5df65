# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Feeds on the wire: the service, and the chunks that flow from it."""
