# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is said of an exchange when both sides' entries stand side by side."""

from __future__ import annotations

from typing import Any

import pytest

from federation.records.exchange import Exchange, ExchangeSide
from federation.rules.audit.pairing import AuditedLog, Judge, Pair, PairClass, Terms
from federation.rules.audit.row import row_of, side_of
from federation.rules.audit.tally import Tally

MADE_MS = 0x01890A5DAC96
EXCHANGE_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
HOUR_MS = 60 * 60 * 1000
ASKING, ANSWERING = 0, 1


def entry(log: int, leaf_after_ms: int = 50, **changes: object) -> bytes:
    """The row of one side's entry: of the requester in log 0, of the responder in log 1."""
    fields: dict[str, Any] = {
        "exchange_id": EXCHANGE_ID,
        "requester": "310000",
        "responder": "330100",
        "side": (ExchangeSide.REQUESTER, ExchangeSide.RESPONDER)[log],
        "purpose": "procurement",
        "outcome": "ANSWERED",
        "question_sha256": b"q" * 32,
        "answer_sha256": b"a" * 32,
        "commitment": b"c" * 32,
        "logged_at_ms": MADE_MS + 100,
    }
    record = Exchange(**{**fields, **changes})
    return row_of(record, log, 7 + log, record.logged_at_ms + leaf_after_ms)


def judge(*rows: bytes, logs: dict[int, AuditedLog] | None = None) -> Pair:
    """What is said of some rows of one exchange."""
    whole = {number: log(owner) for number, owner in enumerate(("310000", "330100"))}
    return Judge(logs or whole, Terms()).judge(rows)


def log(owner: str, **changes: object) -> AuditedLog:
    """A proven log of a day around the exchange."""
    day: dict[str, Any] = {"proven": True, "from_ms": MADE_MS - 12 * HOUR_MS, "until_ms": MADE_MS + 12 * HOUR_MS}
    return AuditedLog(owner, **{**day, **changes})


def said(pair: Pair) -> tuple[str, tuple[str, ...], str]:
    """Class, fields, and why not."""
    return pair.found.value, pair.fields, pair.why


def test_a_row_holds_all_of_an_entry() -> None:
    """What is compared is read back as it was logged; whose log it must stand in follows from its side."""
    side = side_of(entry(ANSWERING))

    assert (EXCHANGE_ID, ANSWERING, 8, MADE_MS + 150, MADE_MS + 100) == side[:5]
    assert ("310000", "330100", "procurement", "ANSWERED", b"q" * 32, b"a" * 32, b"c" * 32) == side[6:]
    assert (MADE_MS, "330100", "310000") == (side.made_ms, side.owner, side.other)
    assert ("310000", "330100") == (side_of(entry(ASKING)).owner, side_of(entry(ASKING)).other)


def test_two_sides_that_say_the_same_match() -> None:
    """Plainly, without a closer look, whichever comes first; and with it."""
    plain = Judge({0: log("310000"), 1: log("330100")}, Terms())
    later = entry(ANSWERING, logged_at_ms=MADE_MS + 90)

    assert (-10, -10) == (plain.plainly_matched(entry(ASKING), later), plain.plainly_matched(later, entry(ASKING)))
    assert ("MATCHED", (), "") == said(judge(entry(ASKING), later))
    assert (-10, ((0, 7), (1, 8))) == (judge(entry(ASKING), later).apart_ms, judge(entry(ASKING), later).places)
    assert -10 == judge(later, entry(ASKING)).apart_ms


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (entry(ASKING), entry(ANSWERING, purpose="financing")),
        (entry(ASKING), entry(ANSWERING, side=ExchangeSide.REQUESTER)),
        (entry(ASKING, side=ExchangeSide.RESPONDER), entry(ANSWERING, side=ExchangeSide.REQUESTER)),
        (entry(ASKING), entry(ANSWERING, logged_at_ms=MADE_MS + 5000)),
        (entry(ASKING), entry(ANSWERING, leaf_after_ms=5000)),
        (entry(ASKING), entry(ANSWERING, leaf_after_ms=-5000)),
    ],
)
def test_what_is_not_beyond_doubt_is_looked_at_closely(asked: bytes, told: bytes) -> None:
    """Another word, the wrong side, times apart."""
    assert Judge({0: log("310000"), 1: log("330100")}, Terms()).plainly_matched(asked, told) is None


def test_nothing_in_an_unproven_log_matches_plainly() -> None:
    """Whatever it says."""
    logs = {0: log("310000"), 1: log("330100", proven=False)}
    assert Judge(logs, Terms()).plainly_matched(entry(ASKING), entry(ANSWERING)) is None
    assert ("UNAUDITABLE", (), "AUDIT_LOG_UNPROVEN") == said(judge(entry(ASKING), entry(ANSWERING), logs=logs))


