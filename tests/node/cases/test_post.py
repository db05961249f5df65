# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Letters on their way: each kept before it is receipted, whoever dies; none altered, forged or doubled."""

import hashlib
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from federation.errors import Fault
from federation.records.case import Case, CaseReceipt, CaseState, CaseStatus
from federation.records.codec import decode_as, encode
from federation.rules.case.letters import CASE_TYPE, RECEIPT_TYPE
from federation.rules.case.process import Phase
from node.cases.letter import MAX_LETTER_BYTES, CaseName, write_letter
from node.cases.ports import KeptLetter
from node.cases.post import MAX_CONFLICTS, MAX_RELAYED, RELAYED_KEPT_DAYS, NotTaken, Taken
from node.exchange.dialogue import Envelope, opened, seal
from tests.node.cases.conftest import Chain
from tests.node.region.member import FEDERATION, Node

if TYPE_CHECKING:
    from tests.node.region.world import World


def letter_of(node: Node, name: CaseName, part: str = "case") -> KeptLetter:
    """A letter as a node keeps it."""
    (letter,) = (
        each for each in node.reader.case_letters(name.case_id) if (each.name.part, each.stands) == (part, True)
    )
    return letter


def bring(chain: Chain, target: Node, envelope: Envelope, caller: str = "yrd") -> Taken:
    """What a node makes of an envelope that a caller brings."""
    (taken,) = target.stages.cases.take(caller, [envelope])
    return taken


def test_every_hop_receipts_what_it_keeps_under_its_own_signature(listed: Chain) -> None:
    """The receipt names the letter, who brought it and who keeps it; the sender keeps the receipt."""
    name = listed.file()
    listed.hand_on(listed.shanghai)

    sent, there = letter_of(listed.shanghai, name), letter_of(listed.hub, name)
    assert ("yrd", None, sent.sha256) == (sent.hop, sent.due_ms, there.sha256)
    receipt = Envelope.from_bytes(RECEIPT_TYPE, sent.receipt)
    said = decode_as(CaseReceipt, opened(receipt, RECEIPT_TYPE, listed.hub.keys.message_verifier))
    assert (sent.sha256, "310000", "yrd") == (said.letter_sha256, said.sender, said.receiver)


def test_a_letter_that_is_brought_again_is_one_letter(listed: Chain) -> None:
    """At the hub and at the end: a receipt each time, and one case with one mark."""
    name = listed.file()
    sent = letter_of(listed.shanghai, name)
    listed.carry()

    for target, caller in ((listed.hub, "310000"), (listed.hangzhou, "yrd"), (listed.hangzhou, "310000")):
        assert isinstance(bring(listed, target, sent.envelope, caller), Envelope)
    listed.carry()

    assert [CaseState.RECEIVED, CaseState.MARKED] == listed.states(listed.shanghai, name)
    assert 1 == len(listed.hangzhou.reader.cases(only_open=False, limit=9))


@pytest.mark.parametrize("what", ["payload", "signature", "type"])
def test_a_hub_can_alter_nothing(listed: Chain, what: str) -> None:
    """Not a bit of it, nor what it is: the deciding node refuses it and keeps nothing."""
    name = listed.file()
    envelope = letter_of(listed.shanghai, name).envelope
    grounds = "虚构".encode()
    altered = {
        "payload": replace(envelope, payload=envelope.payload.replace(grounds, "改动".encode())),
        "signature": replace(envelope, signature=bytes([envelope.signature[0] ^ 1]) + envelope.signature[1:]),
        "type": replace(envelope, payload_type=CASE_TYPE.replace("case.v1", "case-withdrawal.v1")),
    }[what]

    taken = bring(listed, listed.hangzhou, altered)

    assert isinstance(taken, NotTaken)
    assert taken.reason in {"SIGNATURE_INVALID", "CASE_INVALID"}
    assert [] == listed.hangzhou.reader.case_letters(name.case_id)


def test_a_hub_can_forge_no_case(listed: Chain) -> None:
    """One that says it was filed in Shanghai, signed by the hub."""
    name = listed.file()
    payload = letter_of(listed.shanghai, name).envelope.payload

    taken = bring(listed, listed.hangzhou, seal(CASE_TYPE, payload, listed.hub.keys))

    assert NotTaken("SIGNATURE_INVALID") == taken


