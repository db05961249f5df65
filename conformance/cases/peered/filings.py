# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""AF: filings of agencies. A recognised one needs no second filing, and counts no wider and no longer than filed."""

from creditexchange.v1 import agency_filing_pb2, local_service_pb2, report_check_pb2, schema_pb2

from conformance.breach import Breach, Untestable, require
from conformance.cases.peered.stage import Published, Stage, stage_of
from conformance.peer import records
from conformance.peer.invented import Invented
from conformance.peer.records import DAY
from conformance.session import Method, Refusal, Session, call
from conformance.settings.peered import Filings
from conformance.verdict import Case, Text

CHECK_REPORT = Method("/creditexchange.v1.LocalService/CheckReport", report_check_pb2.CheckReportResponse)
SUBMIT = Method("/creditexchange.v1.LocalService/Submit", local_service_pb2.SubmitResponse)
UNCOVERED, AGAIN = "conformance-only", "ALREADY_RECOGNISED"
DAY_MS = 24 * 60 * 60 * 1000


def _configured(stage: Stage) -> Filings:
    filings = stage.peer.settings.filings
    if filings is None:
        raise Untestable("configure [peer.filings]")
    return filings


def _filed(stage: Stage, **change: object) -> Published:
    """Append a filing of a fresh agency; on the wire after `show`."""
    agency = stage.subject()
    return stage.add(stage.peer.filings, agency, records.filing(agency, _configured(stage), stage.today, **change))


async def recognised(session: Session) -> None:
    """A filing counts by its proof, within the bound; its agency need not file again, others may."""
    stage = await stage_of(session)
    filed = _filed(stage)
    await stage.show(stage.peer.filings)
    await stage.counts(filed)
    again, first = await _submitted(stage, filed.subject, stage.subject())
    refused, accepted = local_service_pb2.OUTCOME_KIND_REFUSED, local_service_pb2.OUTCOME_KIND_ACCEPTED
    require(first.kind == accepted, "FIRST_FILING_REFUSED", "a first filing accepted", f"{first.reason} {first.field}")
    told = again.kind == refused and again.reason == AGAIN
    warned = again.kind == accepted and AGAIN in again.warnings
    require(told or warned, "FILED_TWICE", f"{AGAIN} for the second filing", f"{again.kind} {again.reason}")


async def _submitted(stage: Stage, *agencies: Invented) -> list[local_service_pb2.Outcome]:
    """Return what becomes of filings at the target itself, by a body of its own."""
    channel, filings = stage.session.local, _configured(stage)
    if channel is None:
        raise Untestable("configure [peer.local]")
    home = records.authority(filings.home_authority)
    made = [records.filing(agency, filings, stage.today, authority=home, source=home) for agency in agencies]
    submissions = [
        local_service_pb2.Submission(
            key=f"conformance/{one.filing_number}",
            schema=schema_pb2.SCHEMA_AGENCY_FILING,
            payload=one.SerializeToString(deterministic=True),
        )
        for one in made
    ]
    request = local_service_pb2.SubmitRequest(feed=filings.home_feed, submissions=submissions)
    answer = await call(channel, SUBMIT, request, stage.session.seconds)
    if isinstance(answer, Refusal):
        raise Breach("CALL_REFUSED", f"an answer to {SUBMIT.path}", str(answer))
    count = len(answer.outcomes)
    require(count == len(agencies), "ANSWER_INCOMPLETE", f"{len(agencies)} outcomes", f"{count}")
    return list(answer.outcomes)


async def scope_and_term(session: Session) -> None:
    """A filing counts for its categories, in its regions, within its term and while it stands, and not otherwise."""
    stage = await stage_of(session)
    filings = _configured(stage)
    here = _filed(stage, regions=[filings.region])
    elsewhere = _filed(stage, regions=[filings.elsewhere])
    other = _filed(stage, categories=[UNCOVERED])
    over = _filed(stage, valid_until=(stage.today - DAY).isoformat())
    await stage.show(stage.peer.filings)
    await stage.counts(here)
    await stage.rests(elsewhere, "REGION_EXCEEDED")
    await stage.rests(other, "CATEGORY_EXCEEDED")
    await stage.rests(over, "TERM_EXCEEDED")
    suspended = await _now(stage, here, agency_filing_pb2.FILING_STANDING_SUSPENDED)
    await stage.rests(suspended, "SUSPENDED_COUNTS")
    resumed = await _now(stage, suspended, agency_filing_pb2.FILING_STANDING_FILED)
    await stage.counts(resumed, "RESUMED_IGNORED")
    cancelled = await _now(stage, resumed, agency_filing_pb2.FILING_STANDING_CANCELLED)
    await stage.rests(cancelled, "CANCELLED_COUNTS")
    await _now(stage, cancelled, agency_filing_pb2.FILING_STANDING_FILED)
    anchor = _filed(stage)
    await stage.show(stage.peer.filings)
    await stage.counts(anchor, "ANCHOR_NOT_IN_FORCE")
    await stage.silent(cancelled.subject, "CANCELLED_CAME_BACK")


