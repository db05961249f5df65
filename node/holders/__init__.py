# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Holder indexes: made of the own open feeds, fetched from members, and asked before a question is.

index      an index as it is kept, and what a fetched one must keep
building   the own index
view       what the indexes held here say of a subject
"""
