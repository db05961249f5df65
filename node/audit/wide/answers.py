# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a file of many answers proves: each pair by itself, as in answers.py, and then that they are one whole.

 9 AUDIT_KEY_UNKNOWN         the trust folder knows the requester (unchecked)
   ANSWER_SEAL_WRONG         the requester sealed exactly these pairs and outcomes (altered)
10 ANSWER_MEMBER_DIFFERS     each pair is the requester's question to that member, about one subject (altered)
   ANSWER_PAIR_MISSING       whoever is said to have answered for itself has its pair, and nobody else has (altered)

Who did not answer, and why, is the requester's own word, which the seal makes it stand by; the exchange logs of both
sides say more. What is missing is always named: no file is proven whole that was asked only in part.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from federation.errors import CallerFault, EntriesFault
from federation.rules.audit.proof import Finding, Findings, Verdict, file_finding
from federation.rules.routing.outcome import Became, Completeness, MemberOutcome, completeness
from federation.rules.routing.plan import Place
from node.audit.answers import JudgedAnswer, judge_answer
from node.audit.trust import TrustFolder
from node.audit.wide.bundle import SEAL_TYPE, BundledMember, WideBundle
from node.exchange.dialogue import opened


@dataclass(frozen=True, slots=True)
class JudgedMember:
    """What was found of one member; `judged` is None where it has no pair."""

    outcome: MemberOutcome
    judged: JudgedAnswer | None


@dataclass(slots=True)
class JudgedWide:
    """What was found of a file of many answers.

    Attributes:
        requester: who keeps it, as it says.
        made_at_ms: when it was kept, as it says.
        members: what was found of each.
        findings: what is not proven of the whole.
    """

    requester: str = ""
    made_at_ms: int = 0
    members: list[JudgedMember] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)

    @property
    def verdict(self) -> Verdict:
        """The worst that was found."""
        found = {self.findings.verdict, *(each.judged.verdict for each in self.members if each.judged is not None)}
        return next((each for each in (Verdict.ALTERED, Verdict.UNCHECKED) if each in found), Verdict.PROVEN)

    @property
    def completeness(self) -> Completeness:
        """What can be said of the whole, as the requester says."""
        return completeness([each.outcome for each in self.members])


def kept_at_ms(raw: bytes) -> int | None:
    """When a file says that it was kept: the time whose keys it is judged by. None when it cannot be read."""
    try:
        return WideBundle.parse(raw).made_at_ms
    except EntriesFault:
        return None


def judge_wide(raw: bytes, trust: TrustFolder) -> JudgedWide:
    """Judges a file of many answers.

    Args:
        raw: the file.
        trust: as for one answer.
    """
    judged = JudgedWide()
    try:
        bundle = WideBundle.parse(raw)
    except EntriesFault as fault:
        judged.findings.whole.append(file_finding(fault))
        return judged
    judged.requester, judged.made_at_ms = bundle.requester, bundle.made_at_ms
    for member in bundle.members:
        pair = None if member.pair is None else judge_answer(member.pair.encode(), trust)
        judged.members.append(JudgedMember(member.outcome, pair))
    judged.findings.whole += [*_of_seal(bundle, trust), *_of_members(bundle, judged)]
    return judged


def _of_seal(bundle: WideBundle, trust: TrustFolder) -> Iterator[Finding]:
    verifier = trust.member_key(bundle.requester)
    if verifier is None:
        yield Finding(Verdict.UNCHECKED, "AUDIT_KEY_UNKNOWN", None, f"no key for {bundle.requester}")
        return
    try:
        opened(bundle.sealed, SEAL_TYPE, verifier)
    except CallerFault:
        yield Finding(Verdict.ALTERED, "ANSWER_SEAL_WRONG", None, f"{bundle.requester} did not seal these bytes")
        return
    if bundle.sealed.key_id != verifier.key_id:
        yield Finding(Verdict.ALTERED, "ANSWER_SEAL_WRONG", None, "the key named is another one")


def _of_members(bundle: WideBundle, judged: JudgedWide) -> Iterator[Finding]:
    """What does not fit together."""
    subjects = set()
    for member, found in zip(bundle.members, judged.members, strict=True):
        name = member.outcome.member
        if not _has_its_pair(member):
            yield Finding(Verdict.ALTERED, "ANSWER_PAIR_MISSING", None, f"{name}: {member.outcome.became.value}")
        if found.judged is not None and (question := found.judged.question) is not None:
            subjects.add((question.code_kind, question.code))
            if (question.requester, question.responder) != (bundle.requester, name):
                yield Finding(Verdict.ALTERED, "ANSWER_MEMBER_DIFFERS", None, f"the question is not one to {name}")
    if len(subjects) > 1:
        yield Finding(Verdict.ALTERED, "ANSWER_MEMBER_DIFFERS", None, "the questions are about several subjects")


def _has_its_pair(member: BundledMember) -> bool:
    """A mirror may be heard by the answer that it gave for itself, under its own line."""
    answered = member.outcome.became is Became.ANSWERED
    if member.outcome.place is Place.MIRROR:
        return answered or member.pair is None
    return answered == (member.pair is not None)
