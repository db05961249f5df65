# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The only place where concrete parts meet: stages get the store, the wire and the keys here, and nowhere else.

create    a new node: keys, certificates, rules, configuration, empty store
members   the pinned members as the stages know them
stages    what writes over one store, and what reads
sources   files of departments, through the adapters
desk      everything a command does, whether or not the node is being served
loops     publish, beat, decide, review
service   the node being served, until it is told to stop
"""

from node.assemble.create import NewNode, Pinning, add_peer, create_feeds, create_node, node_card
from node.assemble.desk import Desk, open_desk, verify_store
from node.assemble.service import serve_node
from node.assemble.sources import Source, open_table

__all__ = [
    "Desk",
    "NewNode",
    "Pinning",
    "Source",
    "add_peer",
    "create_feeds",
    "create_node",
    "node_card",
    "open_desk",
    "open_table",
    "serve_node",
    "verify_store",
]
