# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Makes a node: keys, certificates, rules, `xinqiao.toml`, an empty store with its feeds."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from federation.errors import ConfigFault
from federation.records.feed_policy import Dataset
from federation.rules.rule_book import shipped_samples
from node.assemble.making.configuration import array, quoted, write_config
from node.assemble.making.feeds import create_feeds
from node.assemble.stages import place_of
from node.config import CONFIG_NAME, Config, parse_config
from node.identity.certificates import create_identity
from node.identity.keys import KEY_NAMES, create_signer
from node.storage.opening.checks import StoreOwner
from node.storage.opening.creation import create_store

_DATASETS = (Dataset.SUBJECTS, Dataset.LICENCES, Dataset.PENALTIES, Dataset.LISTS, Dataset.FILINGS)
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


def _copy_rules(target: Path, node_id: str) -> None:
    """Puts the sample rules that ship with the program where the operator replaces them; the law needs no copy."""
    for name, content in shipped_samples(node_id).items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


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
roles = {array(new.roles)}

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
