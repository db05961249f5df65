# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Numbers and base64 read one way only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.log.strict import canonical_base64, canonical_number, to_base64


@given(st.integers(0, 2**63 - 1))
def test_numbers_read_back(number: int) -> None:
    """Every size reads back from its decimal text."""
    assert number == canonical_number(str(number))


@pytest.mark.parametrize(
    "text", ["", "00", "01", "+1", "-1", " 1", "1 ", "1\n", "1_0", "٣", "１", "0x1", "1e3", str(2**63), "9" * 5000]
)
def test_other_spellings_of_numbers_are_refused(text: str) -> None:
    """What int() would take, or what is beyond 2**63 - 1, is no number here."""
    assert canonical_number(text) is None


@given(st.binary(max_size=100))
def test_base64_reads_back(raw: bytes) -> None:
    """All bytes read back from their base64."""
    assert raw == canonical_base64(to_base64(raw))


@pytest.mark.parametrize(
    "text", ["QQ", "QQ=", "QR==", "Q Q==", "QQ==\n", "QQ==QQ==", "-_8=", "ＱＱ==", "=QQ=", "QQ===", "A"]
)
def test_other_spellings_of_base64_are_refused(text: str) -> None:
    """Missing padding, trailing bits, junk and the URL alphabet are refused."""
    assert canonical_base64(text) is None


@given(st.text(alphabet="QRg=+/-_ \nA", max_size=12))
def test_base64_is_refused_or_prints_back(text: str) -> None:
    """Whatever reads prints back to the same text."""
    decoded = canonical_base64(text)
    assert decoded is None or to_base64(decoded) == text
