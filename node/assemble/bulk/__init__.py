# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Files into feeds, in bulk: one process reads, translates and checks, another decides, publishes and keeps.

rows.py       a file -> batches of rows that may be published, and of refused ones; needs no store
process.py    the same in a process of its own, so that both halves of the work have a core
straight.py   batches -> entries under a signed checkpoint, without the detour over pending rows
importer.py   one file: who reads it, and which way its rows go
"""
