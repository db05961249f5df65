# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Backup, restore and upgrade of a node's store.

A backup is a SQLite file, whichever database the node runs on, with its manifest beside it:

    NAME                  the store as it was at one instant
    NAME.json             the manifest; written last: without it there is no backup
    NAME.erasures.jsonl   the register of erasures as it was; where the node has one
    NAME.keys.tar         with --with-keys: keys, configuration, rules

manifest    what a backup says of itself
contents    the feeds in a store file, checked against their signatures
erasures    registers of erasures, which a restored store is brought up to
saving      makes a backup
restoring   makes a backup the node's store
upgrading   brings an old store up to this version, with a backup first
"""
