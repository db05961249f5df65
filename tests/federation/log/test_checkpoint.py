# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Origins, checkpoints, their signatures, merging and freshness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.errors import ConfigFault, FieldFault, NoteFault, OrderFault
from federation.log.checkpoint import (
    Checkpoint,
    FeedKeys,
    Freshness,
    Origin,
    freshness,
    merge_notes,
    open_checkpoint,
)
from federation.log.merkle import EMPTY_ROOT
from federation.log.note import COSIGNATURE, ED25519, Note, SignatureLine, Verifier

if TYPE_CHECKING:
    from tests.federation.log.conftest import Publisher

ORIGIN = "delta.example/330100/list-entries/1"
ROOT = bytes(range(32))
ROOT_TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        (ORIGIN, Origin("delta.example", "330100", "list-entries", 1)),
        ("cn/n-1/_catalogue/2147483647", Origin("cn", "n-1", "_catalogue", 2**31 - 1)),
    ],
)
def test_origins_read_back(text: str, origin: Origin) -> None:
    """An origin reads as its four parts and prints back; its node's key name is the first two."""
    assert origin == Origin.parse(text)
    assert text == str(origin)
    assert f"{origin.federation}/{origin.node_id}" == origin.node_name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "delta.example/330100/list/01",
        "delta.example/330100/list/0",
        "delta.example/330100/list/2147483648",
        "delta.example/330100/list/-1",
        "delta.example/330100/list/１",
        "delta.example/330100/list",
        "delta.example/330100/list/1/1",
        "delta.example/330100/list/1\n",
        "delta.example/330100/__list/1",
        "delta.example/330100/1list/1",
        "delta.example/330100/List/1",
        "delta.example/330100//1",
        "delta.example/330100/" + "a" * 33 + "/1",
        "delta.example/33_100/list/1",
        "delta.example//list/1",
        "delta.example/" + "1" * 33 + "/list/1",
        "delta.example/330100\n/list/1",
        "Delta.example/330100/list/1",
        "delta..example/330100/list/1",
        "delta.example./330100/list/1",
        "-delta.example/330100/list/1",
        "dеlta.example/330100/list/1",
        "a" * 64 + "/330100/list/1",
        "a." * 127 + "a/330100/list/1",
    ],
)
def test_other_origins_are_refused(text: str) -> None:
    """Other spellings, other alphabets (one е here is Cyrillic) and parts over their length are refused."""
    with pytest.raises(FieldFault, match="ORIGIN_MALFORMED"):
        Origin.parse(text)


@given(st.text(alphabet="a1-_./\n", max_size=14))
def test_an_origin_is_refused_or_prints_back(text: str) -> None:
    """Whatever reads prints back to the same text."""
    try:
        origin = Origin.parse(text + "/7")
    except FieldFault as fault:
        assert fault.reason == "ORIGIN_MALFORMED"
    else:
        assert f"{text}/7" == str(origin)


def test_a_checkpoint_is_three_lines() -> None:
    """Origin, size and root, each on its line, and nothing else."""
    checkpoint = Checkpoint(ORIGIN, 7, ROOT)
    assert f"{ORIGIN}\n7\n{ROOT_TEXT}\n" == checkpoint.text()
    assert checkpoint == Checkpoint.parse(checkpoint.text())


