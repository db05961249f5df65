# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Which message of the contract each value is, which schema a record has, and how enumerations are spelled there."""

from collections.abc import Mapping
from enum import StrEnum

from creditexchange.v1 import (
    agency_filing_pb2,
    annotation_pb2,
    answer_pb2,
    authority_pb2,
    case_pb2,
    case_receipt_pb2,
    case_status_pb2,
    case_withdrawal_pb2,
    ending_pb2,
    evidence_pb2,
    exchange_pb2,
    feed_policy_pb2,
    feedback_pb2,
    holder_index_pb2,
    identity_pb2,
    licence_pb2,
    list_entry_pb2,
    penalty_pb2,
    question_pb2,
    schema_pb2,
    subject_pb2,
)
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.message import Message

from federation.records import agency_filing as filed
from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.agency_filing import AgencyFiling, FilingStanding, ReviewResult
from federation.records.case import (
    Case,
    CaseDocument,
    CaseKind,
    CaseOutcome,
    CaseReceipt,
    CaseState,
    CaseStatus,
    CaseWithdrawal,
)
from federation.records.exchange import (
    Access,
    AccessKind,
    Answer,
    Authorisation,
    AuthorisationKind,
    DisclosedField,
    EvidenceParts,
    Excerpt,
    Exchange,
    ExchangeSide,
    Finding,
    Freshness,
    Gap,
    Head,
    LateAcknowledgement,
    Question,
)
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.records.holders.index import CoveredFeed, HolderIndex
from federation.records.licence import Licence, LicenceState
from federation.records.list_entry import ListEntry, ListKind
from federation.records.loop.feedback import Feedback, FeedbackDirection, FeedbackResponse
from federation.records.penalty import Penalty
from federation.records.subject import Authority, Identity, LegacyCode, Subject
from federation.records.value import Value
from federation.standards.identity import CodeKind, LegacyCodeKind, SubjectClass

MESSAGES: Mapping[type[Value], type[Message]] = {
    LegacyCode: identity_pb2.LegacyCode,
    Identity: identity_pb2.Identity,
    Authority: authority_pb2.Authority,
    Subject: subject_pb2.Subject,
    Licence: licence_pb2.Licence,
    Penalty: penalty_pb2.Penalty,
    ListEntry: list_entry_pb2.ListEntry,
    filed.FilingDocument: agency_filing_pb2.FilingDocument,
    filed.StaffGroup: agency_filing_pb2.StaffGroup,
    filed.AnnualReview: agency_filing_pb2.AnnualReview,
    filed.MajorEvent: agency_filing_pb2.MajorEvent,
    filed.MarketExit: agency_filing_pb2.MarketExit,
    AgencyFiling: agency_filing_pb2.AgencyFiling,
    Ending: ending_pb2.Ending,
    Annotation: annotation_pb2.Annotation,
    FeedPolicy: feed_policy_pb2.FeedPolicy,
    Exchange: exchange_pb2.Exchange,
    Feedback: feedback_pb2.Feedback,
    Access: exchange_pb2.Access,
    LateAcknowledgement: exchange_pb2.LateAcknowledgement,
    Authorisation: question_pb2.Authorisation,
    Question: question_pb2.Question,
    EvidenceParts: evidence_pb2.Evidence,
    DisclosedField: answer_pb2.DisclosedField,
    Excerpt: answer_pb2.Excerpt,
    Finding: answer_pb2.Finding,
    Gap: answer_pb2.Gap,
    Head: answer_pb2.Head,
    Answer: answer_pb2.Answer,
    CoveredFeed: holder_index_pb2.CoveredFeed,
    HolderIndex: holder_index_pb2.HolderIndex,
    CaseDocument: case_pb2.CaseDocument,
    Case: case_pb2.Case,
    CaseStatus: case_status_pb2.CaseStatus,
    CaseWithdrawal: case_withdrawal_pb2.CaseWithdrawal,
    CaseReceipt: case_receipt_pb2.CaseReceipt,
}

