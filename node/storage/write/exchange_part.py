# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the exchange log keeps beside its feed: answers given."""

from sqlalchemy import Connection, select

from node.exchange.exchange_log import Remembered
from node.storage.dialect.rows import insert_rows
from node.storage.schema import ANSWERED


class ExchangePart:
    """The methods of an `ExchangeUnit`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def remembered(self, exchange_id: str) -> Remembered | None:
        """What was answered under an exchange id."""
        wanted = select(ANSWERED.c.question_sha256, ANSWERED.c.answer).where(ANSWERED.c.exchange_id == exchange_id)
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else Remembered(row.question_sha256, row.answer)

    def remember(self, exchange_id: str, remembered: Remembered, now_ms: int) -> None:
        """Keeps an answer.

        Raises:
            StoreFault: STORE_CONFLICT, one is kept under this id; an answer is never replaced.
        """
        row = (exchange_id, remembered.question_sha256, remembered.answer, now_ms)
        insert_rows(self._connection, ANSWERED, [row])
