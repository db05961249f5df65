# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The records that the suite publishes, about invented subjects. Days are ISO texts in China Standard Time."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from creditexchange.v1 import (
    agency_filing_pb2,
    annotation_pb2,
    authority_pb2,
    ending_pb2,
    feed_policy_pb2,
    identity_pb2,
    list_entry_pb2,
    subject_pb2,
)

from conformance.peer.invented import Invented
from conformance.settings.peered import Body, Filings, Lists

CHINA = timezone(timedelta(hours=8))
RED, BLACK = list_entry_pb2.LIST_KIND_RED, list_entry_pb2.LIST_KIND_BLACK
DAY = timedelta(days=1)


def today(now_ms: int) -> date:
    """Return the legal day."""
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(CHINA).date()


def authority(body: Body | Invented) -> authority_pb2.Authority:
    """Return a body as records name it."""
    return authority_pb2.Authority(name=body.name, code=body.code)


def identity(subject: Invented) -> identity_pb2.Identity:
    """Return an invented enterprise as records name it."""
    return identity_pb2.Identity(
        name=subject.name,
        subject_class=identity_pb2.SUBJECT_CLASS_ENTERPRISE,
        code_kind=identity_pb2.CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE,
        code=subject.code,
    )


def list_entry(
    subject: Invented, kind: list_entry_pb2.ListKind, lists: Lists, day: date, **change: object
) -> list_entry_pb2.ListEntry:
    """Return an entry that the target should recognise today; `change` replaces fields, for one that it should not."""
    began = (day - 30 * DAY).isoformat()
    fields: dict[str, Any] = {
        "identity": identity(subject),
        "kind": kind,
        "list_name": "符合性检测名单",
        "field": lists.field,
        "standard": lists.red if kind == RED else lists.black,
        "reason": "虚构事由",
        "basis": "虚构依据",
        "document_number": f"测〔{day.year}〕{subject.code[8:16]}号",
        "authority": authority(lists.authority),
        "source": authority(lists.authority),
        "decided_on": began,
        "valid_from": began,
        "valid_until": (day + 300 * DAY).isoformat(),
        **change,
    }
    return list_entry_pb2.ListEntry(**fields)


def filing(subject: Invented, filings: Filings, day: date, **change: object) -> agency_filing_pb2.AgencyFiling:
    """Return a filing that the target should recognise today; `change` replaces fields, for one that it should not."""
    fields: dict[str, Any] = {
        "identity": identity(subject),
        "filing_number": f"测备{subject.code[8:16]}号",
        "categories": [filings.category],
        "filed_on": (day - 30 * DAY).isoformat(),
        "valid_until": (day + 300 * DAY).isoformat(),
        "authority": authority(filings.authority),
        "source": authority(filings.authority),
        "standing": agency_filing_pb2.FILING_STANDING_FILED,
        "reviewed_year": day.year,
        "review_result": agency_filing_pb2.REVIEW_RESULT_PASSED,
        **change,
    }
    return agency_filing_pb2.AgencyFiling(**fields)


def subject(
    who: Invented, source: Body, *, former: Invented | None = None, head: Invented | None = None
) -> subject_pb2.Subject:
    """Return a record of a subject that had another's code before, or is a branch of it."""
    said = subject_pb2.Subject(identity=identity(who), source=authority(source))
    if former is not None:
        kind = identity_pb2.LEGACY_CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE
        said.identity.legacy_codes.add(kind=kind, code=former.code)
    if head is not None:
        said.head_office = head.code
    return said


def ending(kind: ending_pb2.EndingKind, by: Body | Invented, day: date) -> ending_pb2.Ending:
    """Return an act that ends an entry, decided by a body."""
    return ending_pb2.Ending(
        kind=kind, authority=authority(by), document_number=f"测终〔{day.year}〕1号", decided_on=day.isoformat()
    )


def mark(kind: annotation_pb2.AnnotationKind, by: Body | Invented, day: date) -> annotation_pb2.Annotation:
    """Return an act that marks an entry, by a body."""
    return annotation_pb2.Annotation(
        kind=kind, authority=authority(by), dated_on=day.isoformat(), document_number=f"测注〔{day.year}〕1号"
    )


def policy(origin: str, dataset: feed_policy_pb2.Dataset) -> feed_policy_pb2.FeedPolicy:
    """Return the policy of a feed that every member may read."""
    return feed_policy_pb2.FeedPolicy(origin=origin, dataset=dataset, readers=["*"])
