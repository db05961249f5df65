# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How answers are framed before they are sealed."""

import pytest

from federation.errors import FieldFault
from federation.rules.routing.sealed import padded, sealing_info, size_class, unpadded

KIB = 1024


@pytest.mark.parametrize(
    ("length", "size"),
    [
        (0, 4 * KIB),
        (4 * KIB, 4 * KIB),
        (4 * KIB + 1, 8 * KIB),
        (512 * KIB, 512 * KIB),
        (512 * KIB + 1, 1024 * KIB),
        (1024 * KIB + 1, 1536 * KIB),
        (3 * 1024 * KIB + 1, 3584 * KIB),
    ],
)
def test_sizes_tell_little(length: int, size: int) -> None:
    """Doubled from 4 KiB, and from 512 KiB on multiples of it: no class is so large that it cannot be sent."""
    assert size == size_class(length)


@pytest.mark.parametrize("content", [b"", b"answer", bytes(5000)])
def test_padding_is_taken_off_again(content: bytes) -> None:
    """Whatever the content is, zeros at its end too."""
    assert content == unpadded(padded(content))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\x00\x00",
        padded(b"answer")[:-1],
        padded(b"answer") + b"\x00",
        padded(b"answer")[:-1] + b"\x01",
        (1 << 20).to_bytes(4, "big") + bytes(4092),
    ],
    ids=["nothing", "no length", "short", "long", "not zeros", "more than there is"],
)
def test_other_padding_is_refused(raw: bytes) -> None:
    """One content has one form: what is padded in another way hides something, or was cut."""
    with pytest.raises(FieldFault, match="PADDING_WRONG"):
        unpadded(raw)


def test_what_is_sealed_is_bound_to_its_question() -> None:
    """To exchange id and hash, each after its length."""
    expected = b"creditexchange/sealed-answer/1\x00\x00\x00\x00\x02id\x00\x00\x00\x03abc"

    assert expected == sealing_info("id", b"abc")
