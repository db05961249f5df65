# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Fills the feeds of a node in bulk: what an import of the same records would leave, without asking the rules.

Entries, tiles, keys and signed heads are written through the store's own unit, in large batches; nothing waits.
"""

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from federation.log.checkpoint import Checkpoint
from federation.log.leaf import Committer, Leaf, LeafKind
from federation.log.merkle import leaf_hash
from federation.log.note import Note, cosign_note, sign_note
from federation.log.tile import extend_tiles
from federation.records.feed_policy import Dataset
from node.assemble.stages import Foundation, Stages
from node.config import Config
from node.identity.keys import KeyRing
from node.log import LogHead, LogUnit, Row
from tests.bench.data.records import Record

BATCH = 20_000


def fill(config: Config, records: Iterable[Record], *, seed: int = 1) -> None:
    """Publishes records in the own feeds of a node that nobody serves; decides on the list entries.

    Args:
        config: the node's configuration.
        records: any number; memory stays flat.
        seed: of the salts.
    """
    salts = random.Random(seed)
    with Stages.open(config) as stages:
        assert stages.store.lead()
        feeds = {dataset: _Feed(stages.foundation, dataset, salts) for dataset in _DATASETS}
        for batch in _batches(records):
            with stages.store.write() as unit:
                for dataset, feed in feeds.items():
                    feed.append(unit, [record for record in batch if record.dataset is dataset])
        while stages.ledger.apply(stages.foundation.origin(Dataset.LISTS.value)):
            pass


_DATASETS = (Dataset.LICENCES, Dataset.PENALTIES, Dataset.LISTS)


def _batches(records: Iterable[Record]) -> Iterator[Sequence[Record]]:
    rest = iter(records)
    while batch := list(islice(rest, BATCH)):
        yield batch


class _Feed:
    """One own feed as it grows."""

    def __init__(self, foundation: Foundation, dataset: Dataset, salts: random.Random) -> None:
        self._origin = foundation.origin(dataset.value)
        self._keys = foundation.keys
        self._now_ms = foundation.clock
        self._committer = Committer(self._origin)
        self._salts = salts

    def append(self, unit: LogUnit, records: Sequence[Record]) -> None:
        """Appends records under a new checkpoint."""
        before = unit.log_head(self._origin)
        assert before is not None
        if not records:
            return
        time_ms = max(self._now_ms(), before.time_ms)
        rows = [self._row(index, time_ms, record) for index, record in enumerate(records, before.range.size)]
        hashes = [leaf_hash(row.leaf) for row in rows]
        tiles = extend_tiles(before.range.size, hashes, lambda level, index: unit.tile(self._origin, level, index))
        unit.append(self._origin, rows, tiles)
        after = before.range.extended(hashes)
        note = signed(self._origin, Checkpoint(self._origin, after.size, after.root()).text(), self._keys, time_ms)
        moved = unit.move_head(self._origin, before, LogHead(after, time_ms, note), done=None)
        assert moved

    def _row(self, index: int, time_ms: int, record: Record) -> Row:
        payload, key = record.form.fill(record.values)
        salt = self._salts.randbytes(32)
        schema = record.form.schema
        leaf = Leaf(LeafKind.ADD, time_ms, schema, None, self._committer.commitment(schema, salt, payload)).encode()
        digest = hashlib.sha256(payload).digest()
        return Row(index, leaf, salt, payload, record.code, record.form.personal, key, digest)


def signed(origin: str, text: str, keys: KeyRing, now_ms: int) -> bytes:
    """The note of a checkpoint, signed by the log key and cosigned by the clock key."""
    line = sign_note(text, origin, keys.log, keys.log.public_key)
    cosigned = cosign_note(text, keys.name, keys.clock, keys.clock.public_key, now_ms // 1000)
    return Note(text, (line, cosigned)).encode()
