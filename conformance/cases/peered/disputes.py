# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""RO-04, RO-05: repairs and objections across nodes. They arrive, are judged by the rules, and no forgery is taken."""

from creditexchange.v1 import annotation_pb2, case_filing_pb2, case_pb2, case_status_pb2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.breach import Breach, Untestable, require
from conformance.cases.peered.letters import (
    Filed,
    applicant_sha256,
    case_of,
    closed,
    kept,
    not_taken,
    repair,
    withdrawal,
    written,
)
from conformance.cases.peered.stage import Published, Stage, stage_of
from conformance.peer.invented import Invented
from conformance.proof.envelope import CASE, STATUS, verified
from conformance.session import Method, Refusal, Session, call
from conformance.verdict import Case, Text

FILE_CASE = Method("/creditexchange.v1.LocalService/FileCase", case_filing_pb2.FileCaseResponse)
UNDER_WAY = "OBJECTION_UNDER_WAY"


async def too_early(session: Session) -> None:
    """A repair before its time is not taken up, with the reason; one whose time has come is, and can be withdrawn."""
    stage = await stage_of(session)
    early, ripe = stage.peer.settings.early, stage.peer.settings.ripe
    if early is None or ripe is None:
        raise Untestable("configure [peer.early] and [peer.ripe]: entries of the target's own by origin and index")
    applicant = stage.subject()
    filed, letter = repair(stage, early, applicant)
    await kept(stage, letter)
    said = await closed(stage, filed, "EARLY_TAKEN_UP", "a statement NOT_ACCEPTED")
    refused = said.state == case_status_pb2.CASE_STATE_NOT_ACCEPTED and "REPAIR_NOT_YET" in said.reasons
    require(refused, "EARLY_TAKEN_UP", "NOT_ACCEPTED for REPAIR_NOT_YET", f"{said.state} {list(said.reasons)}")
    filed, letter = repair(stage, ripe, applicant)
    await kept(stage, letter)
    await kept(stage, withdrawal(stage, filed))
    said = await closed(stage, filed, "WITHDRAWAL_IGNORED", "a statement WITHDRAWN")
    taken_up = said.state == case_status_pb2.CASE_STATE_WITHDRAWN
    require(taken_up, "RIPE_REFUSED", "taken up, then WITHDRAWN", f"{said.state} {list(said.reasons)}")


async def objection(session: Session) -> None:
    """An objection filed at the target comes to the origin, signed; mark and decision go back against receipts."""
    stage = await stage_of(session)
    entry = stage.black()
    await stage.show()
    await stage.counts(entry)
    filed = await _filed(stage, entry)
    await _forged(stage, filed)
    await kept(stage, written(stage, STATUS, _status(stage, filed, 1, case_status_pb2.CASE_STATE_RECEIVED)))
    altered = _status(stage, filed, 1, case_status_pb2.CASE_STATE_RECEIVED)
    altered.explanation = "altered"
    await not_taken(stage, written(stage, STATUS, altered), "ALTERED_TAKEN", "CASE_ID_REUSED")
    stage.mark(entry, annotation_pb2.ANNOTATION_KIND_OBJECTION)
    await stage.show()
    await stage.until(lambda: _marked(stage, entry), "MARK_UNSEEN", f"the mark {UNDER_WAY}", entry)
    await stage.still(entry, "MARK_ENDS")
    decided = _status(stage, filed, 4, case_status_pb2.CASE_STATE_DECIDED)
    decided.outcome = case_status_pb2.CASE_OUTCOME_REMOVED
    marked = _status(stage, filed, 2, case_status_pb2.CASE_STATE_MARKED)
    accepted = _status(stage, filed, 3, case_status_pb2.CASE_STATE_ACCEPTED)
    stage.end(entry)
    await stage.show()
    for said in (marked, accepted, decided):
        await kept(stage, written(stage, STATUS, said))
    await stage.rests(entry, "DECISION_IGNORED")


async def _marked(stage: Stage, entry: Published) -> bool:
    held = await stage.holding(entry)
    return held is not None and UNDER_WAY in held.reasons