SCHEMAS: Mapping[type[Value], int] = {
    Subject: schema_pb2.SCHEMA_SUBJECT,
    Licence: schema_pb2.SCHEMA_LICENCE,
    Penalty: schema_pb2.SCHEMA_PENALTY,
    ListEntry: schema_pb2.SCHEMA_LIST_ENTRY,
    AgencyFiling: schema_pb2.SCHEMA_AGENCY_FILING,
    Ending: schema_pb2.SCHEMA_ENDING,
    Annotation: schema_pb2.SCHEMA_ANNOTATION,
    FeedPolicy: schema_pb2.SCHEMA_FEED_POLICY,
    Exchange: schema_pb2.SCHEMA_EXCHANGE,
    Feedback: schema_pb2.SCHEMA_FEEDBACK,
    Access: schema_pb2.SCHEMA_ACCESS,
    LateAcknowledgement: schema_pb2.SCHEMA_LATE_ACKNOWLEDGEMENT,
}

# Enumerations whose member names differ from the contract's are spelled out; the others agree by rule.
ENUMS: Mapping[type[StrEnum], tuple[EnumTypeWrapper, str]] = {
    SubjectClass: (identity_pb2.SubjectClass, "SUBJECT_CLASS_"),
    CodeKind: (identity_pb2.CodeKind, "CODE_KIND_"),
    LegacyCodeKind: (identity_pb2.LegacyCodeKind, "LEGACY_CODE_KIND_"),
    LicenceState: (licence_pb2.LicenceState, "LICENCE_STATE_"),
    ListKind: (list_entry_pb2.ListKind, "LIST_KIND_"),
    FilingStanding: (agency_filing_pb2.FilingStanding, "FILING_STANDING_"),
    ReviewResult: (agency_filing_pb2.ReviewResult, "REVIEW_RESULT_"),
    filed.StaffRole: (agency_filing_pb2.StaffRole, "STAFF_ROLE_"),
    filed.MajorEventKind: (agency_filing_pb2.MajorEventKind, "MAJOR_EVENT_KIND_"),
    filed.DataAccessLevel: (agency_filing_pb2.DataAccessLevel, "DATA_ACCESS_LEVEL_"),
    EndingKind: (ending_pb2.EndingKind, "ENDING_KIND_"),
    AnnotationKind: (annotation_pb2.AnnotationKind, "ANNOTATION_KIND_"),
    Dataset: (feed_policy_pb2.Dataset, "DATASET_"),
    ExchangeSide: (exchange_pb2.ExchangeSide, "EXCHANGE_SIDE_"),
    AccessKind: (exchange_pb2.AccessKind, "ACCESS_KIND_"),
    AuthorisationKind: (question_pb2.AuthorisationKind, "AUTHORISATION_KIND_"),
    Freshness: (answer_pb2.Freshness, "FRESHNESS_"),
    CaseKind: (case_pb2.CaseKind, "CASE_KIND_"),
    CaseState: (case_status_pb2.CaseState, "CASE_STATE_"),
    CaseOutcome: (case_status_pb2.CaseOutcome, "CASE_OUTCOME_"),
    FeedbackDirection: (feedback_pb2.FeedbackDirection, "FEEDBACK_DIRECTION_"),
    FeedbackResponse: (feedback_pb2.FeedbackResponse, "FEEDBACK_RESPONSE_"),
}
NAMES_APART: Mapping[StrEnum, str] = {
    CodeKind.USCC: "UNIFIED_SOCIAL_CREDIT_CODE",
    CodeKind.CITIZEN: "CITIZEN_NUMBER",
    CodeKind.OTHER: "OTHER_DOCUMENT",
    LegacyCodeKind.UNIFIED_CODE: "UNIFIED_SOCIAL_CREDIT_CODE",
}
