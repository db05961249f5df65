# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the reference gives back to the suite: feedback on its entries, and statements of members behind it."""

from base64 import b64decode
from dataclasses import dataclass, field

from creditexchange.v1 import feed_policy_pb2, feedback_pb2, list_entry_pb2
from creditexchange.v1 import feed_service_pb2 as feed_wire
from creditexchange.v1 import local_service_pb2 as wire
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from google.protobuf.message import Message

from tests.conformance.reference.feed import Feed
from tests.conformance.reference.following.follower import LISTS, Follower
from tests.conformance.reference.following.misrule import Misrule
from tests.conformance.reference.following.ruling import today
from tests.conformance.reference.world import FEDERATION, NODE, NODE_ID

FEEDBACK = f"{NODE}/feedback-310000/1"
DOWNSTREAM = "330000"
BODY = "11330100PDY0011195"
ADD, AMEND = 1, 2


@dataclass
class Returning:
    """Feedback that was given, and statements that were heard."""

    follower: Follower
    downstream: Ed25519PublicKey
    given: dict[int, tuple[int, feedback_pb2.Feedback]] = field(default_factory=dict)
    statements: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the feed of feedback, and stand by for what the node is asked about the suite's lists."""
        node = self.follower.node
        node.feeds[FEEDBACK] = Feed(FEEDBACK, feed_policy_pb2.DATASET_FEEDBACK)
        node.mirrored[LISTS] = self.get_checkpoint
        self.follower.after.append(self.lift)

    def give(self, raw: bytes) -> Message:
        """LocalService.GiveFeedback."""
        said = wire.GiveFeedbackRequest.FromString(raw).statements
        return wire.GiveFeedbackResponse(outcomes=[self._given(one) for one in said])

    def _given(self, said: wire.FeedbackStatement) -> wire.Outcome:
        has, held = self.follower.has, self.follower.held[LISTS]
        known = said.index < len(held)
        if (not known and not has(Misrule.FEEDBACK_UNHELD)) or has(Misrule.FEEDBACK_REFUSED):
            return wire.Outcome(kind=wire.OUTCOME_KIND_REFUSED, reason="ENTRY_NOT_FOUND")
        if known and not has(Misrule.FEEDBACK_LOST):
            record = feedback_pb2.Feedback(
                case_id=said.case_id,
                identity=list_entry_pb2.ListEntry.FromString(held[said.index].payload).identity,
                entry_origin=said.origin,
                entry_index=said.index + has(Misrule.FEEDBACK_DIFFERS),
                measure=said.measure,
                region=NODE_ID,
                response=said.response,
            )
            record.implementer.code = said.implementer
            feed = self.follower.node.feeds[FEEDBACK]
            self.given[said.index] = len(feed.items), record
            feed.add(ADD, 11, record.SerializeToString(deterministic=True))
        return wire.Outcome(kind=wire.OUTCOME_KIND_ACCEPTED)

    def lift(self) -> None:
        """Closes the feedback on what does not count any more."""
        counting = {ruling.index for ruling in self.follower.rulings()[LISTS] if ruling.standing == "RECOGNISED"}
        for index in [index for index in self.given if index not in counting]:
            place, record = self.given.pop(index)
            record.lifted_on = today()
            if not self.follower.has(Misrule.FEEDBACK_HELD_ON):
                feed = self.follower.node.feeds[FEEDBACK]
                feed.add(AMEND, 11, record.SerializeToString(deterministic=True), place)

    def get_checkpoint(self, request: feed_wire.GetCheckpointRequest) -> feed_wire.GetCheckpointResponse:
        """FeedService.GetCheckpoint about the suite's lists, asked by the suite."""
        has, own = self.follower.has, self.follower.stated
        if request.known_checkpoint and self._good(request.known_checkpoint):
            self.statements.append(request.known_checkpoint)
        told = [*([] if has(Misrule.OWN_UNTOLD) else [own]), *([] if has(Misrule.NOT_HANDED_ON) else self.statements)]
        return feed_wire.GetCheckpointResponse(
            checkpoint=self.follower.note, statements=told if request.wants_statements else ()
        )

    def _good(self, note: bytes) -> bool:
        """Whether every line of the member behind verifies."""
        text, _, lines = note.decode().rpartition("\n\n")
        name = f"\u2014 {FEDERATION}/{DOWNSTREAM} "
        theirs = [b64decode(line.removeprefix(name)) for line in lines.split("\n") if line.startswith(name)]
        uses = ("cosignature/v1", "creditexchange/in-effect/1")
        try:
            for blob, use in zip(theirs, uses, strict=True):
                at = int.from_bytes(blob[4:12], "big")
                self.downstream.verify(blob[12:], f"{use}\ntime {at}\n{text}\n".encode())
        except InvalidSignature:
            return self.follower.has(Misrule.FORGED_HANDED_ON)
        return True
