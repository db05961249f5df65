# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""LM-06, RO-03: what comes back to an origin. Feedback on its entries, and statements of members behind the target."""

from creditexchange.v1 import feed_service_pb2, feedback_pb2, local_service_pb2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.message import DecodeError

from conformance.breach import Breach, Untestable, require
from conformance.cases.peered.stage import Published, Stage, stage_of
from conformance.proof.note import COSIGNATURE, IN_EFFECT, VerifierKey, cosigned_at, head_of
from conformance.proof.signing import stated
from conformance.session import GET_CHECKPOINT, READ_ENTRIES, Method, Refusal, Session, call
from conformance.settings.peered import Downstream
from conformance.verdict import Case, Text

GIVE_FEEDBACK = Method("/creditexchange.v1.LocalService/GiveFeedback", local_service_pb2.GiveFeedbackResponse)
NEVER_SENT, MOST_RECORDS = 1_000_000, 1000


async def feedback(session: Session) -> None:
    """What a body did about an entry comes back in the target's feed for us, and is closed when the entry ends."""
    stage = await stage_of(session)
    origin = stage.peer.settings.feedback
    if origin is None:
        raise Untestable("configure peer.feedback: origin of the target's feed of feedback for us")
    entry = stage.black()
    await stage.show()
    await stage.counts(entry)
    start = (await session.head(origin)).size
    said = await _statement(stage, entry)
    unheld = local_service_pb2.FeedbackStatement.FromString(said.SerializeToString())
    unheld.index = entry.index + NEVER_SENT
    await _given(stage, said, unheld)
    found = list[feedback_pb2.Feedback]()

    async def told(lifted: bool) -> bool:
        found[:] = [each for each in await _read(stage, origin, start) if each.case_id == said.case_id]
        return bool(found) and found[-1].HasField("lifted_on") is lifted

    await stage.until(lambda: told(False), "FEEDBACK_LOST", "the feedback in our feed", entry)
    first = found[-1]
    seen = (first.entry_origin, first.entry_index, first.measure, first.implementer.code, first.region)
    wanted = (said.origin, said.index, said.measure, said.implementer, session.config.target.node_id)
    require(seen == wanted, "FEEDBACK_DIFFERS", f"{wanted}", f"{seen}")
    stage.end(entry)
    await stage.show()
    await stage.until(lambda: told(True), "FEEDBACK_NOT_LIFTED", "the measure lifted with the entry", entry)


async def _statement(stage: Stage, entry: Published) -> local_service_pb2.FeedbackStatement:
    """Return what a body that the target's catalogue names says about a measure of the entry."""
    catalogued = (await stage.asked(entry.subject))[0].catalogued
    measure = next((each for each in catalogued if each.implementers), None)
    if measure is None:
        raise Untestable("no measure of the target's catalogue names a body that implements it")
    return local_service_pb2.FeedbackStatement(
        case_id=f"测{entry.subject.code[8:16]}",
        origin=entry.feed.origin,
        index=entry.index,
        measure=measure.code,
        implementer=measure.implementers[0].code,
        response=feedback_pb2.FEEDBACK_RESPONSE_ACCEPTED,
        result="虚构的结果",
    )


async def _given(
    stage: Stage, good: local_service_pb2.FeedbackStatement, unheld: local_service_pb2.FeedbackStatement
) -> None:
    """Give one statement that must be taken, and one about an entry that never came."""
    channel = stage.session.local
    if channel is None:
        raise Untestable("configure [peer.local]")
    request = local_service_pb2.GiveFeedbackRequest(statements=[good, unheld])
    answer = await call(channel, GIVE_FEEDBACK, request, stage.session.seconds)
    if isinstance(answer, Refusal):
        raise Breach("CALL_REFUSED", f"an answer to {GIVE_FEEDBACK.path}", str(answer))
    require(len(answer.outcomes) == 2, "ANSWER_INCOMPLETE", "two outcomes", f"{len(answer.outcomes)}")
    taken, refused = answer.outcomes
    accepted = taken.kind == local_service_pb2.OUTCOME_KIND_ACCEPTED
    require(accepted, "FEEDBACK_REFUSED", "the statement accepted", f"{taken.reason} {taken.field}")
    held_back = refused.kind == local_service_pb2.OUTCOME_KIND_REFUSED
    require(held_back, "FEEDBACK_UNHELD", "a statement about an entry that never came refused", f"{refused.kind}")


