# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""LM-07: who is who. A former code is the same subject, a branch is another one, and a claim of a peer is no proof."""

from creditexchange.v1 import identity_pb2, local_service_pb2

from conformance.breach import Breach, Untestable, require
from conformance.cases.peered.stage import COUNTING, Published, Stage, stage_of
from conformance.peer import records
from conformance.peer.invented import Invented
from conformance.session import Method, Refusal, Session, call
from conformance.verdict import Case, Text

CHECK = Method("/creditexchange.v1.LocalService/Check", local_service_pb2.CheckResponse)


async def former_codes(session: Session) -> None:
    """What stands under a former code counts; no claim on another's code does; a branch is shown only."""
    stage = await stage_of(session)
    old, thief, branch = stage.subject(), stage.subject(), stage.subject()
    new, head = stage.peer.inventor.recoded(old), stage.subject()
    black, red, untouched = stage.black(old), stage.red(new), stage.red(thief)
    of_branch, of_head = stage.black(branch), stage.red(head)
    await stage.show()
    for entry in (black, red, untouched, of_branch, of_head):
        await stage.counts(entry)
    # The claims come first: when the true record has had its effect, they were judged.
    for said in (
        records.subject(thief, stage.lists.authority, former=old),
        records.subject(branch, stage.lists.authority, head=head),
        records.subject(new, stage.lists.authority, former=old),
    ):
        stage.add(stage.peer.subjects, new, said)
    await stage.show(stage.peer.subjects)
    await stage.rests(red, "FORMER_CODE_IGNORED")
    await stage.still(untouched, "CLAIM_BELIEVED")
    await stage.still(of_head, "HEAD_TAKEN_FOR_BRANCH")
    await _under(stage, new, black)
    beside = [(one.code, one.holding.index) for one in (await _check(stage, head)).beside]
    wanted = (branch.code, of_branch.index)
    require(wanted in beside, "BRANCH_NOT_SHOWN", "the entry on the branch beside its head office", f"{len(beside)}")


async def _under(stage: Stage, new: Invented, black: Published) -> None:
    """See that an entry under the former code is shown under the new one, with its measures."""
    seen = await _check(stage, new)
    counting = {(held.origin, held.index) for held in seen.holdings if held.standing in COUNTING}
    place = (black.feed.origin, black.index)
    require(place in counting, "FORMER_CODE_UNSEEN", "the entry on the former code", f"{len(counting)} that count")
    wanted = stage.lists.black_measures
    require(frozenset(seen.measures) == wanted, "WRONG_MEASURES", f"{sorted(wanted)}", f"{sorted(seen.measures)}")


async def _check(stage: Stage, subject: Invented) -> local_service_pb2.CheckResponse:
    channel = stage.session.local
    if channel is None:
        raise Untestable("configure [peer.local]")
    kind = identity_pb2.CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE
    request = local_service_pb2.CheckRequest(code_kind=kind, code=subject.code)
    answer = await call(channel, CHECK, request, stage.session.seconds)
    if isinstance(answer, Refusal):
        raise Breach("CALL_REFUSED", f"an answer to {CHECK.path}", str(answer))
    return answer


CASES = (
    Case(
        "LM-07/former-codes",
        ("C-LM-07",),
        Text("Former codes count as one, branches are shown only", "曾用代码视为同一主体，分支机构仅展示"),
        Text(
            "Join codes that hold one organisation code when a record of the subject says so; never on a bare claim.",
            "主体登记信息载明且组织机构代码相同时才合并代码；单凭声称不得合并。",
        ),
        former_codes,
    ),
)