@pytest.mark.parametrize("as_whom", ["the deciding node", "itself"])
def test_a_hub_can_forge_no_statement(listed: Chain, as_whom: str) -> None:
    """Neither in the deciding node's name, nor in its own: the city hears neither."""
    name = listed.file()
    listed.carry()
    (_, marked) = listed.stated(listed.shanghai, name)
    decided_at = "330100" if as_whom == "the deciding node" else "yrd"
    forged = marked.model_copy(update={"sequence": 3, "state": CaseState.NOT_ACCEPTED, "decided_at": decided_at})
    kind = letter_of(listed.shanghai, name, "status/2").envelope.payload_type

    taken = bring(listed, listed.shanghai, seal(kind, encode(forged), listed.hub.keys))

    assert NotTaken("SIGNATURE_INVALID" if decided_at == "330100" else "CASE_UNKNOWN") == taken
    assert CaseState.MARKED is listed.at(listed.shanghai, name).state


def test_a_statement_about_another_case_is_not_heard(listed: Chain) -> None:
    """The deciding node itself cannot use one case's statement for other bytes under the same id."""
    name = listed.file()
    listed.carry()
    (_, marked) = listed.stated(listed.shanghai, name)
    other = marked.model_copy(update={"sequence": 3, "case_sha256": hashlib.sha256(b"another").digest()})
    envelope = write_letter(other, FEDERATION, listed.hangzhou.keys).envelope

    assert NotTaken("CASE_UNKNOWN") == bring(listed, listed.shanghai, envelope)


def test_other_bytes_under_one_name_are_refused_and_kept_as_evidence(listed: Chain) -> None:
    """The filing node signed both; the first stands, and no more is kept than proves it."""
    name = listed.file()
    listed.carry()
    case = decode_as(Case, letter_of(listed.shanghai, name).envelope.payload)
    others = [case.model_copy(update={"grounds": f"另一理由{number}"}) for number in range(MAX_CONFLICTS + 2)]

    for other in others:
        envelope = write_letter(other, FEDERATION, listed.shanghai.keys).envelope
        assert NotTaken("CASE_ID_REUSED") == bring(listed, listed.hangzhou, envelope)

    evidence = [each for each in listed.hangzhou.reader.case_letters(name.case_id) if not each.stands]
    assert MAX_CONFLICTS == len(evidence)
    assert case == decode_as(Case, letter_of(listed.hangzhou, name).envelope.payload)
    assert [] == [each for each in listed.hangzhou.reader.letters_waiting(9) if not each.stands]


def test_another_nodes_case_under_the_same_id_is_another_case(listed: Chain) -> None:
    """A hub that files first under an id it has seen keeps nobody's case out."""
    name = listed.file()
    case = decode_as(Case, letter_of(listed.shanghai, name).envelope.payload)
    squatting = case.model_copy(update={"filed_at": "yrd"})
    bring(listed, listed.hangzhou, write_letter(squatting, FEDERATION, listed.hub.keys).envelope)
    listed.carry()

    assert [CaseState.RECEIVED, CaseState.MARKED] == listed.states(listed.shanghai, name)
    assert {"yrd", "310000"} == {file.name.filed_at for file in listed.hangzhou.reader.case_files(name.case_id)}


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        (Envelope("application/json", b"{}", b"k" * 4, b"s" * 64), "CASE_INVALID"),
        (Envelope(CASE_TYPE, b"\xff\xff", b"k" * 4, b"s" * 64), "CASE_INVALID"),
        (Envelope(CASE_TYPE, b"", b"k" * 4, b"s" * 64), "CASE_INVALID"),
        (Envelope(CASE_TYPE, bytes(MAX_LETTER_BYTES + 1), b"k" * 4, b"s" * 64), "CASE_INVALID"),
    ],
    ids=["another type", "no message", "nothing", "too long"],
)
def test_what_is_no_letter_is_refused(listed: Chain, envelope: Envelope, reason: str) -> None:
    """And good letters beside it are taken."""
    name = listed.file()
    good = letter_of(listed.shanghai, name).envelope

    bad, taken = listed.hangzhou.stages.cases.take("yrd", [envelope, good])

    assert NotTaken(reason) == bad
    assert isinstance(taken, Envelope)


