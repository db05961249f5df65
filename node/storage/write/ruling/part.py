# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the ledger keeps of rules: every file that was ever in force, which are now, how far a change has come."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, func, select

from federation.records.feed_policy import Dataset
from node.ledger.ports import Redeciding
from node.ledger.rules import RuleSet
from node.storage.dialect.rows import insert_rows, replace_rows
from node.storage.read.ruling.rows import rule_bytes, rules_number
from node.storage.schema import DECISION, FEED, META, RULE_FILE, RULE_SET

_RULES = "rules_digest"
_REDECIDING = "redeciding"
_DECIDED = (Dataset.LISTS.value, Dataset.FILINGS.value)


class RulingPart:
    """The methods of a `LedgerUnit` that are about rules."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rules_digest(self) -> str:
        """Digest of the rules in force; empty before the first."""
        return self._meta(_RULES) or ""

    def set_rules_digest(self, digest: str) -> None:
        """Keeps that digest."""
        replace_rows(self._connection, META, [(_RULES, digest)])

    def rules_number(self, digest: str) -> int | None:
        """By what number this store calls the rules of a digest; None when it does not keep them."""
        return rules_number(self._connection, digest)

    def keep_rules(self, rules: RuleSet, now_ms: int) -> int:
        """Keeps every file of the rules, and the list of them; the number that they are called by, from 1 on."""
        files = {rules.digest: rules.listed} | {rules.digests[path]: raw for path, raw in rules.files.items()}
        new = files.keys() - rule_bytes(self._connection, files).keys()
        insert_rows(self._connection, RULE_FILE, [(bytes.fromhex(digest), files[digest]) for digest in sorted(new)])
        number = int(self._connection.execute(select(func.coalesce(func.max(RULE_SET.c.number), 0))).scalar_one()) + 1
        insert_rows(self._connection, RULE_SET, [(number, bytes.fromhex(rules.digest), now_ms)])
        return number

    def rule_bytes(self, digests: Sequence[str]) -> Mapping[str, bytes]:
        """Kept files of rules by their SHA-256 in hex, as they are stored; those not kept are absent."""
        return rule_bytes(self._connection, digests)

    def has_decisions(self) -> bool:
        """Whether anything was decided yet."""
        return self._connection.execute(select(DECISION.c.idx).limit(1)).first() is not None

    def decided_feeds(self) -> Sequence[str]:
        """Origins of the feeds that decisions are made on, in order."""
        wanted = select(FEED.c.origin).where(FEED.c.dataset.in_(_DECIDED)).order_by(FEED.c.origin)
        return self._connection.execute(wanted).scalars().all()

    def redeciding(self) -> Redeciding | None:
        """How far decisions have been made anew since the rules changed; None when all are."""
        kept = self._meta(_REDECIDING)
        if kept is None:
            return None
        before, origin, index = kept.split(" ")
        return Redeciding(before, origin, int(index))

    def keep_redeciding(self, at: Redeciding | None) -> None:
        """Keeps that."""
        if at is None:
            self._connection.execute(delete(META).where(META.c.name == _REDECIDING))
        else:
            replace_rows(self._connection, META, [(_REDECIDING, f"{at.before} {at.origin} {at.index}")])

    def _meta(self, name: str) -> str | None:
        wanted = select(META.c.value).where(META.c.name == name)
        value: str | None = self._connection.execute(wanted).scalar_one_or_none()
        return value
