# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Makes a node, and lets it know others: keys, certificates, rules, `xinqiao.toml`, an empty store with its feeds.

A node's card is the `[[peer]]` block that other members paste into their configuration, or give to `peers add`.
"""

import json
import os
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from federation.errors import ConfigFault
from federation.records.feed_policy import Dataset
from federation.rules.rule_book import shipped_samples
from node.assemble.stages import Stages, place_of, standard_clock
from node.config import CONFIG_NAME, Config, load_config, parse_config
from node.identity.certificates import create_identity, load_certificates, renew
from node.identity.keys import KEY_NAMES, KeyRing, create_signer
from node.storage.creation import StoreOwner, create_store

_DATASETS = (Dataset.SUBJECTS, Dataset.LICENCES, Dataset.PENALTIES, Dataset.LISTS, Dataset.FILINGS)
_PLAIN_LINES = re.compile(r"[ !#-\[\]-~]*\n[ !#-\[\]-~\n]*", re.ASCII)
"""Several lines, such as a certificate has, of characters that mean themselves in any TOML string."""
_DEFAULT_ROLES = ("source", "consumer", "responder", "requester")


@dataclass(frozen=True, slots=True)
class NewNode:
    """What must be known to make a node.

    Attributes:
        id: node id, for instance 330100; for ever.
        federation: name of the federation in DNS form; for ever.
        peers: address for members, host:port.
        local: address for own business systems, loopback.
        admin: address for operators, loopback.
        roles: roles the node states.
        postgres: URL of the database it keeps what it holds in; None for a file in its folder.
        postgres_schema: schema in that database.
    """

    id: str
    federation: str
    peers: str = "127.0.0.1:7443"
    local: str = "127.0.0.1:7444"
    admin: str = "127.0.0.1:7445"
    roles: tuple[str, ...] = _DEFAULT_ROLES
    postgres: str | None = None
    postgres_schema: str = "xinqiao"


def create_node(folder: Path, new: NewNode) -> Config:
    """Makes a node in a folder, which is made too.

    Returns:
        Its configuration.

    Raises:
        ConfigFault: NODE_EXISTS; CONFIG_INVALID or CONFIG_MALFORMED when an id or address is malformed. Nothing is
            written then.
    """
    if (folder / CONFIG_NAME).exists():
        raise ConfigFault("NODE_EXISTS", f"{folder} holds a node already")
    keys_folder = folder / "keys"
    if keys_folder.exists():
        raise ConfigFault("NODE_EXISTS", f"{keys_folder} is there already and is not overwritten; mend: move it away")
    text = _config_text(new)
    config = parse_config(text, folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys_folder.mkdir(mode=0o700)
    for name in KEY_NAMES:
        create_signer(keys_folder / f"{name}.pem")
    create_identity(keys_folder, new.federation, new.id, datetime.now(UTC))
    _copy_rules(folder / "rules", new.id)
    create_store(place_of(config), StoreOwner(new.federation, new.id))
    create_feeds(config)
    write_config(folder / CONFIG_NAME, text)  # last: with it, the folder holds a node
    return config


def create_feeds(config: Config) -> Sequence[str]:
    """Creates the configured feeds that the store has not, each with a signed checkpoint of size 0.

    Returns:
        Origins of the feeds that were created.
    """
    with Stages.open(config, standard_clock) as stages:
        if not stages.store.lead():
            raise ConfigFault("STORE_BUSY", "the node is being served; mend: stop it first")
        made = [policy.origin for policy in stages.policies if stages.sequencer(policy.origin).create(policy.dataset)]
        stages.propose_policies()
        stages.publish_pending()
    return made


def renew_certificate(config: Config) -> datetime:
    """Issues the node's TLS certificate anew for a year, under the same key and authority: members need do nothing.

    A running `serve` shows the new certificate from the next connection on.

    Returns:
        Until when the new certificate is valid, with its zone.

    Raises:
        ConfigFault: KEY_MISSING, KEY_TOO_OPEN, KEY_MALFORMED or CERTIFICATE_MALFORMED: a key or the node's authority
            cannot be used; the old certificate stays.
    """
    renew(config.keys_folder, config.node.federation, config.node.id, datetime.now(UTC))
    path = config.keys_folder / "tls.pem"
    return load_certificates(path.read_bytes(), str(path))[0].not_valid_after_utc


def node_card(config: Config) -> str:
    """The block that other members pin: id, address, authority, keys and roles. Holds no secret."""
    keys = KeyRing.load(config.keys_folder, config.node.federation, config.node.id)
    authority = (config.keys_folder / "ca.pem").read_text(encoding="ascii").strip()
    log = keys.log_verifier(keys.name)
    return "\n".join(
        (
            "[[peer]]",
            f'id = "{config.node.id}"',
            f'address = "{config.listen.peers}"',
            f'log_key = "{log.text()}"',
            f'clock_key = "{keys.clock_verifier.text()}"',
            f'message_key = "{keys.message_verifier.text()}"',
            f"roles = {_array(config.node.roles)}",
            f'ca = """\n{authority}\n"""',
            "",
        )
    )


@dataclass(frozen=True, slots=True)
class Pinning:
    """What this node does with a member.

    Attributes:
        address: where to reach it, instead of what its card says; empty for a member known only through a hub.
        follow: origins to follow from it, without the federation.
        may_ask: purposes it may ask for.
        may_ask_about_persons: purposes it may ask for about natural persons.
    """

    address: str | None = None
    follow: tuple[str, ...] = ()
    may_ask: tuple[str, ...] = ()
    may_ask_about_persons: tuple[str, ...] = ()


def add_peer(folder: Path, card: str, pinning: Pinning = Pinning()) -> None:
    """Pins a member: adds its card to `xinqiao.toml`, with what this node does with it.

    Raises:
        ConfigFault: CARD_MALFORMED, or CONFIG_INVALID when the whole would not be a valid configuration.
    """
    path = folder / CONFIG_NAME
    load_config(folder)
    member = _member(card)
    if pinning.address is not None:
        member["address"] = pinning.address
    member |= {"follow": pinning.follow, "may_ask": pinning.may_ask}
    member["may_ask_about_persons"] = pinning.may_ask_about_persons
    before = path.read_text(encoding="utf-8")
    write_config(path, f"{before.rstrip()}\n\n{_block(member)}")
    try:
        load_config(folder)
    except ConfigFault:
        write_config(path, before)
        raise


def _member(card: str) -> dict[str, object]:
    """The one block of a card.

    Raises:
        ConfigFault: CARD_MALFORMED.
    """
    try:
        peers = tomllib.loads(card)["peer"]
    except (tomllib.TOMLDecodeError, KeyError):
        peers = ()
    if not isinstance(peers, list) or len(peers) != 1 or not isinstance(peers[0], dict):
        raise ConfigFault("CARD_MALFORMED", "a card is one [[peer]] block; `xinqiao peers card` prints it")
    return peers[0]


def _block(member: dict[str, object]) -> str:
    """A `[[peer]]` block; empty values are left out. What a card says stays inside the value it stands in."""
    lines = ["[[peer]]"]
    for key, value in member.items():
        if isinstance(value, str) and _PLAIN_LINES.fullmatch(value):
            lines.append(f'{key} = """\n{value.strip()}\n"""')
        elif isinstance(value, str) and value:
            lines.append(f"{key} = {quoted(value)}")
        elif isinstance(value, list | tuple) and value:
            lines.append(f"{key} = {_array(value)}")
    return "\n".join((*lines, ""))


def _array(values: Sequence[object]) -> str:
    return "[" + ", ".join(quoted(str(value)) for value in values) + "]"


def quoted(value: str) -> str:
    """A TOML basic string: the escapes of JSON are among its own, and DEL is the one character only it demands."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _copy_rules(target: Path, node_id: str) -> None:
    """Puts the sample rules that ship with the program where the operator replaces them; the law needs no copy."""
    for name, content in shipped_samples(node_id).items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def write_config(path: Path, text: str) -> None:
    """Replaces a file in one step, readable by its owner only."""
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _store_text(new: NewNode) -> str:
    """The section of a store in PostgreSQL; nothing for one in the node's folder."""
    if new.postgres is None:
        return ""
    return f"[store]\npostgres = {quoted(new.postgres)}\npostgres_schema = {quoted(new.postgres_schema)}\n\n"


def _config_text(new: NewNode) -> str:
    """The configuration of a new node, with what an operator should know beside it."""
    feeds = "\n".join(
        f'[[feed]]\nname = "{dataset}"\ndataset = "{dataset}"\nreaders = ["*"]\nperson_payload_readers = []\n'
        for dataset in _DATASETS
    )
    return f"""\
# Configuration of one Xinqiao node. The README lists every setting.
# 信桥节点配置；全部设置见 README。

[node]
id = "{new.id}"
federation = "{new.federation}"
roles = {_array(new.roles)}

[listen]
peers = "{new.peers}"
local = "{new.local}"
admin = "{new.admin}"

{_store_text(new)}\
# Feeds of this node: who may read them, and who may read payloads about natural persons (nobody, unless named).
# 本节点的数据流：readers 可读取；自然人载荷默认不提供，须在 person_payload_readers 中列明。
{feeds}
# Members, pinned: `xinqiao peers add CARD` writes a block for each.
# 成员节点：用 `xinqiao peers add` 添加。
"""
