# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Copies of a whole store, as it was at one instant.

snapshot   a store, in whichever database, into a SQLite file, while it is being written
tables     rows table by table, between any two databases
placing    a SQLite file into the place of a store, with what was there kept under another name
"""
