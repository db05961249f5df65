# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The store: all SQL of the node, SQLAlchemy Core, SQLite now and PostgreSQL without a change of shape.

`create_store` makes a store, `open_store` opens it for the one process that writes, `open_reader` for any that only
read. What the parts keep for each stage is in `write/` and `read/`; what only one database understands is in
`dialect.py` alone. Imported by `node/assemble.py` only.
"""
