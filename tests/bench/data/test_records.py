# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Made records are what the product itself would make of the same rows, in the proportions of the sources."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from adapters.reading.table import open_source
from adapters.row import TableKind, Translated
from adapters.translate import translate
from federation.records.codec import decode, encode
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry, ListKind
from federation.records.penalty import Penalty
from federation.rules.admission import Admitted, admit
from federation.rules.rule_book import parse_rule_book, shipped_rules
from federation.standards.bundle import shipped_standards
from node.intake import key_of
from tests.bench.data.forms import VARIANTS, Form, blanks, header, licence_form, list_form, penalty_form
from tests.bench.data.records import city, write_tables
from tests.bench.data.subjects import Kind, Rating, code_of, kind_of, rating_of

AS_OF = date(2026, 11, 20)
LISTED = {Rating.A: ListKind.RED, Rating.C: ListKind.WATCH, Rating.D: ListKind.BLACK}
FORMS = [
    *(("licences", kind, partial(licence_form, kind, variant)) for kind in Kind for variant in range(VARIANTS)),
    *(("penalties", kind, partial(penalty_form, kind, variant)) for kind in Kind for variant in range(VARIANTS)),
    *(("lists", kind, partial(list_form, kind, rating)) for kind in Kind for rating in LISTED),
]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for tables."""
    return tmp_path_factory.mktemp("tables")


@pytest.mark.parametrize(("table", "kind", "make"), FORMS)
def test_a_filled_form_is_what_an_import_of_its_row_would_publish(
    tables: Path, table: str, kind: Kind, make: Callable[[], Form]
) -> None:
    """Payload and key byte for byte, and the rules of the node admit it."""
    form, layout = make(), TableKind(table)
    number = next(number for number in range(1000, 1100) if kind_of(number) is kind)
    values = blanks(code_of(number), number, 12_345_678)
    path = tables / "one.csv"
    path.write_bytes(header(layout) + form.row % values)

    with open_source(path) as source:
        (made,) = translate(source, layout, shipped_standards())

    assert isinstance(made, Translated), made
    assert isinstance(made.record, Licence | Penalty | ListEntry)
    payload, key = form.fill(values)
    assert (encode(made.record), key_of(made.record.key)) == (payload, key)
    assert all(value in payload for value in values.values())
    assert form.personal == (kind is Kind.PERSON)
    book = parse_rule_book(shipped_rules("330100"))
    assert isinstance(admit(made.record, shipped_standards(), book, AS_OF, "330100"), Admitted)


def test_ratings_are_those_of_zhejiang() -> None:
    """Within a tenth of each share, over as many subjects as were rated."""
    total = sum(rating.value for rating in Rating)
    counts = Counter(rating_of(number) for number in range(0, total, 4))

    assert {rating: pytest.approx(rating.value / 4, rel=0.1) for rating in Rating} == counts


@pytest.mark.parametrize("rating", LISTED)
def test_a_rating_brings_its_list(rating: Rating) -> None:
    """A is red, C watched, D black."""
    form = list_form(Kind.ENTERPRISE, rating)

    made = decode(form.schema, form.fill(blanks(code_of(0), 0, 0))[0])

    assert isinstance(made, ListEntry)
    assert LISTED[rating] is made.kind


def test_no_two_subjects_have_one_code() -> None:
    """Also beyond the first region."""
    numbers = [*range(5000), *range(99_000, 101_000), *range(6_600_000, 6_602_000)]

    assert len(numbers) == len({code_of(number) for number in numbers})


def test_a_city_is_the_same_on_every_run_and_another_with_another_seed() -> None:
    """Its records come in an order that the seed gives alone."""
    first, again, other = ([record.code for record in city(400, seed=seed)] for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_every_subject_has_its_records_spread_over_the_stream() -> None:
    """Four records each, no two of one subject close together."""
    codes = [record.code for record in city(400)]

    assert {4} == set(Counter(codes).values())
    assert min(codes.index(code, at + 1) - at for at, code in enumerate(codes[:300])) > 1


def test_tables_hold_as_many_rows_as_were_asked_for(tmp_path: Path) -> None:
    """Licences and penalties together, headers apart."""
    written = write_tables(tmp_path, 500)

    assert 500 == sum(path.read_bytes().count(b"\r\n") - 1 for path in written)
