# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is signed and hashed of a case. Letters are DSSE envelopes, as questions are; statements bind the case's bytes.

An applicant's number is known outside the filing node as a hash alone: SHA-256 over "creditexchange/applicant/1" 0x00,
the case's salt of 32 bytes, and the number.
"""

import hashlib

from federation.rules.exchange import pae

CASE_TYPE = "application/vnd.creditexchange.case.v1"
STATUS_TYPE = "application/vnd.creditexchange.case-status.v1"
WITHDRAWAL_TYPE = "application/vnd.creditexchange.case-withdrawal.v1"
RECEIPT_TYPE = "application/vnd.creditexchange.case-receipt.v1"
_APPLICANT_DOMAIN = b"creditexchange/applicant/1\x00"


def letter_sha256(payload_type: str, payload: bytes) -> bytes:
    """What a receipt names a letter by: SHA-256 over the bytes that the letter's signature covers."""
    return hashlib.sha256(pae(payload_type, payload)).digest()


def case_sha256(payload: bytes) -> bytes:
    """What statements name a case by: SHA-256 of its signed payload bytes."""
    return hashlib.sha256(payload).digest()


def applicant_sha256(salt: bytes, code: str) -> bytes:
    """The hash that stands for the applicant's number."""
    return hashlib.sha256(_APPLICANT_DOMAIN + salt + code.encode()).digest()
