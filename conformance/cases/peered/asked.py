# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""EA and QP as seen by whoever is asked: a business system lets the target ask us, who answer well, not, or falsely."""

from creditexchange.v1 import exchange_pb2, identity_pb2, local_service_pb2

from conformance.breach import Breach, require
from conformance.cases.asking import purpose
from conformance.cases.audit.entries import agrees, states
from conformance.cases.audit.logged import Log, entries_of, question_of, whole
from conformance.cases.peered.stage import Stage, stage_of
from conformance.peer.desk import FALSE, Asked, Reply
from conformance.proof.envelope import verified
from conformance.proof.exchange import ANSWERED
from conformance.session import Exchanged, Method, Refusal, Session, call
from conformance.verdict import Case, Text

INQUIRE = Method("/creditexchange.v1.LocalService/Inquire", local_service_pb2.InquireResponse)
MAX_AGE_S = 60
REQUESTER = exchange_pb2.EXCHANGE_SIDE_REQUESTER


async def _inquired(session: Session, stage: Stage, reply: Reply) -> tuple[Asked, bool]:
    """Let the target ask us, and reply so; return what was asked, and whether the business system was told an answer.

    Raises:
        Breach: NOT_ASKED, the question never came; QUESTION_UNSIGNED, it is not under the target's signature.
    """
    desk, channel = stage.peer.desk, session.local
    assert channel is not None  # noqa: S101 - a stage has one
    before, desk.reply = len(desk.asked), reply
    request = local_service_pb2.InquireRequest(
        member=session.config.identity.node_id,
        purpose=purpose(session, "granted_purpose"),
        legal_basis="conformance suite",
        case_number="CONFORMANCE-1",
        code_kind=identity_pb2.CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE,
        code=stage.subject().code,
        officer="conformance-officer",
        office="conformance-office",
        max_age_s=MAX_AGE_S,
    )
    told = await call(channel, INQUIRE, request, session.seconds)
    wanted = f"{INQUIRE.path} to ask {session.config.identity.node_id} at {stage.peer.settings.listen}"
    if len(desk.asked) != before + 1:
        raise Breach("NOT_ASKED", wanted, f"{told}" if isinstance(told, Refusal) else "an answer out of nothing")
    asked = desk.asked[-1]
    signed = verified(asked.signed, session.config.keys.message)
    require(signed, "QUESTION_UNSIGNED", "a question under the target's message key", "another signature")
    return asked, not isinstance(told, Refusal)


def _entry(log: Log, asked: Asked) -> tuple[Exchanged, exchange_pb2.Exchange]:
    """Return an exchange as we know it, and the one entry of the target's own side.

    Raises:
        Breach: EXCHANGE_UNLOGGED or LOGGED_TWICE.
    """
    one = Exchanged(asked.signed.payload, asked.outcome, asked.answer, asked.at_ms)
    which = question_of(one).exchange_id
    entries = list(entries_of(log, which, REQUESTER))
    require(len(entries) > 0, "EXCHANGE_UNLOGGED", f"an entry of exchange {which}, which the target began", "none")
    require(len(entries) == 1, "LOGGED_TWICE", f"one entry of exchange {which}", f"{len(entries)}")
    return one, entries[0]


async def as_requester(session: Session) -> None:
    """What the target asks of others is in its log as it is in theirs: the answered, and the refused."""
    session.as_coordinator()
    stage = await stage_of(session)
    asked = []
    for reply in (Reply.HONEST, Reply.REFUSED):
        one, told = await _inquired(session, stage, reply)
        meant = told is (reply is Reply.HONEST)
        require(meant, "ANSWER_KEPT_BACK", f"{reply} handed on as that", "an answer" if told else "a refusal")
        asked.append(one)
    log = await whole(session)
    for each in asked:
        ours, entry = _entry(log, each)
        states(ours, entry)
        agrees(session, ours, entry)


async def false_answers(session: Session) -> None:
    """An answer to another question, under another signature or of another age is of no use, and logged as none."""
    session.as_coordinator()
    stage = await stage_of(session)
    _, told = await _inquired(session, stage, Reply.HONEST)
    require(told, "ANSWER_KEPT_BACK", "an honest answer handed on", "a refusal")
    asked = []
    for reply in FALSE:
        one, told = await _inquired(session, stage, reply)
        require(not told, "FALSE_ANSWER_USED", f"{reply} refused", "handed on to a business system")
        asked.append(one)
    log = await whole(session)
    for each in asked:
        _, entry = _entry(log, each)
        good = entry.outcome not in {ANSWERED, ""}
        require(good, "FALSE_ANSWER_LOGGED", "the reason for which the answer was not used", entry.outcome)


CASES = (
    Case(
        "EA-06/as-requester",
        ("C-EA-06",),
        Text("What a node asks of others is logged as they log it", "节点向他方的提问与对方日志一致"),
        Text("Log as a requester too, before an answer is used.", "作为提问方亦须在使用答复前写日志。"),
        as_requester,
    ),
    Case(
        "QP-10/false-answers",
        ("C-QP-08",),
        Text("An answer that is none is used for nothing", "不符的答复不得使用"),
        Text(
            "Verify signature, exchange id, question hash and ages before an answer is used.",
            "使用答复前校验签名、交换号、问题哈希与时效。",
        ),
        false_answers,
    ),
)
