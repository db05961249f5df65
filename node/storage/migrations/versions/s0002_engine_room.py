# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Leases of own feeds, cosignatures of mirrors, and erasures that were ordered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT as BYTEWISE

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(BYTEWISE(collation="C"), "postgresql")


def upgrade() -> None:
    """Three tables; every own feed gets a lease that nobody holds."""
    op.create_table(
        "lease",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", TEXT, nullable=True),
        sa.Column("until_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_lease_feed_feed"),
        sa.PrimaryKeyConstraint("feed", name="pk_lease"),
    )
    op.execute("insert into lease (feed, until_ms) select feed, 0 from feed where own")
    op.create_table(
        "cosigned",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("time_ms", BIG, nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_cosigned_feed_feed"),
        sa.PrimaryKeyConstraint("feed", "member", name="pk_cosigned"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erasure",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ref", BIG, autoincrement=False, nullable=False),
        sa.Column("ground", TEXT, nullable=False),
        sa.Column("ordered_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_erasure_feed_feed"),
        sa.PrimaryKeyConstraint("feed", "ref", name="pk_erasure"),
        sqlite_with_rowid=False,
    )
