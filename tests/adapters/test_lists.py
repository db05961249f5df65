# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Red, black and watch lists."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from adapters.row import Outcome, TableKind, Translated, Untranslated
from federation.records.list_entry import ListEntry, ListKind

KIND = TableKind.LISTS


def _record(outcome: Outcome) -> ListEntry:
    assert isinstance(outcome, Translated), outcome
    assert isinstance(outcome.record, ListEntry)
    return outcome.record


@pytest.mark.parametrize(
    ("text", "kind"), [("红名单", ListKind.RED), ("8", ListKind.BLACK), ("重点关注名单", ListKind.WATCH)]
)
def test_kinds_are_told_by_name_or_national_number(
    outcomes: Callable[..., list[Outcome]], text: str, kind: ListKind
) -> None:
    """守信红名单 is 2, 重点关注 4, 失信黑名单 8."""
    assert kind == _record(outcomes(KIND, {"MD_LB": text})[0]).kind


@pytest.mark.parametrize("text", ["生态环境", "环保", "eco-environment"])
def test_fields_are_told_by_name_alias_or_code(outcomes: Callable[..., list[Outcome]], text: str) -> None:
    """The record carries the code of the set."""
    assert _record(outcomes(KIND, {"MD_LY": text})[0]).field == "eco-environment"


def test_responsible_persons_are_named_apart(outcomes: Callable[..., list[Outcome]]) -> None:
    """Each name once, whatever stands between them; a blank end of term means until removal."""
    record = _record(outcomes(KIND, {"MD_ZRR": "林远山、周以宁;林远山"})[0])

    assert (record.responsible_persons, record.valid_until) == (("林远山", "周以宁"), None)


def test_measures_and_what_came_before_the_decision(outcomes: Callable[..., list[Outcome]]) -> None:
    """Columns of their own, each of which a file may lack."""
    cells = {"MD_CS": "funds-limit；procurement-limit", "MD_GZRQ": "2025/1/6", "MD_GSRQ": ""}
    record, bare = (_record(outcomes(KIND, changes)[0]) for changes in (cells, {}))

    assert (("funds-limit", "procurement-limit"), date(2025, 1, 6), None) == (
        record.measures,
        record.notified_on,
        record.publicised_from,
    )
    assert ((), None) == (bare.measures, bare.notified_on)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"MD_LB": "灰名单"}, "VALUE_UNKNOWN"),
        ({"MD_LY": "天文"}, "VALUE_UNKNOWN"),
        ({"MD_BZH": "认定标准第二版"}, "FIELD_MALFORMED"),
        ({"MD_SXRQ": "2026/03/01"}, "DATES_OUT_OF_ORDER"),
        ({"MD_SY": ""}, "FIELD_MISSING"),
        ({"MD_GZRQ": "2099/01/01"}, "DATES_OUT_OF_ORDER"),
        ({"MD_GSRQ": "2099/01/01"}, "DATES_OUT_OF_ORDER"),
        ({"MD_GZRQ": "春天"}, "DATE_MALFORMED"),
        ({"MD_CS": "责令改正"}, "FIELD_MALFORMED"),
        ({"MD_ZRR": "、".join(f"甲{n}" for n in range(21))}, "FIELD_TOO_LONG"),
    ],
)
def test_what_cannot_be_translated_names_its_column(
    outcomes: Callable[..., list[Outcome]], change: Mapping[str, str], reason: str
) -> None:
    """Enumerations are closed, standards are pinned as id@version."""
    [outcome] = outcomes(KIND, change)

    assert isinstance(outcome, Untranslated)
    assert (*change, reason) == (outcome.field, outcome.reason)
