# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a member is told of a subject: what stands, as much of it as it may see, from feeds that are fresh enough."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, event

from federation.log.proof import verify_entry
from federation.records.act import AnnotationKind, EndingKind
from federation.records.exchange import Standing
from federation.records.feed_policy import Dataset
from node.exchange.inquire import evidence_of
from node.query import query
from node.storage.read.held import _ABOUT_ANY_STEERED
from tests.node.region.talk import sought

if TYPE_CHECKING:
    from federation.records.exchange import Finding
    from node.entry.found import Found
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

COMPANY = "91330100MA2PDY0152"


def indexes(found: Found) -> list[int]:
    """Which entries are told."""
    return [finding.evidence.index for finding in found.findings]


def feeds(found: Found) -> set[str]:
    """The feeds that an answer rests on, by name."""
    return {head.checkpoint.decode().split("/")[2] for head in found.heads}


def shown(finding: Finding) -> dict[str, str]:
    """The fields of a record that is shown in part."""
    assert finding.excerpt is not None
    return {field.name: field.value for field in finding.excerpt.fields}


def test_a_record_is_told_in_part_to_whom_the_whole_is_not_for(world: World, samples: Samples) -> None:
    """Its entry and the act on it are proven, with neither salt nor payload; names are masked, a remark left out."""
    node = world.node("330100", n310000={"roles": ("relay", "consumer")})
    node.publish("lists", samples.black(1, remark="内部"))
    node.publish("lists", samples.mark(AnnotationKind.OBJECTION), ref=0)

    (finding,) = node.query.find(sought("310000", COMPANY)).findings

    assert 1 == len(finding.acts)
    for each in (finding.evidence, *finding.acts):
        assert (b"", b"") == (each.salt, each.payload)
        verify_entry(evidence_of(each), node.keys.log_verifier(node.origin("lists")))
    assert ("钱**", COMPANY, True) == (
        shown(finding)["responsible_persons"],
        shown(finding)["identity.code"],
        "remark" not in shown(finding),
    )


def test_what_no_longer_stands_is_told_to_no_member(hangzhou: Node, samples: Samples) -> None:
    """Repaired, revoked, lapsed: not found, not counted; the own house sees all of it."""
    lapsed = samples.black(3).model_copy(update={"valid_until": samples.black(3).valid_from})
    hangzhou.publish("lists", samples.black(1), samples.black(2), lapsed, samples.black(4))
    hangzhou.publish("lists", samples.ending(EndingKind.REPAIRED), ref=0)
    hangzhou.publish("lists", samples.ending(EndingKind.REVOKED), ref=1)

    found = hangzhou.query.find(sought("310000", COMPANY))

    assert ([3], False) == (indexes(found), found.truncated)
    standings = [each.standing for each in hangzhou.query.check(COMPANY).holdings]
    assert [Standing.ENDED, Standing.ENDED, Standing.LAPSED, Standing.OWN] == standings


