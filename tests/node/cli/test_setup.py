# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`init` makes a node once, `peers` pins members, `serve` runs it or says what to mend."""

import json
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from federation.log.note import Verifier
from node.demo.zygote import Forked
from node.identity.certificates import load_certificates

Xinqiao = Callable[..., Any]
Serving = Callable[[Path], AbstractContextManager[tuple[Forked, dict[str, Any]]]]


@pytest.fixture
def served_node(new_node: Callable[[str], Path]) -> Path:
    """A node whose ports are free."""
    return new_node("330100")


@pytest.fixture
def member(xinqiao: Xinqiao, tmp_path: Path) -> Path:
    """The card of another member."""
    folder = tmp_path / "member"
    said = xinqiao("init", "330000", "--federation", "delta.example", "--node", folder, "--json")
    card = tmp_path / "330000.toml"
    card.write_text(said.document["card"], encoding="utf-8")
    return card


def test_init_makes_keys_for_their_owner_alone(made: Path) -> None:
    """Private keys and configuration are 0600 in a folder of 0700."""
    secrets = [made / "xinqiao.toml", made / "store.db", *(made / "keys").glob("*.key")]
    secrets += [made / "keys" / f"{name}.pem" for name in ("log", "clock", "message")]

    assert [] == [path.name for path in secrets if stat.S_IMODE(path.stat().st_mode) != 0o600]
    assert 0o700 == stat.S_IMODE((made / "keys").stat().st_mode)


def test_init_tells_feeds_keys_and_card(xinqiao: Xinqiao, tmp_path: Path) -> None:
    """What others need to know of a new node is in the answer; no secret is."""
    said = xinqiao("init", "310000", "--federation", "delta.example", "--node", tmp_path / "n", "--json").document

    assert [
        f"delta.example/310000/{name}/1" for name in ("subjects", "licences", "penalties", "lists", "filings")
    ] == list(said["keys"])
    assert list(said["keys"]) == [Verifier.parse(text).name for text in said["keys"].values()]
    assert "PRIVATE" not in json.dumps(said)


def test_init_never_touches_a_node(xinqiao: Xinqiao, empty_node: Path) -> None:
    """A second init in the same folder is refused, and every file stays."""
    before = {path: path.read_bytes() for path in empty_node.rglob("*.pem")}

    said = xinqiao("init", "330100", "--federation", "delta.example", "--node", empty_node)

    assert (2, True) == (said.code, said.err.startswith("NODE_EXISTS"))
    assert before == {path: path.read_bytes() for path in empty_node.rglob("*.pem")}


@pytest.mark.parametrize(
    "words",
    [("Hangzhou!", "--federation", "delta.example"), ("330100", "--federation", "no dots")],
    ids=("id", "federation"),
)
def test_init_refuses_names_that_can_be_no_origin(xinqiao: Xinqiao, tmp_path: Path, words: tuple[str, ...]) -> None:
    """Names are for ever, so a malformed one leaves nothing behind."""
    said = xinqiao("init", *words, "--node", tmp_path / "n")

    assert (2, "", 1) == (said.code, said.out, len(said.err.splitlines()))
    assert not (tmp_path / "n").exists()


def test_the_card_is_the_same_whoever_asks(xinqiao: Xinqiao, empty_node: Path) -> None:
    """`peers card` prints what `init` told, as TOML and as JSON."""
    text = xinqiao("peers", "card", "--node", empty_node).out

    assert text.strip() == xinqiao("peers", "card", "--node", empty_node, "--json").document["card"].strip()
    assert text.startswith("[[peer]]")


def test_a_member_is_pinned_and_listed(xinqiao: Xinqiao, empty_node: Path, member: Path) -> None:
    """After `peers add` the member is listed with what is followed from it and what it may ask for."""
    words = ("--follow", "330000/lists/1", "--may-ask", "procurement", "--address", "127.0.0.1:9")

    added = xinqiao("peers", "add", member, *words, "--node", empty_node, "--json")
    listed = xinqiao("peers", "--node", empty_node, "--json").document["peers"]

    assert ["330000"] == added.document["added"]
    assert [("330000", "127.0.0.1:9", ["330000/lists/1"], ["procurement"])] == [
        (peer["id"], peer["address"], peer["follow"], peer["may_ask"]) for peer in listed
    ]


def test_a_member_known_only_through_a_hub_has_no_address(xinqiao: Xinqiao, empty_node: Path, member: Path) -> None:
    """An empty address pins the keys alone."""
    xinqiao("peers", "add", member, "--address", "", "--node", empty_node)

    (peer,) = xinqiao("peers", "--node", empty_node, "--json").document["peers"]
    assert peer["address"] is None


