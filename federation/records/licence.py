# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Administrative licences (行政许可), after the 2018 publication layout (standards document, section 2.2)."""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from federation.records.subject import Authority, Identity
from federation.records.value import Contradiction, Text64, Text256, Text512, Text4000, Value, in_order


class LicenceState(StrEnum):
    """State of a licence (当前状态)."""

    VALID = "valid"
    INVALID = "invalid"


class Licence(Value):
    """One licence decision. `valid_until` None means open-ended."""

    identity: Identity
    document_name: Text64
    document_number: Text64
    category: Text256
    certificate_name: Text64 | None = None
    certificate_number: Text64 | None = None
    content: Text4000
    decided_on: date
    valid_from: date
    valid_until: date | None = None
    authority: Authority
    state: LicenceState
    source: Authority
    remark: Text512 | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        in_order(self.valid_from, self.valid_until, "valid_until")
        if self.certificate_name is not None and self.certificate_number is None:
            raise Contradiction("certificate_number", "CERTIFICATE_NUMBER_MISSING")
        return self

    @property
    def key(self) -> str:
        """What makes two rows the same record: authority, document and subject."""
        return f"licence/{self.authority.code}/{self.document_number}/{self.identity.code}"
