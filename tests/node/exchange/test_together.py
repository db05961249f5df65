# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Questions answered together: one transaction for all, to each its own, and what stands once stands."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from federation.errors import CallerFault, Fault, StoreFault
from federation.records.codec import decode_as
from federation.records.exchange import Answer
from federation.standards.identity import CodeKind
from node.exchange.dialogue import Envelope
from node.exchange.exchange_log import ANSWERS_KEPT_DAYS
from node.exchange.inquire import uuid7
from tests.node.region.talk import answered, logged, question, responder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.entry.found import Found, Sought
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

PERSON = "330102194901019917"


@pytest.fixture
def hangzhou(world: World, samples: Samples) -> Node:
    """The node that is asked, with one entry about a company."""
    node = world.node("330100", n310000={"may_ask": ("joint-punishment",)})
    node.publish("lists", samples.black(1))
    return node


def asked(node: Node, number: int, **changes: object) -> tuple[str, Envelope]:
    """A question of Shanghai under an exchange id of its own."""
    return "310000", question(node, exchange_id=uuid7(node.clock(), number.to_bytes(10, "big")), **changes)


def reasons(answers: list[Envelope | Fault]) -> list[str]:
    """Why there is no answer; ANSWERED where there is one."""
    return [answer.reason if isinstance(answer, Fault) else "ANSWERED" for answer in answers]


def test_each_gets_its_own_answer_or_refusal(hangzhou: Node, shanghai: Node) -> None:
    """Good ones, refused ones and unreadable ones side by side; logged in one transaction, unreadable ones not."""
    stranger = asked(shanghai, 4)[1]
    questions = [
        asked(shanghai, 1),
        asked(shanghai, 2, purpose="procurement"),
        asked(shanghai, 3, code=PERSON, code_kind=CodeKind.CITIZEN),
        ("330000", stranger),
        asked(shanghai, 5, responder="yrd"),
        asked(shanghai, 6, code="91330106PDY209008Q"),
    ]
    before = hangzhou.trouble.points
    answers = responder(hangzhou).answer_all(questions)

    refused = "PURPOSE_NOT_GRANTED"
    expected = ["ANSWERED", refused, refused, "SIGNATURE_INVALID", "QUESTION_MISDIRECTED", "ANSWERED"]
    assert expected == reasons(answers)
    found = [decode_as(Answer, each.payload).findings for each in answers if isinstance(each, Envelope)]
    assert [1, 0] == [len(findings) for findings in found]
    assert 8 == hangzhou.trouble.points - before
    assert ["ANSWERED", refused, refused, "ANSWERED"] == [exchange.outcome for exchange in logged(hangzhou)]


def test_a_failed_transaction_fails_for_all_that_were_in_it(hangzhou: Node, shanghai: Node) -> None:
    """Nothing leaves of any; what was no question says so as ever. Asked again, each is answered and logged once."""
    questions = [asked(shanghai, 1), asked(shanghai, 2, purpose="procurement"), asked(shanghai, 3, responder="yrd")]
    hangzhou.trouble.arm(5)
    answers = responder(hangzhou).answer_all(questions)
    unavailable = "EXCHANGE_LOG_UNAVAILABLE"
    assert [unavailable, unavailable, "QUESTION_MISDIRECTED"] == reasons(answers)
    hangzhou.reopen()
    assert [] == logged(hangzhou)

    again = responder(hangzhou).answer_all(questions)
    assert ["ANSWERED", "PURPOSE_NOT_GRANTED", "QUESTION_MISDIRECTED"] == reasons(again)
    assert 2 == len(logged(hangzhou))


def test_an_id_is_taken_by_the_first_of_those_that_come_together(hangzhou: Node, shanghai: Node) -> None:
    """The same question gets the same bytes, another one is refused; there is one entry."""
    answers = responder(hangzhou).answer_all(
        [asked(shanghai, 1), asked(shanghai, 1), asked(shanghai, 1, case_number="2"), asked(shanghai, 2)]
    )

    assert ["ANSWERED", "ANSWERED", "EXCHANGE_ID_REUSED", "ANSWERED"] == reasons(answers)
    assert answers[0] == answers[1]
    assert 2 == len(logged(hangzhou))


