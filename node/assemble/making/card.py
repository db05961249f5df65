# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What members show each other: a card, which is the `[[peer]]` block that others pin, and a certificate.

A card is pasted into `xinqiao.toml`, or given to `peers add`.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from federation.errors import ConfigFault
from node.assemble.making.configuration import array, quoted, write_config
from node.config import CONFIG_NAME, Config, load_config
from node.identity.certificates import load_certificates, renew
from node.identity.keys import KeyRing

_PLAIN_LINES = re.compile(r"[ !#-\[\]-~]*\n[ !#-\[\]-~\n]*", re.ASCII)
"""Several lines, such as a certificate has, of characters that mean themselves in any TOML string."""


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
            f"roles = {array(config.node.roles)}",
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
        may_ask_in_batches: purposes of these that it may ask for in batches.
    """

    address: str | None = None
    follow: tuple[str, ...] = ()
    may_ask: tuple[str, ...] = ()
    may_ask_about_persons: tuple[str, ...] = ()
    may_ask_in_batches: tuple[str, ...] = ()


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
    member["may_ask_in_batches"] = pinning.may_ask_in_batches
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
            lines.append(f"{key} = {array(value)}")
    return "\n".join((*lines, ""))
