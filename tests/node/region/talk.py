# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A question and its answer in one process: both nodes, the way between them, and what their logs say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from federation.errors import UnreachableFault
from federation.records.codec import decode, encode
from federation.records.exchange import Authorisation, AuthorisationKind, Exchange, Question
from federation.rules.exchange import QUESTION_TYPE
from federation.standards.identity import CodeKind
from node.assemble.asking.gates import Gates
from node.entry.found import Sought
from node.exchange.dialogue import Envelope, seal
from node.exchange.exchange_log import ToLog, stands
from node.exchange.inquire import Inquirer, Known, Matter, uuid7
from node.exchange.respond import Asking, Finder, Responder
from tests.node.region.trouble import FIRST_DAY

if TYPE_CHECKING:
    from tests.node.region.member import Node

PURPOSE = "joint-punishment"


@dataclass
class Log:
    """A node's exchange log, awaited."""

    node: Node

    def require(self) -> None:
        """It may be written."""

    async def log(self, entry: ToLog) -> bytes | None:
        """As `ExchangeLog.log`."""
        (logged,) = self.node.stages.exchange_log.log_all([entry])
        return stands(logged)


@dataclass
class Wire:
    """The way to a responder and back; keeps what passes, and changes it on command."""

    responder: Node
    caller: str
    spoil: Callable[[Envelope], Envelope] = lambda envelope: envelope
    lost: bool = False

    def __post_init__(self) -> None:
        """Nothing has passed."""
        self.questions: list[Envelope] = []
        self.answers: list[Envelope] = []

    async def ask(self, question: Envelope) -> Envelope:
        """As `Member.ask`."""
        self.questions.append(question)
        self.answers.append(await answered(self.responder, self.caller, question))
        if self.lost:
            raise UnreachableFault("MEMBER_UNREACHABLE")
        return self.spoil(self.answers[-1])


def responder(node: Node, finder: Finder | None = None) -> Responder:
    """Answers for a node, from its holdings unless told otherwise."""
    members = node.stages.foundation.members
    asking = Asking(members.message_keys, members.relays, gates(node).members)
    return Responder(finder or node.query, node.stages.exchange_log, node.keys, asking, node.clock)


def gates(node: Node) -> Gates:
    """What a node judges questions by; what was asked before is forgotten."""
    return Gates(node.stages.foundation, node.reader)


async def answered(node: Node, caller: str, question: Envelope) -> Envelope:
    """What a node answers."""
    return responder(node).answer(caller, question)


def duty(**changes: object) -> Authorisation:
    """A statutory duty that holds on the first day of every world."""
    fields: dict[str, Any] = {
        "kind": AuthorisationKind.STATUTORY_DUTY,
        "reference": "《浙江省公共信用信息管理条例》第二十三条",
        "sha256": bytes(32),
        "valid_from": FIRST_DAY,
        "valid_until": FIRST_DAY,
    }
    return Authorisation(**{**fields, **changes})


def matter(
    code: str = "91330100MA2PDY0152",
    kind: CodeKind = CodeKind.USCC,
    purpose: str = PURPOSE,
    authority: Authorisation | None = None,
) -> Matter:
    """What is asked."""
    basis, case = "《浙江省公共信用信息管理条例》第二十三条", "沪信查〔2026〕1号"
    return Matter(purpose, basis, case, kind, code, "officer-1", "office-1", authority)


def sought(caller: str, code: str, purpose: str = PURPOSE, max_age_s: int = 0) -> Sought:
    """What a question of a member looks for; a number without letters but at its end is a person's."""
    kind = CodeKind.CITIZEN if code[:-1].isdigit() else CodeKind.USCC
    return Sought(caller, purpose, kind, code, max_age_s=max_age_s)


def inquirer(node: Node, randomness: Callable[[int], bytes] | None = None) -> Inquirer:
    """Asks for a node; random bytes that count up, unless given."""
    counter = iter(range(1, 1000))
    members = node.stages.foundation.members
    known = Known(members.message_keys, members.feed_keys, gates(node).own)
    counting = randomness or (lambda size: next(counter).to_bytes(size, "big"))
    return Inquirer(node.keys, known, Log(node), node.clock, counting)


def logged(node: Node) -> list[Exchange]:
    """What stands in a node's exchange log, once published."""
    node.stages.publish_pending()
    records = [decode(9, entry.payload) for entry in node.reader.held(node.origin("_exchange"), 0, 99)]
    return [record for record in records if isinstance(record, Exchange)]


def question(node: Node, **changes: object) -> Envelope:
    """A question of Shanghai to Hangzhou, sealed by a node's message key."""
    fields: dict[str, Any] = {
        "exchange_id": uuid7(node.clock(), bytes(10)),
        "requester": "310000",
        "responder": "330100",
        "purpose": PURPOSE,
        "legal_basis": "条例",
        "case_number": "1",
        "officer": "officer-1",
        "office": "office-1",
        "code_kind": CodeKind.USCC,
        "code": "91330100MA2PDY0152",
        "asked_at_ms": node.clock(),
        "salt": bytes(32),
    }
    return seal(QUESTION_TYPE, encode(Question(**{**fields, **changes})), node.keys)
