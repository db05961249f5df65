# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One federation for all tests of this folder; each leaves it served and honest.

After each test an oracle that knows none of it looks from outside: it exports the logs of Shanghai and of the honest
members and compares them as a coordinator does, and judges every file that the test kept, by the cards alone.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from federation.rules.audit.pairing import SOUND, PairClass
from node.demo.zygote import Zygote
from tests.flow.asking.world import HANGZHOU, SUZHOU, TAIZHOU, Asking


@pytest.fixture(scope="package")
def asking(tmp_path_factory: pytest.TempPathFactory, zygote: Zygote) -> Iterator[Asking]:
    """The eight nodes, served."""
    made = Asking(tmp_path_factory.mktemp("asking"), zygote)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def oracle(asking: Asking, tmp_path: Path) -> Iterator[None]:
    """Whatever happened: the two sides of every exchange with an honest member agree, and what was kept is proven."""
    yield
    told = asking.reconciled(HANGZHOU, TAIZHOU, SUZHOU)
    assert {HANGZHOU, TAIZHOU, SUZHOU} == set(told), "an honest member has no exchange"
    allowed = SOUND | {PairClass.UNAUDITABLE}  # so near to now, a question on its way may still be logged there
    unsound = {member: set(classes) - allowed for member, classes in told.items()}
    assert not any(unsound.values()), unsound
    for kept in tmp_path.glob("kept*"):
        code, proven = asking.verified(kept)
        assert (0, "proven") == (code, proven["verdict"]), proven
