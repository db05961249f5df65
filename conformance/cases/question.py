# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""QU: question and answer. Every refusal has its twin in the good question, which differs in one thing only."""

from creditexchange.v1 import answer_pb2, evidence_pb2

from conformance.breach import Untestable, require
from conformance.cases.asking import Answered, draft, envelope, needed, opened, purpose, put, put_refused, sent
from conformance.config import Subject
from conformance.proof import leaf
from conformance.proof.envelope import ANSWER, verified
from conformance.proof.merkle import includes
from conformance.proof.note import head_of, log_signed
from conformance.session import Refusal, Session, expect_refusal
from conformance.verdict import Case, Text

STANDINGS = frozenset({"RECOGNISED", "HELD", "OWN"})
SIZE_SLACK = 32
"""Bytes by which two answers of one kind may differ: numbers that have grown a digit between them."""
MAX_FINDINGS = 200


async def wrong_signature(session: Session) -> None:
    """A question whose bytes were changed after signing is refused."""
    good = draft(session)
    await put(session, good)
    signed = envelope(session, draft(session).encoded())
    signed.signature = bytes([signed.signature[0] ^ 1]) + signed.signature[1:]
    await put_refused(session, signed, "UNAUTHENTICATED", "SIGNATURE_INVALID")


async def misdirected(session: Session) -> None:
    """A question meant for another node, or speaking for another member, is refused."""
    await put(session, draft(session))
    for change in ({"responder": "999999"}, {"requester": session.config.target.node_id}):
        signed = envelope(session, draft(session).with_(**change).encoded())
        await put_refused(session, signed, "INVALID_ARGUMENT", "QUESTION_MISDIRECTED")


async def purpose_refused(session: Session) -> None:
    """A purpose that is not granted, and one that does not exist, are refused."""
    await put(session, draft(session))
    for code in (purpose(session, "refused_purpose"), "no-such-purpose"):
        signed = envelope(session, draft(session).with_(purpose=code).encoded())
        await put_refused(session, signed, "PERMISSION_DENIED", "PURPOSE_NOT_GRANTED")


async def id_reused(session: Session) -> None:
    """An exchange id that was used is refused for another question."""
    good = draft(session)
    await put(session, good)
    signed = envelope(session, good.with_(case_number="CONFORMANCE-2").encoded())
    await put_refused(session, signed, "ALREADY_EXISTS", "EXCHANGE_ID_REUSED")


async def incomplete(session: Session) -> None:
    """A question that lacks a required field is refused."""
    await put(session, draft(session))
    for change in ({"legal_basis": ""}, {"purpose": ""}, {"salt": b""}, {"exchange_id": "not-a-uuid"}):
        signed = envelope(session, draft(session).with_(**change).encoded())
        await put_refused(session, signed, "INVALID_ARGUMENT", "QUESTION_INVALID")


async def bound(session: Session) -> None:
    """An answer is signed by the node's message key and binds question, responder, time and heads."""
    got = await put(session, draft(session))
    _signed(session, got)
    answer, target = got.answer, session.config.target
    same = answer.question_sha256 == got.question_sha256
    require(same, "QUESTION_NOT_BOUND", got.question_sha256.hex(), answer.question_sha256.hex())
    asked = got.asked.exchange_id
    require(answer.exchange_id == asked, "QUESTION_NOT_BOUND", f"exchange {asked}", answer.exchange_id)
    require(answer.responder == target.node_id, "WRONG_RESPONDER", target.node_id, answer.responder)
    off = abs(session.now_ms() - answer.answered_at_ms) // 1000
    require(off <= target.freshness_bound_seconds, "ANSWER_TIME", "a time within the bound", f"{off} s off")
    _heads(session, answer)


def _heads(session: Session, answer: answer_pb2.Answer) -> None:
    require(len(answer.heads) > 0, "NO_HEADS", "the heads the answer rests on", "none")
    for head in answer.heads:
        origin = head_of(head.checkpoint).origin
        signed = not _own(session, origin) or log_signed(head.checkpoint, session.log_key(origin))
        require(signed, "HEAD_UNSIGNED", f"a head signed by the log key of {origin}", "another")
        said = head.freshness != answer_pb2.FRESHNESS_UNSPECIFIED
        require(said, "FRESHNESS_UNSPECIFIED", "every head says how fresh it is", "UNSPECIFIED")


def _signed(session: Session, got: Answered) -> None:
    require(got.envelope.payload_type == ANSWER, "WRONG_PAYLOAD_TYPE", ANSWER, got.envelope.payload_type)
    good = verified(got.envelope, session.config.keys.message)
    require(good, "ANSWER_SIGNATURE_INVALID", "a signature of the node's message key", "one that does not verify")


def _own(session: Session, origin: str) -> bool:
    """Tell whether a feed is the target's own; the log keys of other members are not ours to know."""
    target = session.config.target
    return origin.startswith(f"{target.federation}/{target.node_id}/")


def holds(session: Session, evidence: evidence_pb2.Evidence, *, part: bool = False) -> None:
    """Hold that an entry is proven; where the caller is shown a part of its record, without the whole beside it.

    Raises:
        Breach: the part that does not hold.
    """
    head, origin = head_of(evidence.checkpoint), evidence.origin
    require(head.origin == origin, "EVIDENCE_ORIGIN", origin, head.origin)
    proven = includes(evidence.leaf, evidence.index, head.size, evidence.path, head.root)
    require(proven, "EVIDENCE_UNPROVEN", f"a path from leaf {evidence.index} of {origin} to its root", "another path")
    if part:
        bare = not evidence.salt and not evidence.payload
        require(bare, "PART_AND_WHOLE", "no salt and payload beside a part of a record", "both")
    else:
        _committed(evidence)
    if _own(session, origin):
        signed = log_signed(evidence.checkpoint, session.log_key(origin))
        require(signed, "EVIDENCE_UNSIGNED", f"a checkpoint signed by the log key of {origin}", "another")