@given(st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_every_checkpoint_reads_back(size: int, root: bytes) -> None:
    """parse(print(checkpoint)) == checkpoint."""
    checkpoint = Checkpoint(ORIGIN, size, root)
    assert checkpoint == Checkpoint.parse(checkpoint.text())


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ORIGIN}\n7\n{ROOT_TEXT}",
        f"{ORIGIN}\n7\n{ROOT_TEXT}\nextension\n",
        f"{ORIGIN}\n7\n{ROOT_TEXT}\n\n",
        f"\n7\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n07\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n+7\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n 7\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n1_0\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n７\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n-7\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n9223372036854775808\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n7\n{ROOT_TEXT[:-1]}\n",
        f"{ORIGIN}\n7\n{ROOT_TEXT[:-2]}9=\n",
        f"{ORIGIN}\n7\n{ROOT_TEXT} \n",
        f"{ORIGIN}\n7\nAAAA\n",
        f"{ORIGIN}\n7\n\n",
        f"{ORIGIN}\n0\n{ROOT_TEXT}\n",
        f"{ORIGIN}\x0b7\x0b{ROOT_TEXT}\x0b",
        f"{ORIGIN}\u20287\u2028{ROOT_TEXT}\u2028",
    ],
)
def test_other_checkpoint_texts_are_refused(text: str) -> None:
    """Extension lines, other spellings of size and root, and another root of the empty tree are refused."""
    with pytest.raises(NoteFault) as caught:
        Checkpoint.parse(text)
    assert ("CHECKPOINT_MALFORMED", (text.encode(),)) == (caught.value.reason, caught.value.evidence)


@settings(max_examples=200)
@given(st.data())
def test_a_mutated_checkpoint_is_refused_or_prints_back(data: st.DataObject) -> None:
    """Characters cut, inserted or changed are refused or print back exactly."""
    text = Checkpoint(ORIGIN, 70, ROOT).text()
    at = data.draw(st.integers(0, len(text)))
    text = text[:at] + data.draw(st.text(alphabet="0A=+\n ", max_size=2)) + text[at + data.draw(st.integers(0, 2)) :]
    try:
        checkpoint = Checkpoint.parse(text)
    except NoteFault as fault:
        assert fault.reason == "CHECKPOINT_MALFORMED"
    else:
        assert text == checkpoint.text()


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [("", 1, ROOT), ("a\nb", 1, ROOT), (ORIGIN, -1, ROOT), (ORIGIN, 2**63, ROOT), (ORIGIN, 1, b""), (ORIGIN, 0, ROOT)],
)
def test_a_checkpoint_is_checked_when_built(origin: str, size: int, root: bytes) -> None:
    """What the text form cannot carry cannot be built."""
    with pytest.raises(FieldFault, match="CHECKPOINT_MALFORMED"):
        Checkpoint(origin, size, root)


def test_the_empty_feed_has_a_checkpoint() -> None:
    """Size 0 with the root of the empty tree is a checkpoint."""
    checkpoint = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert checkpoint == Checkpoint.parse(checkpoint.text())


def test_feed_keys_belong_to_their_origin(publisher: Publisher) -> None:
    """Keys of another name or type are an error of configuration."""
    keys = publisher.keys
    wrong = [
        (keys.log.renamed("delta.example/330100/other/1"), keys.clock),
        (Verifier(ORIGIN, COSIGNATURE, keys.log.public_key), keys.clock),
        (keys.log, keys.clock.renamed("delta.example/310000")),
        (keys.log, Verifier(keys.clock.name, ED25519, keys.clock.public_key)),
    ]
    for log, clock in wrong:
        with pytest.raises(ConfigFault, match="FEED_KEYS_INVALID"):
            FeedKeys(ORIGIN, log, clock)
    with pytest.raises(FieldFault, match="ORIGIN_MALFORMED"):
        FeedKeys("nothing", keys.log, keys.clock)


@pytest.mark.parametrize("time_s", [None, 0, 1_700_000_000])
def test_a_signed_checkpoint_opens(publisher: Publisher, time_s: int | None) -> None:
    """A checkpoint signed by the log opens with its exact bytes and the clock's time, if any."""
    note = publisher.fill(3).note(time_s=time_s)
    signed = open_checkpoint(note, publisher.keys)
    assert Checkpoint(ORIGIN, 3, publisher.tree.root(3)) == signed.checkpoint
    assert (note, time_s) == (signed.note, signed.cosigned_at_s)


def test_a_checkpoint_of_another_feed_does_not_open(publisher: Publisher) -> None:
    """The origin is compared before any signature."""
    note = publisher.fill(1).note()
    publisher.origin = "delta.example/330100/penalties/1"
    with pytest.raises(NoteFault, match="CHECKPOINT_ORIGIN"):
        open_checkpoint(note, publisher.keys)


