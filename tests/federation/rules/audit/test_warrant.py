# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Four eyes: what stands behind entries is opened when two persons have signed for it, and not otherwise."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation.errors import Misuse
from federation.log.note import ED25519, Note, SignatureLine, Verifier, sign_note
from federation.rules.audit.warrant import WARRANT_MS, Warrant, granted
from tests.federation.rules.audit.conftest import Key

NODE = "demo/330100"
IDS = ("01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8058")
WARRANT = Warrant(NODE, 1000, "信访核查〔2026〕1号", IDS)
KEYS = {name: Key(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)) for seed, name in enumerate("abc", 1)}
OPERATORS = [Verifier(f"{NODE}/{name}", ED25519, KEYS[name].public) for name in "ab"]


def line(name: str, key: str, text: str) -> SignatureLine:
    """A person's signature, with a key."""
    return sign_note(text, f"{NODE}/{name}", KEYS[key], KEYS[key].public)


def signed(*names: str, warrant: Warrant = WARRANT) -> bytes:
    """The warrant with some persons' signatures, each with the own key."""
    text = warrant.text()
    return Note(text, tuple(line(name, name, text) for name in names)).encode()


def test_two_persons_open_what_they_signed_for() -> None:
    """The entries named, and who signed; a third signature of somebody unknown changes nothing."""
    for names in (("a", "b"), ("b", "a"), ("a", "b", "c")):
        assert (WARRANT, (f"{NODE}/a", f"{NODE}/b")) == granted(signed(*names), NODE, OPERATORS, 1000)


@pytest.mark.parametrize(
    ("raw", "node", "now_ms", "reason"),
    [
        (signed("a"), NODE, 1000, "WARRANT_NOT_GRANTED"),
        (signed("a", "a"), NODE, 1000, "WARRANT_NOT_GRANTED"),
        (signed("a", "c"), NODE, 1000, "WARRANT_NOT_GRANTED"),
        (signed("c"), NODE, 1000, "WARRANT_NOT_GRANTED"),
        (signed("a", "b").replace(b"9a8058", b"9a8059"), NODE, 1000, "WARRANT_NOT_GRANTED"),
        (signed("a", "b"), "demo/310000", 1000, "WARRANT_MISDIRECTED"),
        (signed("a", "b"), NODE, 1000 + WARRANT_MS, "WARRANT_EXPIRED"),
        (signed("a", "b"), NODE, 999, "WARRANT_EXPIRED"),
        (b"no note", NODE, 1000, "WARRANT_MALFORMED"),
    ],
)
def test_one_person_opens_nothing(raw: bytes, node: str, now_ms: int, reason: str) -> None:
    """Nor one twice, one with a stranger, for other entries, at another node, too late, or before it was asked."""
    with pytest.raises(Misuse, match=reason):
        granted(raw, node, OPERATORS, now_ms)


def test_one_key_under_two_names_is_one_person() -> None:
    """Whatever the configuration calls it."""
    text = WARRANT.text()
    raw = Note(text, (line("a", "a", text), line("b", "a", text))).encode()
    names = [Verifier(f"{NODE}/{name}", ED25519, KEYS["a"].public) for name in "ab"]

    with pytest.raises(Misuse, match="WARRANT_NOT_GRANTED"):
        granted(raw, NODE, names, 1000)


def test_a_warrant_is_read_as_it_was_written() -> None:
    """Every line."""
    assert WARRANT == Warrant.parse(WARRANT.text())


@pytest.mark.parametrize(
    "text",
    [
        "",
        WARRANT.text() + "more\n",
        WARRANT.text().replace("asked 1000", "asked 01000"),
        WARRANT.text().replace("node ", "Node "),
        WARRANT.text().replace("reason 信访核查〔2026〕1号", "reason "),
        WARRANT.text().replace("reason 信访核查〔2026〕1号", "reason " + "x" * 401),
        WARRANT.text().replace(IDS[1], IDS[0]),
        WARRANT.text().replace(IDS[0], "0"),
        Warrant(NODE, 1, "x", IDS[:1]).text().replace(f"open {IDS[0]}\n", ""),
    ],
)
def test_a_text_in_any_other_form_is_no_warrant(text: str) -> None:
    """Nothing is left to be guessed."""
    with pytest.raises(Misuse, match="WARRANT_MALFORMED"):
        Warrant.parse(text)