def _committed(evidence: evidence_pb2.Evidence) -> None:
    origin = evidence.origin
    kept = leaf.commitment(origin, leaf.parse(evidence.leaf).schema, evidence.salt, evidence.payload)
    same = kept == leaf.parse(evidence.leaf).commitment
    require(same, "EVIDENCE_COMMITMENT", f"salt and payload to match leaf {evidence.index}", "others")


async def evidence(session: Session) -> None:
    """Every finding about a known subject has a standing and evidence that verifies without the responder."""
    findings = (await put(session, draft(session))).answer.findings
    if not findings:
        raise Untestable("configure [questions.known]: a subject about whom the target holds something we may read")
    require(len(findings) <= MAX_FINDINGS, "TOO_MANY_FINDINGS", f"at most {MAX_FINDINGS}", f"{len(findings)}")
    for finding in findings:
        require(finding.standing in STANDINGS, "WRONG_STANDING", f"one of {sorted(STANDINGS)}", finding.standing)
        holds(session, finding.evidence, part=finding.HasField("excerpt"))
        for one in finding.acts:
            holds(session, one)


async def nothing_told(session: Session) -> None:
    """An unknown subject and a person we may not read about get answers of one shape, or one refusal."""
    unknown, person = (
        needed(session.config.questions.unknown, "unknown"),
        needed(session.config.questions.person, "person"),
    )
    if unknown.kind != person.kind:
        raise Untestable("give [questions.unknown] and [questions.person] the same kind of number")
    await put(session, draft(session))
    first, second = await _shape(session, unknown), await _shape(session, person)
    require(first[0] == second[0], "SUBJECTS_TOLD_APART", first[0], second[0])
    near = abs(first[1] - second[1]) <= SIZE_SLACK
    require(near, "SUBJECTS_TOLD_APART", f"an answer of about {first[1]} bytes", f"{second[1]} bytes")


async def _shape(session: Session, subject: Subject) -> tuple[str, int]:
    """Return what an answer about a subject looks like from outside, and its size: one refusal, or the same bytes."""
    question = draft(session, subject).encoded()
    response = await sent(session, envelope(session, question))
    if isinstance(response, Refusal):
        # A member whom no purpose grants questions about persons may be told so, whoever the person is.
        expect_refusal(response, "PERMISSION_DENIED", "PURPOSE_NOT_GRANTED")
        return f"{response} {response.details.hex()}", 0
    answer = opened(response)
    none = not answer.findings and not answer.truncated
    require(none, "SUBJECT_TOLD", "no findings about a subject we may not read about", f"{len(answer.findings)}")
    require(len(answer.heads) > 0, "NO_HEADS", "the heads that the absence rests on", "none")
    heads = sorted(f"{head_of(head.checkpoint).origin} {head.freshness}" for head in answer.heads)
    # What differs between any two answers is left out, and all that is left must be the same.
    for field in ("exchange_id", "question_sha256", "answered_at_ms", "heads"):
        answer.ClearField(field)
    return f"{answer.SerializeToString(deterministic=True).hex()}, heads {heads}", len(response.answer.payload)


_ORDER = Text("Check every question whole before anything is looked up.", "查询之前先完整校验问题。")

CASES = (
    Case(
        "QU-01/wrong-signature",
        ("C-QU-01",),
        Text("A question with a wrong signature is refused", "签名错误的问题被拒绝"),
        Text("Verify the envelope with the caller's pinned message key.", "用调用方已登记的消息公钥验证信封。"),
        wrong_signature,
    ),
    Case(
        "QU-02/misdirected",
        ("C-QU-02",),
        Text("A misdirected question is refused", "误投的问题被拒绝"),
        Text(
            "Compare responder with the own id, requester with the TLS identity.",
            "核对 responder 与本节点、requester 与 TLS 身份。",
        ),
        misdirected,
    ),
    Case(
        "QU-03/purpose",
        ("C-QU-03",),
        Text("A purpose that is not granted is refused", "未授权的目的被拒绝"),
        _ORDER,
        purpose_refused,
    ),
    Case(
        "QU-04/id-reused",
        ("C-QU-04",),
        Text("An exchange id serves one question only", "一个交换号只用于一个问题"),
        Text("Keep the question's hash by exchange id and compare.", "按交换号保存问题哈希并比较。"),
        id_reused,
    ),
    Case(
        "QU-05/incomplete",
        ("C-QU-05",),
        Text("An incomplete question is refused", "不完整的问题被拒绝"),
        _ORDER,
        incomplete,
    ),
    Case(
        "QU-06/bound",
        ("C-QU-06",),
        Text("An answer is signed and binds its question", "答复已签名并绑定所答问题"),
        Text(
            "Put the SHA-256 of the question's bytes into the answer; sign its bytes.",
            "在答复中写入问题字节的 SHA-256 并签名。",
        ),
        bound,
    ),
    Case(
        "QU-07/evidence",
        ("C-QU-07",),
        Text("The evidence in an answer verifies by itself", "答复中的证据可独立验证"),
        Text("Send leaf, salt, payload, path and checkpoint as stored.", "原样返回叶、盐、载荷、路径与检查点。"),
        evidence,
    ),
    Case(
        "QU-08/nothing-told",
        ("C-QU-08",),
        Text("Unknown and not readable subjects get the same answer", "不存在与无权查询的主体得到相同答复"),
        Text("Filter by entitlement while searching; build one answer.", "检索时即按权限过滤，答复只有一种。"),
        nothing_told,
    ),
)
