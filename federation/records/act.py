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
    REPAIR_PENDING = "repair-pending"
    REPAIR_REFUSED = "repair-refused"
    OBJECTION_CLOSED = "objection-closed"
    RESTORED = "restored"


class Annotation(Value):
    """A mark on an earlier entry, the lifting of one, or the restoring of an entry whose repair was wrong."""

    kind: AnnotationKind
    authority: Authority
    dated_on: date
    document_number: Text128 | None = None
    explanation: Text1000 | None = None
