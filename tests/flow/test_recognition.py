# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""An entry decided in one city counts in another, two relays away, and stops counting when its origin ends it."""

import time

import pytest

from federation.errors import CallerFault
from federation.log.proof import Evidence, verify_evidence
from federation.records.list_entry import ListKind
from federation.standards.identity import CodeKind
from node.exchange.inquire import Matter, evidence_of
from node.intake import Submission
from tests.flow.world import Region, black, filing, removal, submitted, until, uscc

pytestmark = pytest.mark.slow

LISTS = "330100/lists/1"
FILINGS = "330100/filings/1"


def _taken(chain: Region, *records: Submission) -> int:
    """Index of the first of some entries that Hangzhou takes into its list."""
    before = chain.nodes["330100"].size(chain.origin(LISTS))
    chain.nodes["330100"].submit("lists", *records)
    return before


def test_a_black_entry_reaches_and_leaves_a_city_two_relays_away(chain: Region) -> None:
    """Hangzhou's black entry is recognised in Shanghai, who never talks to Hangzhou; a removal ends it in seconds."""
    shanghai, lists = chain.nodes["310000"], chain.origin(LISTS)
    index = _taken(chain, submitted(black(1)))
    until(lambda: shanghai.standing(lists, index) == "RECOGNISED", "recognition in Shanghai")
    chain.check()
    began = time.monotonic()

    _taken(chain, removal(index))

    until(lambda: shanghai.standing(lists, index) == "ENDED", "the end in Shanghai", patience_s=10)
    assert time.monotonic() - began < 10
    chain.check()


def test_evidence_from_a_relay_verifies_with_the_origins_key_alone(chain: Region) -> None:
    """What Shanghai holds of Hangzhou's list is proven by Hangzhou's key; no relay's word is needed."""
    hangzhou, shanghai = chain.nodes["330100"], chain.nodes["310000"]
    lists = chain.origin(LISTS)
    first = _taken(chain, *(submitted(black(number)) for number in range(11, 18)))
    until(lambda: shanghai.size(lists) == first + 7, "seven entries in Shanghai")
    keys = hangzhou.ask(lambda desk: desk.feed_keys(lists))
    assert keys is not None

    file = shanghai.ask(lambda desk: evidence_of(desk.query.evidence(lists, first + 3)).encode())

    verified = verify_evidence(Evidence.parse(file), keys.log)
    assert verified.checkpoint.size == first + 7


def test_a_filing_is_recognised_without_filing_again(chain: Region) -> None:
    """An agency filed in Hangzhou is recognised in Shanghai by its proof."""
    chain.nodes["330100"].submit("filings", submitted(filing(20)))

    until(lambda: chain.nodes["310000"].standing(chain.origin(FILINGS), 0) == "RECOGNISED", "the filing in Shanghai")

    chain.check()


def test_black_suspends_red_until_it_ends(chain: Region) -> None:
    """A red entry is held while its subject is black elsewhere, and counts again when the black entry has ended."""
    shanghai, lists = chain.nodes["310000"], chain.origin(LISTS)
    red = _taken(chain, submitted(black(5, ListKind.RED)))
    until(lambda: shanghai.standing(lists, red) == "RECOGNISED", "the red entry")

    other = _taken(chain, submitted(black(5)))
    until(lambda: shanghai.standing(lists, red) == "HELD", "the red entry held")
    _taken(chain, removal(other))

    until(lambda: shanghai.standing(lists, red) == "RECOGNISED", "the red entry again")
    chain.check()


def test_a_question_is_answered_with_proof_and_logged_on_both_sides(chain: Region) -> None:
    """Shanghai asks the hub about a subject; the answer carries the origin's proof; both logs hold one commitment."""
    hub, shanghai = chain.nodes["yrd"], chain.nodes["310000"]
    index = _taken(chain, submitted(black(9)))
    until(lambda: hub.standing(chain.origin(LISTS), index) != "", "the entry at the hub")
    matter = Matter("joint-punishment", "虚构依据", "案-1", CodeKind.USCC, uscc(9))
    logs = [(hub, chain.origin("yrd/_exchange/1")), (shanghai, chain.origin("310000/_exchange/1"))]
    before = [node.size(log) for node, log in logs]

    answer = shanghai.ask(lambda desk: desk.inquire("yrd", matter))

    assert [finding.evidence.index for finding in answer.findings] == [index]
    until(lambda: [node.size(log) for node, log in logs] == [size + 1 for size in before], "both log entries")
    chain.check()


def test_a_purpose_that_is_not_granted_is_refused(chain: Region) -> None:
    """A question for a purpose the responder has not granted is refused with the documented reason."""
    matter = Matter("procurement", "虚构依据", "案-2", CodeKind.USCC, uscc(9))

    with pytest.raises(CallerFault) as refused:
        chain.nodes["310000"].ask(lambda desk: desk.inquire("yrd", matter))

    assert refused.value.reason == "PURPOSE_NOT_GRANTED"
