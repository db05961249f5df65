# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Columns that all tables are made of, and the tables of decisions; the others stand in `schema.py`."""
