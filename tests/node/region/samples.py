# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Records that are sound, but for what a test changes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.agency_filing import AgencyFiling, FilingStanding, ReviewResult
from federation.records.list_entry import ListEntry, ListKind
from federation.records.subject import Authority, Identity
from federation.standards.identity import CodeKind, SubjectClass

ECOLOGY = Authority(name="杭州市生态环境局", code="11330100PDY001012R")
CREDIT_OFFICE = Authority(name="杭州市公共信用管理办公室", code="11330100PDY001047C")
COMPANY = Identity(
    name="杭州青桥环保科技有限公司",
    subject_class=SubjectClass.ENTERPRISE,
    code_kind=CodeKind.USCC,
    code="91330100MA2PDY0152",
    representative="钱望桥",
)
PERSON = Identity(
    name="钱望桥",
    subject_class=SubjectClass.NATURAL_PERSON,
    code_kind=CodeKind.CITIZEN,
    code="330102194901019917",
)


def _list_entry(number: int = 1, **changes: object) -> ListEntry:
    sound: dict[str, Any] = {
        "identity": COMPANY,
        "kind": ListKind.BLACK,
        "list_name": "生态环境严重失信名单",
        "field": "eco-environment",
        "standard": "yrd-eco-environment-black@2",
        "reason": "超标排放",
        "basis": "环境保护法",
        "document_number": f"杭环信〔2025〕{number}号",
        "authority": ECOLOGY,
        "decided_on": date(2025, 3, 1),
        "valid_from": date(2025, 3, 10),
        "valid_until": date(2027, 3, 9),
        "responsible_persons": ("钱望桥",),
        "source": ECOLOGY,
    }
    return ListEntry(**{**sound, **changes})


def _red_entry(number: int = 1, **changes: object) -> ListEntry:
    red = {"kind": ListKind.RED, "list_name": "生态环境守信名单", "standard": "yrd-eco-environment-red@1"}
    return _list_entry(number, **{**red, "responsible_persons": (), **changes})


def _filing(number: int = 1, **changes: object) -> AgencyFiling:
    sound: dict[str, Any] = {
        "identity": COMPANY,
        "filing_number": f"杭信备2023-{number}",
        "categories": ("credit-rating", "credit-consulting"),
        "filed_on": date(2023, 5, 1),
        "valid_until": date(2028, 4, 30),
        "authority": CREDIT_OFFICE,
        "standing": FilingStanding.FILED,
        "reviewed_year": 2026,
        "review_result": ReviewResult.PASSED,
        "source": CREDIT_OFFICE,
    }
    return AgencyFiling(**{**sound, **changes})


def _ending(kind: EndingKind = EndingKind.REMOVED, number: int = 1) -> Ending:
    return Ending(kind=kind, authority=ECOLOGY, document_number=str(number), decided_on=date(2026, 2, 1))


def _mark(kind: AnnotationKind, number: int = 1) -> Annotation:
    return Annotation(kind=kind, authority=ECOLOGY, dated_on=date(2026, 2, 1), document_number=str(number))


@dataclass(frozen=True)
class Samples:
    """Records that are sound, but for what is changed; and whom they are about."""

    company = COMPANY
    person = PERSON
    black = staticmethod(_list_entry)
    red = staticmethod(_red_entry)
    filing = staticmethod(_filing)
    ending = staticmethod(_ending)
    mark = staticmethod(_mark)
