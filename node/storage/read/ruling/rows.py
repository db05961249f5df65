# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Rules that are kept, and what stands against red entries. Functions on a connection: readers and units share them."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, and_, func, select

from federation.records.list_entry import ListKind
from federation.rules.conflict.table import Relation
from node.ledger.grounds import Against
from node.storage.read.chunks import key_chunks
from node.storage.schema import DECISION, FEED, RULE_FILE, RULE_SET, TIE


def rules_number(connection: Connection, digest: str) -> int | None:
    """By what number the rules of a digest are called; None when they are not kept."""
    wanted = select(RULE_SET.c.number).where(RULE_SET.c.sha256 == bytes.fromhex(digest))
    return connection.execute(wanted).scalar_one_or_none()


def rules_digests(connection: Connection) -> Mapping[int, str]:
    """The digest of all rules that decisions were ever made by, by number."""
    kept = connection.execute(select(RULE_SET.c.number, RULE_SET.c.sha256).order_by(RULE_SET.c.number))
    return {number: digest.hex() for number, digest in kept}


def rule_bytes(connection: Connection, digests: Iterable[str]) -> Mapping[str, bytes]:
    """Kept files of rules by their SHA-256 in hex, as they are stored; those not kept are absent."""
    found: dict[str, bytes] = {}
    for chunk in key_chunks(bytes.fromhex(digest) for digest in digests if _is_digest(digest)):
        wanted = select(RULE_FILE.c.sha256, RULE_FILE.c.content).where(RULE_FILE.c.sha256.in_(chunk))
        found |= {digest.hex(): content for digest, content in connection.execute(wanted)}
    return found


def black_places(connection: Connection, subjects: Iterable[str]) -> Mapping[str, Against]:
    """The first black decision that counts here on each of the subjects; those with none are absent."""
    found: dict[str, Against] = {}
    for chunk in key_chunks(subjects):
        first = func.row_number().over(partition_by=DECISION.c.subject, order_by=(DECISION.c.feed, DECISION.c.idx))
        black = (DECISION.c.list_kind == ListKind.BLACK.value) & DECISION.c.counts
        ranked = (
            select(DECISION.c.subject, DECISION.c.feed, DECISION.c.idx, DECISION.c.turn, first.label("place"))
            .where(DECISION.c.subject.in_(chunk), black)
            .subquery()
        )
        wanted = select(ranked, FEED.c.origin).join(FEED, FEED.c.feed == ranked.c.feed).where(ranked.c.place == 1)
        found |= {row.subject: Against(row.origin, row.idx, row.turn) for row in connection.execute(wanted)}
    return found


def tie_places(connection: Connection, codes: Iterable[str]) -> Sequence[tuple[str, int]]:
    """Origin and index of every record that says of two of some codes that one replaced the other, in order."""
    known = sorted(codes)
    found: set[tuple[str, int]] = set()
    for chunk in key_chunks(known):
        replaced = and_(TIE.c.relation == Relation.FORMER.value, TIE.c.code.in_(chunk), TIE.c.other.in_(known))
        wanted = select(FEED.c.origin, TIE.c.idx).join(FEED, FEED.c.feed == TIE.c.feed).where(replaced)
        found |= {(origin, index) for origin, index in connection.execute(wanted)}
    return sorted(found)


def _is_digest(text: str) -> bool:
    """Whether a text is a SHA-256 in hex: what a damaged list names may be anything."""
    return len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)