async def _read(stage: Stage, origin: str, start: int) -> list[feedback_pb2.Feedback]:
    """Return the feedback in a feed of the target's from an index on."""
    size = (await stage.session.head(origin)).size
    if size <= start:
        return []
    require(size - start <= MOST_RECORDS, "FEEDBACK_FLOOD", f"at most {MOST_RECORDS} new records", f"{size - start}")
    request = feed_service_pb2.ReadEntriesRequest(origin=origin, checkpoint_size=size, start_index=start)
    chunks = await stage.session.read(READ_ENTRIES, request, size - start + 1)
    try:
        return [feedback_pb2.Feedback.FromString(entry.payload) for chunk in chunks for entry in chunk.entries]
    except DecodeError as wrong:
        raise Breach("FEEDBACK_MALFORMED", "records of feedback", "bytes that do not parse") from wrong


async def handed_on(session: Session) -> None:
    """The origin is told what the target and a member behind it have stated to be in effect, and nothing unsaid."""
    stage = await stage_of(session)
    behind = stage.peer.settings.downstream
    if behind is None:
        raise Untestable("configure [peer.downstream]: a second member that the target has pinned")
    entry = stage.black()
    await stage.show()
    await stage.counts(entry)
    stage.end(entry)
    await stage.show()
    await stage.stated()
    config = session.config
    await stage.until(lambda: _tells(stage, session.clock_key()), "OWN_UNTOLD", "the target's own statement", entry)
    name = f"{config.target.federation}/{behind.node_id}"
    theirs = VerifierKey(name, COSIGNATURE, behind.clock_key.public_key().public_bytes_raw())
    require(not await _tells(stage, theirs), "TOLD_UNSAID", f"no statement of {name} before it made one", "one")
    await _say(stage, behind, name, Ed25519PrivateKey.generate())
    require(not await _tells(stage, theirs, name), "FORGED_HANDED_ON", f"no forged statement of {name}", "one")
    await _say(stage, behind, name, behind.clock_key)
    await stage.until(lambda: _tells(stage, theirs), "NOT_HANDED_ON", f"the statement of {name}", entry)


async def _say(stage: Stage, behind: Downstream, name: str, key: Ed25519PrivateKey) -> None:
    """Show the target our head with a statement in the name of the member behind it; what it answers is left open."""
    lists, now_s = stage.peer.lists, stage.session.now_ms() // 1000
    note = lists.note
    for kind in (COSIGNATURE, IN_EFFECT):
        # A forged line bears the key id of the true key, so that nobody passes it over as unknown.
        note = stated(note, name, key, kind, now_s, behind.clock_key.public_key())
    request = feed_service_pb2.GetCheckpointRequest(origin=lists.origin, known_checkpoint=note)
    await call(stage.session.channel, GET_CHECKPOINT, request, stage.session.seconds)


async def _tells(stage: Stage, key: VerifierKey, forged: str = "") -> bool:
    """Tell whether the target hands on that everything on the wire of our lists is in effect at a key's owner.

    Raises:
        Breach: COSIGNATURE_INVALID, it hands on a statement that its member never signed.
    """
    lists = stage.peer.lists
    request = feed_service_pb2.GetCheckpointRequest(origin=lists.origin, wants_statements=True)
    notes = (await stage.session.ask(GET_CHECKPOINT, request)).statements
    try:
        return any(head_of(note).size >= lists.size and cosigned_at(note, key.stating()) is not None for note in notes)
    except Breach:
        if forged:
            return True
        raise


CASES = (
    Case(
        "LM-06/feedback",
        ("C-LM-06",),
        Text(
            "Feedback on an entry comes back to its origin, and is closed with it", "反馈送回认定地，随条目终止而解除"
        ),
        Text(
            "Publish what implementing bodies state in the feed that the origin may read; amend it at the end.",
            "将实施部门的反馈发布到认定地可读的数据流，条目终止时以修订记录解除。",
        ),
        feedback,
    ),
    Case(
        "RO-03/handed-on",
        ("C-RO-03",),
        Text("Statements of members behind the target reach the origin", "下游成员的确认声明送达认定地"),
        Text(
            "Verify statements with the member's clock key, keep the newest of each, and hand them to the owner.",
            "以成员的时钟密钥验证声明，保留各自最新一份并交给数据流所有者。",
        ),
        handed_on,
    ),
)
