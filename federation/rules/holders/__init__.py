# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Who holds something about whom, said without naming anybody: a Bloom filter that a node makes of its open feeds.

filter      the filter, to the byte
statement   what a signed index has to keep, and what it says of a subject
"""
