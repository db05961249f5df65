# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The tables. Every primary and unique key holds the feed, so that feeds can be spread over database nodes.

Bytes are kept exactly as they were published or received. What is absent is NULL, never an empty text: some databases
cannot tell the two apart. Times are milliseconds since the epoch. Tables are made by `migrations/` and by nothing else;
a test holds the two equal. The few small tables that belong to no feed (`meta`, `policy`, `answered`, `bar`, those of
rules, of cases and of holder indexes) have keys of their own.
"""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, SmallInteger, Table, UniqueConstraint

from node.storage.tables.bars import BAR
from node.storage.tables.behind import OPENING
from node.storage.tables.columns import BIG, METADATA, Text, feed_key, index_where
from node.storage.tables.decisions import DECISION, PAST_DECISION, RULE_FILE, RULE_SET
from node.storage.tables.holders import HOLDER_INDEX, HOLDER_PIECE

__all__ = [
    "ACT",
    "AHEAD",
    "ANSWERED",
    "BAR",
    "BIG",
    "CASE_FILE",
    "CASE_LETTER",
    "DECISION",
    "ENTRY",
    "ERASURE",
    "EVIDENCE",
    "FEED",
    "FEEDBACK",
    "HEALTH",
    "HOLDER_INDEX",
    "HOLDER_PIECE",
    "LEASE",
    "META",
    "METADATA",
    "OPENING",
    "PAST_DECISION",
    "PENDING",
    "POLICY",
    "REACHED",
    "RULE_FILE",
    "RULE_SET",
    "STATED",
    "SUBMISSION",
    "TIE",
    "TILE",
]

META = Table(
    "meta",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Whose store this is (`federation`, `node_id`), which rules are in force (`rules_digest`), and how far the decisions
that they touch have been made anew (`redeciding`)."""

