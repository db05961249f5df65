# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The filter: nothing that was added is missed, others are found as rarely as stated, each bit is where it must be."""

import hashlib

import pytest

from federation.errors import FieldFault
from federation.records.feed_policy import Dataset
from federation.rules.holders.filter import MILLION, Filter, Shape, ones_of, shape_for

SALT = bytes(range(32))
KEYS = 100_000
EXAMPLE = "4d555256b70ad33d5fec8ad26619afb259227f3a60b59022af475628181f6f36"


def codes(start: int, count: int) -> list[str]:
    """Invented codes; the filter does not ask whether check digits are right."""
    return [f"91330100{number:010d}" for number in range(start, start + count)]


def positions(code: str, dataset: str, shape: Shape) -> set[int]:
    """The positions of a key, worked out once more as the specification is written."""
    key = hashlib.sha256(
        b"creditexchange/holder-index/1\0" + SALT + len(dataset).to_bytes(1, "big") + dataset.encode() + code.encode()
    ).digest()
    first, second = (int.from_bytes(key[at : at + 8], "big") for at in (0, 8))
    a, b = first % shape.bits, 1 + second % (shape.bits - 1)
    return {(a + i * b) % shape.bits for i in range(shape.hashes)}


def test_every_key_is_found_and_others_as_rarely_as_stated() -> None:
    """Of 100,000 keys none is missed; of 100,000 others no more than one in a hundred seems to be there.

    The bound has four standard deviations of 100,000 tries on top, 126.
    """
    made = Filter(shape_for(KEYS, 10_000), SALT)
    added = made.add(Dataset.LISTS, codes(0, KEYS))
    read = Filter(shape_for(KEYS, 10_000), SALT, made.bits)
    false = sum(read.has(Dataset.LISTS, code) for code in codes(KEYS, KEYS))

    assert all(read.has(Dataset.LISTS, code) for code in codes(0, KEYS))
    assert KEYS * 0.99 < added <= KEYS
    assert KEYS * 0.003 < false <= KEYS * 0.01 + 126


def test_an_example_to_the_byte() -> None:
    """Two codes of two datasets, in the shortest filter: any vendor has to make these very bytes."""
    shape = Shape(1024, 7)
    made = Filter(shape, SALT)
    made.add(Dataset.LISTS, ["91330100MA2PDY0152"])
    made.add(Dataset.PENALTIES, ["92330106MA2PDY023W"])

    expected = positions("91330100MA2PDY0152", "lists", shape) | positions("92330106MA2PDY023W", "penalties", shape)
    assert expected == {place for place in range(1024) if made.bits[place // 8] >> place % 8 & 1}
    assert 14 == ones_of(made.bits)
    assert EXAMPLE == hashlib.sha256(made.bits).hexdigest()


def test_a_code_of_one_dataset_is_not_one_of_another() -> None:
    """A node that has somebody in its register does not seem to have him on its lists."""
    made = Filter(shape_for(10, 100), SALT)
    made.add(Dataset.SUBJECTS, codes(0, 10))

    assert [] == [code for code in codes(0, 10) if made.has(Dataset.LISTS, code)]


def test_another_salt_sets_other_bits() -> None:
    """Two filters of the same codes share no more than chance: they cannot be laid upon each other."""
    shape = shape_for(1000, 10_000)
    both = [Filter(shape, salt) for salt in (SALT, bytes(32))]
    for made in both:
        made.add(Dataset.LISTS, codes(0, 1000))
    ours, theirs = (int.from_bytes(made.bits, "big") for made in both)

    chance = ours.bit_count() * theirs.bit_count() / shape.bits
    assert abs((ours & theirs).bit_count() - chance) < 0.2 * chance


def test_what_seems_to_be_there_is_not_counted_again() -> None:
    """Adding the same codes twice adds nothing."""
    made = Filter(shape_for(100, 100), SALT)

    assert 100 == made.add(Dataset.LISTS, codes(0, 100))
    assert 0 == made.add(Dataset.LISTS, codes(0, 100))


def test_a_filter_that_was_given_its_bits_is_not_changed() -> None:
    """What a member signed is read, and never added to."""
    shape = shape_for(1, 10_000)

    with pytest.raises(TypeError):
        Filter(shape, SALT, bytes(shape.bits // 8)).add(Dataset.LISTS, codes(0, 1))


@pytest.mark.parametrize("per_million", [100, 1000, 10_000, 100_000])
@pytest.mark.parametrize("keys", [0, 1, 1000, 1_750_000])
def test_the_shape_keeps_the_rate(keys: int, per_million: int) -> None:
    """By the formula of the specification a full filter has no more false positives than wanted."""
    shape = shape_for(keys, per_million)
    filled = 1 - (1 - 1 / shape.bits) ** (shape.hashes * keys)

    assert filled**shape.hashes * MILLION <= per_million * 1.001
    assert 0 == shape.bits % 8
    assert shape.bits >= 1024


def test_the_length_tells_the_number_only_so_far() -> None:
    """Subjects that were counted and then left out, because nothing of theirs may be shown, leave no trace in it."""
    assert shape_for(113, 10_000) == shape_for(128, 10_000)
    assert shape_for(128, 10_000) != shape_for(129, 10_000)


def test_there_is_a_longest_filter() -> None:
    """More keys than fit into 64 MiB are refused before memory is taken."""
    assert 64 * 1024 * 1024 * 8 >= shape_for(50_000_000, 10_000).bits
    with pytest.raises(FieldFault, match="FIELD_TOO_LONG"):
        shape_for(60_000_000, 10_000)
