# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What an audit file proves, and each way in which it fails to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from federation.errors import EntriesFault
from federation.log.entry import PayloadState, RawEntry
from federation.rules.audit.form import malformed
from federation.rules.audit.proof import MOST_TOLD, Findings, Verdict, file_finding
from tests.federation.rules.audit.conftest import KEYS, Book, File, raw_entry, signed

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(("first", "stop"), [(3, 7), (0, 4), (3, 10), (0, 10), (9, 10)])
@pytest.mark.parametrize("at_once", [1, 3, 10])
def test_an_honest_file_is_proven(book: Book, first: int, stop: int, at_once: int) -> None:
    """Wherever its range lies, and however its entries come; those of the period are handed on, and no others."""
    found = book.file(first, stop).check(at_once=at_once)

    assert (Verdict.PROVEN, []) == (found.findings.verdict, found.reasons)
    assert list(range(first, stop)) == [entry.index for entry in found.within]


def test_a_period_without_entries_is_proven_empty(book: Book) -> None:
    """By its two neighbours alone."""
    found = book.file(5, 5).head(from_ms=4500, until_ms=4900).check()

    assert (Verdict.PROVEN, [], []) == (found.findings.verdict, found.reasons, found.within)


def test_checkpoints_that_others_saw_are_compared(book: Book) -> None:
    """Inside the range and at its checkpoint; those elsewhere say nothing of it."""
    seen = {size: book.root(size) for size in (1, 4, 6, 8, 9, 10)}
    found = book.file().check(seen=seen)

    assert (Verdict.PROVEN, 4) == (found.findings.verdict, found.check.compared)


@pytest.mark.parametrize("size", [3, 5, 8, 10])
def test_a_log_that_was_signed_anew_contradicts_what_others_saw(book: Book, size: int) -> None:
    """One entry was replaced and everything signed again: it proves whole, but for the checkpoint of before."""
    before = book.root(size)
    book.entries[2] = raw_entry(2, 2001)
    file = book.file()

    assert Verdict.PROVEN is file.check().findings.verdict
    assert [("altered", "AUDIT_FORK", None)] == file.check(seen={size: before}).reasons


def without(at: int) -> Callable[[File], File]:
    """Leaves an entry out, and puts a copy of its neighbour there."""
    return lambda file: File(file.proof, [*file.entries[:at], file.entries[at - 1], *file.entries[at + 1 :]])


def with_entry(at: int, entry: RawEntry) -> Callable[[File], File]:
    """Another entry in the place of one."""
    return lambda file: File(file.proof, [*file.entries[:at], entry, *file.entries[at + 1 :]])


def with_proof(**changes: bytes) -> Callable[[File], File]:
    """Other parts before the entries."""
    changed: dict[str, Any] = {**changes}
    return lambda file: File(replace(file.proof, **changed), file.entries)


@pytest.mark.parametrize(
    "spoil",
    [
        without(2),
        with_entry(2, raw_entry(9)),
        with_proof(path=b""),
        with_proof(path=bytes(96)),
        lambda file: File(file.proof, [file.entries[0], file.entries[2], file.entries[1], *file.entries[3:]]),
    ],
)
def test_entries_that_are_not_the_logs_lead_to_another_root(book: Book, spoil: Callable[[File], File]) -> None:
    """Left out, replaced, put in another order, or proven by another path."""
    reasons = spoil(book.file()).check().reasons

    assert ("altered", "AUDIT_ROOT_DIFFERS", None) in reasons


def test_a_checkpoint_that_the_log_did_not_sign_proves_nothing(book: Book) -> None:
    """Its signature fails; or it is of another size than the file says."""
    note = book.file().proof.checkpoint
    forged = with_proof(checkpoint=note.replace(b"\n10\n", b"\n11\n"))(book.file())
    other = with_proof(checkpoint=signed(9, book.root(9)))(book.file())

    assert ("altered", "NOTE_SIGNATURE_INVALID", None) in forged.check().reasons
    assert ("altered", "AUDIT_ROOT_DIFFERS", None) in other.check().reasons


def test_without_the_owners_key_nothing_can_be_checked(book: Book) -> None:
    """Which is not to say that anything is wrong."""
    found = book.file().check(keys=None)

    assert (Verdict.UNCHECKED, [("unchecked", "AUDIT_KEY_UNKNOWN", None)]) == (found.findings.verdict, found.reasons)
    assert book.file(stop=10).check(keys=None).check.covered_until_ms == 0


