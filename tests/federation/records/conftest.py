# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One sound record of each kind, for tests that spoil it."""

from collections.abc import Mapping
from datetime import date

import pytest

from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.agency_filing import AgencyFiling, FilingStanding, ReviewResult
from federation.records.codec import Record
from federation.records.exchange import Access, AccessKind, Exchange, ExchangeSide, LateAcknowledgement
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.records.licence import Licence, LicenceState
from federation.records.list_entry import ListEntry, ListKind
from federation.records.loop.feedback import Feedback, FeedbackDirection, FeedbackResponse
from federation.records.penalty import Penalty
from federation.records.subject import Authority, Identity, LegacyCode, Subject
from federation.standards.identity import CodeKind, LegacyCodeKind, SubjectClass

COMPANY = Identity(
    name="杭州青桥环保科技有限公司",
    subject_class=SubjectClass.ENTERPRISE,
    code_kind=CodeKind.USCC,
    code="91330100MA2PDY0152",
    legacy_codes=(LegacyCode(kind=LegacyCodeKind.ORGANISATION_CODE, code="MA2PDY015"),),
    representative="钱望桥",
)
BODY = Authority(name="杭州市生态环境局", code="11330100PDY001012R")
DAY = date(2026, 1, 5)


@pytest.fixture(scope="session")
def samples() -> Mapping[str, Record]:
    """A sound record of every kind, by the name of its class."""
    records: tuple[Record, ...] = (
        Subject(identity=COMPANY, source=BODY, reported_on=DAY),
        Licence(
            identity=COMPANY,
            document_name="决定书",
            document_number="1",
            category="普通",
            content="排污许可",
            decided_on=DAY,
            valid_from=DAY,
            authority=BODY,
            state=LicenceState.VALID,
            source=BODY,
        ),
        Penalty(
            identity=COMPANY,
            document_number="1",
            violation="超标排放",
            facts="超标",
            basis="环境保护法",
            kinds=("罚款",),
            content="罚款",
            fine_fen=1,
            decided_on=DAY,
            authority=BODY,
            source=BODY,
        ),
        ListEntry(
            identity=COMPANY,
            kind=ListKind.BLACK,
            list_name="名单",
            field="eco-environment",
            standard="yrd-eco-environment-black@2",
            reason="超标",
            basis="环境保护法",
            document_number="1",
            authority=BODY,
            decided_on=DAY,
            valid_from=DAY,
            source=BODY,
        ),
        AgencyFiling(
            identity=COMPANY,
            filing_number="1",
            categories=("credit-rating",),
            filed_on=DAY,
            authority=BODY,
            standing=FilingStanding.FILED,
            reviewed_year=2026,
            review_result=ReviewResult.PASSED,
            source=BODY,
        ),
        Ending(kind=EndingKind.REMOVED, authority=BODY, document_number="1", decided_on=DAY),
        Annotation(kind=AnnotationKind.OBJECTION, authority=BODY, dated_on=DAY),
        FeedPolicy(origin="demo/330100/lists/1", dataset=Dataset.LISTS, readers=("*",)),
        Exchange(
            exchange_id="01890a5d-ac96-774b-bcce-b302099a8057",
            requester="310000",
            responder="330100",
            side=ExchangeSide.REQUESTER,
            purpose="procurement",
            outcome="ANSWERED",
            question_sha256=bytes(32),
            answer_sha256=bytes(32),
            commitment=bytes(32),
            logged_at_ms=1,
        ),
        Feedback(
            case_id="沪联惩〔2026〕1号",
            direction=FeedbackDirection.PENALTY,
            identity=COMPANY,
            entry_origin="delta.example/330100/lists/1",
            entry_index=7,
            measure="closer-inspection",
            legal_basis="上海市社会信用条例",
            initiator=BODY,
            implementer=BODY,
            region="310000",
            received_on=DAY,
            responded_on=DAY,
            response=FeedbackResponse.ACCEPTED,
            reported_period="202603",
        ),
        Access(
            access_id="01890a5d-ac96-774b-bcce-b302099a8057",
            kind=AccessKind.BATCH_CHECK,
            caller="330100/licensing",
            subjects=10_000,
            commitment=bytes(32),
            logged_at_ms=1,
        ),
        LateAcknowledgement(
            origin="demo/330100/lists/1",
            member="310000",
            first_index=7,
            published_ms=1,
            due_ms=2,
            reason="ACKNOWLEDGEMENT_LATE",
        ),
    )
    return {type(record).__name__: record for record in records}
