# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What only one database understands: everything else in the store is Core that any database runs.

place      where a store is: a SQLite file, or a schema of a PostgreSQL database
sqlite     settings of a SQLite file
postgres   settings of a PostgreSQL database
engines    the writing, migrating and reading connections of a place, whichever it is
rows       inserts at the speed of the driver
"""
