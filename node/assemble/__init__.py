# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The only place where concrete parts meet: stages get the store, the wire and the keys here, and nowhere else.

create    a new node: keys, certificates, rules, configuration, empty store
members   the pinned members as the stages know them
stages    what writes over one store, and what reads
bulk      files of departments, through the adapters into the own feeds
backup    backup, restore and upgrade of the store
desk      everything a command does, whether or not the node is being served
condition whether the node may write: no, from a fault in signing until the head is verified again
loops     publish, beat, decide, review
service   the node being served, until it is told to stop
"""