@pytest.mark.parametrize("text", ["", "[[peer]]\n", "not toml = [", '[[peer]]\nid = "330000"\n'])
def test_a_broken_card_changes_nothing(xinqiao: Xinqiao, empty_node: Path, tmp_path: Path, text: str) -> None:
    """A card that is none is refused in one line, and the configuration stays as it was."""
    card = tmp_path / "card.toml"
    card.write_text(text, encoding="utf-8")
    before = (empty_node / "xinqiao.toml").read_bytes()

    said = xinqiao("peers", "add", card, "--node", empty_node)

    assert (2, "", 1) == (said.code, said.out, len(said.err.splitlines()))
    assert before == (empty_node / "xinqiao.toml").read_bytes()


def test_following_a_stranger_is_refused(xinqiao: Xinqiao, empty_node: Path, member: Path) -> None:
    """A feed can be followed only when its owner is pinned, and the line says whom to pin first."""
    said = xinqiao("peers", "add", member, "--follow", "310000/lists/1", "--node", empty_node)

    assert (2, True) == (said.code, "pin 310000 first" in said.err)


def test_serve_says_when_it_is_ready_and_ends_in_order(serving: Serving, served_node: Path) -> None:
    """One JSON object with the bound addresses when every port answers; SIGTERM ends it with 0 and no trace."""
    with serving(served_node) as (process, said):
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)

    assert ("330100", {"peers", "local", "admin"} <= set(said)) == (said["serving"], True)
    assert (0, False) == (code, "Traceback" in (served_node / "serve.log").read_text(encoding="utf-8"))


def test_a_port_in_use_is_said(xinqiao: Xinqiao, served_node: Path) -> None:
    """A port that another holds is named in one line with 2."""
    config = (served_node / "xinqiao.toml").read_text(encoding="utf-8")
    with ExitStack() as held:
        taken = held.enter_context(socket.socket())
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        lines = [f'peers = "127.0.0.1:{port}"' if line.startswith("peers = ") else line for line in config.splitlines()]
        (served_node / "xinqiao.toml").write_text("\n".join(lines), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "node", "serve", "--node", str(served_node)],
            capture_output=True,
            text=True,
            check=False,
        )

    assert (2, "", True) == (done.returncode, done.stdout, f"{port}" in done.stderr)
    assert "PORT_IN_USE" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_node_is_served_once(serving: Serving, served_node: Path) -> None:
    """A second `serve` of the same folder is refused while the first goes on."""
    with serving(served_node):
        words = [sys.executable, "-m", "node", "serve", "--node", str(served_node)]
        second = subprocess.run(words, capture_output=True, text=True, check=False)

    assert (2, True) == (second.returncode, "STORE_BUSY" in second.stderr)


def test_commands_work_beside_serve(
    xinqiao: Xinqiao, serving: Serving, served_node: Path, table: Callable[..., Path]
) -> None:
    """While the node is served, rows are imported through it, and everything can be read."""
    with serving(served_node):
        done = xinqiao("import", table({}, {"code": "91330106PDY2000031"}), "--node", served_node, "--json")
        status = xinqiao("status", "--node", served_node, "--json")

    assert (4, 1, {"CODE_CHECK": 1}) == (
        done.code,
        done.document["total"]["accepted"],
        done.document["total"]["refused"],
    )
    assert status.document["serving"] is True


def test_renew_replaces_the_certificate_and_nothing_else(xinqiao: Xinqiao, empty_node: Path) -> None:
    """The certificate is another one under the same key, valid for a year, and every other key file is as it was."""
    keys = empty_node / "keys"
    before = {path.name: path.read_bytes() for path in keys.iterdir()}

    said = xinqiao("renew", "--node", empty_node, "--json")

    after = {path.name: path.read_bytes() for path in keys.iterdir()}
    (renewed,) = load_certificates(after["tls.pem"], "tls.pem")
    assert ["tls.pem"] == [name for name in after if before.get(name) != after[name]]
    assert (0, "330100") == (said.code, said.document["id"])
    assert renewed.not_valid_after_utc == datetime.fromisoformat(said.document["valid_until"])
    assert 365 == (renewed.not_valid_after_utc - renewed.not_valid_before_utc).days


def test_renew_works_beside_serve(xinqiao: Xinqiao, serving: Serving, served_node: Path) -> None:
    """No restart is needed: the node is served on, and its own commands reach it under the new certificate."""
    with serving(served_node):
        renewed = xinqiao("renew", "--node", served_node)
        status = xinqiao("status", "--node", served_node, "--json")

    assert (0, True) == (renewed.code, status.document["serving"])


def test_renew_without_a_usable_key_keeps_the_certificate(xinqiao: Xinqiao, empty_node: Path) -> None:
    """A key that others can read signs nothing; the old certificate stays."""
    before = (empty_node / "keys" / "tls.pem").read_bytes()
    (empty_node / "keys" / "ca.key").chmod(0o644)

    said = xinqiao("renew", "--node", empty_node)

    assert (2, "KEY_TOO_OPEN") == (said.code, said.err.split()[0])
    assert before == (empty_node / "keys" / "tls.pem").read_bytes()
