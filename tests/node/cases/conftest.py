# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Hangzhou, a hub and Shanghai behind it, over real stores, keys and rules; letters are carried by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from federation.records.case import CaseKind, CaseState, CaseStatus
from node.cases.docket import Step
from node.cases.letter import CaseName, said_in
from node.cases.ports import CaseFile, KeptLetter
from node.cases.post import NotTaken, Taken
from node.cases.window import Application, Filed
from node.config import FeedSection
from tests.node.region.member import FEEDS, Node
from tests.node.region.samples import COMPANY
from tests.node.region.world import World

GROUNDS = "虚构的理由"
APART = FeedSection(name="apart", dataset=FEEDS[3].dataset, readers=("yrd",))
"""A feed of Hangzhou's that Shanghai may not read."""


@dataclass
class Chain:
    """Three nodes in a row; the cities know each other's keys and no address."""

    hangzhou: Node
    hub: Node
    shanghai: Node

    @property
    def nodes(self) -> Mapping[str, Node]:
        """By node id."""
        return {node.id: node for node in (self.hangzhou, self.hub, self.shanghai)}

    def application(self, index: int = 0, **changes: Any) -> Application:  # noqa: ANN401 - whatever a test changes
        """An objection of the company's to an entry of Hangzhou's."""
        sound: dict[str, Any] = {
            "kind": CaseKind.OBJECTION, "origin": self.hangzhou.origin("lists"), "index": index,
            "applicant": COMPANY.name, "code": COMPANY.code, "grounds": GROUNDS,
        }  # fmt: skip
        return Application(**{**sound, **changes})

    def file(self, index: int = 0, at: Node | None = None, **changes: Any) -> CaseName:  # noqa: ANN401 - as above
        """Files one, in Shanghai unless said otherwise."""
        node = at or self.shanghai
        filed = node.stages.cases.file(self.application(index, **changes))
        assert isinstance(filed, Filed), filed
        return CaseName(node.id, filed.case_id)

    def hand_on(self, node: Node) -> list[KeptLetter]:
        """Hands on what is due at one node, once; gives the letters as they were."""
        post = node.stages.cases.post
        due = list(node.reader.letters_due(node.clock(), 99))
        for letter in due:
            hop = post.next_hop(letter)
            if hop is None:
                post.stranded([letter])
            else:
                post.settle([post.outcome(hop, letter, self.give(node, hop, letter))])
        return due

    def give(self, node: Node, hop: str, letter: KeptLetter) -> Taken:
        """One letter, as a call would bring it."""
        target = self.nodes.get(hop)
        if target is None:
            return NotTaken("PEER_UNREACHABLE")
        (taken,) = target.stages.cases.take(node.id, [letter.envelope])
        return taken

    def hand_on_all(self) -> None:
        """Hands on until nothing is due anywhere."""
        while any(self.hand_on(node) for node in self.nodes.values()):
            pass

    def carry(self) -> None:
        """Hands on until nothing is due anywhere; publishes and decides."""
        self.hand_on_all()
        self.hangzhou.stages.publish_pending()

    def at(self, node: Node, name: CaseName) -> CaseFile:
        """A case as a node has it."""
        (file,) = (file for file in node.reader.case_files(name.case_id) if file.name == name)
        return file

    def stated(self, node: Node, name: CaseName) -> list[CaseStatus]:
        """The statements about a case that a node has, in their order."""
        letters = [letter for letter in node.reader.case_letters(name.case_id) if letter.stands]
        said = [said_in(letter.envelope.payload_type, letter.envelope.payload) for letter in letters]
        return sorted((each for each in said if isinstance(each, CaseStatus)), key=lambda status: status.sequence)

    def states(self, node: Node, name: CaseName) -> list[CaseState]:
        """What they state."""
        return [status.state for status in self.stated(node, name)]

    def step(self, name: CaseName, state: CaseState, **more: Any) -> None:  # noqa: ANN401 - as above
        """Takes a step in Hangzhou, which has to succeed."""
        assert self.hangzhou.stages.cases.handle(name, Step(state, **more)) is None
        self.hangzhou.stages.publish_pending()

    def reasons(self, index: int = 0) -> tuple[str, ...]:
        """What Hangzhou makes of an entry of its own."""
        self.hangzhou.decide()
        return self.hangzhou.decision(self.hangzhou.origin("lists"), index).reasons


@pytest.fixture
def chain(world: World) -> Chain:
    """Such nodes, with nothing published."""
    reached: Mapping[str, object] = {"address": "127.0.0.1:1"}
    lists: Mapping[str, object] = {**reached, "follow": ("330100/lists/1",)}
    hangzhou = world.node("330100", (*FEEDS, APART), nyrd=reached)
    return Chain(hangzhou, world.node("yrd", n330100=lists, n310000=reached), world.node("310000", nyrd=lists))


@pytest.fixture
def listed(chain: Chain, samples: Any) -> Chain:  # noqa: ANN401 - a fixture's value
    """With three black entries in Hangzhou's list, and one in the feed apart."""
    chain.hangzhou.publish("lists", samples.black(1), samples.black(2), samples.black(3))
    chain.hangzhou.publish("apart", samples.black(4))
    return chain
