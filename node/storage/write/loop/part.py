# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the ledger keeps of feedback."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete

from node.entry.feedback import FeedbackRow
from node.storage.dialect.rows import replace_rows
from node.storage.read.chunks import key_chunks
from node.storage.schema import FEEDBACK
from node.storage.write.feed_table import FeedTable


class LoopPart:
    """The methods of a `FeedbackUnit`."""

    def __init__(self, connection: Connection, feeds: FeedTable) -> None:
        self._connection = connection
        self._feeds = feeds

    def keep_feedback(self, rows: Sequence[FeedbackRow]) -> None:
        """Adds or replaces rows."""
        feeds = {origin: self._feeds.held(origin).feed for origin in {row.origin for row in rows}}
        replace_rows(self._connection, FEEDBACK, [_stored(feeds[row.origin], row) for row in rows])

    def drop_feedback(self, origin: str, indexes: Sequence[int]) -> None:
        """Takes rows away; those that are not there are left out."""
        feed = self._feeds.held(origin).feed
        for chunk in key_chunks(indexes):
            self._connection.execute(delete(FEEDBACK).where(FEEDBACK.c.feed == feed, FEEDBACK.c.idx.in_(chunk)))


def _stored(feed: int, row: FeedbackRow) -> tuple[object, ...]:
    """The stored form, in the order of the table's columns."""
    return (
        feed,
        row.index,
        row.entry_origin,
        row.entry_index,
        row.measure,
        row.initiator,
        row.implementer,
        row.region,
        row.response.value,
        row.responded_on.isoformat(),
        row.lifted_on.isoformat() if row.lifted_on else None,
        row.period,
        row.fault,
    )
