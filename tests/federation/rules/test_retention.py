# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Terms of retention: from which day they count, which one decides, and that doubt keeps a record."""

from datetime import date
from typing import Any

import pytest

from federation.errors import ConfigFault, FieldFault
from federation.records.act import Ending, EndingKind
from federation.records.agency_filing import AgencyFiling, FilingStanding
from federation.records.feed_policy import Dataset
from federation.records.licence import Licence, LicenceState
from federation.records.list_entry import ListEntry, ListKind
from federation.records.penalty import Penalty
from federation.records.subject import Authority, Identity
from federation.rules.retention.term import OPENING_MONTHS, CountedFrom, RetentionTerm, opening_months, past_term
from federation.rules.rule_book import parse_rule_book, shipped_rules
from federation.standards.identity import CodeKind, SubjectClass

BODY = Authority(name="虚构局", code="11330100PDY001012R")
WHO = Identity(
    name="虚构公司", subject_class=SubjectClass.ENTERPRISE, code_kind=CodeKind.USCC, code="91330100MA2PDY0152"
)
DECIDED = date(2020, 2, 29)


def term(**changes: object) -> RetentionTerm:
    """Sixty months from the decision, for penalties in Zhejiang."""
    fields: dict[str, Any] = {
        "policy": "test@1",
        "code": "penalties",
        "title_zh": "期限",
        "title_en": "Term",
        "region": "330000",
        "dataset": Dataset.PENALTIES,
        "counted_from": CountedFrom.DECIDED,
        "months": 60,
        "basis": "依据",
        "effective_from": date(2018, 1, 1),
    }
    return RetentionTerm(**{**fields, **changes})


def penalty(**changes: object) -> Penalty:
    """A penalty without an end."""
    fields: dict[str, Any] = {
        "identity": WHO,
        "document_number": "1",
        "violation": "v",
        "facts": "f",
        "basis": "b",
        "kinds": ("fine",),
        "content": "c",
        "decided_on": DECIDED,
        "authority": BODY,
        "source": BODY,
    }
    return Penalty(**{**fields, **changes})


def listed(kind: ListKind = ListKind.BLACK, **changes: object) -> ListEntry:
    """A list entry for three years."""
    fields: dict[str, Any] = {
        "identity": WHO,
        "kind": kind,
        "list_name": "n",
        "field": "tourism",
        "standard": "std@1",
        "reason": "r",
        "basis": "b",
        "document_number": "1",
        "authority": BODY,
        "decided_on": DECIDED,
        "valid_from": DECIDED,
        "valid_until": date(2023, 2, 28),
        "source": BODY,
    }
    return ListEntry(**{**fields, **changes})


def ending(day: date) -> Ending:
    """A removal."""
    return Ending(kind=EndingKind.REMOVED, authority=BODY, document_number="2", decided_on=day)


def test_a_term_ends_with_the_corresponding_day() -> None:
    """The day of the decision is not counted, the last one is: kept on that day, past its term on the next."""
    kept, past = date(2025, 2, 28), date(2025, 3, 1)

    assert [None, term()] == [past_term([term()], "330100", penalty(), None, day) for day in (kept, past)]


@pytest.mark.parametrize(
    ("changes", "valid_until", "ended", "last"),
    [
        ({"counted_from": CountedFrom.ENDED}, None, None, None),
        ({"counted_from": CountedFrom.ENDED}, date(2023, 2, 28), None, date(2028, 2, 28)),
        ({"counted_from": CountedFrom.ENDED}, None, date(2021, 5, 1), date(2026, 5, 1)),
        ({"counted_from": CountedFrom.ENDED}, date(2023, 2, 28), date(2021, 5, 1), date(2026, 5, 1)),
        ({"counted_from": CountedFrom.ENDED}, date(2023, 2, 28), date(2024, 5, 1), date(2028, 2, 28)),
        ({"until_ended": True}, None, None, None),
        ({"until_ended": True}, date(2023, 2, 28), None, date(2025, 2, 28)),
        ({"until_ended": True}, date(2030, 1, 1), None, date(2030, 1, 1)),
        ({"until_ended": True}, date(2030, 1, 1), date(2026, 1, 1), date(2026, 1, 1)),
        ({}, date(2030, 1, 1), None, date(2025, 2, 28)),
    ],
)
def test_the_last_day_follows_from_decision_and_end(
    changes: dict[str, object], valid_until: date | None, ended: date | None, last: date | None
) -> None:
    """What is open and was not ended is kept without end, unless the term counts from the decision alone."""
    record = listed(valid_until=valid_until)

    assert last == term(dataset=Dataset.LISTS, **changes).last_day(record, ending(ended) if ended else None)


@pytest.mark.parametrize(
    ("region", "home", "applies"),
    [
        ("330000", "330100", True),
        ("330000", "330000", True),
        ("330100", "330100", True),
        ("330100", "330000", False),
        ("330000", "310000", False),
        ("*", "yrd", True),
        ("yrd", "yrd", True),
        ("yrd", "yrd-2", False),
    ],
)
def test_a_term_applies_within_its_region(region: str, home: str, *, applies: bool) -> None:
    """A province's term is its cities' too; a city's is no other's."""
    assert applies is bool(term(region=region).nearness(home, date(2026, 1, 1)))


