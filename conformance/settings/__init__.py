# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Parts of the configuration file: how a table is read, and what the cases need in which the suite is a peer."""
