# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The records of a city, one after the other: which subject, which kind, which document. Seeded, streaming, flat.

A subject has about four records, as in Hangzhou 2010 (26.5 million records of 7.2 million subjects), spread over the
whole stream: licences mostly, penalties, and the list entry that its rating brings.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd
from pathlib import Path

from adapters.row import TableKind
from federation.records.feed_policy import Dataset
from tests.bench.data.forms import VARIANTS, Form, blanks, header, licence_form, list_form, penalty_form
from tests.bench.data.subjects import Rating, code_of, kind_of, rating_of

RECORDS_A_SUBJECT = 4


@dataclass(frozen=True, slots=True)
class Record:
    """One record to be made.

    Attributes:
        code: the subject's number, as the store keeps it.
    """

    dataset: Dataset
    form: Form
    code: str
    values: dict[bytes, bytes]


def subjects(records: int) -> int:
    """How many subjects so many records are about."""
    return max(1, records // RECORDS_A_SUBJECT)


def city(records: int, *, seed: int = 1, lists: bool = True) -> Iterator[Record]:
    """The records of a city.

    Args:
        records: how many, at most 32 million.
        seed: another one has other subjects in another order.
        lists: whether list entries are among them; else those subjects have penalties instead.
    """
    count = subjects(records)
    step = _step(count, seed)
    for number in range(records):
        turn, place = divmod(number, count)
        subject = (place * step + turn * 7919 + seed) % count
        dataset = _dataset(turn, subject, lists=lists)
        code = code_of(subject)
        yield Record(dataset, _form(dataset, subject, number), code, blanks(code, subject, number))


def _step(count: int, seed: int) -> int:
    """A stride that visits every subject once, far from its neighbours."""
    step = int(count * 0.618) + seed
    while gcd(step, count) != 1:
        step += 1
    return step


def _dataset(turn: int, subject: int, *, lists: bool) -> Dataset:
    if turn == 2 and subject % 2:
        return Dataset.PENALTIES
    if turn == RECORDS_A_SUBJECT - 1 and rating_of(subject) is not Rating.B:
        return Dataset.LISTS if lists else Dataset.PENALTIES
    return Dataset.LICENCES


def _form(dataset: Dataset, subject: int, number: int) -> Form:
    kind = kind_of(subject)
    if dataset is Dataset.LISTS:
        return list_form(kind, rating_of(subject))
    if dataset is Dataset.PENALTIES:
        return penalty_form(kind, number % VARIANTS)
    return licence_form(kind, number % VARIANTS)


def write_tables(folder: Path, records: int, *, seed: int = 1) -> list[Path]:
    """Writes the 双公示 tables of a city, licences and penalties, in UTF-8; so many rows together."""
    paths = [folder / "licences.csv", folder / "penalties.csv"]
    with paths[0].open("wb") as licences, paths[1].open("wb") as penalties:
        licences.write(header(TableKind.LICENCES))
        penalties.write(header(TableKind.PENALTIES))
        for record in city(records, seed=seed, lists=False):
            table = licences if record.dataset is Dataset.LICENCES else penalties
            table.write(record.form.row % record.values)
    os.sync()  # so that writing the tables is not paid by whoever is measured next
    return paths
