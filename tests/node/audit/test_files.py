# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Audit files: written from a log, checked offline, and found out wherever somebody changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.errors import AccessFault, Misuse, StoreFault
from federation.log.note import Note
from federation.rules.audit.form import MAGIC, MAX_PERIOD_MS
from federation.rules.audit.proof import Verdict
from node.audit import exporting
from node.audit.checking import all_findings, check_file
from node.audit.exporting import Period, export
from node.audit.trust import read_trust
from tests.node.audit.logs import ANSWERING, ASKING, DAY_MS, PERIOD, START_MS, Log, honest, keys_of, sides, trust_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TRUST = trust_in(ASKING, ANSWERING)


@pytest.fixture
def log() -> Log:
    """The log of a node that asked 600 times within half a day."""
    return Log(ASKING, sides(honest(600))[0])


def reasons(path: Path, trust: object = TRUST) -> list[tuple[Verdict, str]]:
    """What is found of a file."""
    return [(one.verdict, one.reason) for one in all_findings(check_file(path, trust))]  # type: ignore[arg-type]


def test_a_whole_log_is_proven(log: Log, tmp_path: Path) -> None:
    """Every entry of it is read, in the order of the log."""
    read: list[int] = []
    path = log.export(tmp_path / "file")
    checked = check_file(path, TRUST, lambda _, entries: read.extend(entry.index for entry in entries))

    assert (Verdict.PROVEN, 600, PERIOD.until_ms) == (checked.verdict, checked.entries, checked.covered_until_ms)
    assert list(range(600)) == read


