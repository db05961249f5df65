# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of standards share: the shipped tables, and a day to judge by."""

from datetime import date

import pytest

from federation.standards.bundle import Standards, shipped_standards


@pytest.fixture(scope="session")
def standards() -> Standards:
    """The tables that ship with the program."""
    return shipped_standards()


@pytest.fixture(scope="session")
def as_of() -> date:
    """The day for which codes are checked."""
    return date(2026, 6, 30)
