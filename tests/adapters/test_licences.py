# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The licence table of 2018."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from adapters.row import Outcome, TableKind, Translated, Untranslated
from federation.records.licence import Licence, LicenceState

KIND = TableKind.LICENCES


def test_a_row_becomes_the_licence_it_states(outcomes: Callable[..., list[Outcome]]) -> None:
    """Dates, state and bodies are the row's."""
    [outcome] = outcomes(KIND, {"XK_ZT": "2", "XK_XKZS": "排污许可证", "XK_XKBH": "PW-1", "BZ": "补录"})

    assert isinstance(outcome, Translated)
    record = outcome.record
    assert isinstance(record, Licence)
    assert (LicenceState.INVALID, date(2026, 3, 2), date(2029, 3, 1), "PW-1", "补录", "杭州市生态环境局") == (
        record.state,
        record.valid_from,
        record.valid_until,
        record.certificate_number,
        record.remark,
        record.authority.name,
    )


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"XK_ZT": "0"}, "XK_ZT", "VALUE_UNKNOWN"),
        ({"XK_YXQZI": ""}, "XK_YXQZI", "FIELD_MISSING"),
        ({"XK_YXQZI": "2026/03/01"}, "XK_YXQZI", "DATES_OUT_OF_ORDER"),
        ({"XK_XKZS": "排污许可证"}, "XK_XKBH", "CERTIFICATE_NUMBER_MISSING"),
        ({"XK_XKWS": "决" * 65}, "XK_XKWS", "FIELD_TOO_LONG"),
    ],
)
def test_what_cannot_be_translated_names_its_column(
    outcomes: Callable[..., list[Outcome]], change: Mapping[str, str], field: str, reason: str
) -> None:
    """Also a contradiction between two cells is laid at the column that has to change."""
    [outcome] = outcomes(KIND, change)

    assert isinstance(outcome, Untranslated)
    assert (field, reason) == (outcome.field, outcome.reason)
