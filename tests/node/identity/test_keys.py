# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Keys: for their owner's eyes, never overwritten, refused when anything about them is odd."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from federation.errors import ConfigFault
from federation.log.note import COSIGNATURE, ED25519
from node.identity.keys import KEY_NAMES, KeyRing, create_signer, load_signer, read_secret, write_secret

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_key_is_for_its_owner_only_and_loads_again(tmp_path: Path) -> None:
    """Mode 0600, and what it signs verifies under the public key that the loaded one states."""
    made = create_signer(tmp_path / "log.pem")
    loaded = load_signer(tmp_path / "log.pem")

    assert 0o600 == stat.S_IMODE((tmp_path / "log.pem").stat().st_mode)
    assert made.public_key == loaded.public_key
    Ed25519PublicKey.from_public_bytes(loaded.public_key).verify(made.sign(b"message"), b"message")


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    """Nor is any other secret."""
    create_signer(tmp_path / "log.pem")
    before = (tmp_path / "log.pem").read_bytes()

    for again in (lambda: create_signer(tmp_path / "log.pem"), lambda: write_secret(tmp_path / "log.pem", b"x")):
        with pytest.raises(ConfigFault, match="KEY_EXISTS"):
            again()
    assert before == (tmp_path / "log.pem").read_bytes()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o666])
def test_a_key_open_to_others_is_refused_with_what_mends_it(tmp_path: Path, mode: int) -> None:
    """Any right of group or others; the command in the text mends it."""
    path = tmp_path / "log.pem"
    create_signer(path)
    path.chmod(mode)
    with pytest.raises(ConfigFault, match=f"KEY_TOO_OPEN: .*chmod 600 {path}"):
        load_signer(path)

    path.chmod(0o600)
    assert load_signer(path).public_key


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"passphrase")
        ),
        Ed25519PrivateKey.generate().private_bytes_raw(),
    ],
    ids=["empty", "no key", "another curve", "with a passphrase", "raw bytes"],
)
def test_what_is_no_plain_ed25519_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """Empty, garbage, another algorithm, encrypted, raw bytes; nothing of the content is told."""
    write_secret(tmp_path / "log.pem", content)

    with pytest.raises(ConfigFault, match="KEY_MALFORMED") as fault:
        load_signer(tmp_path / "log.pem")
    assert fault.value.__cause__ is None


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    """With the command that makes one."""
    with pytest.raises(ConfigFault, match=r"KEY_MISSING: .*log\.pem.*xinqiao init"):
        read_secret(tmp_path / "log.pem")
    for name in KEY_NAMES[:2]:
        create_signer(tmp_path / f"{name}.pem")
    with pytest.raises(ConfigFault, match=r"KEY_MISSING: .*message\.pem"):
        KeyRing.load(tmp_path, "delta.example", "330100")


def test_a_key_ring_signs_under_the_names_of_the_wire_form(tmp_path: Path) -> None:
    """The log key as the origin, clock and message keys as the node; each with its type."""
    for name in KEY_NAMES:
        create_signer(tmp_path / f"{name}.pem")
    ring = KeyRing.load(tmp_path, "delta.example", "330100")

    log = ring.log_verifier("delta.example/330100/lists/1")
    assert ("delta.example/330100/lists/1", ED25519, ring.log.public_key) == (log.name, log.kind, log.public_key)
    for verifier, kind in ((ring.clock_verifier, COSIGNATURE), (ring.message_verifier, ED25519)):
        assert ("delta.example/330100", kind) == (verifier.name, verifier.kind)
    assert 3 == len({ring.log.public_key, ring.clock.public_key, ring.message.public_key})
