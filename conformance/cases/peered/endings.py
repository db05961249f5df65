# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""RO-01, RO-02, RO-06: an end reaches the target and stays; only the body that decided on an entry repairs it."""

from creditexchange.v1 import annotation_pb2, ending_pb2

from conformance.cases.peered.stage import Stage, stage_of
from conformance.session import Session
from conformance.verdict import Case, Text

KINDS = (
    ending_pb2.ENDING_KIND_REMOVED,
    ending_pb2.ENDING_KIND_REVOKED,
    ending_pb2.ENDING_KIND_REPAIRED,
    ending_pb2.ENDING_KIND_CORRECTED,
)


async def end_in_effect(session: Session) -> None:
    """Every way of ending stops an entry within the bound, and the target's signed statement of it is true."""
    stage = await stage_of(session)
    ended, beside = [stage.black() for _ in KINDS], stage.black()
    await stage.show()
    for entry in (*ended, beside):
        await stage.counts(entry)
    for entry, kind in zip(ended, KINDS, strict=True):
        stage.end(entry, kind)
    await stage.show()
    await stage.stated()
    for entry in ended:
        await stage.silent(entry.subject, "STATED_NOT_IN_EFFECT")
    await stage.still(beside, "OTHER_ENDED_TOO")


async def no_resurrection(session: Session) -> None:
    """An entry that has ended does not come back with an older head, told again or told first to a new connection."""
    stage = await stage_of(session)
    entry = stage.black()
    await stage.show()
    await stage.counts(entry)
    older = stage.peer.lists.note
    stage.end(entry)
    await stage.show()
    await stage.rests(entry, "END_IGNORED")
    # The stream ends behind the older head: a target that connects again has read it.
    await stage.peer.lists.show(older)
    await _connected_again(stage)
    await stage.silent(entry.subject, "COUNTS_AGAIN")
    await stage.anchored()
    await stage.silent(entry.subject, "COUNTS_AGAIN")


async def _connected_again(stage: Stage) -> None:
    lists = stage.peer.lists
    await lists.hang_up()
    await stage.heard(lists.watched.is_set, "NOT_BACK", "a new watch of our lists")


async def only_the_decider(session: Session) -> None:
    """A repair by another body ends nothing; a wrong repair is revoked by the body that decided, and by no other."""
    stage = await stage_of(session)
    stranger, entry = stage.peer.inventor.body(), stage.black()
    await stage.show()
    await stage.counts(entry)
    stage.end(entry, ending_pb2.ENDING_KIND_REPAIRED, stranger)
    await stage.anchored()
    await stage.still(entry, "REPAIRED_BY_ANYBODY")
    stage.end(entry, ending_pb2.ENDING_KIND_REPAIRED)
    await stage.show()
    await stage.rests(entry, "REPAIR_IGNORED")
    stage.mark(entry, annotation_pb2.ANNOTATION_KIND_RESTORED, stranger)
    await stage.anchored()
    await stage.silent(entry.subject, "RESTORED_BY_ANYBODY")
    stage.mark(entry, annotation_pb2.ANNOTATION_KIND_RESTORED)
    await stage.show()
    await stage.counts(entry, "RESTORE_IGNORED")


CASES = (
    Case(
        "RO-01/end-in-effect",
        ("C-RO-01",),
        Text("An ended entry stops within the bound, and the target says so", "条目终止后在时限内停用并签名确认"),
        Text(
            "Apply END entries as they arrive, and state what is in effect with the clock key once it is.",
            "END 条目到达即处理，生效后以时钟密钥签名确认。",
        ),
        end_in_effect,
    ),
    Case(
        "RO-02/no-resurrection",
        ("C-RO-02",),
        Text("An older head brings no ended entry back", "旧检查点不使已终止条目复活"),
        Text(
            "Ignore heads that are smaller than what is held; never truncate a mirror.",
            "忽略小于已持有规模的检查点，不得截断镜像。",
        ),
        no_resurrection,
    ),
    Case(
        "RO-06/only-the-decider",
        ("C-RO-06",),
        Text("Only the deciding body repairs, and revokes a wrong repair", "仅认定单位可修复、可撤销错误修复"),
        Text(
            "Compare the unified code of the body in the act with that of the body in the entry.",
            "比对行为中的单位代码与条目认定单位代码。",
        ),
        only_the_decider,
    ),
)
