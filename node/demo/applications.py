# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""An objection and a repair across nodes: filed in Shanghai, decided in Hangzhou, seen where they take effect.

Shanghai has no address of Hangzhou: the hubs hand cases on and back. A step is done when another node shows what it
did, and not before.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from node.demo.process import Document, Running, failed
from node.demo.region import Region
from node.demo.topology import HANGZHOU, NATION, SHANGHAI

EFFECT_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Applicant:
    """A subject on a list of Hangzhou's.

    Attributes:
        origin: the list.
        index: the entry on it.
    """

    name: str
    code: str
    origin: str
    index: int

    @property
    def words(self) -> tuple[str, ...]:
        """What `objection file` and `repair apply` are told."""
        return (self.origin, str(self.index), "--applicant", self.name, "--code", self.code)

    @property
    def document(self) -> Document:
        """As JSON."""
        return {"origin": self.origin, "index": self.index, "subject": self.code, "filed_at": SHANGHAI}


def object_to_entry(region: Region, applicant: Applicant, today: str) -> Document:
    """The national site sees the mark of an objection, and its end when that is granted; Shanghai is told."""
    with _watched(region, NATION, applicant) as watch:
        filed = region.one(SHANGHAI, "objection", "file", *applicant.words, "--grounds", "列入所依据的处罚已被撤销")
        seen = [_seen(watch, "OBJECTION_UNDER_WAY")]
        case = str(filed["case_id"])
        _decide(region, case, "--outcome", "removed", "--document", "杭环异〔2026〕1号", "--date", today)
        seen.append(_seen(watch, "ENDED_REMOVED"))
    return {**applicant.document, "case": case, "seen_at": NATION, "seen": seen, "told": _told(region, case)}


def repair_entry(region: Region, applicant: Applicant, today: str) -> Document:
    """A repair ends the effect in Shanghai, and every member that has the list acknowledges that to Hangzhou."""
    with _watched(region, SHANGHAI, applicant) as watch:
        filed = region.one(SHANGHAI, "repair", "apply", *applicant.words, "--grounds", "已整改并履行全部义务")
        seen = [_seen(watch, "REPAIR_UNDER_WAY")]
        case = str(filed["case_id"])
        _decide(region, case, "--outcome", "repaired", "--document", "杭环修〔2026〕1号", "--date", today)
        seen.append(_seen(watch, "ENDED_REPAIRED"))
    acknowledged = _acknowledged(region, applicant)
    return {**applicant.document, "case": case, "seen_at": SHANGHAI, "seen": seen, "acknowledged_by": acknowledged}


@contextmanager
def _watched(region: Region, node_id: str, applicant: Applicant) -> Iterator[Running]:
    """The entry, as it changes at a node."""
    place = (applicant.origin, str(applicant.index))
    words = ("explain", *place, "--watch", "--node", str(region.home(node_id)))
    with Running(words, region.folder / f"watch-{applicant.index}.log") as watch:
        watch.next()
        yield watch


def _seen(watch: Running, reason: str) -> str:
    """The reason, once it is given.

    Raises:
        Fault: DEMO_FAILED, it was not in time.
    """
    deadline = time.monotonic() + EFFECT_TIMEOUT_S
    while reason not in watch.next(max(0.0, deadline - time.monotonic()))["reasons"]:
        pass
    return reason


def _decide(region: Region, case: str, *decision: str) -> None:
    """Hangzhou takes a case up, and decides it."""
    region.one(HANGZHOU, "cases", "accept", case)
    region.one(HANGZHOU, "cases", "decide", case, *decision)


def _told(region: Region, case: str) -> str:
    """How the case was decided, as Shanghai has been told.

    Raises:
        Fault: DEMO_FAILED, it was not told in time.
    """
    deadline = time.monotonic() + EFFECT_TIMEOUT_S
    while (said := region.one(SHANGHAI, "cases", "show", case))["state"] != "decided":
        if time.monotonic() > deadline:
            raise failed(f"Shanghai was not told of the decision on case {case}")
    return str(said["letters"][-1]["says"]["outcome"])


def _acknowledged(region: Region, applicant: Applicant) -> list[str]:
    """The members that have acknowledged the end of an entry, when none is wanting.

    Raises:
        Fault: DEMO_FAILED, one was wanting for too long.
    """
    asked = ("propagation", applicant.origin, str(applicant.index))
    deadline = time.monotonic() + EFFECT_TIMEOUT_S
    while not (said := region.one(HANGZHOU, *asked, codes=(0, 3)))["acknowledged"]:
        if time.monotonic() > deadline:
            raise failed(f"not every member has acknowledged the repair of entry {applicant.index}")
    return [at["member"] for at in said["acts"][-1]["members"]]