def test_a_neighbour_within_the_period_shows_that_something_was_left_out(book: Book) -> None:
    """At either end; so does a neighbour that is missing where there is one, or whose time cannot be read."""
    told = [("altered", "AUDIT_PERIOD_INCOMPLETE", None)]
    unreadable = Book([RawEntry(b"\x02" + one.leaf[1:], one.state, one.salt, one.payload) for one in book.entries])

    assert told == book.file().head(from_ms=1500).check().reasons
    assert told == book.file().head(until_ms=8000).check().reasons
    assert told * 2 == [each for each in unreadable.file().check().reasons if each[2] is None]
    short = book.file()
    assert told == File(replace(short.proof, head=replace(short.proof.head, first=2)), short.entries).check().reasons


def test_a_missing_neighbour_at_the_end_is_missed(book: Book) -> None:
    """A file that ends with its last entry, though the log goes on, cannot show that nothing followed."""
    assert ("altered", "AUDIT_PERIOD_INCOMPLETE", None) in book.file().head(stop=8).check().reasons


def test_a_period_is_open_until_the_logs_clock_has_spoken_after_it(book: Book) -> None:
    """Proven up to the clock's last word, and not beyond."""
    found = book.file(stop=10, said_s=9).check()

    assert [("unchecked", "AUDIT_PERIOD_OPEN", None)] == found.reasons
    assert (9000, 10_000) == (found.check.covered_until_ms, book.file(stop=10).check().check.covered_until_ms)


def test_what_is_wrong_with_single_entries_is_told_with_their_place() -> None:
    """Another payload, a time that falls; content that is absent, and kinds of a later version, cannot be checked."""
    entries = [raw_entry(index) for index in range(10)]
    entries[3] = replace(entries[3], payload=b"other")
    entries[4] = RawEntry(entries[4].leaf, PayloadState.ERASED, b"", b"")
    entries[5] = RawEntry(b"\x02" + entries[5].leaf[1:], PayloadState.PRESENT, entries[5].salt, entries[5].payload)
    entries[6] = raw_entry(6, 1)
    found = Book(entries).file().check()

    assert [
        ("altered", "PAYLOAD_COMMITMENT", 3),
        ("unchecked", "AUDIT_PAYLOAD_ABSENT", 4),
        ("unchecked", "AUDIT_ENTRY_UNKNOWN", 5),
        ("altered", "LEAF_TIME", 6),
    ] == found.reasons
    assert (Verdict.ALTERED, Verdict.PROVEN) == (found.findings.verdict, found.findings.log_verdict)
    assert (2, 2) == (found.findings.altered_entries, found.findings.unchecked_entries)


def test_what_is_absent_leaves_the_log_itself_proven(book: Book) -> None:
    """The file could not be checked whole, but nothing in it is altered."""
    book.entries[4] = RawEntry(book.entries[4].leaf, PayloadState.ERASED, b"", b"")
    found = book.file().check().findings

    assert (Verdict.UNCHECKED, Verdict.PROVEN) == (found.verdict, found.log_verdict)


def test_findings_of_entries_take_no_more_room_than_there_is() -> None:
    """All are counted, the first thousand are told."""
    findings = Findings()
    for index in range(MOST_TOLD + 5):
        findings.of_entry(Verdict.ALTERED, "PAYLOAD_COMMITMENT", index)

    assert (MOST_TOLD + 5, MOST_TOLD) == (findings.altered_entries, len(findings.told))


@pytest.mark.parametrize(
    "spoil",
    [
        with_proof(edge=b"short"),
        with_proof(edge=bytes(8)),
        with_proof(path=b"x" * 33),
        lambda file: File(file.proof, [*file.entries, raw_entry(8)]),
        lambda file: File(file.proof, file.entries[:-1]),
    ],
)
def test_parts_that_do_not_fit_the_head_are_no_audit_file(book: Book, spoil: Callable[[File], File]) -> None:
    """An edge of another size, a broken path, too many entries, too few."""
    with pytest.raises(EntriesFault, match="AUDIT_FILE_MALFORMED"):
        spoil(book.file()).check(KEYS)


def test_a_file_that_is_none_counts_as_altered() -> None:
    """Whoever sealed it did not write it so."""
    assert Verdict.ALTERED is file_finding(malformed("why")).verdict
