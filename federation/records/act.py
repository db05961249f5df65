# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Acts on an earlier entry: endings and annotations. The leaf's `ref` names the entry; the payload says why."""

from datetime import date
from enum import StrEnum

from federation.records.subject import Authority
from federation.records.value import Text128, Text1000, Value


class EndingKind(StrEnum):
    """The ways an entry ends by an act. A lapse (期满) needs none."""

    REMOVED = "removed"
    REVOKED = "revoked"
    REPAIRED = "repaired"
    CORRECTED = "corrected"


class Ending(Value):
    """Why an earlier entry stops counting."""

    kind: EndingKind
    authority: Authority
    document_number: Text128
    decided_on: date
    explanation: Text1000 | None = None


class AnnotationKind(StrEnum):
    """What an annotation says."""

    OBJECTION = "objection"
    SUSPENDED = "suspended"
    RESUMED = "resumed"


class Annotation(Value):
    """A mark on an earlier entry; the newest one of an entry is the one that counts."""

    kind: AnnotationKind
    authority: Authority
    dated_on: date
    document_number: Text128 | None = None
    explanation: Text1000 | None = None
