# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a list entry must state beside what every record must: notice, publicity, grounds, published measures."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from federation.records.list_entry import ListEntry, ListKind
from federation.records.subject import Identity
from federation.rules.admission import Admitted, NotAdmitted, admit
from federation.rules.rule_book import RuleBook
from federation.standards.bundle import Standards
from tests.federation.rules.conftest import TODAY, Ask, Changes, Outcome

ANNOUNCED = [
    ("black", "notice", "expected", {}, Admitted(("NOTICE_MISSING",))),
    ("black", "notice", "required", {}, NotAdmitted("notified_on", "NOTICE_MISSING")),
    ("black", "notice", "required", {"notified_on": date(2025, 2, 1)}, Admitted()),
    ("black", "publicity", "required", {}, Admitted()),
    ("red", "publicity", "expected", {}, Admitted(("PUBLICITY_MISSING",))),
    ("red", "publicity", "required", {}, NotAdmitted("publicised_from", "PUBLICITY_MISSING")),
    ("red", "publicity", "required", {"publicised_from": date(2025, 2, 1)}, Admitted()),
    ("red", "notice", "required", {}, Admitted()),
]


@pytest.mark.parametrize(("kind", "key", "asked", "changes", "expected"), ANNOUNCED)
def test_a_standard_may_ask_for_notice_or_publicity(  # noqa: PLR0917 - what pytest hands in
    changed: Callable[[Mapping[str, str]], RuleBook],
    standards: Standards,
    entry: Callable[..., ListEntry],
    kind: str,
    key: str,
    asked: str,
    changes: Changes,
    expected: Outcome,
) -> None:
    """Of black entries notice, of red ones publicity; what is missing is a warning or a refusal, as its data says."""
    field = 'field = "eco-environment"\n'
    book = changed({field: f'{field}{key} = "{asked}"\n'})
    listed = {
        "kind": ListKind(kind),
        "standard": f"yrd-eco-environment-{kind}@{2 if kind == 'black' else 1}",
        **changes,
    }

    assert expected == admit(entry(**listed), standards, book, TODAY, "330100")


def test_hangzhou_asks_for_notice_from_2027(ask: Ask, entry: Callable[..., ListEntry]) -> None:
    """The second version of its own standard."""
    own = entry(field="tourism", standard="hangzhou-scenic-area-black@2", valid_until=date(2026, 3, 9))

    assert NotAdmitted("notified_on", "NOTICE_MISSING") == ask(own)


@pytest.mark.parametrize("field", ["reason", "basis", "document_number"])
def test_blank_is_not_stated(ask: Ask, entry: Callable[..., ListEntry], field: str) -> None:
    """Spaces are neither reason nor basis nor document."""
    assert NotAdmitted(field, "FIELD_MISSING") == ask(entry(**{field: "　 "}))


def test_unpublished_measures_are_refused(
    ask: Ask, book: RuleBook, standards: Standards, entry: Callable[..., ListEntry]
) -> None:
    """A measure is named only when the own region has published it, for such lists, by the day of decision."""
    sound = next(
        each for each in book.measures if each.region == "330100" and each.suits(entry()) and not each.publishes
    )
    elsewhere = {each.code for each in book.measures if each.region == "310000"}
    mine = {each.code for each in book.measures if each.region == "330100"}
    filings = next(each.code for each in book.measures if each.region == "330100" and each.filing_categories)

    assert Admitted() == ask(entry(measures=(sound.code,)))
    for code in ("stoning", *sorted(elsewhere - mine)[:1]):
        assert NotAdmitted("measures", "MEASURE_UNPUBLISHED") == ask(entry(measures=(sound.code, code)))
    assert NotAdmitted("measures", "MEASURE_UNSUITED") == ask(entry(measures=(filings,)))
    early = {"decided_on": date(2017, 12, 31), "valid_from": date(2017, 12, 31), "measures": (sound.code,)}
    assert NotAdmitted("measures", "MEASURE_UNPUBLISHED") == ask(entry(**early, standard="yrd-eco-environment-black@1"))


def test_a_measure_that_publishes_is_not_for_persons(
    ask: Ask, book: RuleBook, entry: Callable[..., ListEntry], person: Identity
) -> None:
    """Nobody may name one in an entry on a natural person."""
    public = next(each.code for each in book.measures if each.region == "330100" and each.publishes)
    named = entry(identity=person, responsible_persons=(), measures=(public,))

    assert NotAdmitted("measures", "MEASURE_UNSUITED") == ask(named)