async def _filed(stage: Stage, entry: Published) -> Filed:
    """File an objection at the target, and return it as it came to us."""
    case_id = await _at_the_window(stage, entry, entry.subject)
    await stage.heard(lambda: case_of(stage, case_id), "CASE_LOST", "the case brought to its origin")
    found = case_of(stage, case_id)
    if found is None:
        raise Breach("CASE_LOST", "the case", "nothing")
    filed, letter = found
    config, case = stage.session.config, filed.case
    signed = letter.payload_type == CASE and verified(letter, config.keys.message)
    require(signed, "CASE_UNSIGNED", "the case signed by the target's message key", "another signature")
    told = (case.kind, case.origin, case.index, case.filed_at)
    wanted = (case_pb2.CASE_KIND_OBJECTION, entry.feed.origin, entry.index, config.target.node_id)
    require(told == wanted, "CASE_DIFFERS", f"{wanted}", f"{told}")
    bound = case.applicant_sha256 == applicant_sha256(case.salt, entry.subject.code) and len(case.salt) == 32
    require(bound, "APPLICANT_UNBOUND", "the salted hash of the applicant's number", "another")
    require(entry.subject.code.encode() not in filed.payload, "APPLICANT_TOLD", "the number in no letter", "the number")
    return filed


async def _at_the_window(stage: Stage, entry: Published, applicant: Invented) -> str:
    channel = stage.session.local
    if channel is None:
        raise Untestable("configure [peer.local]")
    request = case_filing_pb2.FileCaseRequest(
        kind=case_pb2.CASE_KIND_OBJECTION,
        origin=entry.feed.origin,
        index=entry.index,
        applicant=applicant.name,
        applicant_code=applicant.code,
        grounds="虚构的理由",
    )
    answer = await call(channel, FILE_CASE, request, stage.session.seconds)
    if isinstance(answer, Refusal):
        raise Breach("CALL_REFUSED", f"an answer to {FILE_CASE.path}", str(answer))
    require(bool(answer.case_id), "CASE_REFUSED", "a case id", f"{list(answer.reasons)} {answer.field}")
    return answer.case_id


async def _forged(stage: Stage, filed: Filed) -> None:
    """Statements that are not the origin's, or about no such case, are not taken."""
    received = _status(stage, filed, 1, case_status_pb2.CASE_STATE_RECEIVED)
    forged = written(stage, STATUS, received, Ed25519PrivateKey.generate())
    await not_taken(stage, forged, "FORGED_TAKEN", "SIGNATURE_INVALID")
    received.case_sha256 = bytes(32)
    await not_taken(stage, written(stage, STATUS, received), "UNBOUND_TAKEN", "CASE_UNKNOWN")


def _status(stage: Stage, filed: Filed, number: int, state: case_status_pb2.CaseState) -> case_status_pb2.CaseStatus:
    """Return a statement of ours, as the node that decides."""
    return case_status_pb2.CaseStatus(
        case_id=filed.case.case_id,
        filed_at=filed.case.filed_at,
        case_sha256=filed.sha256,
        decided_at=stage.session.config.identity.node_id,
        sequence=number,
        state=state,
        stated_at_ms=stage.session.now_ms(),
    )


CASES = (
    Case(
        "RO-04/too-early",
        ("C-RO-04",),
        Text("A repair before its minimum term is not taken up", "未满最短公示期的修复申请不予受理"),
        Text(
            "Judge applications by the repair rules of their day; state RECEIVED, then NOT_ACCEPTED with the reason.",
            "按申请之日有效的修复规则判断，依次签发 RECEIVED 与附理由的 NOT_ACCEPTED。",
        ),
        too_early,
    ),
    Case(
        "RO-05/objection",
        ("C-RO-05",),
        Text("An objection is routed to the origin, and its decision comes back", "异议送达认定地，决定送回"),
        Text(
            "Carry letters until the receipt has come, verify each statement with its writer's key, show the mark.",
            "持续投递直至收到回执；以书写节点的密钥验证每份声明，并展示异议标注。",
        ),
        objection,
    ),
)
