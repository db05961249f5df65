# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Several answers side by side, never blended."""

from federation.records.exchange import Answer, EvidenceParts, Finding, Standing
from federation.rules.routing.merge import Said, merged, owner_of

ORIGIN = "delta.example/330100/lists/1"


def finding(index: int, standing: Standing, leaf: bytes = bytes(84), payload: bytes = b"record") -> Finding:
    """One record of Hangzhou's list."""
    evidence = EvidenceParts(origin=ORIGIN, index=index, leaf=leaf, salt=bytes(32), payload=payload, checkpoint=b"note")
    return Finding(evidence=evidence, standing=standing, reasons=("REASON",))


def answer(responder: str, *findings: Finding) -> Answer:
    """An answer of a member."""
    return Answer(
        exchange_id="01890a5d-ac96-774b-bcce-b302099a8057",
        question_sha256=bytes(32),
        responder=responder,
        answered_at_ms=1,
        findings=findings,
    )


def test_an_entry_stands_once_with_what_each_says_of_it() -> None:
    """The owner's word and a mirror's are told apart, and each keeps its standing and reasons."""
    answers = [
        answer("yrd", finding(1, Standing.RECOGNISED), finding(0, Standing.HELD)),
        answer("330100", finding(0, Standing.OWN)),
    ]

    first, second = merged(answers)

    assert (0, Standing.OWN, False) == (first.finding.evidence.index, first.finding.standing, first.apart)
    assert (
        Said("yrd", Standing.HELD, ("REASON",), True, 0),
        Said("330100", Standing.OWN, ("REASON",), False, 0),
    ) == first.said
    assert (1, ["yrd"]) == (second.finding.evidence.index, [each.responder for each in second.said])


def test_the_whole_record_is_shown_when_anybody_returned_it() -> None:
    """A part from its owner does not hide what a mirror may show."""
    (entry,) = merged(
        [answer("330100", finding(0, Standing.OWN, payload=b"")), answer("yrd", finding(0, Standing.HELD))]
    )

    assert b"record" == entry.finding.evidence.payload


def test_two_histories_are_marked() -> None:
    """Different leaves at one place: one of both was signed falsely."""
    (entry,) = merged(
        [answer("330100", finding(0, Standing.OWN)), answer("yrd", finding(0, Standing.HELD, leaf=b"\x01" * 84))]
    )

    assert entry.apart


def test_an_origin_that_is_none_has_no_owner() -> None:
    """Whatever stands there."""
    assert ["330100", ""] == [owner_of(ORIGIN), owner_of("nonsense")]
