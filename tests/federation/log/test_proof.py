# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Evidence: verified offline, refused for a precise reason, and written in one way only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.errors import EntriesFault, NoteFault, PeerFault
from federation.log.entry import PayloadState, RawEntry
from federation.log.leaf import Leaf
from federation.log.note import ED25519, Note, Verifier
from federation.log.proof import Evidence, verify_entry, verify_evidence

if TYPE_CHECKING:
    from tests.federation.log.conftest import Publisher


def reason_of(evidence: Evidence, log: Verifier) -> str:
    """Return why evidence is refused, which must be the peer's fault and carry bytes."""
    with pytest.raises(PeerFault) as caught:
        verify_evidence(evidence, log)
    assert caught.value.evidence
    return caught.value.reason


@pytest.mark.parametrize("size", [1, 2, 7, 300])
def test_evidence_verifies_against_the_log_key_alone(publisher: Publisher, size: int) -> None:
    """Leaf, payload and checkpoint come out for first, middle and last entry."""
    publisher.fill(size)
    for index in {0, size // 2, size - 1}:
        verified = verify_evidence(Evidence.parse(publisher.evidence(index).encode()), publisher.keys.log)
        assert Leaf.decode(publisher.entries[index].leaf) == verified.leaf
        assert publisher.entries[index].payload == verified.payload
        assert (publisher.origin, size) == (verified.checkpoint.origin, verified.checkpoint.size)


def test_an_entry_is_proven_without_its_record(publisher: Publisher) -> None:
    """The leaf is in the signed tree, whatever payload and salt are; in no other place of it."""
    bare = replace(publisher.fill(7).evidence(3), salt=b"", payload=b"")
    leaf, checkpoint = verify_entry(bare, publisher.keys.log)

    assert (Leaf.decode(publisher.entries[3].leaf), 7) == (leaf, checkpoint.size)
    assert "EVIDENCE_COMMITMENT" == reason_of(bare, publisher.keys.log)
    with pytest.raises(EntriesFault, match="EVIDENCE_PATH"):
        verify_entry(replace(bare, index=2), publisher.keys.log)


def test_cosignatures_do_not_matter(publisher: Publisher) -> None:
    """A checkpoint with lines of other keys is as good."""
    evidence = replace(publisher.fill(3).evidence(1), checkpoint=publisher.note(time_s=5))
    assert verify_evidence(evidence, publisher.keys.log).payload == b"record 1"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"payload": b"record 5"}, "EVIDENCE_COMMITMENT"),
        ({"payload": bytes(65537)}, "EVIDENCE_COMMITMENT"),
        ({"salt": bytes(32)}, "EVIDENCE_COMMITMENT"),
        ({"salt": b""}, "EVIDENCE_COMMITMENT"),
        ({"index": 3}, "EVIDENCE_PATH"),
        ({"index": 7}, "EVIDENCE_PATH"),
        ({"index": -1}, "EVIDENCE_PATH"),
        ({"leaf": bytes(84)}, "EVIDENCE_PATH"),
        ({"path": ()}, "EVIDENCE_PATH"),
        ({"path": (bytes(32),) * 3}, "EVIDENCE_PATH"),
        ({"origin": "delta.example/310000/list-entries/1"}, "EVIDENCE_ORIGIN"),
        ({"checkpoint": b""}, "NOTE_MALFORMED"),
        ({"checkpoint": b"x" * 16385}, "NOTE_SIZE"),
        ({"checkpoint": "a\n\n— a AAAAAAA=\n".encode()}, "CHECKPOINT_MALFORMED"),
    ],
)
def test_each_altered_part_is_refused_for_its_reason(publisher: Publisher, change: dict[str, Any], reason: str) -> None:
    """Evidence with one part replaced says which part does not hold."""
    assert reason == reason_of(replace(publisher.fill(7).evidence(4), **change), publisher.keys.log)


def test_evidence_is_not_checked_with_the_key_of_another_feed(publisher: Publisher) -> None:
    """The verifier's name is the origin it speaks for."""
    log = publisher.keys.log.renamed("delta.example/330100/penalties/1")
    assert reason_of(publisher.fill(2).evidence(0), log) == "EVIDENCE_ORIGIN"


def test_evidence_needs_the_signature_of_the_key_given(publisher: Publisher) -> None:
    """A checkpoint signed with another key of the same name is not signed."""
    log = Verifier(publisher.origin, ED25519, bytes(32))
    assert reason_of(publisher.fill(2).evidence(0), log) == "NOTE_UNSIGNED"


def test_a_cosigning_key_is_no_log_key(publisher: Publisher) -> None:
    """A cosignature made under the origin's name does not make a tree the origin's."""
    clock = replace(publisher.keys.clock, name=publisher.origin)
    text = Note.parse(publisher.fill(2).note()).text
    line = publisher.cosigned_line(text, publisher.origin)
    evidence = replace(publisher.evidence(0), checkpoint=Note(text, (line,)).encode())
    assert reason_of(evidence, clock) == "NOTE_UNSIGNED"


