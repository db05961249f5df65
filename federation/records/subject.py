# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Who a record is about, who decided it, and the basic information of a subject."""

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from federation.records.value import CreditCode, Name, Plain, Text50, Value
from federation.standards.identity import CodeKind, LegacyCodeKind, SubjectClass


class LegacyCode(Value):
    """An older number that a subject was known by before unified codes."""

    kind: LegacyCodeKind
    code: Text50


class Identity(Value):
    """Whom a record is about, as the deciding authority named the subject."""

    name: Name
    subject_class: SubjectClass
    code_kind: CodeKind
    code: Annotated[str, StringConstraints(min_length=1, max_length=64), Plain]
    legacy_codes: tuple[LegacyCode, ...] = ()
    representative: Text50 | None = None


class Authority(Value):
    """A public body that decided, filed or supplied something."""

    name: Name
    code: CreditCode


class Subject(Value):
    """Basic information of a subject, with the cross-reference from older numbers to its unified code."""

    identity: Identity
    source: Authority
    reported_on: date | None = None
    head_office: CreditCode | None = None

    @property
    def key(self) -> str:
        """What makes two rows the same record: the subject."""
        return f"subject/{self.identity.code_kind}/{self.identity.code}"
