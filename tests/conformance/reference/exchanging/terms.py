# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the reference node asks of a question before it looks for anything: its form, its time, its ground, its pace."""

import re
import time
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from creditexchange.v1 import question_pb2

from tests.conformance.reference.fault import Fault
from tests.conformance.reference.refusal import No
from tests.conformance.reference.world import COORDINATOR_ID, MEMBER_ID, check_character

GRANTED, REFUSED, PARTLY = "joint-measures", "credit-report", "land-supply"
GRANTS = {MEMBER_ID: {GRANTED, PARTLY}, COORDINATOR_ID: {GRANTED, REFUSED}}
SKEW_MS = 300_000
PACE, RETRY_S = 12, 60.0
ORGANISATION = 1
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_UNIFIED = re.compile(r"[0-9A-HJ-NP-RT-UW-Y]{18}")


@dataclass
class Terms:
    """Judges questions, and remembers how many each officer has put."""

    faults: frozenset[Fault]
    asked: dict[str, int] = field(default_factory=dict)

    def has(self, fault: Fault) -> bool:
        """Tell whether a fault is switched on."""
        return fault in self.faults

    def whole(self, question: question_pb2.Question) -> None:
        """Refuse a question that lacks something, holds what no text should, or asks for no sound number."""
        texts = (question.legal_basis, question.case_number)
        whole = all((*texts, question.purpose, len(question.salt) == 32, _UUID7.fullmatch(question.exchange_id)))
        named = (question.officer and question.office) or self.has(Fault.OFFICER_UNCHECKED)
        short = len(texts[0]) <= 400 and len(texts[1]) <= 128
        fit = all(unicodedata.category(char) not in {"Cc", "Cf"} for char in "".join(texts))
        if self.has(Fault.TEXT_CRASHES) and "=" in "".join(texts):
            raise No("INTERNAL")
        if self.has(Fault.TEXT_ECHOED) and "<" in "".join(texts):
            raise No("QUESTION_INVALID", "question", text=f"bad text: {' '.join(texts)}")
        good = (whole or self.has(Fault.QUESTION_UNCHECKED)) and named and self._sound(question)
        short |= self.has(Fault.FIELDS_UNBOUNDED)
        if not (good and short and (fit or self.has(Fault.CONTROLS_TAKEN))):
            raise No("QUESTION_INVALID", "question")

    def _sound(self, question: question_pb2.Question) -> bool:
        if question.code_kind != ORGANISATION:
            return True
        if not _UNIFIED.fullmatch(question.code):
            return self.has(Fault.WILDCARD_TAKEN)
        return question.code[17] == check_character(question.code[:17]) or self.has(Fault.CHECK_DIGIT_IGNORED)

    def may(self, question: question_pb2.Question, caller: str) -> None:
        """Refuse a question at the wrong time, without a right or an authority, or one too many."""
        now_ms = time.time_ns() // 1_000_000
        if abs(now_ms - question.asked_at_ms) > SKEW_MS and not self.has(Fault.CLOCK_UNCHECKED):
            raise No("QUESTION_CLOCK_SKEW")
        if 0 < question.deadline_ms < now_ms and not self.has(Fault.DEADLINE_UNCHECKED):
            raise No("QUESTION_EXPIRED")
        asker = caller if self.has(Fault.RIGHT_LENT) else question.requester
        grants = GRANTS.get(asker, GRANTS[caller])
        if question.purpose not in grants and not self.has(Fault.PURPOSE_UNCHECKED):
            raise No("PURPOSE_NOT_GRANTED")
        if question.code_kind != ORGANISATION and not self.has(Fault.AUTHORISATION_UNCHECKED):
            self._authorised(question)
        count = self.asked[question.officer] = self.asked.get(question.officer, 0) + 1
        if count > PACE and not self.has(Fault.NUMBERS_TRIED):
            raise No("RATE_EXCEEDED", retry_s=None if self.has(Fault.BURST_RETRY_UNTOLD) else RETRY_S)

    def _authorised(self, question: question_pb2.Question) -> None:
        if not question.HasField("authorisation"):
            raise No("AUTHORISATION_MISSING")
        today = (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()
        if self.has(Fault.AUTHORISATION_DAYS_IGNORED):
            return
        if question.authorisation.valid_until < today:
            raise No("AUTHORISATION_EXPIRED")
        if question.authorisation.valid_from > today:
            raise No("AUTHORISATION_NOT_YET_VALID")
