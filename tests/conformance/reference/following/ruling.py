# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the reference makes of the entries it follows: folded anew from the first one whenever it is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from creditexchange.v1 import (
    agency_filing_pb2,
    annotation_pb2,
    ending_pb2,
    entry_pb2,
    list_entry_pb2,
    subject_pb2,
)

from tests.conformance.reference.following.misrule import Misrule

ADD, AMEND, ANNOTATE, END = 1, 2, 3, 4
FIELD, BLACK_STANDARD, RED_STANDARD = "eco-environment", "reference-black@1", "reference-red@1"
MEASURES = {list_entry_pb2.LIST_KIND_BLACK: ["limited"], list_entry_pb2.LIST_KIND_RED: ["fast-track"]}
CATEGORY, REGION, ELSEWHERE = "credit-rating", "330100", "440300"
CLOSED = frozenset({3, 4, 5})
Misrules = frozenset[Misrule]


@dataclass
class Line:
    """One record, and what acts have made of it."""

    index: int
    record: Any
    ended: int = 0
    gone: bool = False
    void: bool = False
    marks: set[str] = field(default_factory=set)

    @property
    def over(self) -> bool:
        """Whether no act can follow."""
        return self.gone or self.void or self.ended > 0


@dataclass(frozen=True)
class Ruling:
    """What a record is here."""

    index: int
    code: str
    standing: str
    reasons: list[str]
    measures: list[str]


@dataclass
class Kin:
    """Which codes are one subject, and which are branches of which."""

    groups: list[set[str]] = field(default_factory=list)
    branches: dict[str, str] = field(default_factory=dict)

    def join(self, *codes: str) -> None:
        """Take some codes for one subject's, with all that are one with any of them already."""
        met = [group for group in self.groups if not group.isdisjoint(codes)]
        self.groups = [group for group in self.groups if group not in met] + [set(codes).union(*met)]

    def one(self, code: str) -> tuple[str, ...]:
        """Every code of a subject."""
        return next((tuple(sorted(group)) for group in self.groups if code in group), (code,))


def kin_of(payloads: Sequence[bytes], misrules: Misrules) -> Kin:
    """What records of subjects say of codes, as far as it is believed."""
    kin = Kin()
    for payload in payloads:
        said = subject_pb2.Subject.FromString(payload)
        code = said.identity.code
        for legacy in said.identity.legacy_codes:
            same = legacy.code[8:17] == code[8:17]
            if (same and Misrule.FORMER_CODE_IGNORED not in misrules) or Misrule.CLAIM_BELIEVED in misrules:
                kin.join(legacy.code, code)
        if said.head_office and Misrule.BRANCH_IGNORED not in misrules:
            kin.branches[code] = said.head_office
            if Misrule.HEAD_TAKEN_FOR_BRANCH in misrules:
                kin.join(code, said.head_office)
    return kin