@pytest.mark.parametrize("origin", ["other.example/330100/lists/1", "delta.example/330100/_catalogue/1", "lists"])
def test_a_case_about_what_is_no_record_here_is_none(listed: Chain, origin: str) -> None:
    """Of another federation, of a feed that holds no records, or of no feed."""
    name = listed.file()
    case = decode_as(Case, letter_of(listed.shanghai, name).envelope.payload)
    payload = encode(case.model_copy(update={"origin": origin}))

    taken = bring(listed, listed.hangzhou, seal(CASE_TYPE, payload, listed.shanghai.keys))

    assert NotTaken("CASE_INVALID") == taken


def test_a_hub_without_a_way_says_so_and_the_letter_stays(listed: Chain, world: "World") -> None:
    """It is kept by who has it, with the reason, and tried again later and later."""
    name = listed.file(origin="delta.example/330000/lists/1")
    listed.hand_on(listed.shanghai)
    waiting = letter_of(listed.shanghai, name)
    assert ("CASE_ROUTE_UNKNOWN", 1, "") == (waiting.reason, waiting.tries, waiting.hop)
    assert [] == listed.hub.reader.case_letters(name.case_id)
    assert [] == listed.hand_on(listed.shanghai)

    world.clock.forward(minutes=1)
    listed.hand_on(listed.shanghai)
    again = letter_of(listed.shanghai, name)
    assert 2 == again.tries
    assert (again.due_ms or 0) - world.clock() > (waiting.due_ms or 0) - waiting.kept_at_ms


def test_a_case_for_a_node_that_nobody_knows_is_held_with_the_reason(listed: Chain) -> None:
    """It is filed, and waits until that node is pinned."""
    name = listed.file(origin="delta.example/999999/lists/1")
    listed.hub.stages.cases.post.stranded([])
    waiting = letter_of(listed.shanghai, name)
    listed.shanghai.stages.cases.post.stranded([waiting])

    assert "CASE_ORIGIN_UNKNOWN" == letter_of(listed.shanghai, name).reason
    assert Phase.FILED is listed.at(listed.shanghai, name).phase


def test_a_letter_of_a_node_that_is_not_pinned_is_not_taken(listed: Chain) -> None:
    """Nobody here could tell whether it is theirs."""
    name = listed.file()
    case = decode_as(Case, letter_of(listed.shanghai, name).envelope.payload)
    unknown = encode(case.model_copy(update={"filed_at": "999999"}))

    taken = bring(listed, listed.hub, seal(CASE_TYPE, unknown, listed.shanghai.keys))

    assert NotTaken("CASE_SIGNER_UNKNOWN") == taken


def test_no_member_fills_a_hub(listed: Chain) -> None:
    """So many of its letters wait here at once, and no more; those of others are taken."""
    name = listed.file()
    sample = letter_of(listed.shanghai, name)
    with listed.hub.stages.store.write() as unit:
        for number in range(MAX_RELAYED):
            case = CaseName("310000", str(number))
            unit.keep_letters([replace(sample, name=sample.name._replace(case=case), sender="310000", due_ms=1)])

    assert NotTaken("LIMIT_EXCEEDED") == bring(listed, listed.hub, sample.envelope, "310000")
    assert isinstance(bring(listed, listed.hub, sample.envelope, "330000"), Envelope)


@pytest.mark.parametrize("lie", ["another letter", "another sender", "another signer", "another type"])
def test_a_receipt_that_is_none_ends_nothing(listed: Chain, lie: str) -> None:
    """The letter is handed on again."""
    name = listed.file()
    letter = letter_of(listed.shanghai, name)
    said: dict[str, Any] = {
        "letter_sha256": letter.sha256, "sender": "310000", "receiver": "yrd", "received_at_ms": 1,
    }  # fmt: skip
    if lie == "another letter":
        said["letter_sha256"] = bytes(32)
    if lie == "another sender":
        said["sender"] = "330000"
    keys = listed.hangzhou.keys if lie == "another signer" else listed.hub.keys
    kind = CASE_TYPE if lie == "another type" else RECEIPT_TYPE

    after = listed.shanghai.stages.cases.post.outcome("yrd", letter, seal(kind, encode(CaseReceipt(**said)), keys))

    assert ("CASE_RECEIPT_INVALID", "", 1) == (after.reason, after.hop, after.tries)
    assert after.due_ms is not None


