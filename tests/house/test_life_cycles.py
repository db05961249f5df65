# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The life cycles that people see are those that decide."""

import re

import pytest

from federation.records.act import AnnotationKind, EndingKind
from federation.rules.transition.course import TABLES, table_named
from federation.standards.reading import shipped
from tests.house.draw_life_cycles import PLACE, document


def test_the_diagrams_are_fresh() -> None:
    """What `make diagrams` would write is what stands in the document."""
    assert document() == PLACE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TABLES)
def test_every_reason_of_a_table_has_texts(name: str) -> None:
    """In the catalogue of reasons, as those in the code."""
    known = set(re.findall(r"^\[([A-Z0-9_]+)\]$", shipped("reasons@1.toml").decode(), re.M))

    assert set() == table_named(name).reasons() - known


@pytest.mark.parametrize("name", TABLES)
def test_every_act_that_can_be_published_is_in_each_table(name: str) -> None:
    """No kind of ending or annotation is one that a table does not know."""
    assert {kind.value for kind in (*EndingKind, *AnnotationKind)} <= table_named(name).acts.keys()
