# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Red against black, former codes and branches, as an operator sees them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.node.cli.conftest import COMPANY, LISTS, Xinqiao

BRANCH = "91330106PDY2000038"
CODES = "企业名称,统一社会信用代码,总机构统一社会信用代码,数据来源单位,数据来源单位统一社会信用代码"


@pytest.fixture
def conflicting(xinqiao: Xinqiao, node: Path, table: Callable[..., Path]) -> Path:
    """The story's company is on a red list too."""
    path = table({"number": "杭环信〔2026〕90号"}, name="red.csv")
    text = path.read_text(encoding="utf-8").replace("黑名单", "红名单").replace("-black@2", "-red@1")
    path.write_text(text, encoding="utf-8")
    said = xinqiao("import", path, "--node", node, "--json")
    assert 0 == said.code, said.err
    return node


def test_whose_authority_is_to_be_told_is_listed(xinqiao: Xinqiao, conflicting: Path) -> None:
    """With the entry that is suspended, and what it is suspended by; status counts them."""
    (notice,) = xinqiao("list", "--notices", "--node", conflicting, "--json").document["notices"]

    assert {"name": "杭州市生态环境局", "code": "11330100PDY001012R"} == notice["authority"]
    assert (LISTS, 2, [{"origin": LISTS, "index": 0}]) == (notice["origin"], notice["index"], notice["against"])
    assert 1 == xinqiao("status", "--node", conflicting, "--json").document["notices"]
    assert "待告知 / to be told" in xinqiao("status", "--node", conflicting).out
    assert "杭州市生态环境局" in xinqiao("list", "--notices", "--node", conflicting).out


def test_without_a_conflict_nobody_is_to_be_told(xinqiao: Xinqiao, node: Path) -> None:
    """Neither in the list nor in the status."""
    assert [] == xinqiao("list", "--notices", "--node", node, "--json").document["notices"]
    assert "Nobody is to be told" in xinqiao("list", "--notices", "--node", node).out
    assert "to be told" not in xinqiao("status", "--node", node).out


def test_both_sides_are_explained(xinqiao: Xinqiao, conflicting: Path) -> None:
    """The red entry with the black one against it; the black one counts, and nothing is against it."""
    red = xinqiao("explain", "lists", 2, "--node", conflicting, "--json").document
    black = xinqiao("explain", "lists", 0, "--node", conflicting, "--json").document

    assert ("HELD", [{"origin": LISTS, "index": 0}]) == (red["standing"], red["against"])
    assert ("OWN", []) == (black["standing"], black["against"])
    assert "相对条目 / against" in xinqiao("explain", "lists", 2, "--node", conflicting).out


def test_a_head_office_is_shown_what_its_branch_bears(xinqiao: Xinqiao, node: Path, tmp_path: Path) -> None:
    """For display only."""
    codes = tmp_path / "codes.csv"
    row = f"杭州青岚青染整有限公司,{BRANCH},{COMPANY},杭州市生态环境局,11330100PDY001012R"
    codes.write_text(f"{CODES}\n{row}\n", encoding="utf-8")
    assert 0 == xinqiao("import", codes, "--node", node, "--json").code

    (beside,) = xinqiao("query", COMPANY, "--node", node, "--json").document["beside"]

    assert ("branch", BRANCH, 1, "OWN") == (beside["relation"], beside["code"], beside["index"], beside["standing"])
    assert "分支机构 / branch" in xinqiao("query", COMPANY, "--node", node).out