@pytest.mark.parametrize(("day", "applies"), [(date(2017, 12, 31), False), (date(2018, 1, 1), True)])
def test_a_term_applies_while_it_is_in_force(day: date, *, applies: bool) -> None:
    """Not before its first day."""
    assert applies is bool(term().nearness("330100", day))


def test_the_nearest_term_decides_alone() -> None:
    """A city that keeps longer than its province is not overruled; of two versions the later one counts."""
    day = date(2026, 1, 1)
    province, city = term(), term(region="330100", months=120)
    older, newer = term(months=120), term(months=12, effective_from=date(2025, 1, 1))

    assert past_term([province, city], "330100", penalty(), None, day) is None
    assert province == past_term([province, city], "330200", penalty(), None, day)
    assert newer == past_term([newer, older], "330100", penalty(), None, day)


def test_a_term_is_for_its_own_kind_of_record() -> None:
    """Other datasets and kinds of list are kept: nothing is erased for want of a rule."""
    lists = term(dataset=Dataset.LISTS, list_kinds=("black",))
    licence = Licence(
        identity=WHO,
        document_name="n",
        document_number="1",
        category="c",
        content="c",
        decided_on=DECIDED,
        valid_from=DECIDED,
        authority=BODY,
        state=LicenceState.VALID,
        source=BODY,
    )
    filed = AgencyFiling(
        identity=WHO,
        filing_number="1",
        categories=("credit-rating",),
        filed_on=DECIDED,
        authority=BODY,
        standing=FilingStanding.FILED,
        source=BODY,
    )
    day = date(2026, 1, 1)

    found = [past_term([lists], "330100", record, None, day) for record in (listed(), listed(ListKind.RED), licence)]
    assert [lists, None, None] == found
    assert past_term([], "330100", listed(), None, day) is None
    filings = term(dataset=Dataset.FILINGS)
    assert filings == past_term([filings, lists], "330100", filed, None, day)


@pytest.mark.parametrize(
    "changes", [{"list_kinds": ("black",)}, {"months": 0}, {"effective_until": date(2017, 1, 1)}, {"basis": ""}]
)
def test_a_term_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    """When it is read, and not when it destroys."""
    with pytest.raises(FieldFault):
        term(**changes)


def test_terms_are_read_from_rule_files() -> None:
    """Region and dates are those of the file; the name tells file and code; a term that is wrong names its place."""
    text = """
id = "retention-x"
version = "1"
source = "test"
region = "330100"
effective_from = 2020-01-01
[terms.lists]
title_zh = "期限"
title_en = "Term"
dataset = "lists"
list_kinds = ["black"]
counted_from = "ended"
months = 36
basis = "依据"
"""

    def read(content: str) -> tuple[RetentionTerm, ...]:
        return parse_rule_book({"retention/retention-x@1.toml": content.encode()}).retention

    (found,) = read(text)
    assert ("retention-x@1/lists", "330100", 36) == (found.name, found.region, found.months)
    with pytest.raises(ConfigFault, match=r"terms\.lists.*months"):
        read(text.replace("months = 36", 'months = "x"'))


@pytest.mark.parametrize(
    ("home", "kind", "valid_until", "last"),
    [
        ("330100", ListKind.BLACK, date(2023, 2, 28), date(2025, 2, 28)),
        ("330100", ListKind.WATCH, date(2027, 2, 28), date(2027, 2, 28)),
        ("330000", ListKind.BLACK, None, None),
        ("330100", ListKind.RED, date(2023, 2, 28), None),
        ("310000", ListKind.BLACK, date(2023, 2, 28), date(2028, 2, 28)),
        ("320000", ListKind.BLACK, date(2023, 2, 28), None),
    ],
)
def test_the_terms_that_ship(home: str, kind: ListKind, valid_until: date | None, last: date | None) -> None:
    """Zhejiang: five years from the decision and until removal; Shanghai: from the end; elsewhere nothing is erased."""
    terms = parse_rule_book(shipped_rules(home)).retention
    record = listed(kind, valid_until=valid_until)
    days = list(map(date.fromordinal, range(date(2024, 1, 1).toordinal(), date(2029, 1, 1).toordinal())))

    kept = [day for day in days if past_term(terms, home, record, None, day) is None]

    assert (last or days[-1]) == kept[-1]
    assert kept == days[: len(kept)]


def test_what_stands_behind_logs_is_kept_by_the_nearest_term() -> None:
    """Of the own region, in force on the day; the newer of two; as long as is known where there is none."""
    near = {"dataset": Dataset.EXCHANGE, "months": 60, "region": "330100"}
    far = {"dataset": Dataset.EXCHANGE, "months": 24, "region": "*"}
    newer = {**near, "months": 72, "effective_from": date(2024, 1, 1)}
    terms = [term(), term(**far), term(**near), term(**newer)]

    assert 72 == opening_months(terms, "330100", date(2026, 1, 1))
    assert 60 == opening_months(terms, "330100", date(2023, 1, 1))
    assert 24 == opening_months(terms, "310000", date(2023, 1, 1))
    assert OPENING_MONTHS == opening_months([term()], "330100", date(2023, 1, 1))


def test_zhejiang_keeps_logs_of_queries_for_ten_years() -> None:
    """As shipped, for its cities too."""
    book = parse_rule_book(shipped_rules("330000"))

    assert 120 == opening_months(book.retention, "330100", date(2026, 1, 1))
    assert any(each.dataset is Dataset.EXCHANGE for each in book.retention)
