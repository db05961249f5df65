# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Notes and keys: a foreign vector, and every departure from the strict form refused."""

from base64 import b64encode

import pytest

from conformance.breach import Breach
from conformance.proof.note import Head, log_signed, strict, verifier_key

# The example of Go's golang.org/x/mod/sumdb/note documentation.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAYING = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ROOT = b64encode(bytes(range(32))).decode()
LINE = f"\u2014 f/n/lists/1 {b64encode(bytes(68)).decode()}\n"
GOOD = f"f/n/lists/1\n21\n{ROOT}\n\n{LINE}"


def test_the_example_of_the_note_library_verifies() -> None:
    """Key id and signature agree with another implementation."""
    assert log_signed(SAYING.encode(), verifier_key(NEUMANN))


def test_a_changed_text_does_not_verify() -> None:
    """One letter changed, and the signature is none."""
    assert not log_signed(SAYING.replace("your", "Your", 1).encode(), verifier_key(NEUMANN))


def test_a_key_under_another_name_is_another_key() -> None:
    """The id follows from the name, so that a signature of one name is not taken for another's."""
    assert not log_signed(SAYING.encode(), verifier_key(NEUMANN).named("PaulNeumann"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        NEUMANN.replace("c74f20a3", "C74F20A3"),
        NEUMANN.replace("c74f20a3", "c74f20a4"),
        NEUMANN.replace("+ARpc", "+AhpC"),
        NEUMANN + " ",
        NEUMANN + "\n",
        NEUMANN[:-4],
    ],
)
def test_a_malformed_key_is_refused(text: str) -> None:
    """A key that is not exactly in form is not used."""
    with pytest.raises(ValueError, match=r"key|read"):
        verifier_key(text)


def test_the_good_note_is_read() -> None:
    """The strict reader accepts what it should."""
    assert strict(GOOD.encode()) == Head("f/n/lists/1", 21, bytes(range(32)))


@pytest.mark.parametrize(
    "note",
    [
        GOOD.replace("21", "021"),
        GOOD.replace("21", "+21"),
        GOOD.replace("21", " 21"),
        GOOD.replace("21", "2_1"),
        GOOD.replace("21", "\uff12\uff11"),
        GOOD.replace("21", "-1"),
        GOOD.replace("21", "9" * 20),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("21\n", "21\x0b\n"),
        GOOD.replace("lists", "li\u202ests"),
        GOOD.replace(ROOT, ROOT[:-1]),
        GOOD.replace(ROOT, ROOT[:-2] + "9="),
        GOOD.replace(ROOT, b64encode(bytes(31)).decode()),
        GOOD.replace(ROOT, ROOT + "\nmore"),
        GOOD.replace("\u2014", "-"),
        GOOD.replace(LINE, LINE + "\n"),
        GOOD.replace(LINE, ""),
        GOOD[:-1],
        "\n" + GOOD,
        GOOD + LINE * 300,
        "",
    ],
)
def test_every_departure_from_the_form_is_refused(note: str) -> None:
    """What prints differently from what it says is malformed."""
    with pytest.raises(Breach, match="CHECKPOINT_MALFORMED"):
        strict(note.encode())
