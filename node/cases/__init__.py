# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Objections and repair across nodes: filed at any node, carried hop by hop, decided where the entry is published.

window    where cases are filed, and where statements about them are heard
post      takes letters, keeps them durably, and says where they go next
docket    decides: marks the entry, keeps the clocks, ends what is granted
"""