def test_a_part_of_a_log_is_proven_with_its_neighbours(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many parts it takes; what stands beside the period is shown, and not told."""
    monkeypatch.setattr(exporting, "PART_BYTES", 2000)
    period = Period(log.lines[100].leaf_ms, log.lines[300].leaf_ms)
    checked = check_file(log.export(tmp_path / "file", period), TRUST)

    assert checked.head is not None
    assert (99, 100, 300, 301) == (checked.head.begin, checked.head.first, checked.head.stop, checked.head.end)
    assert (Verdict.PROVEN, 200) == (checked.verdict, checked.entries)
    salts = [entry.entry.salt for entry in (log.stored[99], log.stored[300])]
    assert not any(salt in (tmp_path / "file").read_bytes() for salt in salts)


def test_a_period_before_or_after_everything_is_proven_empty(log: Log, tmp_path: Path) -> None:
    """That nothing was asked is a thing to prove, too."""
    for at_ms in (START_MS - DAY_MS, START_MS + DAY_MS):
        checked = check_file(log.export(tmp_path / "file", Period(at_ms, at_ms + 1000)), TRUST)
        assert (Verdict.PROVEN, 0) == (checked.verdict, checked.entries)


def test_every_byte_of_a_file_is_held_by_its_proof(tmp_path: Path) -> None:
    """Whichever one is changed, the file is proven altered, or says that nobody known has made it."""
    log = Log(ASKING, sides(honest(3))[0])
    path = log.export(tmp_path / "file")
    raw = path.read_bytes()
    unnoticed = []
    for at in range(len(raw)):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        if check_file(path, TRUST).verdict is Verdict.PROVEN:
            unnoticed.append(at)

    assert [] == unnoticed


def test_a_file_that_is_cut_anywhere_is_no_audit_file(tmp_path: Path) -> None:
    """Nor is one with something after its seal, or another file altogether."""
    path = Log(ASKING, sides(honest(3))[0]).export(tmp_path / "file")
    raw = path.read_bytes()
    for size in range(len(raw)):
        path.write_bytes(raw[:size])
        assert (Verdict.ALTERED, "AUDIT_FILE_MALFORMED") in reasons(path)
    for other in (raw + b"x", b"PK\x03\x04" + raw, MAGIC + raw[len(MAGIC) + 5 :], MAGIC + raw):
        path.write_bytes(other)
        assert [(Verdict.ALTERED, "AUDIT_FILE_MALFORMED")] == reasons(path)


def test_parts_have_their_order(tmp_path: Path) -> None:
    """A checkpoint in the place of entries is no audit file."""
    path = Log(ASKING, sides(honest(3))[0]).export(tmp_path / "file")
    raw = path.read_bytes()
    at = raw.index(b"B\x00\x00")
    path.write_bytes(raw[:at] + b"C" + raw[at + 1 :])

    assert [(Verdict.ALTERED, "AUDIT_FILE_MALFORMED")] == reasons(path)


def test_without_a_card_a_file_cannot_be_checked(log: Log, tmp_path: Path) -> None:
    """Of the owner, or of the exporter: nothing is said against either."""
    path = log.export(tmp_path / "file")
    mirrored = tmp_path / "mirrored"
    mirrored.write_bytes(b"".join(export(log, log.origin, PERIOD, keys_of("yrd"), log.said_ms)))

    assert [(Verdict.UNCHECKED, "AUDIT_KEY_UNKNOWN")] * 2 == reasons(path, trust_in(ANSWERING))
    assert [(Verdict.UNCHECKED, "AUDIT_KEY_UNKNOWN")] == reasons(mirrored)
    assert [] == reasons(mirrored, trust_in(ASKING, "yrd"))


def test_a_file_sealed_by_somebody_else_in_anothers_name_is_found_out(log: Log, tmp_path: Path) -> None:
    """The entries prove themselves; who vouches for the file does not."""
    path = tmp_path / "file"
    path.write_bytes(b"".join(export(log, log.origin, PERIOD, keys_of(ASKING, seed=1), log.said_ms)))

    assert [(Verdict.ALTERED, "AUDIT_SIGNATURE_INVALID")] == reasons(path)


def test_a_log_rewritten_and_signed_anew_contradicts_what_others_saw(log: Log, tmp_path: Path) -> None:
    """Its file is proven whole, until a checkpoint that somebody kept lies in the trust folder."""
    seen = {log.origin: {400: log.root(400)}}
    rewritten = Log(ASKING, [*log.lines[:200], *log.lines[201:]])
    path = rewritten.export(tmp_path / "file")

    assert [] == reasons(path)
    assert [(Verdict.ALTERED, "AUDIT_FORK")] == reasons(path, trust_in(ASKING, seen=seen))


def test_a_log_that_may_still_grow_in_the_period_is_said_to_be_open(log: Log, tmp_path: Path) -> None:
    """Its clock has spoken last before the period's end."""
    log.said_ms = PERIOD.until_ms - 1000
    assert [(Verdict.UNCHECKED, "AUDIT_PERIOD_OPEN")] == reasons(log.export(tmp_path / "file"))


def test_what_was_erased_is_said_and_not_guessed(tmp_path: Path) -> None:
    """That there was an entry is proven; what it said cannot be checked."""
    log = Log(ASKING, sides(honest(30))[0], erased={7})
    checked = check_file(log.export(tmp_path / "file"), TRUST)

    assert [(Verdict.UNCHECKED, "AUDIT_PAYLOAD_ABSENT", 7)] == [
        (one.verdict, one.reason, one.index) for one in all_findings(checked)
    ]


class Broken(Log):
    """A log whose store has lost an entry."""

    def entries(self, origin: str, start: int, stop: int) -> list[object]:  # type: ignore[override]
        """Nothing from entry 20 on."""
        return [*super().entries(origin, start, min(stop, 20))]


@pytest.mark.parametrize(
    ("made", "period", "fault", "reason"),
    [
        (lambda log: log.export, Period(START_MS, START_MS), Misuse, "PERIOD_INVALID"),
        (lambda log: log.export, Period(START_MS, START_MS + MAX_PERIOD_MS + 1), Misuse, "PERIOD_INVALID"),
        (lambda log: Broken(ASKING, log.lines).export, PERIOD, StoreFault, "STORE_CORRUPT"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    log: Log,
    tmp_path: Path,
    made: Callable[[Log], Callable[..., Path]],
    period: Period,
    fault: type[Exception],
    reason: str,
) -> None:
    """No period, too long a one, a store that lacks entries."""
    with pytest.raises(fault, match=reason):
        made(log)(tmp_path / "file", period)


def test_only_an_exchange_log_is_exported(log: Log) -> None:
    """A feed that is not held is not found."""
    with pytest.raises(AccessFault, match="FEED_NOT_FOUND"):
        export(log, "audit.example/310000/lists/1", PERIOD, keys_of(ASKING), 1)


@pytest.fixture
def folder(log: Log, tmp_path: Path) -> Path:
    """A trust folder with one card and one checkpoint."""
    made, keys = tmp_path / "trust", keys_of(ASKING)
    made.mkdir()
    texts = [
        f'{name}_key = "{key.text()}"'
        for name, key in (
            ("log", keys.log_verifier(keys.name)),
            ("clock", keys.clock_verifier),
            ("message", keys.message_verifier),
        )
    ]
    (made / "310000.toml").write_text("\n".join(["[[peer]]", 'id = "310000"', *texts]), encoding="utf-8")
    (made / "seen.note").write_bytes(log.note(300))
    (made / "README").write_text("not a card", encoding="utf-8")
    return made


def test_a_trust_folder_is_read_as_it_was_put_together(folder: Path, log: Log, tmp_path: Path) -> None:
    """Cards and checkpoints; what is neither is let be."""
    checked = check_file(log.export(tmp_path / "file"), read_trust(folder))

    assert (Verdict.PROVEN, 1) == (checked.verdict, checked.compared)
    assert read_trust(folder).feed_keys("no origin") is None


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        ("x.toml", b"[[peer]]\nlog_key = 'no key'\n", "CARD_MALFORMED"),
        ("x.toml", b"\xff", "CARD_MALFORMED"),
        ("x.toml", b"a" * (256 * 1024 + 1), "FILE_TOO_LARGE"),
        ("x.note", b"no note", "NOTE_MALFORMED"),
        ("seen.note", None, "NOTE_SIGNATURE_INVALID"),
        ("other.note", b"", "AUDIT_KEY_UNKNOWN"),
    ],
)
def test_a_trust_folder_with_something_wrong_in_it_is_not_trusted(
    folder: Path, log: Log, name: str, raw: bytes | None, reason: str
) -> None:
    """Refused whole, with the name of the file."""
    if raw is None:
        raw = Note.parse(log.note(300)).encode().replace(b"\n300\n", b"\n301\n")
    (folder / name).write_bytes(raw or Log(ANSWERING, log.lines[:3]).note())
    with pytest.raises(Misuse, match=rf"{reason}.*{name}"):
        read_trust(folder)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    """File and folder; a folder is no file."""
    with pytest.raises(Misuse, match="FILE_NOT_FOUND"):
        read_trust(tmp_path / "nowhere")
    with pytest.raises(Misuse, match="FILE_NOT_FOUND"):
        check_file(tmp_path / "nowhere", TRUST)
    with pytest.raises(Misuse, match="FILE_UNREADABLE"):
        check_file(tmp_path, TRUST)
