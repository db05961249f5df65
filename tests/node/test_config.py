# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The configuration is refused whole, before anything opens, naming the key and never a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.errors import ConfigFault
from federation.records.feed_policy import Dataset
from node.config import CONFIG_NAME, load_config

if TYPE_CHECKING:
    from pathlib import Path

    from tests.node.region.member import Node

NODE = '[node]\nid = "310000"\nfederation = "delta.example"\n'
SECRET = "hush-hush"  # noqa: S105 - a value that must not be told


@pytest.fixture
def peer(shanghai: Node) -> str:
    """A member's block, without follow."""
    member = next(peer for peer in shanghai.config.peer if peer.id == "330100")
    keys = "".join(f'{name} = "{getattr(member, name)}"\n' for name in ("log_key", "clock_key", "message_key"))
    return f'[[peer]]\nid = "330100"\naddress = "hangzhou.example:7443"\nca = "ca.pem"\n{keys}'


def refused(folder: Path, text: str) -> ConfigFault:
    """Why a text is refused."""
    (folder / CONFIG_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigFault) as fault:
        load_config(folder)
    return fault.value


def test_what_is_not_said_has_a_safe_value(tmp_path: Path, peer: str) -> None:
    """Three lines make a configuration: loopback ports, nothing followed, nothing granted, no feeds."""
    (tmp_path / CONFIG_NAME).write_text(NODE + peer, encoding="utf-8")
    config = load_config(tmp_path)

    assert ("127.0.0.1:7443", "127.0.0.1:7444") == (config.listen.peers, config.listen.local)
    assert ((), (), ()) == (config.peer[0].follow, config.peer[0].may_ask, config.peer[0].may_ask_about_persons)
    assert (tmp_path / "store.db", tmp_path / "keys") == (config.store_path, config.keys_folder)


def test_a_feed_withholds_persons_unless_told_otherwise(tmp_path: Path) -> None:
    """Readable by members, but for payloads about natural persons."""
    (tmp_path / CONFIG_NAME).write_text(NODE + '[[feed]]\nname = "lists"\ndataset = "lists"\n', encoding="utf-8")
    (feed,) = load_config(tmp_path).feed

    assert (Dataset.LISTS, 1, ("*",), ()) == (feed.dataset, feed.epoch, feed.readers, feed.person_payload_readers)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f'folder = "{SECRET}"\n' + NODE, "folder"),
        (f'surprise = "{SECRET}"\n' + NODE, "surprise"),
        (NODE + f'password = "{SECRET}"\n', "node.password"),
        (NODE + f'[listen]\npeers = "{SECRET}"\n', "listen.peers"),
        (NODE + f'[listen]\npeers = "{SECRET}:99999"\n', "listen.peers"),
        (NODE + f'[listen]\npeers = "{SECRET}:１２"\n', "listen.peers"),
        (NODE + f'[listen]\npeers = "{SECRET}:1\\n"\n', "listen.peers"),
        (NODE + '[listen]\nlocal = "0.0.0.0:7444"\n', "listen.local"),
        (NODE + f'[listen]\nadmin = "{SECRET}.example:7445"\n', "listen.admin"),
        (NODE + f'[listen]\nlocal = "localhost.{SECRET}:7444"\n', "listen.local"),
        (NODE + f'[publish]\ncadence_ms = "{SECRET}"\n', "publish.cadence_ms"),
        (NODE + "[publish]\nmax_batch_entries = 0\n", "publish.max_batch_entries"),
        (NODE + "[follow]\nmax_backoff_s = -1\n", "follow.max_backoff_s"),
        (NODE + "[follow]\ncall_timeout_s = nan\n", "follow.call_timeout_s"),
        (NODE + f'[telemetry]\nlog_level = "{SECRET}"\n', "telemetry.log_level"),
        (NODE.replace("310000", SECRET.upper()), "node.id"),
        (NODE.replace("310000", "-" + SECRET), "node.id"),
        (NODE.replace("delta.example", SECRET + "_"), "node.federation"),
        (NODE + f'roles = ["{SECRET}"]\n', "node.roles.0"),
        (NODE + f'[[feed]]\nname = "lists"\ndataset = "{SECRET}"\n', "feed.0.dataset"),
        (NODE + f'[[feed]]\nname = "_{SECRET}"\ndataset = "lists"\n', "feed.0.name"),
        (NODE + '[[feed]]\nname = "a"\ndataset = "lists"\n' * 2, "feed"),
        ("", "node"),
        (f'node = "{SECRET}"\n', "node"),
    ],
)
def test_a_wrong_value_or_unknown_key_is_named_without_its_value(tmp_path: Path, text: str, key: str) -> None:
    """One line that says which key it is."""
    fault = refused(tmp_path, text)

    assert "CONFIG_INVALID" == fault.reason
    assert f"{key}: " in fault.detail
    assert SECRET not in fault.detail.lower()
    assert "\n" not in fault.detail


@pytest.mark.parametrize(
    ("change", "tells"),
    [
        (("", 'follow = ["330000/lists/1"]\n'), "pin 330000 first"),
        (("", 'follow = ["310000/lists/1"]\n'), "310000"),
        (("", 'follow = ["330100/lists"]\n'), "is not <node id>/<feed>/<epoch>"),
        (('address = "hangzhou.example:7443"\n', 'follow = ["330100/lists/1"]\n'), "follow needs an address"),
        (('id = "330100"', 'id = "310000"'), "this node's own"),
        (('log_key = "delta', 'log_key = "elta'), "peer.0.log_key"),
        (("", "trusted = true\n"), "peer.0.trusted"),
    ],
)
def test_a_member_that_cannot_be_followed_or_known_is_refused(
    tmp_path: Path, peer: str, change: tuple[str, str], tells: str
) -> None:
    """Nothing is followed whose owner's keys are not pinned."""
    old, new = change
    text = peer.replace(old, new) if old and not old.startswith("address") else peer.replace(old or "\0", "") + new

    fault = refused(tmp_path, NODE + text)

    assert ("CONFIG_INVALID", True) == (fault.reason, tells in fault.detail)


def test_a_member_stands_once(tmp_path: Path, peer: str) -> None:
    """Two blocks of one id are refused."""
    assert "a node id stands twice" in refused(tmp_path, NODE + peer + peer).detail


def test_a_text_that_is_no_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    """A syntax error, bytes that are no UTF-8, no file at all: each with its own reason."""
    fault = refused(tmp_path, NODE + "oops\n")
    assert ("CONFIG_MALFORMED", True) == (fault.reason, "line 4" in fault.detail)
    (tmp_path / CONFIG_NAME).write_bytes(b"\xff")
    with pytest.raises(ConfigFault, match="CONFIG_MALFORMED"):
        load_config(tmp_path)
    (tmp_path / CONFIG_NAME).unlink()
    with pytest.raises(ConfigFault, match=r"CONFIG_MISSING: .*xinqiao init"):
        load_config(tmp_path)


def test_every_complaint_is_told_at_once(tmp_path: Path) -> None:
    """So that mending takes one round."""
    detail = refused(tmp_path, NODE + "a = 1\nb = 2\n").detail

    assert "node.a: unknown key" in detail
    assert "node.b: unknown key" in detail
