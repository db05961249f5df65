# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Verify, interrupted: the next run goes on, says what it did not read, and is not fooled."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.log.merkle import CompactRange
from node.assemble.checking import verify_store
from node.assemble.sharing import Shared
from node.assemble.stages import place_of
from node.verify.confirmed import confirmed_from_text, confirmed_to_text
from node.verify.part import check_part
from node.verify.ports import Finding, Part, Progress

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples

ENTRIES = 600
TILED = 512
"""Of the entries, those in full tiles: a run goes on from whole tiles only."""


@pytest.fixture
def filled(hangzhou: Node, samples: Samples) -> Node:
    """A node with one feed of two full tiles and a part of a third."""
    hangzhou.publish("lists", *(samples.black(number) for number in range(ENTRIES)))
    return hangzhou


def note_of(node: Node) -> Path:
    """Where an interrupted run notes what it had found whole."""
    return node.config.store_path.with_name(f"{node.config.store_path.name}.verify")


def interrupted(node: Node) -> None:
    """A run that ends as soon as the feed of lists has been read."""

    def told(progress: Progress) -> None:
        if progress.done >= ENTRIES:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(verify_store(node.config, told))


def run(node: Node, *, from_start: bool = False) -> tuple[list[Finding], int]:
    """A whole run: its findings, and how many entries it did not read again."""
    steps: list[Progress] = []
    found = list(verify_store(node.config, steps.append, from_start=from_start))
    return found, steps[-1].skipped


def flipped(raw: bytes) -> bytes:
    """The bytes with one bit changed."""
    return raw[:-1] + bytes([raw[-1] ^ 1])


def test_an_interrupted_run_is_gone_on_with(filled: Node) -> None:
    """What was found whole is noted for its owner alone, skipped once and told, and then forgotten."""
    interrupted(filled)
    assert 0o600 == note_of(filled).stat().st_mode & 0o777

    assert ([], TILED) == run(filled)
    assert not note_of(filled).exists()
    assert ([], 0) == run(filled)


def test_a_feed_that_has_grown_meanwhile_is_checked_to_its_end(filled: Node, samples: Samples) -> None:
    """The root of all of it follows from where the run before had come to."""
    interrupted(filled)
    filled.publish("lists", *(samples.black(ENTRIES + number) for number in range(200)))

    assert ([], TILED) == run(filled)


def test_a_changed_leaf_after_the_note_is_found(filled: Node) -> None:
    """What was not confirmed is read."""
    interrupted(filled)
    filled.tamper("entry.payload", filled.origin("lists"), flipped, TILED)

    assert ([Finding(filled.origin("lists"), TILED, "PAYLOAD_COMMITMENT")], TILED) == run(filled)


def test_what_changed_in_entries_that_are_skipped_is_found_from_the_start(filled: Node) -> None:
    """A resumed run does not look at their payloads again, and says how many there were."""
    interrupted(filled)
    filled.tamper("entry.payload", filled.origin("lists"), flipped, 3)

    assert ([Finding(filled.origin("lists"), 3, "PAYLOAD_COMMITMENT")], 0) == run(filled, from_start=True)


def test_a_tree_that_leads_elsewhere_is_read_from_the_start(filled: Node) -> None:
    """The note holds only while the stored tree leads to the very edge it names."""
    interrupted(filled)
    filled.tamper("tile.hashes", filled.origin("lists"), lambda raw: flipped(raw) if len(raw) == 64 else raw)

    found, skipped = run(filled)
    assert (Finding(filled.origin("lists"), 256, "TILE_MISMATCH"), 0) == (found[0], skipped)


def test_a_forged_edge_is_not_believed(filled: Node) -> None:
    """An edge that no tree leads to is of no use, and neither is one beyond what is held."""
    interrupted(filled)
    text = note_of(filled).read_text()
    store = text.split('"store": "')[1].split('"')[0]
    for edge in (CompactRange(TILED, (bytes(32),)), CompactRange(1 << 40, (bytes(32),)), CompactRange(1, (bytes(32),))):
        note_of(filled).write_text(confirmed_to_text(store, {filled.origin("lists"): edge}))
        assert ([], 0) == run(filled)
        interrupted(filled)


def test_what_was_found_wrong_is_never_skipped(filled: Node) -> None:
    """A run that found something notes nothing of that feed from there on."""
    filled.tamper("entry.payload", filled.origin("lists"), flipped, 3)
    interrupted(filled)

    assert ([Finding(filled.origin("lists"), 3, "PAYLOAD_COMMITMENT")], 0) == run(filled)


def test_a_copy_in_the_place_of_the_store_is_another_store(filled: Node) -> None:
    """As a backup that was put back: all of it is read."""
    interrupted(filled)
    filled.stages.store.close()
    copy = filled.config.store_path.with_suffix(".copy")
    shutil.copy2(filled.config.store_path, copy)
    copy.replace(filled.config.store_path)
    filled.open()

    assert ([], 0) == run(filled)


def test_a_note_that_others_may_write_is_not_believed(filled: Node) -> None:
    """It must be its owner's alone, and a file."""
    interrupted(filled)
    note_of(filled).chmod(0o620)
    assert ([], 0) == run(filled)

    interrupted(filled)
    elsewhere = note_of(filled).rename(note_of(filled).with_suffix(".elsewhere"))
    note_of(filled).symlink_to(elsewhere)
    assert ([], 0) == run(filled)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{", "null", '{"format": 2}', '{"format": 1, "store": "here"}', "[" * 100_000),
        *(
            f'{{"format": 1, "store": "here", "feeds": {feeds}}}'
            for feeds in ("3", '{"o": 3}', '{"o": "z"}', '{"o": ""}')
        ),
    ],
)
def test_a_note_that_cannot_be_read_is_none(text: str) -> None:
    """Whatever stands in the file, a check begins; at worst at the start."""
    assert {} == confirmed_from_text(text, "here")


def test_a_note_says_what_was_confirmed() -> None:
    """Of this store, and of no other."""
    edges = {"a/b/c/1": CompactRange.empty().extended([bytes(32)] * TILED)}

    assert edges == confirmed_from_text(confirmed_to_text("here", edges), "here")
    assert {} == confirmed_from_text(confirmed_to_text("here", edges), "there")


@pytest.mark.slow
def test_other_processes_report_as_this_one_does(filled: Node) -> None:
    """In the order of the parts, findings included."""
    origin = filled.origin("lists")
    filled.tamper("entry.payload", origin, flipped, 300)
    parts = [Part(origin, start, min(start + 256, ENTRIES)) for start in (0, 256, 512)] * 4
    shared = Shared(place_of(filled.config), filled.stages.foundation.owner, filled.reader, 1)
    with shared as checked:
        before = list(checked(parts))  # the other process is only starting: everything is checked here
        shared._started.result(60)
        after = list(checked(parts))

    alone = [check_part(filled.reader, part) for part in parts]
    assert (alone, alone) == (before, after)
