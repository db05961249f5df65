# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""QP: a question that another member brings stays the requester's: its signature counts, and its rights."""

from creditexchange.v1 import envelope_pb2

from conformance.breach import Untestable, require
from conformance.cases.asking import Draft, draft, envelope, purpose, put, sent
from conformance.config import Identity
from conformance.proof.envelope import sign
from conformance.session import Refusal, Session, expect_refusal
from conformance.verdict import Case, Text

# Who looks at the signature first, and who at the names, differs; neither tells the caller anything.
REFUSALS = {"SIGNATURE_INVALID": "UNAUTHENTICATED", "QUESTION_MISDIRECTED": "INVALID_ARGUMENT"}


async def relayed(session: Session) -> None:
    """A relay brings our question and it is ours; nobody else may, none may ask in our name, nor lend us its right."""
    through, relay = session.as_relay(), session.config.relay
    assert relay is not None  # noqa: S101 - the connection is its own
    await put(session, draft(session))
    await put(through, draft(session))
    forged = _signed_by(session, relay, draft(session))
    await _turned_away(through, forged, "a question in our name, signed by the relay")
    theirs = _signed_by(session, relay, draft(session).with_(requester=relay.node_id))
    await _turned_away(session, theirs, "a relay's own question, brought by a member that is none")
    beyond = draft(session).with_(purpose=purpose(session, "refused_purpose"))
    own = _signed_by(session, relay, beyond.with_(requester=relay.node_id, exchange_id=draft(session).exchange_id))
    granted = await sent(through, own)
    if isinstance(granted, Refusal):
        raise Untestable(f"let the target grant {beyond.purpose} to [relay]: {granted}")
    lent = await sent(through, envelope(session, beyond.encoded()))
    kept = isinstance(lent, Refusal)
    require(kept, "RIGHT_LENT", f"{beyond.purpose} refused to us whoever brings the question", "an answer")
    if isinstance(lent, Refusal):
        expect_refusal(lent, "PERMISSION_DENIED", "PURPOSE_NOT_GRANTED")


def _signed_by(session: Session, who: Identity, one: Draft) -> envelope_pb2.Envelope:
    return sign(who.message_key, f"{session.config.target.federation}/{who.node_id}", one.encoded())


async def _turned_away(session: Session, signed: envelope_pb2.Envelope, what: str) -> None:
    refusal = await sent(session, signed)
    require(isinstance(refusal, Refusal), "CALL_ANSWERED", f"{what} refused", "an answer")
    if isinstance(refusal, Refusal):
        reason = refusal.said.reason if refusal.said.reason in REFUSALS else "QUESTION_MISDIRECTED"
        expect_refusal(refusal, REFUSALS[reason], reason)


CASES = (
    Case(
        "QP-07/relayed",
        ("C-QP-05",),
        Text("A relayed question stays the requester's", "经中继的问题仍属原提问方"),
        Text(
            "Verify the requester's signature and use the requester's grants alone; let only relays bring questions.",
            "校验原提问方签名并仅用其权限；仅中继成员可代转。",
        ),
        relayed,
    ),
)
