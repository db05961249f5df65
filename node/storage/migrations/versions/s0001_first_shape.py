# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The first shape of the store."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT as BYTEWISE

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(BYTEWISE(collation="C"), "postgresql")


def upgrade() -> None:
    """All tables, from nothing."""
    _meta()
    _feed()
    _entry()
    _act()
    _tile()
    _pending()
    _submission()
    _policy()
    _evidence()
    _health()
    _decision()
    _answered()


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_meta"),
        sqlite_with_rowid=False,
    )


def _feed() -> None:
    op.create_table(
        "feed",
        sa.Column("feed", sa.Integer(), nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("dataset", TEXT, nullable=True),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("edge", sa.LargeBinary(), nullable=False),
        sa.Column("time_ms", BIG, nullable=False),
        sa.Column("complete_size", BIG, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("quarantine", TEXT, nullable=True),
        sa.Column("next_place", BIG, nullable=False),
        sa.Column("applied", BIG, nullable=False),
        sa.PrimaryKeyConstraint("feed", name="pk_feed"),
        sa.UniqueConstraint("origin", name="uq_feed_origin"),
    )


def _entry() -> None:
    op.create_table(
        "entry",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", BIG, autoincrement=False, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("fault", TEXT, nullable=True),
        sa.Column("subject", TEXT, nullable=True),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_entry_feed_feed"),
        sa.PrimaryKeyConstraint("feed", "idx", name="pk_entry"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_entry_subject_feed_idx",
        "entry",
        ["subject", "feed", "idx"],
        unique=False,
        sqlite_where=sa.text("subject IS NOT NULL"),
        postgresql_where=sa.text("subject IS NOT NULL"),
    )


def _act() -> None:
    op.create_table(
        "act",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ref", BIG, autoincrement=False, nullable=False),
        sa.Column("idx", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_act_feed_feed"),
        sa.PrimaryKeyConstraint("feed", "ref", "idx", name="pk_act"),
        sqlite_with_rowid=False,
    )


def _tile() -> None:
    op.create_table(
        "tile",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("idx", BIG, autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_tile_feed_feed"),
        sa.PrimaryKeyConstraint("feed", "level", "idx", name="pk_tile"),
    )


def _pending() -> None:
    op.create_table(
        "pending",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", BIG, autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("ref", BIG, nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("subject", TEXT, nullable=True),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "place", name="pk_pending"),
        sa.UniqueConstraint("feed", "key", name="uq_pending_feed_key"),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_pending_feed_feed"),
    )
    op.create_index(
        "ix_pending_feed_ref",
        "pending",
        ["feed", "ref"],
        unique=False,
        sqlite_where=sa.text("ref IS NOT NULL"),
        postgresql_where=sa.text("ref IS NOT NULL"),
    )


def _submission() -> None:
    op.create_table(
        "submission",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("idx", BIG, nullable=True),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_submission_feed_feed"),
        sa.PrimaryKeyConstraint("feed", "key", name="pk_submission"),
        sqlite_with_rowid=False,
    )


def _policy() -> None:
    op.create_table(
        "policy",
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_policy"),
        sqlite_with_rowid=False,
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("peer", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=True),
        sa.Column("time_ms", BIG, nullable=False),
        sa.Column("parts", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_evidence_feed_feed"),
        sa.PrimaryKeyConstraint("feed", "digest", name="pk_evidence"),
    )


def _health() -> None:
    op.create_table(
        "health",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("peer", TEXT, nullable=False),
        sa.Column("heard_ms", BIG, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_health_feed_feed"),
        sa.PrimaryKeyConstraint("feed", "peer", name="pk_health"),
        sqlite_with_rowid=False,
    )


def _decision() -> None:
    op.create_table(
        "decision",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", BIG, autoincrement=False, nullable=False),
        sa.Column("dataset", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=True),
        sa.Column("list_kind", TEXT, nullable=True),
        sa.Column("standing", TEXT, nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("reasons", TEXT, nullable=True),
        sa.Column("measures", TEXT, nullable=True),
        sa.Column("versions", TEXT, nullable=True),
        sa.Column("review_on", TEXT, nullable=True),
        sa.Column("decided_at_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_decision_feed_feed"),
        sa.PrimaryKeyConstraint("feed", "idx", name="pk_decision"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_decision_review_on_feed_idx",
        "decision",
        ["review_on", "feed", "idx"],
        unique=False,
        sqlite_where=sa.text("review_on IS NOT NULL"),
        postgresql_where=sa.text("review_on IS NOT NULL"),
    )
    op.create_index(
        "ix_decision_subject_list_kind_feed_idx",
        "decision",
        ["subject", "list_kind", "feed", "idx"],
        unique=False,
        sqlite_where=sa.text("subject IS NOT NULL"),
        postgresql_where=sa.text("subject IS NOT NULL"),
    )


def _answered() -> None:
    op.create_table(
        "answered",
        sa.Column("exchange_id", TEXT, nullable=False),
        sa.Column("question_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("time_ms", BIG, nullable=False),
        sa.PrimaryKeyConstraint("exchange_id", name="pk_answered"),
    )