FEED = Table(
    "feed",
    METADATA,
    Column("feed", Integer, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("dataset", Text),
    Column("own", Boolean, nullable=False),
    Column("size", BIG, nullable=False),
    Column("edge", LargeBinary, nullable=False),
    Column("time_ms", BIG, nullable=False),
    Column("complete_size", BIG, nullable=False),
    Column("note", LargeBinary),
    Column("quarantine", Text),
    Column("next_place", BIG, nullable=False),
    Column("applied", BIG, nullable=False),
    UniqueConstraint("origin"),
)
"""One row a feed: `size` and `edge` of what is held, `complete_size` and `note` of the newest complete checkpoint.

`dataset` is NULL for a mirror until its policy tells; `next_place` numbers the queue of an own
feed; `applied` is the ledger's cursor.
"""

ENTRY = Table(
    "entry",
    METADATA,
    feed_key(),
    Column("idx", BIG, primary_key=True, autoincrement=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("salt", LargeBinary),
    Column("payload", LargeBinary),
    Column("fault", Text),
    Column("subject", Text),
    Column("personal", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
"""Entries; `state` as in `states.py`."""

_ENTRY_HAS_SUBJECT = ENTRY.c.subject.is_not(None)
index_where(_ENTRY_HAS_SUBJECT, ENTRY.c.subject, ENTRY.c.feed, ENTRY.c.idx)

ACT = Table(
    "act",
    METADATA,
    feed_key(),
    Column("ref", BIG, primary_key=True, autoincrement=False),
    Column("idx", BIG, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Entries that name an earlier one, found by the earlier one; whether they have an effect is not decided here."""

Index(None, ACT.c.feed, ACT.c.idx)

TILE = Table(
    "tile",
    METADATA,
    feed_key(),
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("idx", BIG, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)
"""The tree."""

PENDING = Table(
    "pending",
    METADATA,
    feed_key(),
    Column("place", BIG, primary_key=True, autoincrement=False),
    Column("key", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("ref", BIG),
    Column("salt", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("subject", Text),
    Column("personal", Boolean, nullable=False),
    UniqueConstraint("feed", "key"),
)
"""What waits to be sequenced, in order of `place`."""

_HAS_REF = PENDING.c.ref.is_not(None)
Index(None, PENDING.c.feed, PENDING.c.ref, sqlite_where=_HAS_REF, postgresql_where=_HAS_REF)

SUBMISSION = Table(
    "submission",
    METADATA,
    feed_key(),
    Column("key", LargeBinary, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("idx", BIG),
    sqlite_with_rowid=False,
)
"""What is known of each idempotency key; `idx` is NULL while it waits."""

POLICY = Table(
    "policy",
    METADATA,
    Column("origin", Text, primary_key=True),
    Column("payload", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""The newest policy of each feed, by the origin it speaks of: that feed need not be held."""

EVIDENCE = Table(
    "evidence",
    METADATA,
    feed_key(),
    Column("digest", LargeBinary, primary_key=True),
    Column("peer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text),
    Column("time_ms", BIG, nullable=False),
    Column("parts", LargeBinary),
)
"""A peer's bad bytes; `parts` as in `parts.py`."""

HEALTH = Table(
    "health",
    METADATA,
    feed_key(),
    Column("peer", Text, primary_key=True),
    Column("heard_ms", BIG),
    Column("failures", Integer, nullable=False),
    Column("reason", Text),
    sqlite_with_rowid=False,
)
"""How following goes."""

TIE = Table(
    "tie",
    METADATA,
    feed_key(),
    Column("idx", BIG, primary_key=True, autoincrement=False),
    Column("relation", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("other", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""What current records of subjects say of two unified codes, as far as it is believed: `code` was before `other`
(`former`), or is a branch of it (`branch`)."""

Index(None, TIE.c.code, TIE.c.relation)
Index(None, TIE.c.other, TIE.c.relation)

ANSWERED = Table(
    "answered",
    METADATA,
    Column("exchange_id", Text, primary_key=True),
    Column("question_sha256", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("time_ms", BIG, nullable=False),
)
"""Answers given, so that a repeated question gets the same one."""

LEASE = Table(
    "lease",
    METADATA,
    feed_key(),
    Column("holder", Text),
    Column("until_ms", BIG, nullable=False),
)
"""Who may sequence each own feed, and until when by the clock of the database; one row from its creation on."""

STATED = Table(
    "stated",
    METADATA,
    feed_key(),
    Column("member", Text, primary_key=True),
    Column("stage", SmallInteger, primary_key=True, autoincrement=False),
    Column("size", BIG, nullable=False),
    Column("time_ms", BIG, nullable=False),
    Column("heard_ms", BIG, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("most_size", BIG),
    Column("most_note", LargeBinary),
    sqlite_with_rowid=False,
)
"""The newest statement of each member about a feed, for each stage: held, in effect (`node/acknowledge/statement.py`).

`note` has the log's signature and the member's; `heard_ms` is when it came, by the clock of this node. A member that
reads the feed and has stated nothing has size and time 0. `most_size` and `most_note` are of a larger statement that it
made before: its store was put back since; NULL otherwise.
"""

REACHED = Table(
    "reached",
    METADATA,
    feed_key(),
    Column("member", Text, primary_key=True),
    Column("stage", SmallInteger, primary_key=True, autoincrement=False),
    Column("size", BIG, primary_key=True, autoincrement=False),
    Column("time_ms", BIG, nullable=False),
    Column("heard_ms", BIG, nullable=False),
    sqlite_with_rowid=False,
)
"""Statements that were the first of their member and stage to speak for some act, newest ones only: since when."""

AHEAD = Table(
    "ahead",
    METADATA,
    feed_key(),
    Column("size", BIG, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("peer", Text, nullable=False),
    Column("since_ms", BIG, nullable=False),
)
"""The largest checkpoint signed by a feed's origin that was shown beside the way it is followed, by whom, since when.

While it is larger than what is complete here, the feed is behind. 0 since when this node had acknowledged it itself.
"""

ERASURE = Table(
    "erasure",
    METADATA,
    feed_key(),
    Column("ref", BIG, primary_key=True, autoincrement=False),
    Column("ground", Text, nullable=False),
    Column("ordered_ms", BIG, nullable=False),
    sqlite_with_rowid=False,
)
"""Erasures that this node ordered, by the entry to be erased, with the legal ground."""

CASE_FILE = Table(
    "case_file",
    METADATA,
    Column("filed_at", Text, primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("decided_at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("idx", BIG, nullable=False),
    Column("filed_at_ms", BIG, nullable=False),
    Column("changed_at_ms", BIG, nullable=False),
    Column("phase", Text, nullable=False),
    Column("state", Text),
    Column("sequence", Integer, nullable=False),
    Column("marked", Boolean, nullable=False),
    Column("due_on", Text),
    Column("overdue", Boolean, nullable=False),
    Column("remark", Text),
    sqlite_with_rowid=False,
)
"""Cases that were filed here or are decided here, each by the node it was filed at and its id there."""

_HAS_DUE = CASE_FILE.c.due_on.is_not(None)
Index(None, CASE_FILE.c.origin, CASE_FILE.c.idx)
Index(None, CASE_FILE.c.due_on, sqlite_where=_HAS_DUE, postgresql_where=_HAS_DUE)

CASE_LETTER = Table(
    "case_letter",
    METADATA,
    Column("filed_at", Text, primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("sha256", LargeBinary, primary_key=True),
    Column("stands", Boolean, nullable=False),
    Column("kind", Text, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("destination", Text, nullable=False),
    Column("kept_at_ms", BIG, nullable=False),
    Column("sender", Text),
    Column("back", Text),
    Column("due_ms", BIG),
    Column("tries", Integer, nullable=False),
    Column("reason", Text),
    Column("hop", Text),
    Column("receipt", LargeBinary),
    sqlite_with_rowid=False,
)
"""Signed letters about cases: arrived, on their way, or kept as evidence (`stands` false); none is ever changed.

`kind` is the payload type; `due_ms` is NULL when there is nothing to hand on.
"""

_NAME = (CASE_LETTER.c.filed_at, CASE_LETTER.c.case_id, CASE_LETTER.c.part)
Index(None, *_NAME, unique=True, sqlite_where=CASE_LETTER.c.stands, postgresql_where=CASE_LETTER.c.stands)
Index(None, CASE_LETTER.c.kept_at_ms)
_IS_DUE = CASE_LETTER.c.due_ms.is_not(None)
Index(None, CASE_LETTER.c.due_ms, sqlite_where=_IS_DUE, postgresql_where=_IS_DUE)
FEEDBACK = Table(
    "feedback",
    METADATA,
    feed_key(),
    Column("idx", BIG, primary_key=True, autoincrement=False),
    Column("entry_origin", Text, nullable=False),
    Column("entry_idx", BIG, nullable=False),
    Column("measure", Text, nullable=False),
    Column("initiator", Text, nullable=False),
    Column("implementer", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("response", Text, nullable=False),
    Column("responded_on", Text, nullable=False),
    Column("lifted_on", Text),
    Column("period", Text, nullable=False),
    Column("fault", Text),
    sqlite_with_rowid=False,
)
"""What the newest statement on each measure says, own and foreign, without whom it is about; `fault` is why a foreign
one has no effect. The entry is named by its origin, which need not be held where a hub mirrors feedback."""

Index(None, FEEDBACK.c.entry_origin, FEEDBACK.c.entry_idx)
_IS_OPEN = FEEDBACK.c.lifted_on.is_(None)
Index(None, FEEDBACK.c.feed, FEEDBACK.c.idx, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN)
Index(None, FEEDBACK.c.feed, FEEDBACK.c.period, FEEDBACK.c.idx)
