# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Objections and repair on the command line: `objection`, `repair`, `cases`."""