def test_what_no_longer_stands_takes_no_place_from_what_does(
    hangzhou: Node, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a subject with more entries than are read at once, page by page; what stands comes last and is found."""
    monkeypatch.setattr(query, "MAX_READ_TOGETHER", 3)
    monkeypatch.setattr(query, "PAGE", 2)
    hangzhou.publish("lists", *(samples.black(number) for number in range(6)))
    for number in range(5):
        hangzhou.publish("lists", samples.ending(EndingKind.REPAIRED, number), ref=number)

    found = hangzhou.query.find(sought("310000", COMPANY))

    assert ([5], False) == (indexes(found), found.truncated)


def test_more_than_fits_is_said_of_what_stands_alone(
    hangzhou: Node, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three fit; there are three that stand and one that ended: nothing is left out."""
    monkeypatch.setattr(query, "MAX_FINDINGS", 3)
    hangzhou.publish("lists", *(samples.black(number) for number in range(4)))
    assert hangzhou.query.find(sought("310000", COMPANY)).truncated

    hangzhou.publish("lists", samples.ending(EndingKind.REPAIRED), ref=0)
    found = hangzhou.query.find(sought("310000", COMPANY))
    assert ([1, 2, 3], False) == (indexes(found), found.truncated)


def test_an_objection_that_runs_is_told_with_the_entry(hangzhou: Node, samples: Samples) -> None:
    """The mark stands beside the entry that it is on."""
    hangzhou.publish("lists", samples.black(1))
    hangzhou.publish("lists", samples.mark(AnnotationKind.OBJECTION), ref=0)

    (finding,) = hangzhou.query.find(sought("310000", COMPANY)).findings

    assert [1] == [act.index for act in finding.acts]


def test_only_what_the_purpose_needs_is_looked_for(hangzhou: Node, samples: Samples) -> None:
    """A filing is none of procurement's business: not found, and its feed is no ground of the answer."""
    hangzhou.publish("filings", samples.filing())

    found = hangzhou.query.find(sought("310000", COMPANY, "procurement"))

    assert [] == found.findings
    assert {"subjects", "licences", "penalties", "lists"} == feeds(found)
    assert [0] == indexes(hangzhou.query.find(sought("310000", COMPANY)))


@pytest.mark.filterwarnings("ignore:Number of columns")
def test_questions_that_come_together_are_looked_up_by_subject_and_feed(hangzhou: Node) -> None:
    """However many subjects and feeds there are, no statement of theirs walks a feed."""
    engine = create_engine(f"sqlite:///{hangzhou.config.store_path}")
    event.listen(
        engine, "before_cursor_execute", lambda *given: (f"EXPLAIN QUERY PLAN {given[2]}", given[3]), retval=True
    )
    with engine.connect() as connection:
        for subjects, numbers in ((1, 1), (3, 1), (128, 1), (128, 40), (500, 200)):
            wanted = {"subjects": [str(each) for each in range(subjects)], "feeds": list(range(numbers)), "most": 9}
            plan = connection.execute(_ABOUT_ANY_STEERED, wanted).cursor.fetchall()
            assert any("(subject=? AND feed=?)" in step[3] for step in plan)
    engine.dispose()


def test_only_what_is_wanted_is_looked_for(hangzhou: Node, samples: Samples) -> None:
    """Of what the purpose needs; what it does not need is not found for being wanted."""
    hangzhou.publish("filings", samples.filing())
    hangzhou.publish("lists", samples.black(1))
    wanted = frozenset({Dataset.LISTS, Dataset.FILINGS})

    for purpose, rests_on in (("joint-punishment", {"lists", "filings"}), ("procurement", {"lists"})):
        found = hangzhou.query.find(sought("310000", COMPANY, purpose)._replace(datasets=wanted))
        assert rests_on == feeds(found) == {each.evidence.origin.split("/")[2] for each in found.findings}


def test_nothing_is_said_from_a_feed_that_is_too_old(hangzhou: Node, samples: Samples) -> None:
    """It is a gap, and no head; with a wider bound, or none, it is told from."""
    hangzhou.publish("lists", samples.black(1))
    hangzhou.clock.forward(seconds=600)
    hangzhou.stages.sequencer(hangzhou.origin("filings")).beat()

    old = hangzhou.query.find(sought("310000", COMPANY, max_age_s=599))

    assert ([], {"filings"}) == (old.findings, feeds(old))
    assert (hangzhou.origin("lists"), "FEED_TOO_OLD") in [(gap.origin, gap.reason) for gap in old.gaps]
    for bound in (0, 600):
        found = hangzhou.query.find(sought("310000", COMPANY, max_age_s=bound))
        assert ([0], ()) == (indexes(found), tuple(found.gaps))


async def test_a_mirror_that_is_behind_is_as_old_as_that(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """However newly what it holds was cosigned, nothing is said from it beyond the bound."""
    hangzhou.publish("lists", samples.black(1))
    await world.mirror(shanghai, hangzhou, "lists")
    view = next(each for each in shanghai.reader.feeds() if each.origin == hangzhou.origin("lists"))
    sights = shanghai.query._sights
    late = replace(view, behind_since_ms=world.clock() - 10_001)
    for bound, gaps in ((10, 1), (11, 0)):
        assert gaps == len(sights.of(sought("yrd", COMPANY, max_age_s=bound), [late]).gaps)


def test_a_regions_own_file_narrows_what_is_told(hangzhou: Node, samples: Samples) -> None:
    """The answer names it; nothing of a kind that it closes is found."""
    hangzhou.publish("lists", samples.black(1))
    assert "disclosure@1" == hangzhou.query.find(sought("310000", COMPANY)).disclosure
    file = hangzhou.config.rules_folder / "disclosure" / "ours@1.toml"
    file.write_text(
        'id = "ours"\nversion = "1"\nsource = "a test [U]"\nregion = "330100"\neffective_from = 2026-01-01\n'
        '[datasets.lists]\nlevel = "authorised-query"\npersons_level = "authorised-query"\n',
        encoding="utf-8",
    )
    hangzhou.reopen()

    found = hangzhou.query.find(sought("310000", COMPANY))

    assert ([], "ours@1") == (found.findings, found.disclosure)
    assert [0] == indexes(hangzhou.query.find(sought("310000", COMPANY, "subject-request")))
