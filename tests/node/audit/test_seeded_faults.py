# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A hundred thousand exchanges, two hundred lies among them: each is found and named, and nothing else is."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from federation.records.exchange import ExchangeSide
from federation.rules.audit.pairing import Pair, PairClass, Terms
from federation.rules.audit.proof import Verdict
from node.audit.reconciling import reconcile
from tests.node.audit.logs import ANSWERING, ASKING, Line, Log, exchange, honest, sides, trust_in

EXCHANGES = 100_000
OF_EACH = 25
HOUR_MS = 60 * 60 * 1000
Named = tuple[PairClass, tuple[str, ...]]


def named(pair: Pair) -> dict[str, Named]:
    """What an exchange is called, by its id."""
    return {pair.exchange_id: (pair.found, pair.fields)}


class Liar:
    """Changes what two honest logs say, before each is signed as if nothing had happened; and notes what it did."""

    def __init__(self, asked: list[Line], told: list[Line], seed: int) -> None:
        self.logs: tuple[list[Line | None], list[Line | None]] = ([*asked], [*told])
        self.named: dict[str, Named] = {}
        self._random = random.Random(seed)
        self._untouched = self._random.sample(range(len(asked)), 9 * OF_EACH)
        self._moved: list[tuple[int, Line]] = []

    def change(self, found: PairClass, fields: tuple[str, ...], **changes: object) -> None:
        """Says something else of an exchange, at one side."""
        at, log = self._untouched.pop(), self._random.choice(self.logs)
        line = log[at]
        assert line is not None
        log[at] = Line(line.record.model_copy(update=changes), line.leaf_ms)
        self.named[line.record.exchange_id] = found, fields

    def back_date(self) -> None:
        """Says that it was an hour earlier."""
        at, log = self._untouched.pop(), self._random.choice(self.logs)
        line = log[at]
        assert line is not None
        earlier = {"logged_at_ms": line.record.logged_at_ms - HOUR_MS}
        log[at] = Line(line.record.model_copy(update=earlier), line.leaf_ms)
        self.named[line.record.exchange_id] = PairClass.FIELD_MISMATCH, ("logged_at_ms",)

    def drop(self) -> None:
        """Leaves one out."""
        at, number = self._untouched.pop(), self._random.randrange(2)
        line = self.logs[number][at]
        assert line is not None
        self.logs[number][at] = None
        self.named[line.record.exchange_id] = (
            (PairClass.MISSING_AT_REQUESTER, PairClass.MISSING_AT_RESPONDER)[number],
            (),
        )

    def add(self, number: int) -> None:
        """Makes one up."""
        at, log = self._untouched.pop(), self._random.randrange(2)
        line = self.logs[log][at]
        assert line is not None
        side = (ExchangeSide.REQUESTER, ExchangeSide.RESPONDER)[log]
        made = Line(exchange(number, side, line.record.logged_at_ms - 180), line.leaf_ms)
        self._moved.append((log, made))
        self.named[made.record.exchange_id] = (PairClass.MISSING_AT_RESPONDER, PairClass.MISSING_AT_REQUESTER)[log], ()

    def reorder(self) -> None:
        """Puts one half an hour further on."""
        at, number = self._untouched.pop(), self._random.randrange(2)
        line = self.logs[number][at]
        assert line is not None
        self.logs[number][at] = None
        self._moved.append((number, Line(line.record, line.leaf_ms + HOUR_MS // 2)))
        self.named[line.record.exchange_id] = PairClass.LATE_LOGGED, ()

    def lines(self, number: int) -> list[Line]:
        """What one log says at last, in its order."""
        said = [line for line in self.logs[number] if line is not None]
        said += [line for log, line in self._moved if log == number]
        return sorted(said, key=lambda line: line.leaf_ms)


def lied(liar: Liar) -> None:
    """Two hundred faults: dropped, added, edited, re-signed, re-ordered, back-dated, purpose and answer swapped."""
    other = bytes(32)
    for number in range(OF_EACH):
        liar.drop()
        liar.add(EXCHANGES + number)
        liar.change(
            PairClass.FIELD_MISMATCH, ("outcome", "answer_sha256"), outcome="PURPOSE_NOT_GRANTED", answer_sha256=b""
        )
        liar.change(PairClass.DIGEST_MISMATCH, ("commitment",), commitment=other)
        liar.reorder()
        liar.back_date()
        liar.change(PairClass.FIELD_MISMATCH, ("purpose", "commitment"), purpose="procurement", commitment=other)
        liar.change(PairClass.DIGEST_MISMATCH, ("answer_sha256", "commitment"), answer_sha256=other, commitment=other)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_one_of_200_seeded_faults_is_found_and_named_and_nothing_else_is(tmp_path: Path) -> None:
    """Over 100,000 exchanges whose logs prove whole: the lies were signed, and only the other side contradicts them."""
    liar = Liar(*sides(honest(EXCHANGES)), seed=5)
    lied(liar)
    files = [
        Log(ASKING, liar.lines(0)).export(tmp_path / "asking"),
        Log(ANSWERING, liar.lines(1)).export(tmp_path / "answering"),
    ]
    found: dict[str, Named] = {}

    came = reconcile(files, trust_in(ASKING, ANSWERING), Terms(), lambda pair: found.update(named(pair)))

    assert 200 == len(liar.named)
    assert liar.named == found
    assert [Verdict.PROVEN] * 2 == [side.checked.verdict for side in came.sides]
    assert EXCHANGES - 200 + OF_EACH == came.tally.total(PairClass.MATCHED)