async def test_an_entry_that_the_intake_will_not_take_is_no_others_fault(hangzhou: Node, shanghai: Node) -> None:
    """Its id is in the log, but its answer is forgotten: it is refused, and its neighbours are answered."""
    first = asked(shanghai, 1)
    await answered(hangzhou, *first)
    hangzhou.clock.forward(days=ANSWERS_KEPT_DAYS + 1)
    assert 1 == hangzhou.stages.exchange_log.forget()

    answers = responder(hangzhou).answer_all([asked(shanghai, 2), first, asked(shanghai, 3)])
    assert ["ANSWERED", "EXCHANGE_ID_REUSED", "ANSWERED"] == reasons(answers)
    assert 3 == len(logged(hangzhou))


async def test_an_answer_is_given_again_as_long_as_it_is_kept(hangzhou: Node, shanghai: Node) -> None:
    """For the days that are promised, whatever is forgotten meanwhile; after them the question is refused."""
    first = asked(shanghai, 1)
    answer = await answered(hangzhou, *first)
    hangzhou.clock.forward(days=ANSWERS_KEPT_DAYS)
    assert 0 == hangzhou.stages.exchange_log.forget()
    assert answer == await answered(hangzhou, *first)

    hangzhou.clock.forward(seconds=1)
    assert [1, 0] == [hangzhou.stages.exchange_log.forget() for _ in range(2)]
    with pytest.raises(CallerFault, match="EXCHANGE_ID_REUSED"):
        await answered(hangzhou, *first)


def test_answers_that_cannot_be_forgotten_now_stay(hangzhou: Node, shanghai: Node) -> None:
    """The store's fault is told, and the answer stands."""
    answers = responder(hangzhou).answer_all([asked(shanghai, 1)])
    hangzhou.clock.forward(days=ANSWERS_KEPT_DAYS + 1)
    hangzhou.trouble.arm(0)
    with pytest.raises(StoreFault, match="STORE_UNAVAILABLE"):
        hangzhou.stages.exchange_log.forget()
    hangzhou.clock.forward(days=-ANSWERS_KEPT_DAYS - 1)
    hangzhou.reopen()

    assert answers == responder(hangzhou).answer_all([asked(shanghai, 1)])


@dataclass
class ErasedMeanwhile:
    """Finds as the node does; then something is erased before the answer is logged, as often as there are indexes."""

    node: Node
    indexes: list[int]

    def find_all(self, asked: Sequence[Sought]) -> Sequence[Found]:
        """As `Query.find_all`."""
        found = self.node.query.find_all(asked)
        if self.indexes:
            self.node.stages.eraser.order(
                self.node.origin("lists"), [self.indexes.pop(0)], "《民法典》第一千零二十九条"
            )
            self.node.stages.publish_pending()
        return found


def test_an_answer_made_before_an_erasure_never_leaves_after_it(world: World, hangzhou: Node, shanghai: Node) -> None:
    """It is made anew, without what was erased; no copy of the salt stays in the store, and one entry is logged."""
    (salt,) = [entry.salt for entry in hangzhou.reader.held(hangzhou.origin("lists"), 0, 9)]

    (answer,) = responder(hangzhou, ErasedMeanwhile(hangzhou, [0])).answer_all([asked(shanghai, 1)])

    assert isinstance(answer, Envelope)
    assert () == decode_as(Answer, answer.payload).findings
    with closing(sqlite3.connect(hangzhou.config.store_path)) as connection:
        (kept,) = connection.execute("select answer from answered").fetchall()
    assert salt not in kept[0]
    assert answer.to_bytes() == kept[0]
    assert 1 == len(logged(hangzhou))


def test_an_answer_that_is_outdated_each_time_is_not_given(hangzhou: Node, shanghai: Node, samples: Samples) -> None:
    """After three looks the requester is told to ask again; nothing is logged or kept."""
    hangzhou.publish("lists", samples.black(2), samples.black(3))
    erasing = ErasedMeanwhile(hangzhou, [0, 1, 2])

    answers = responder(hangzhou, erasing).answer_all([asked(shanghai, 1)])

    assert ["EXCHANGE_LOG_UNAVAILABLE"] == reasons(answers)
    assert [] == erasing.indexes
    assert [] == logged(hangzhou)