def today() -> str:
    """The legal day."""
    return (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()


def folded(entries: Sequence[entry_pb2.Entry], kind: type[Any], misrules: Misrules) -> list[Line]:
    """Applies acts in the order of the feed."""
    lines: dict[int, Line] = {}
    for index, entry in enumerate(entries):
        act, ref = entry.leaf[1], int.from_bytes(entry.leaf[12:20], "big")
        old = lines.get(ref)
        if act in {ADD, AMEND}:
            lines[index] = Line(index, kind.FromString(entry.payload))
        if old is None:
            continue
        if act == AMEND:
            _amend(old, lines[index], misrules)
        elif act == END:
            _end(old, ending_pb2.Ending.FromString(entry.payload), misrules)
            if Misrule.OTHER_ENDED in misrules and ref + 1 in lines:
                _end(lines[ref + 1], ending_pb2.Ending.FromString(entry.payload), misrules)
        elif act == ANNOTATE:
            _mark(old, annotation_pb2.Annotation.FromString(entry.payload), misrules)
    return list(lines.values())


def _amend(old: Line, new: Line, misrules: Misrules) -> None:
    closed = isinstance(old.record, agency_filing_pb2.AgencyFiling) and old.record.standing in CLOSED
    over = old.over and Misrule.ACTS_AFTER_END not in misrules
    if over or (closed and Misrule.CLOSED_REOPENED not in misrules):
        new.void = True
    else:
        old.gone = True


def _end(old: Line, act: ending_pb2.Ending, misrules: Misrules) -> None:
    by_decider = act.authority.code == old.record.authority.code or Misrule.REPAIRED_BY_ANYBODY in misrules
    repaired = act.kind == ending_pb2.ENDING_KIND_REPAIRED
    ignored = Misrule.END_IGNORED in misrules or (repaired and Misrule.REPAIR_IGNORED in misrules)
    if not old.over and (by_decider or not repaired) and not ignored:
        old.ended = act.kind


def _mark(old: Line, act: annotation_pb2.Annotation, misrules: Misrules) -> None:
    kinds = annotation_pb2
    if act.kind == kinds.ANNOTATION_KIND_RESTORED:
        by_decider = act.authority.code == old.record.authority.code or Misrule.RESTORED_BY_ANYBODY in misrules
        if old.ended == ending_pb2.ENDING_KIND_REPAIRED and by_decider and Misrule.RESTORE_IGNORED not in misrules:
            old.ended, old.marks = 0, set()
    elif old.over:
        return
    elif act.kind == kinds.ANNOTATION_KIND_SUSPENDED and Misrule.SUSPENSION_IGNORED not in misrules:
        old.marks.add("SUSPENDED")
    elif act.kind == kinds.ANNOTATION_KIND_OBJECTION and Misrule.MARK_UNSEEN not in misrules:
        old.marks.add("OBJECTION_UNDER_WAY")
    elif act.kind == kinds.ANNOTATION_KIND_RESUMED and Misrule.RESUME_IGNORED not in misrules:
        old.marks = set()


def listed(entries: Sequence[entry_pb2.Entry], kin: Kin, misrules: Misrules) -> list[Ruling]:
    """What the list entries of a feed are here, today."""
    lines = folded(entries, list_entry_pb2.ListEntry, misrules)
    standings = {line.index: _list_standing(line, misrules) for line in lines}

    def who(line: Line) -> str:
        identity = line.record.identity
        return str(identity.name if Misrule.NAMESAKE_TAKEN in misrules else kin.one(identity.code)[0])

    blacks = {
        who(line)
        for line in lines
        if line.record.kind == list_entry_pb2.LIST_KIND_BLACK and standings[line.index] == "RECOGNISED"
    }
    found = []
    for line in lines:
        red = line.record.kind == list_entry_pb2.LIST_KIND_RED
        standing = standings[line.index]
        beside = who(line) in blacks and Misrule.CONFLICT_IGNORED not in misrules
        if standing == "RECOGNISED" and red and beside:
            standing = "HELD"
        if red and Misrule.REDS_IGNORED in misrules:
            standing = "HELD"
        found.append(_ruling(line, standing, MEASURES[line.record.kind], misrules))
    return found


def _ruling(line: Line, standing: str, measures: list[str], misrules: Misrules) -> Ruling:
    if Misrule.NOTHING_COUNTS in misrules:
        standing = "HELD"
    if Misrule.EVERYTHING_COUNTS in misrules:
        standing = "RECOGNISED"
    theirs = list(getattr(line.record, "measures", [])) if Misrule.MEASURES_OF_ORIGIN in misrules else []
    follow = [*measures, *theirs] if standing == "RECOGNISED" else []
    if standing == "REFUSED" and not line.void and Misrule.UNCOVERED_MEASURED in misrules:
        follow = measures
    return Ruling(line.index, line.record.identity.code, standing, sorted(line.marks), follow)


def _term(first: str, last: str, misrules: Misrules) -> str:
    day = today()
    if first > day:
        return "HELD"
    late, early = Misrule.LAPSE_LATE in misrules, Misrule.LAPSE_EARLY in misrules
    return "LAPSED" if last and not late and (last < day or (early and last == day)) else ""


def _common(line: Line) -> str:
    if line.void:
        return "REFUSED"
    if line.gone or line.ended:
        return "ENDED"
    return "HELD" if "SUSPENDED" in line.marks else ""


def _list_standing(line: Line, misrules: Misrules) -> str:
    record = line.record
    known = record.standard in {BLACK_STANDARD, RED_STANDARD}
    standing = _common(line) or ("" if known else "REFUSED") or _term(record.valid_from, record.valid_until, misrules)
    return standing or "RECOGNISED"


def filed(entries: Sequence[entry_pb2.Entry], misrules: Misrules) -> list[Ruling]:
    """What the filings of a feed are here, today."""
    lines = folded(entries, agency_filing_pb2.AgencyFiling, misrules)
    return [_ruling(line, _filing_standing(line, misrules), ["filed-here"], misrules) for line in lines]


def _filing_standing(line: Line, misrules: Misrules) -> str:
    record = line.record
    if Misrule.FILINGS_IGNORED in misrules:
        return "HELD"
    if standing := _common(line):
        return standing
    if record.standing != agency_filing_pb2.FILING_STANDING_FILED and Misrule.FILING_STANDING_IGNORED not in misrules:
        return "HELD"
    if list(record.categories) != [CATEGORY] and Misrule.CATEGORY_IGNORED not in misrules:
        return "HELD"
    if record.regions and REGION not in record.regions and Misrule.REGION_IGNORED not in misrules:
        return "HELD"
    until = "" if Misrule.FILING_TERM_IGNORED in misrules else record.valid_until
    return _term(record.filed_on, until, misrules) or "RECOGNISED"


def about(code: str, rulings: Mapping[str, Sequence[Ruling]]) -> list[tuple[str, Ruling]]:
    """The rulings on one subject, with their feeds."""
    return [(origin, ruling) for origin in sorted(rulings) for ruling in rulings[origin] if ruling.code == code]
