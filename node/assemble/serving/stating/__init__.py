# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Statements of members while a node is served: on their way, asked for when they are late, and about ourselves.

acknowledging   takes in, keeps, states and hands on
chasing         asks for what does not come
escalating      tells the coordinator who is late
looking         looks for what a hub withholds, and for what this node had before its store was put back
"""