async def report_at_issue(session: Session) -> None:
    """A report rests on the filing as of the moment it was issued; a later cancellation marks it, and voids nothing."""
    stage = await stage_of(session)
    filed, category = _filed(stage), _configured(stage).category
    issued_ms = session.now_ms() + 1  # after the leaf, before anything that follows
    await stage.show(stage.peer.filings)
    await stage.counts(filed)
    await _rests_on(stage, filed, category, issued_ms, "VALID_REFUSED")
    await _rests_on_none(stage, filed.subject, UNCOVERED, issued_ms, "OUTSIDE_ACCEPTED")
    await _rests_on_none(stage, filed.subject, category, issued_ms - DAY_MS, "BACKDATED_ACCEPTED")
    await _rests_on_none(stage, stage.subject(), category, issued_ms, "UNFILED_ACCEPTED")
    cancelled = await _now(stage, filed, agency_filing_pb2.FILING_STANDING_CANCELLED)
    after_ms = session.now_ms() + 1
    await stage.rests(cancelled, "CANCELLED_COUNTS")
    await _rests_on_none(stage, filed.subject, category, after_ms, "AFTER_CANCELLATION_ACCEPTED")
    earlier = await _rests_on(stage, filed, category, issued_ms, "EARLIER_VOIDED")
    require(len(earlier.marks) > 0, "EARLIER_UNMARKED", "a mark of the later cancellation", "none")


async def _rests_on(
    stage: Stage, filed: Published, category: str, issued_ms: int, reason: str
) -> report_check_pb2.CheckReportResponse:
    """Return what is said of a report, which must be valid, and rest on a filing."""
    said = await _checked(stage, filed.subject, category, issued_ms)
    valid, place = said.outcome == report_check_pb2.REPORT_OUTCOME_VALID, (said.origin, said.index)
    seen = f"{report_check_pb2.ReportOutcome.Name(said.outcome)} {list(said.reasons)}, {place}"
    require(valid and place == (filed.feed.origin, filed.index), reason, f"valid, on entry {filed.index}", seen)
    return said


async def _rests_on_none(stage: Stage, agency: Invented, category: str, issued_ms: int, reason: str) -> None:
    """See that a report is not valid, and that it is said why."""
    said = await _checked(stage, agency, category, issued_ms)
    told = said.outcome not in {
        report_check_pb2.REPORT_OUTCOME_UNSPECIFIED,
        report_check_pb2.REPORT_OUTCOME_VALID,
    }
    seen = f"{said.outcome} {list(said.reasons)}"
    require(told and len(said.reasons) > 0, reason, "another outcome than valid, with its reason", seen)


async def _checked(
    stage: Stage, agency: Invented, category: str, issued_ms: int
) -> report_check_pb2.CheckReportResponse:
    channel = stage.session.local
    if channel is None:
        raise Untestable("configure [peer.local]")
    request = report_check_pb2.CheckReportRequest(agency=agency.code, category=category, issued_at_ms=issued_ms)
    answer = await call(channel, CHECK_REPORT, request, stage.session.seconds)
    if isinstance(answer, Refusal):
        raise Breach("CALL_REFUSED", f"an answer to {CHECK_REPORT.path}", str(answer))
    return answer


async def _now(stage: Stage, filed: Published, standing: agency_filing_pb2.FilingStanding) -> Published:
    """Publish a new version of a filing in another standing."""
    version = agency_filing_pb2.AgencyFiling.FromString(filed.record.SerializeToString())
    version.standing = standing
    changed = stage.amend(filed, version)
    await stage.show(stage.peer.filings)
    return changed


CASES = (
    Case(
        "AF-01/recognised",
        ("C-AF-01",),
        Text("A recognised filing counts, and is not filed again", "互认备案有效，不再重复备案"),
        Text(
            "Recognise filings that the agreement covers, and refuse an own filing of the same agency and category.",
            "认可协议覆盖的备案；对同一机构同类别的本地备案予以拒绝并说明。",
        ),
        recognised,
    ),
    Case(
        "AF-02/scope-and-term",
        ("C-AF-02",),
        Text("A filing counts within its scope, term and standing", "备案仅在范围、期限与状态内有效"),
        Text(
            "Check category, region, last day and standing of the newest version; what is cancelled stays so.",
            "按最新版本核对类别、地区、期限与状态；已注销的不得恢复。",
        ),
        scope_and_term,
    ),
    Case(
        "AF-03/report-at-issue",
        ("C-AF-03",),
        Text("A report rests on the filing of its moment", "报告以出具时的备案为准"),
        Text(
            "Judge a report by the newest version in the log when it was issued; mark what was cancelled since.",
            "按出具时日志中的最新版本判断报告；其后注销的予以标注，不使先前报告失效；早于备案入日志的不予认可。",
        ),
        report_at_issue,
    ),
)
