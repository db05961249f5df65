# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Questions to many over the local port: what is asked and told survives the wire."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from creditexchange.v1.wide_inquiry_pb2 import InquireWidelyResponse

from federation.errors import FieldFault
from federation.records.codec import encode
from federation.records.exchange import Answer, Authorisation, AuthorisationKind
from federation.records.feed_policy import Dataset
from federation.rules.exchange import ANSWER_TYPE, QUESTION_TYPE
from federation.rules.routing.outcome import Became, MemberOutcome
from federation.rules.routing.plan import Place
from federation.standards.identity import CodeKind
from node.exchange.dialogue import Envelope
from node.exchange.inquire import Answered, Matter
from node.routing.widely import Reply
from node.rpc.asking.wide import reply_from_wire, reply_to_wire, wide_from_wire, wide_to_wire

MATTER = Matter("p", "b", "c", CodeKind.USCC, "91330100MA2PDY0152", "o-1", "p-1")
AUTHORITY = Authorisation(
    kind=AuthorisationKind.CONSENT,
    reference="1",
    sha256=bytes(32),
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
)
ANSWER = Answer(
    exchange_id="01890a5d-ac96-774b-bcce-b302099a8057",
    question_sha256=bytes(32),
    responder="330100",
    answered_at_ms=1,
)
PAIR = Answered(
    ANSWER,
    Envelope(QUESTION_TYPE, b"question", bytes(4), bytes(64)),
    Envelope(ANSWER_TYPE, encode(ANSWER), bytes(4), bytes(64)),
)


@pytest.mark.parametrize("everywhere", [True, False])
@pytest.mark.parametrize(
    "matter",
    [
        MATTER,
        replace(MATTER, authorisation=AUTHORITY, batch="b-1", datasets=(Dataset.LISTS,), max_age_s=7, timeout_ms=9),
    ],
)
def test_a_question_to_many_survives_the_wire(matter: Matter, everywhere: bool) -> None:
    """Every field of it."""
    assert (matter, everywhere) == wide_from_wire(wide_to_wire(matter, everywhere=everywhere))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(MemberOutcome("330100", Place.HOME, Became.ANSWERED, "", "yrd", short=True), PAIR),
        Reply(MemberOutcome("330100", Place.REST, Became.INVALID, "ANSWER_INVALID"), None, b"evidence"),
        Reply(MemberOutcome("yrd", Place.MIRROR, Became.ANSWERED, stands_for="330100", as_of_ms=7)),
        Reply(MemberOutcome("320500", None, Became.NOT_ASKED, "HOLDER_INDEX_EMPTY", as_of_ms=8)),
    ],
)
def test_a_reply_survives_the_wire(reply: Reply) -> None:
    """Whatever became of the member."""
    assert reply == reply_from_wire(reply_to_wire(reply))


@pytest.mark.parametrize("message", [InquireWidelyResponse(member="a"), InquireWidelyResponse(became="gone")])
def test_a_word_that_is_unknown_is_refused(message: InquireWidelyResponse) -> None:
    """It is never taken for another."""
    with pytest.raises(FieldFault, match="VALUE_UNKNOWN"):
        reply_from_wire(message)