def test_a_clock_alone_does_not_make_a_checkpoint(publisher: Publisher) -> None:
    """Without the log's signature the clock's says nothing."""
    note = Note.parse(publisher.fill(1).note(time_s=5))
    with pytest.raises(NoteFault, match="NOTE_UNSIGNED"):
        open_checkpoint(Note(note.text, note.signatures[1:]).encode(), publisher.keys)


def test_a_failing_clock_rejects_the_checkpoint(publisher: Publisher) -> None:
    """A cosignature of the known clock key that does not verify rejects the note, although the log's is good."""
    log, clock = Note.parse(publisher.fill(1).note(time_s=5)).signatures
    later = SignatureLine(clock.name, clock.key_id, (6).to_bytes(8, "big") + clock.signature[8:])
    text = Note.parse(publisher.note()).text
    with pytest.raises(NoteFault, match="NOTE_SIGNATURE_INVALID"):
        open_checkpoint(Note(text, (log, later)).encode(), publisher.keys)


def test_a_signed_text_that_is_no_checkpoint_does_not_open(publisher: Publisher) -> None:
    """A good signature does not make a malformed text a checkpoint."""
    with pytest.raises(NoteFault, match="CHECKPOINT_MALFORMED"):
        open_checkpoint(publisher.sign(f"{ORIGIN}\n1\n"), publisher.keys)


def test_merging_keeps_the_newest_cosignature(publisher: Publisher) -> None:
    """Of one key's cosignatures the newest is kept, whichever note it came with; everything else stays."""
    older, newer = publisher.fill(1).note(time_s=5), publisher.note(time_s=9)
    assert newer == merge_notes(older, newer) == merge_notes(newer, older)


def test_merging_takes_lines_of_unknown_keys_along(publisher: Publisher) -> None:
    """The union keeps the order of the first note, then what only the second has."""
    ours = publisher.fill(1).note(time_s=5)
    stranger = "\u2014 mirror.example AAAAAAA=\n".encode()
    assert ours + stranger == merge_notes(ours, publisher.note(time_s=4) + stranger)


def test_merging_notes_of_different_texts_is_our_own_fault(publisher: Publisher) -> None:
    """Signature lines never move to another text."""
    publisher.fill(2)
    with pytest.raises(OrderFault, match="NOTE_TEXT_DIFFERS"):
        merge_notes(publisher.note(1), publisher.note(2))


@pytest.mark.parametrize(("count", "size", "taken"), [(40, 8, 22), (8, 1200, 1)])
def test_merging_stays_within_the_caps(publisher: Publisher, count: int, size: int, taken: int) -> None:
    """A union over 64 lines or 16 KiB keeps all lines of the first note, and of the second's what fits."""
    ours = Note.parse(publisher.fill(1).note(time_s=5))
    lines = [SignatureLine(f"key.example/{at}", bytes(4), bytes(size)) for at in range(2 * count)]
    a = Note(ours.text, (*ours.signatures, *lines[:count])).encode()
    b = Note(ours.text, tuple(lines[count:])).encode()
    expected = (*ours.signatures, *lines[: count + min(count, taken)])
    assert expected == Note.parse(merge_notes(a, b)).signatures


@pytest.mark.parametrize(
    ("cosigned_at_s", "now_ms", "expected"),
    [
        (None, 1_000_000, Freshness.UNKNOWN),
        (1000, 1_000_000, Freshness.FRESH),
        (1000, 1_060_000, Freshness.FRESH),
        (1000, 1_060_001, Freshness.STALE),
        (1000, 700_000, Freshness.FRESH),
        (1000, 699_999, Freshness.STALE),
    ],
)
def test_freshness_has_exact_bounds(cosigned_at_s: int | None, now_ms: int, expected: Freshness) -> None:
    """Fresh up to the agreed age, inclusive, and up to 5 minutes ahead; never cosigned is unknown."""
    assert expected == freshness(cosigned_at_s, now_ms, 60)
