# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Making a node, and pinning others: once, whole, and never more than what was asked for."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.errors import ConfigFault
from node.assemble.checking import verify_store
from node.assemble.making.card import Pinning, add_peer, node_card
from node.assemble.making.feeds import create_feeds
from node.assemble.making.founding import NewNode, create_node
from node.assemble.members import Members
from node.config import CONFIG_NAME, load_config
from node.identity.keys import KeyRing

if TYPE_CHECKING:
    from node.config import Config

SHANGHAI = NewNode("310000", "delta.example")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A node as the command makes it; not to be changed."""
    return create_node(tmp_path_factory.mktemp("made") / "310000", SHANGHAI)


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Another node's card."""
    return node_card(create_node(tmp_path_factory.mktemp("other") / "330100", NewNode("330100", "delta.example")))


@pytest.fixture
def folder(config: Config, tmp_path: Path) -> Path:
    """A folder with the node's configuration alone."""
    (tmp_path / CONFIG_NAME).write_bytes((config.folder / CONFIG_NAME).read_bytes())
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_node_is_whole(config: Config) -> None:
    """Configuration as written, keys and store for the owner only, seven feeds, and a store that verifies."""
    assert config == load_config(config.folder)
    secrets = [*config.keys_folder.glob("*.key"), config.keys_folder / "log.pem", config.store_path]
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in secrets}
    assert [] == list(verify_store(config, lambda _: None))
    assert [] == create_feeds(config)


def test_a_node_is_made_once(config: Config) -> None:
    """A second time is refused, and no byte changes."""
    before = files(config.folder)

    with pytest.raises(ConfigFault, match="NODE_EXISTS"):
        create_node(config.folder, SHANGHAI)
    assert before == files(config.folder)


def test_keys_that_are_there_are_not_taken_over(tmp_path: Path) -> None:
    """A folder with keys but no configuration is left as it is, with a word on what to do."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "log.pem").write_text("precious")

    with pytest.raises(ConfigFault, match=r"NODE_EXISTS: .*move it away"):
        create_node(tmp_path, SHANGHAI)
    assert {"keys/log.pem": b"precious"} == files(tmp_path)


@pytest.mark.parametrize(
    "new",
    [
        NewNode("Shanghai", "delta.example"),
        NewNode("", "delta.example"),
        NewNode("310000", "Delta"),
        NewNode('310000"\nid2 = "x', "delta.example"),
        NewNode("310000", "delta.example", peers="nowhere"),
        NewNode("310000", "delta.example", local="0.0.0.0:7444"),
        NewNode("310000", "delta.example", roles=("king",)),
    ],
)
def test_a_bad_id_or_address_leaves_nothing_half_made(tmp_path: Path, new: NewNode) -> None:
    """Refused before the first file is written; not even the folder is made."""
    with pytest.raises(ConfigFault, match=r"CONFIG_INVALID|CONFIG_MALFORMED"):
        create_node(tmp_path / "node", new)
    assert [] == list(tmp_path.iterdir())


def test_a_card_holds_no_secret(card: str) -> None:
    """Public keys, the authority's certificate, id, address and roles."""
    (member,) = tomllib.loads(card)["peer"]

    assert {"id", "address", "log_key", "clock_key", "message_key", "roles", "ca"} == set(member)
    assert "PRIVATE" not in card


def test_a_card_pins_the_member_with_what_this_node_does_with_it(folder: Path, card: str) -> None:
    """Keys as the card says; follow and purposes as the operator says."""
    pinning = Pinning("hub.example:1", ("330100/lists/1",), ("supervision",), ("procurement",), ("supervision",))
    add_peer(folder, card, pinning)

    (member,), (told,) = load_config(folder).peer, tomllib.loads(card)["peer"]
    assert (told["log_key"], told["ca"]) == (member.log_key, member.ca)
    assert ("hub.example:1", ("330100/lists/1",)) == (member.address, member.follow)
    assert (("supervision",), ("procurement",)) == (member.may_ask, member.may_ask_about_persons)
    assert ("supervision",) == member.may_ask_in_batches


