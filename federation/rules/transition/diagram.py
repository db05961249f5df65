# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A life cycle as a Mermaid state diagram: what the documents show is drawn from the table that decides.

Arrows between the same two states are one. Marks stand beside the states as notes, since they combine freely.
"""

from collections import defaultdict
from collections.abc import Iterator

from federation.rules.transition.table import Actor, ActRule, Stage, Table

_WHO = {Actor.DECIDER: "（仅认定单位 / deciding body only）", Actor.CALENDAR: "（到期自动 / by the day）"}


def mermaid(table: Table) -> str:
    """The diagram's text, ending in a line break; the same table gives the same text."""
    return "\n".join(("stateDiagram-v2", *(f"    {line}" for line in _lines(table)))) + "\n"


def _lines(table: Table) -> Iterator[str]:
    for code, rule in table.states.items():
        yield f'state "{rule.zh} / {rule.en}" as {_name(code)}'
    yield f"[*] --> {_name(table.drafted.code)}"
    arrows: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for act in table.acts.values():
        for start in act.at if act.to else ():
            arrows[start, act.to or ""].append(_label(act))
    for (start, end), labels in arrows.items():
        yield f"{_name(start)} --> {_name(end)}: {' · '.join(labels)}"
    for code, rule in table.states.items():
        if rule.stage is Stage.GONE:
            yield f"{_name(code)} --> [*]"
    yield from _note(table)


def _note(table: Table) -> Iterator[str]:
    """What changes marks, beside the state that an entry enters the log in."""
    yield f"note right of {_name(table.logged.code)}"
    for code, mark in table.marks.items():
        effect = "不计效力 / does not count" if mark.holds else "仍计效力 / still counts"
        sets = "、".join(_label(act) for act in table.acts.values() if code in act.sets)
        lifts = "、".join(_label(act) for act in table.acts.values() if code in act.lifts)
        yield f"    {mark.zh} / {mark.en}（{effect}）: + {sets} − {lifts}"
    yield "end note"


def _label(act: ActRule) -> str:
    return f"{act.zh} / {act.en}{_WHO.get(act.who, '')}"


def _name(code: str) -> str:
    return code.replace("-", "_")
