# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One bench for all tests of the suite: making certificates for each would cost more than the tests."""

import pytest

from tests.conformance.reference.bench import Bench, set_up


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """One set of authorities, certificates, keys and configuration."""
    return set_up(tmp_path_factory.mktemp("conformance"))
