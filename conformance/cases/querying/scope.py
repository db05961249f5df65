# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""QP: how much is told, and that nobody finds out by trying numbers."""

from creditexchange.v1 import answer_pb2, feed_policy_pb2, identity_pb2, schema_pb2

from conformance.breach import Breach, Untestable, require
from conformance.cases.asking import Draft, draft, envelope, needed, purpose, put, refused, sent
from conformance.cases.question import holds
from conformance.config import Subject
from conformance.peer.invented import numbered
from conformance.proof import leaf
from conformance.session import Refusal, Session, expect_refusal
from conformance.verdict import Case, Text

DATASETS: dict[int, int] = {
    schema_pb2.SCHEMA_SUBJECT: feed_policy_pb2.DATASET_SUBJECTS,
    schema_pb2.SCHEMA_LICENCE: feed_policy_pb2.DATASET_LICENCES,
    schema_pb2.SCHEMA_PENALTY: feed_policy_pb2.DATASET_PENALTIES,
    schema_pb2.SCHEMA_LIST_ENTRY: feed_policy_pb2.DATASET_LISTS,
    schema_pb2.SCHEMA_AGENCY_FILING: feed_policy_pb2.DATASET_FILINGS,
}
SEQUENCE_REASONS = frozenset({"RATE_EXCEEDED", "CODES_IN_SEQUENCE"})
LONGEST_RETRY_S = 86_400.0


def _dataset(finding: answer_pb2.Finding) -> int:
    """Return the kind of a record by its leaf; 0 for one that no dataset of subjects holds."""
    return DATASETS.get(leaf.parse(finding.evidence.leaf).schema, 0)


async def _known(session: Session) -> answer_pb2.Answer:
    """Return what is told of the known subject: a node that tells nothing minimises nothing."""
    answer = (await put(session, draft(session))).answer
    if not answer.findings:
        raise Untestable("configure [questions.known]: a subject about whom the target holds something we may read")
    return answer


async def wanted_only(session: Session) -> None:
    """An answer holds the kinds of records that the question wants, all of them, and none else."""
    whole = await _known(session)
    there = {_dataset(finding) for finding in whole.findings}
    for wanted in sorted(DATASETS.values()):
        answer = (await put(session, draft(session).with_(datasets=(wanted,)))).answer
        told = [_dataset(finding) for finding in answer.findings]
        name = feed_policy_pb2.Dataset.Name(wanted)
        require(set(told) <= {wanted}, "DATASET_UNWANTED", f"nothing but {name}", f"datasets {sorted(set(told))}")
        require((wanted in there) == bool(told), "FINDING_LOST", f"what is known of {name}", f"{len(told)} findings")


async def part_only(session: Session) -> None:
    """Where a purpose needs a part of a record, that is shown, and nothing beside it from which more could be read."""
    narrow, hidden = purpose(session, "part_purpose"), set(session.config.questions.part_hidden)
    whole = await _known(session)
    answer = (await put(session, draft(session).with_(purpose=narrow))).answer
    same = len(answer.findings) == len(whole.findings)
    require(same, "FINDING_LOST", f"{len(whole.findings)} findings, each in part", f"{len(answer.findings)}")
    for finding in answer.findings:
        require(finding.HasField("excerpt"), "WHOLE_SHOWN", f"a part of each record for {narrow}", "a whole record")
        holds(session, finding.evidence, part=True)
        names = [field.name for field in finding.excerpt.fields]
        told = sorted(name for name in names if name in hidden or name.partition(".")[0] in hidden)
        require(not told, "FIELD_SHOWN", f"none of {sorted(hidden)}", f"{told}")
        require(0 < len(names) == len(set(names)), "FIELDS_UNCLEAR", "some fields, each once", f"{names}")


async def ended_untold(session: Session) -> None:
    """What has ended is told to nobody: not as a finding, and not as a number of findings."""
    subject = needed(session.config.questions.ended, "ended")
    await _known(session)
    answer = (await put(session, draft(session, subject))).answer
    told = [finding.standing for finding in answer.findings]
    require(not told, "ENDED_TOLD", "no findings where everything has ended", f"{told}")
    require(not answer.truncated, "ENDED_COUNTED", "no hint of findings beyond those sent", "truncated")


async def no_wildcards(session: Session) -> None:
    """What is no sound number, a pattern above all, is refused, and never looked for."""
    known = needed(session.config.questions.known, "known")
    if known.kind != identity_pb2.CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE:
        raise Untestable("give [questions.known] a UNIFIED_SOCIAL_CREDIT_CODE")
    await put(session, draft(session))
    other = "0" if known.code[-1] != "0" else "1"
    for code in ("*", f"{known.code[:8]}*", f"{known.code[:17]}?", "%" * 18, known.code[:17] + other, known.code[:17]):
        await refused(session, draft(session, Subject(known.kind, code)), "INVALID_ARGUMENT", "QUESTION_INVALID")


async def burst(session: Session) -> None:
    """An officer who tries one number after another is stopped, and told when to come back."""
    await put(session, draft(session))
    officer, most = "conformance-burst", session.config.questions.burst
    for number in range(most):
        subject = Subject(identity_pb2.CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE, numbered(number))
        refusal = await _tried(session, draft(session, subject).with_(officer=officer))
        if refusal is None:
            continue
        reason = refusal.said.reason if refusal.said.reason in SEQUENCE_REASONS else "RATE_EXCEEDED"
        expect_refusal(refusal, "RESOURCE_EXHAUSTED", reason)
        retry_s = refusal.said.retry_s
        told = retry_s is not None and 0 < retry_s <= LONGEST_RETRY_S
        require(told, "RETRY_ABSENT", f"RetryInfo of up to {LONGEST_RETRY_S} s", f"{retry_s}")
        return
    raise Breach("NUMBERS_TRIED", "an officer who tries number after number to be stopped", f"{most} answered")


async def _tried(session: Session, one: Draft) -> Refusal | None:
    response = await sent(session, envelope(session, one.encoded()))
    return response if isinstance(response, Refusal) else None


_NOTHING_MORE = Text(
    "Tell what stands and was asked for; nothing else, not as a count either.",
    "只告知有效且被问及的内容，其余不得出现，也不得体现在数量中。",
)

CASES = (
    Case(
        "QP-03/wanted-only",
        ("C-QP-03",),
        Text("An answer holds what the question wants, and no more", "答复只含所问数据类别"),
        _NOTHING_MORE,
        wanted_only,
    ),
    Case(
        "QP-11/part-only",
        ("C-QP-09",),
        Text("A purpose that needs a part of a record gets that part", "目的只需部分字段时仅提供该部分"),
        Text(
            "Show the fields that the purpose needs as an excerpt, without salt and payload.",
            "以摘录提供目的所需字段，不附盐与载荷。",
        ),
        part_only,
    ),
    Case(
        "QP-04/ended-untold",
        ("C-QP-03",),
        Text("What has ended is told to nobody", "已终止的信息不再提供"),
        _NOTHING_MORE,
        ended_untold,
    ),
    Case(
        "QP-05/no-wildcards",
        ("C-QP-04",),
        Text("Only sound numbers are looked for", "只按有效代码查询，拒绝通配"),
        Text("Check a number's form and check digit before looking.", "查询前校验代码格式与校验位。"),
        no_wildcards,
    ),
)
BURST = (
    Case(
        "QP-06/burst",
        ("C-QP-04",),
        Text("Trying number after number is stopped", "逐号试探被制止"),
        Text(
            "Bound questions of one officer; mark numbers that follow each other.", "限制单一经办人的提问并识别连号。"
        ),
        burst,
    ),
)