@pytest.mark.parametrize(
    ("changes", "found", "fields"),
    [
        ({"logged_at_ms": MADE_MS + 5000}, "MATCHED_TOLERANCE", ()),
        ({"logged_at_ms": MADE_MS + HOUR_MS}, "FIELD_MISMATCH", ("logged_at_ms",)),
        ({"logged_at_ms": MADE_MS - HOUR_MS}, "FIELD_MISMATCH", ("logged_at_ms",)),
        ({"leaf_after_ms": -HOUR_MS}, "FIELD_MISMATCH", ("logged_at_ms",)),
        ({"leaf_after_ms": HOUR_MS}, "LATE_LOGGED", ()),
        ({"purpose": "financing"}, "FIELD_MISMATCH", ("purpose",)),
        ({"purpose": "financing", "commitment": b"x" * 32}, "FIELD_MISMATCH", ("purpose", "commitment")),
        ({"outcome": "PURPOSE_NOT_GRANTED", "answer_sha256": b""}, "FIELD_MISMATCH", ("outcome", "answer_sha256")),
        ({"answer_sha256": b"x" * 32}, "DIGEST_MISMATCH", ("answer_sha256",)),
        ({"question_sha256": b"x" * 32}, "DIGEST_MISMATCH", ("question_sha256",)),
        ({"commitment": b"x" * 32}, "DIGEST_MISMATCH", ("commitment",)),
        ({"requester": "320000"}, "FIELD_MISMATCH", ("requester",)),
        ({"responder": "320000"}, "FIELD_MISMATCH", ("responder",)),
    ],
)
def test_what_differs_is_named(changes: dict[str, Any], found: str, fields: tuple[str, ...]) -> None:
    """The class, and each field that differs; content before fields, fields before times."""
    assert (found, fields, "") == said(judge(entry(ASKING), entry(ANSWERING, **changes)))


def test_an_entry_written_long_after_its_exchange_began_is_late() -> None:
    """Though both sides agree on it."""
    late: dict[str, Any] = {"logged_at_ms": MADE_MS + HOUR_MS}
    assert ("LATE_LOGGED", (), "") == said(judge(entry(ASKING, **late), entry(ANSWERING, **late)))


def test_a_question_without_an_answer_is_nobodys_fault() -> None:
    """Whether the responder has it or not; what both say of the question must be the same all the same."""
    lost: dict[str, Any] = {"outcome": "CALL_TIMEOUT", "answer_sha256": b"", "commitment": b"t" * 32}

    assert ("NOT_DELIVERED", (), "") == said(judge(entry(ASKING, **lost)))
    assert ("NOT_DELIVERED", (), "") == said(judge(entry(ASKING, **lost), entry(ANSWERING)))
    differs = judge(entry(ASKING, **lost), entry(ANSWERING, question_sha256=b"x" * 32))
    assert ("DIGEST_MISMATCH", ("question_sha256",), "") == said(differs)


def test_an_exchange_that_one_log_lacks_is_missing_there() -> None:
    """At the responder, or at the requester; refusals that both log, too."""
    refused: dict[str, Any] = {"outcome": "PURPOSE_NOT_GRANTED", "answer_sha256": b""}

    assert "MISSING_AT_RESPONDER" == judge(entry(ASKING)).found
    assert "MISSING_AT_RESPONDER" == judge(entry(ASKING, **refused)).found
    assert "MISSING_AT_REQUESTER" == judge(entry(ANSWERING)).found


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (None, "AUDIT_LOG_ABSENT"),
        (log("330100", proven=False), "AUDIT_LOG_UNPROVEN"),
        (log("330100", until_ms=MADE_MS + 1000), "AUDIT_PERIOD_EDGE"),
        (log("330100", from_ms=MADE_MS), "AUDIT_PERIOD_EDGE"),
        (log("330100", unreadable_ms=(0, MADE_MS + 200)), "AUDIT_PAYLOAD_ABSENT"),
    ],
)
def test_what_could_not_be_checked_is_never_called_missing(other: AuditedLog | None, why: str) -> None:
    """The other log is not there, not proven, ends about then, or cannot be read about then."""
    logs = {0: log("310000")} | ({} if other is None else {1: other})

    assert ("UNAUDITABLE", (), why) == said(judge(entry(ASKING), logs=logs))


@pytest.mark.parametrize("unreadable", [(0,), (MADE_MS + 10 * HOUR_MS,)])
def test_what_cannot_be_read_at_another_time_hides_nothing(unreadable: tuple[int, ...]) -> None:
    """Before or after: the exchange is missing."""
    logs = {0: log("310000"), 1: log("330100", unreadable_ms=unreadable)}
    assert "MISSING_AT_RESPONDER" == judge(entry(ASKING), logs=logs).found


def test_a_time_that_cannot_be_is_named_where_the_other_side_is_missing() -> None:
    """Before the exchange began, or after the entry was sequenced."""
    dated = entry(ASKING, logged_at_ms=MADE_MS - HOUR_MS)
    assert ("FIELD_MISMATCH", ("logged_at_ms",), "") == said(judge(dated))


def test_an_entry_in_somebody_elses_log_is_named() -> None:
    """It says that it is of a side whose log this is not."""
    swapped = entry(ANSWERING, side=ExchangeSide.REQUESTER)
    assert ("FIELD_MISMATCH", ("requester",), "") == said(judge(swapped))


def test_more_than_one_entry_of_a_side_is_told_apart() -> None:
    """The same twice is a duplicate; entries that differ leave it open which one is true."""
    assert "DUPLICATE" == judge(entry(ASKING), entry(ASKING), entry(ANSWERING)).found
    assert "AMBIGUOUS" == judge(entry(ASKING), entry(ASKING, purpose="financing"), entry(ANSWERING)).found
    assert "AMBIGUOUS" == judge(entry(ASKING), entry(ANSWERING), entry(ANSWERING, outcome="X")).found


def test_a_tally_counts_by_pair_and_class() -> None:
    """And tells how far clocks stood apart, for any share of the exchanges."""
    tally = Tally()
    assert tally.apart_ms(0.5) is None
    for number in range(100):
        tally.add("310000", "330100", PairClass.MATCHED)
        tally.stood_apart(10 * number)
    tally.add("330100", "310000", PairClass.UNAUDITABLE)

    assert (101, 100, 1) == (tally.exchanges, tally.total(PairClass.MATCHED), tally.total(PairClass.UNAUDITABLE))
    assert (400, 900) == (tally.apart_ms(0.5), tally.apart_ms(0.99))
