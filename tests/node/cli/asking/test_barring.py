# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`authorisations` and `officers`: withdrawn and barred beside a served node and through it, and on record."""

import hashlib
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

Xinqiao = Callable[..., Any]
Serving = Callable[[Path], AbstractContextManager[tuple[subprocess.Popen[str], dict[str, Any]]]]


def test_what_is_withdrawn_and_barred_is_in_force_and_on_record(
    xinqiao: Xinqiao, serving: Serving, empty_node: Path, tmp_path: Path
) -> None:
    """Directly and through the served node, dated, with who and why; each is an access in the exchange log."""
    paper = tmp_path / "consent.pdf"
    paper.write_bytes(b"signed")
    at = ("--node", empty_node, "--json")
    withdrawn = xinqiao("authorisations", "withdraw", paper, "--reason", "本人撤回", "--by", "ops-1", *at).document
    with serving(empty_node):
        barred = xinqiao("officers", "bar", "330100/017", "--reason", "调离", "--by", "ops-1", *at).document
        again = xinqiao("officers", "bar", "330100/017", "--reason", "调离", "--by", "ops-1", *at).document
        lifted = xinqiao("officers", "lift", "330100/017", "--by", "ops-2", *at).document
        (kept,) = xinqiao("officers", *at).document["bars"]

    assert [True, True, False, True] == [said["changed"] for said in (withdrawn, barred, again, lifted)]
    assert ("330100/017", "调离", "ops-1", "ops-2") == tuple(
        kept[name] for name in ("name", "reason", "by", "lifted_by")
    )
    (document,) = xinqiao("authorisations", "list", *at).document["bars"]
    assert (hashlib.sha256(b"signed").hexdigest(), None) == (document["name"], document["until"])
    assert "生效中" in xinqiao("authorisations", "--node", empty_node).out
    feeds = xinqiao("feeds", *at).document["feeds"]
    assert [4] == [feed["size"] for feed in feeds if "/_exchange/" in feed["origin"]]


def test_an_officer_is_named_by_member_and_id(xinqiao: Xinqiao, empty_node: Path) -> None:
    """What is neither is refused in one line, and nothing is logged."""
    said = xinqiao("officers", "bar", "张三", "--reason", "x", "--node", empty_node)

    assert ("FIELD_MALFORMED", 1) == (said.err.split()[0], len(said.err.splitlines()))
    assert [] == xinqiao("officers", "--node", empty_node, "--json").document["bars"]