def test_a_signature_that_fails_is_refused(publisher: Publisher) -> None:
    """A changed root under the old signature is refused before the path is looked at."""
    evidence = publisher.fill(2).evidence(0)
    other = publisher.fill(1).note()
    changed = Note(Note.parse(other).text, Note.parse(evidence.checkpoint).signatures).encode()
    assert reason_of(replace(evidence, checkpoint=changed), publisher.keys.log) == "NOTE_SIGNATURE_INVALID"


def test_a_leaf_that_cannot_be_read_proves_nothing(publisher: Publisher) -> None:
    """A leaf of an unknown version is in the log, but says nothing that could be relied on."""
    publisher.add(RawEntry(b"\x02" + bytes(83), PayloadState.NONE, b"", b""))
    assert reason_of(publisher.evidence(0), publisher.keys.log) == "EVIDENCE_LEAF"


def test_the_text_form_is_fixed(publisher: Publisher) -> None:
    """Header, index, leaf, salt, payload, path, an empty line, the checkpoint."""
    text = publisher.fill(3).evidence(2).encode().decode()
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    assert lines[:2] == ["creditexchange/evidence@v1", "index 2"]
    assert [line.split(" ")[0] for line in lines[2:5]] == ["leaf", "salt", "payload"]
    assert (len(lines), lines[4]) == (6, "payload cmVjb3JkIDI=")
    assert publisher.note().decode() == note


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"creditexchange/evidence@v1", b"creditexchange/evidence@v2"),
        (b"creditexchange/evidence@v1\n", b""),
        (b"index 1", b"index 01"),
        (b"index 1", b"index  1"),
        (b"index 1", b"1"),
        (b"index 1", b"index 9223372036854775808"),
        (b"index 1", "index １".encode()),
        (b"index 1\n", b"index 1\r\n"),
        (b"index 1\n", b""),
        (b"\nsalt ", b"\nSalt "),
        (b"\nsalt ", b"\nsalt  "),
        (b"payload cmVjb3JkIDE=", b"payload cmVjb3JkIDE"),
        (b"payload cmVjb3JkIDE=", b"payload cmVjb3JkIDF="),
        (b"payload cmVjb3JkIDE=\n", b""),
        (b"payload cmVjb3JkIDE=\n", b"payload cmVjb3JkIDE=\nAAAA\n"),
        (b"payload cmVjb3JkIDE=\n", b"payload cmVjb3JkIDE=\nextra line\n"),
        (b"\n\n", b"\n"),
        (b"leaf AQ", b"leaf AAAAAQ"),
        (b"\nsalt ", b"\nsalt AAAA"),
    ],
)
def test_other_texts_are_refused(publisher: Publisher, old: bytes, new: bytes) -> None:
    """Every line has one spelling and one length."""
    raw = publisher.fill(3).evidence(1).encode()
    with pytest.raises(EntriesFault) as caught:
        Evidence.parse(raw.replace(old, new, 1))
    assert ("EVIDENCE_MALFORMED", (raw.replace(old, new, 1),)) == (caught.value.reason, caught.value.evidence)


@pytest.mark.parametrize(
    "change",
    [
        {"payload": bytes(65537)},
        {"payload": bytes(100_000)},
        {"path": (bytes(32),) * 65},
        {"checkpoint": b"x" * 16385},
    ],
)
def test_evidence_over_its_caps_is_refused(publisher: Publisher, change: dict[str, Any]) -> None:
    """A payload over 65536 bytes, a path over 64 hashes or a checkpoint over 16 KiB is not written or read."""
    evidence = replace(publisher.fill(3).evidence(1), **change)
    with pytest.raises(EntriesFault, match="EVIDENCE_SIZE"):
        evidence.encode()


def test_evidence_at_its_caps_is_read(publisher: Publisher) -> None:
    """A payload of 65536 bytes and a path of 64 hashes pass; an empty payload does too."""
    evidence = replace(publisher.fill(3).evidence(1), payload=bytes(65536), path=(bytes(32),) * 64)
    assert evidence == Evidence.parse(evidence.encode())
    empty = replace(evidence, payload=b"")
    assert empty == Evidence.parse(empty.encode())


def test_evidence_that_would_read_back_otherwise_is_not_written(publisher: Publisher) -> None:
    """An origin that is not the checkpoint's has no place in the text."""
    evidence = replace(publisher.fill(3).evidence(1), origin="delta.example/310000/list-entries/1")
    with pytest.raises(EntriesFault, match="EVIDENCE_MALFORMED"):
        evidence.encode()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_mutated_text_is_refused_or_prints_back(publisher: Publisher, data: st.DataObject) -> None:
    """Bytes cut, inserted or changed are refused or print back exactly."""
    publisher = publisher if publisher.entries else publisher.fill(3)
    raw = publisher.evidence(1).encode()
    at = data.draw(st.integers(0, len(raw)))
    inserted = data.draw(st.binary(max_size=3) | st.sampled_from([b"\n", b"\n\n", b" ", b"=", b"AAAA", b"\r"]))
    raw = raw[:at] + inserted + raw[at + data.draw(st.integers(0, 4)) :]
    try:
        evidence = Evidence.parse(raw)
    except (EntriesFault, NoteFault) as fault:
        assert fault.evidence
    else:
        assert raw == evidence.encode()