def test_statements_count_in_the_order_of_the_deciding_node(listed: Chain) -> None:
    """However they come: what comes early waits for what was stated before it."""
    name = listed.file()
    for node in (listed.shanghai, listed.hub):
        listed.hand_on(node)
    first, second = (letter_of(listed.hangzhou, name, f"status/{number}") for number in (1, 2))

    assert isinstance(bring(listed, listed.shanghai, second.envelope), Envelope)
    waits = listed.at(listed.shanghai, name)
    assert (None, 0, "") == (waits.state, waits.sequence, waits.remark)
    assert isinstance(bring(listed, listed.shanghai, first.envelope), Envelope)
    assert (CaseState.MARKED, 2) == (listed.at(listed.shanghai, name).state, listed.at(listed.shanghai, name).sequence)


def test_a_statement_that_cannot_follow_stops_the_case_and_is_remarked(listed: Chain) -> None:
    """A deciding node that states out of its own order is not followed; its signed statement is kept."""
    name = listed.file()
    listed.carry()
    (_, marked) = listed.stated(listed.shanghai, name)
    wrong: CaseStatus = marked.model_copy(update={"sequence": 3, "state": CaseState.RECEIVED})
    envelope = write_letter(wrong, FEDERATION, listed.hangzhou.keys).envelope

    assert isinstance(bring(listed, listed.shanghai, envelope), Envelope)
    file = listed.at(listed.shanghai, name)
    assert (CaseState.MARKED, 2, "CASE_STATE_ILLEGAL") == (file.state, file.sequence, file.remark)


def test_a_withdrawal_that_overtakes_its_case_waits_for_it(listed: Chain) -> None:
    """It is not taken before the case has come, and then closes it."""
    name = listed.file()
    assert listed.shanghai.stages.cases._window.withdraw(name, None) is None
    withdrawal = letter_of(listed.shanghai, name, "withdrawal").envelope

    assert NotTaken("CASE_UNKNOWN") == bring(listed, listed.hangzhou, withdrawal)
    listed.carry()

    assert ["received", "marked", "withdrawn"] == listed.states(listed.shanghai, name)


def test_a_hub_forgets_what_it_only_handed_on(listed: Chain, world: "World") -> None:
    """After thirty days; what waits stays, and so does all that the cities themselves have of the case."""
    name = listed.file()
    listed.carry()
    waiting = listed.file(origin="delta.example/330000/lists/1")
    letters = {node.id: len(node.reader.case_letters(name.case_id)) for node in listed.nodes.values()}
    assert {"330100": 3, "yrd": 3, "310000": 3} == letters
    assert 0 == sum(node.stages.cases.post.forget() for node in listed.nodes.values())

    world.clock.forward(days=RELAYED_KEPT_DAYS, hours=1)
    forgotten = {node.id: node.stages.cases.post.forget() for node in listed.nodes.values()}

    assert {"330100": 0, "yrd": 3, "310000": 0} == forgotten
    assert [] == listed.hub.reader.case_letters(name.case_id)
    assert 1 == len(listed.shanghai.reader.case_letters(waiting.case_id))


@pytest.mark.slow
@pytest.mark.parametrize("dying", ["310000", "yrd", "330100"])
def test_whatever_write_a_node_dies_at_nothing_is_lost_or_doubled(listed: Chain, dying: str) -> None:
    """Every call of a transaction, and before and after its commit: the letters come through, once."""
    fired, point = True, 0
    while fired:
        name, node = listed.file(2), listed.nodes[dying]
        node.trouble.arm(point)
        with suppress(Fault):
            listed.hand_on_all()
        fired = node.trouble.fired
        node.reopen()
        listed.hand_on_all()
        assert ["received", "marked"] == listed.states(listed.shanghai, name), point
        listed.step(name, CaseState.NOT_ACCEPTED, explanation="说明")
        listed.carry()
        point += 1

    assert point > 5
