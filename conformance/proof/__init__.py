# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The suite's own hashing, note reading, leaf reading and signatures, written from the wire form alone."""