def test_a_member_known_through_a_hub_has_no_address(folder: Path, card: str) -> None:
    """An empty address takes the card's away."""
    add_peer(folder, card, Pinning(address=""))

    assert None is load_config(folder).peer[0].address


@pytest.mark.parametrize(
    "spoil",
    [
        lambda card: card.replace('id = "330100"', 'id = "310000"'),
        lambda card: card.replace('log_key = "', 'log_key = "x'),
        lambda card: card + "surprise = 1\n",
        lambda card: card.replace('address = "127.0.0.1:7443"', 'address = "nowhere"'),
    ],
)
def test_an_invalid_card_changes_nothing(folder: Path, card: str, spoil: object) -> None:
    """The file is byte for byte as before, and nothing lies beside it."""
    assert callable(spoil)
    before = files(folder)

    with pytest.raises(ConfigFault, match="CONFIG_INVALID"):
        add_peer(folder, spoil(card) + 'colour = "red"\n')
    assert before == files(folder)


def test_a_member_is_pinned_once(folder: Path, card: str) -> None:
    """The second card of one id is refused."""
    add_peer(folder, card)
    before = files(folder)

    with pytest.raises(ConfigFault, match="stands twice"):
        add_peer(folder, card)
    assert before == files(folder)


@pytest.mark.parametrize(
    "text", ["", "no toml", "[peer]\nid = 1\n", "peer = 5\n", 'peer = ["x"]\n', "[[peer]]\n[[peer]]\n", "peer = []\n"]
)
def test_what_is_no_card_is_refused(folder: Path, text: str) -> None:
    """Whatever is pasted."""
    before = files(folder)

    with pytest.raises(ConfigFault, match="CARD_MALFORMED"):
        add_peer(folder, text)
    assert before == files(folder)


@pytest.mark.parametrize(
    "ending", ['"""\nmay_ask = ["supervision"]\naddress = """\nx:1', '"\nmay_ask = ["supervision"]\n#', "\\", "\x7f\t"]
)
def test_a_card_cannot_grant_itself_anything(folder: Path, card: str, ending: str) -> None:
    """What it says stays inside the value it stands in, quotes, line ends and all; its own grants are dropped."""
    (member,) = tomllib.loads(card)["peer"]
    quoted = "".join(f"\\u{ord(character):04x}" for character in member["ca"] + ending)
    block = "".join(f'{key} = "{member[key]}"\n' for key in ("id", "log_key", "clock_key", "message_key"))
    add_peer(folder, f'[[peer]]\n{block}ca = "{quoted}"\nmay_ask = ["procurement"]\n')

    (pinned,) = load_config(folder).peer
    assert ((), (), None) == (pinned.may_ask, pinned.may_ask_about_persons, pinned.address)
    assert (member["ca"] + ending).strip() == pinned.ca.strip()


def test_members_are_known_by_their_pinned_keys_only(config: Config, folder: Path, card: str) -> None:
    """Feeds of this node and of pinned members have keys; others, other federations and nonsense have none."""
    add_peer(folder, card, Pinning(follow=("330100/lists/1",)))
    keys = KeyRing.load(config.keys_folder, "delta.example", "310000")
    pinned = load_config(folder)
    members = Members(pinned, keys)

    for origin in ("delta.example/310000/lists/1", "delta.example/330100/lists/1"):
        found = members.feed_keys(origin)
        assert found is not None
        assert (origin, origin) == (found.origin, found.log.name)
    for origin in ("delta.example/330000/lists/1", "other.example/330100/lists/1", "nonsense"):
        assert members.feed_keys(origin) is None
    followed = ("delta.example/330100/_catalogue/1", "delta.example/330100/lists/1")
    assert followed == members.followed(pinned.peer[0])
