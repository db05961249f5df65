# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""QP: what a question must say of who asks, on what authority and when; and that one question has one answer."""

from conformance.breach import require
from conformance.cases.asking import authorisation, draft, envelope, needed, purpose, put, refused, sent
from conformance.session import Refusal, Session
from conformance.verdict import Case, Text

DAY_MS = 86_400_000
MINUTE_MS = 60_000


async def who_asks(session: Session) -> None:
    """A question that does not say which officer of which office asks, in which case, is refused."""
    await put(session, draft(session))
    for field in ("officer", "office", "case_number"):
        await refused(session, draft(session).with_(**{field: ""}), "INVALID_ARGUMENT", "QUESTION_INVALID")


async def authorised(session: Session) -> None:
    """A question about a person needs an authorisation that holds today; with one it is answered, known or not."""
    purpose(session, "person_purpose")
    person = needed(session.config.questions.unknown, "unknown")
    await put(session, draft(session, person))
    for given, reason in (
        (None, "AUTHORISATION_MISSING"),
        (authorisation(session, -30, -2), "AUTHORISATION_EXPIRED"),
        (authorisation(session, 2, 30), "AUTHORISATION_NOT_YET_VALID"),
    ):
        question = draft(session, person).with_(authorisation=given)
        await refused(session, question, "PERMISSION_DENIED", reason)


async def times(session: Session) -> None:
    """A question from another time is refused, and one that nobody waits for any more."""
    await put(session, draft(session).with_(deadline_ms=session.now_ms() + 5 * MINUTE_MS))
    for away_ms in (-DAY_MS, DAY_MS):
        question = draft(session).with_(asked_at_ms=session.now_ms() + away_ms)
        await refused(session, question, "FAILED_PRECONDITION", "QUESTION_CLOCK_SKEW")
    now_ms = session.now_ms()
    late = draft(session).with_(asked_at_ms=now_ms - 2 * MINUTE_MS, deadline_ms=now_ms - MINUTE_MS)
    await refused(session, late, "FAILED_PRECONDITION", "QUESTION_EXPIRED")


async def repeated(session: Session) -> None:
    """The same question, sent again, gets the answer it got."""
    signed = envelope(session, draft(session).encoded())
    first, second = [await sent(session, signed) for _ in range(2)]
    for one in (first, second):
        require(not isinstance(one, Refusal), "CALL_REFUSED", "the question answered both times", str(one))
    if not isinstance(first, Refusal) and not isinstance(second, Refusal):
        require(bool(first.answer.payload), "ANSWER_EMPTY", "a signed answer", "no bytes")
        same = first.answer == second.answer
        require(same, "ANSWERED_ANEW", "the very answer that was given before", "another one")


CASES = (
    Case(
        "QP-01/who-asks",
        ("C-QP-01",),
        Text("A question says which officer asks, and in which case", "问题须写明经办人、处室与案号"),
        Text(
            "Require officer, office and case number before anything is looked up.", "查询前先要求经办人、处室、案号。"
        ),
        who_asks,
    ),
    Case(
        "QP-02/authorised",
        ("C-QP-02",),
        Text("A person is asked about on an authority that holds", "查询自然人须有有效授权"),
        Text(
            "Check the authorisation's presence and days, in China Standard Time.",
            "按中国标准时间校验授权是否存在及有效期。",
        ),
        authorised,
    ),
    Case(
        "QP-08/times",
        ("C-QP-06",),
        Text("A question from another time, or too late, is refused", "时间偏差过大或已逾期的问题被拒绝"),
        Text(
            "Compare asked_at_ms and deadline_ms with the own clock.", "以本节点时钟核对 asked_at_ms 与 deadline_ms。"
        ),
        times,
    ),
    Case(
        "QP-09/repeated",
        ("C-QP-07",),
        Text("The same question gets the same answer", "同一问题得到同一答复"),
        Text("Keep the answer by exchange id, and send it again.", "按交换号保存答复并原样重发。"),
        repeated,
    ),
)
