# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""LM: mutual recognition of lists. What an origin lists counts at the target as its own rules say, and no more."""

from datetime import date

from creditexchange.v1 import annotation_pb2, ending_pb2
from google.protobuf.message import Message

from conformance.breach import Breach, require
from conformance.cases.peered.stage import Published, Stage, stage_of
from conformance.peer.records import DAY
from conformance.session import Session
from conformance.verdict import Case, Text

FOREIGN_MEASURE, UNREGISTERED = "conformance-only", "conformance-unregistered@1"


async def effect(session: Session) -> None:
    """A black and a red entry count within the bound, each with a measure."""
    stage = await stage_of(session)
    black, red = stage.black(), stage.red()
    await stage.show()
    for entry in (black, red):
        await stage.counts(entry)
        measures = (await stage.look(entry.subject)).measures
        require(len(measures) > 0, "NO_MEASURE", "at least one measure", "none")


async def own_measures(session: Session) -> None:
    """Measures are those of the target's own catalogue, whatever the entry names; what no standard covers has none."""
    stage = await stage_of(session)
    black, red = stage.black(measures=[FOREIGN_MEASURE]), stage.red(measures=[FOREIGN_MEASURE])
    uncovered = stage.black(standard=UNREGISTERED)
    await stage.show()
    for entry, wanted in ((black, stage.lists.black_measures), (red, stage.lists.red_measures)):
        await stage.counts(entry)
        seen = frozenset((await stage.look(entry.subject)).measures)
        require(seen == wanted, "WRONG_MEASURES", f"measures {sorted(wanted)}", f"{sorted(seen)}")
    await stage.rests(uncovered, "UNCOVERED_COUNTS")
    await stage.silent(uncovered.subject, "UNCOVERED_MEASURED")


async def illegal_is_void(session: Session) -> None:
    """Marks, amendments and ends have effect in the order of the feed, and what cannot follow has none."""
    stage = await stage_of(session)
    removed, replaced, suspended = stage.black(), stage.black(), stage.black()
    await stage.show()
    for entry in (removed, replaced, suspended):
        await stage.counts(entry)
    stage.end(removed)
    ahead = stage.amend(replaced, _version(replaced, valid_from=(stage.today + DAY).isoformat()))
    stage.mark(suspended, annotation_pb2.ANNOTATION_KIND_SUSPENDED)
    # What follows is what a confused or a replaying origin would send: each act is on something that is over.
    stage.amend(removed, _version(removed))
    stage.mark(removed, annotation_pb2.ANNOTATION_KIND_RESUMED)
    stage.mark(removed, annotation_pb2.ANNOTATION_KIND_RESTORED)
    stage.amend(replaced, _version(replaced))
    await stage.anchored()
    await stage.silent(removed.subject, "ENDED_CAME_BACK")
    await stage.silent(ahead.subject, "OLDER_VERSION_COUNTS")
    await stage.silent(suspended.subject, "SUSPENDED_COUNTS")
    stage.mark(suspended, annotation_pb2.ANNOTATION_KIND_RESUMED)
    await stage.show()
    await stage.counts(suspended, "RESUMED_IGNORED")


def _version(entry: Published, **change: str) -> Message:
    """Return a new version of a record of ours."""
    version = type(entry.record)()
    version.CopyFrom(entry.record)
    for field, value in change.items():
        setattr(version, field, value)
    return version


async def lapse(session: Session) -> None:
    """An entry counts from its first legal day (China Standard Time) through its last, and not a day longer."""
    stage = await stage_of(session)
    while True:
        day = stage.today
        wrong = await _lapsed(stage, day)
        # What began before legal midnight and ended after it has judged nothing, and begins again.
        if stage.today == day:
            if wrong is not None:
                raise wrong
            return


async def _lapsed(stage: Stage, day: date) -> Breach | None:
    over = stage.black(valid_until=(day - DAY).isoformat())
    last = stage.black(valid_until=day.isoformat())
    ahead = stage.black(valid_from=(day + DAY).isoformat())
    await stage.show()
    try:
        await stage.counts(last, "LAPSED_EARLY")
        await stage.rests(over, "LAPSED_COUNTS")
        await stage.rests(ahead, "EARLY_COUNTS")
    except Breach as breach:
        return breach
    return None


async def black_prevails(session: Session) -> None:
    """A red entry rests while a black one on its subject counts, both are shown, and a namesake is not touched."""
    stage = await stage_of(session)
    subject = stage.subject()
    namesake = stage.subject(subject.name)
    red, other = stage.red(subject), stage.red(namesake)
    await stage.show()
    await stage.counts(red)
    await stage.counts(other)
    black = stage.black(subject)
    await stage.show()
    await stage.counts(black)
    await stage.rests(red, "RED_BESIDE_BLACK")
    measures = frozenset((await stage.look(subject)).measures)
    wanted = stage.lists.black_measures
    require(measures == wanted, "WRONG_MEASURES", f"measures {sorted(wanted)}", f"{sorted(measures)}")
    await stage.still(other, "NAMESAKE_TOUCHED")
    stage.end(black, ending_pb2.ENDING_KIND_REVOKED)
    await stage.show()
    await stage.counts(red, "RED_NOT_RESUMED")


CASES = (
    Case(
        "LM-01/effect",
        ("C-LM-01",),
        Text("A foreign black or red entry counts within the bound", "外地红黑名单条目在时限内生效"),
        Text(
            "Decide on entries as they arrive, red lists too; pin and follow the suite as README.md says.",
            "条目到达即作出互认决定，红名单亦然；按 README.md 固定并跟随检测方。",
        ),
        effect,
    ),
    Case(
        "LM-02/own-measures",
        ("C-LM-02",),
        Text("Only measures of the own catalogue follow", "只产生本地区目录内的措施"),
        Text(
            "Take measures from the own region's catalogue by kind and field; show what is not covered, and no more.",
            "按名单种类与领域取本地目录的措施；未覆盖的条目仅展示。",
        ),
        own_measures,
    ),
    Case(
        "LM-03/illegal-is-void",
        ("C-LM-03",),
        Text("Acts that cannot follow have no effect", "不合状态的后续行为不产生效力"),
        Text(
            "Apply acts in the order of the feed by one table of legal transitions; what is over stays over.",
            "按数据流顺序、依唯一的状态转换表处理；已终止的不再恢复。",
        ),
        illegal_is_void,
    ),
    Case(
        "LM-04/lapse",
        ("C-LM-04",),
        Text("Entries lapse at legal midnight without a message", "期满于法定零点自动失效"),
        Text(
            "Compare days in China Standard Time; the last day counts whole, the next one not at all.",
            "按北京时间的日期比较；末日当天有效，次日起无效。",
        ),
        lapse,
    ),
    Case(
        "LM-05/black-prevails",
        ("C-LM-05",),
        Text("Black prevails over red, subjects are told by code", "失信优先于守信，主体以代码区分"),
        Text(
            "Suspend the red entry while a black one counts on the same code, show both, and never match by name.",
            "同一代码有失信条目时暂停守信条目，两者均展示；不得按名称认定。",
        ),
        black_prevails,
    ),
)
