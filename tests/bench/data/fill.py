# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Fills the feeds of a node in bulk: what an import of the same records would leave, without asking the rules."""

import hashlib
import random
from collections.abc import Iterable

from federation.log.leaf import LeafKind
from federation.records.feed_policy import Dataset
from node.assemble.stages import Stages
from node.config import Config
from node.entry.pending import Pending
from node.intake import SALT_BYTES
from tests.bench.data.records import Record

DATASETS = (Dataset.LICENCES, Dataset.PENALTIES, Dataset.LISTS)


def fill(config: Config, records: Iterable[Record], *, seed: int = 1) -> None:
    """Publishes records in the own feeds of a node that nobody serves; decides on the list entries.

    Args:
        config: the node's configuration.
        records: any number; memory stays flat.
        seed: of the salts.
    """
    salts = random.Random(seed)
    waiting: dict[Dataset, list[Pending]] = {dataset: [] for dataset in DATASETS}
    with Stages.open(config) as stages:
        assert stages.store.lead()
        for record in records:
            pending = waiting[record.dataset]
            pending.append(_pending(record, salts.randbytes(SALT_BYTES)))
            if len(pending) == config.publish.max_batch_entries:
                _publish(stages, record.dataset, pending)
        for dataset, pending in waiting.items():
            _publish(stages, dataset, pending)
        while stages.ledger.apply(stages.foundation.origin(Dataset.LISTS.value)):
            pass


def _publish(stages: Stages, dataset: Dataset, pending: list[Pending]) -> None:
    """Publishes what waits under one checkpoint; nothing waits any more then."""
    stages.sequencer(stages.foundation.origin(dataset.value)).publish(lambda _: pending)
    pending.clear()


def _pending(record: Record, salt: bytes) -> Pending:
    payload, key = record.form.fill(record.values)
    return Pending(
        key=key,
        digest=hashlib.sha256(payload).digest(),
        kind=LeafKind.ADD,
        schema=record.form.schema,
        ref=None,
        salt=salt,
        payload=payload,
        subject=record.code,
        personal=record.form.personal,
    )
