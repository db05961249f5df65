# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may read feeds and payloads, and ask for what."""

import pytest

from federation.records.feed_policy import Dataset, FeedPolicy
from federation.rules.disclosure import (
    Granted,
    Inquiry,
    NotGranted,
    PurposeGrant,
    may_ask,
    may_read_feed,
    owner_of,
    payload_visible,
    policy_visible,
)
from federation.standards.bundle import Standards

ORIGIN = "demo/330100/lists/1"


def policy(readers: tuple[str, ...] = (), persons: tuple[str, ...] = (), origin: str = ORIGIN) -> FeedPolicy:
    """A policy of Hangzhou's list feed."""
    return FeedPolicy(origin=origin, dataset=Dataset.LISTS, readers=readers, person_payload_readers=persons)


def test_owner_reads_its_own_feed() -> None:
    """A feed closed to everybody is open to its owner, personal payloads included."""
    assert may_read_feed(policy(), "330100", "330100")
    assert payload_visible(policy(), "330100", personal=True)


def test_named_reader_reads() -> None:
    """A named member reads, another does not."""
    named = policy(("yrd",))
    assert (may_read_feed(named, "yrd", "330100"), may_read_feed(named, "cn", "330100")) == (True, False)


def test_star_means_every_member() -> None:
    """The star opens the feed to whoever was admitted."""
    assert may_read_feed(policy(("*",)), "340000", "330100")


def test_personal_payload_needs_its_own_grant() -> None:
    """A reader of the feed sees payloads of organisations, and of persons only by a grant apart."""
    open_feed, granted = policy(("*",)), policy(("*",), ("yrd",))
    assert payload_visible(open_feed, "yrd", personal=False)
    assert not payload_visible(open_feed, "yrd", personal=True)
    assert payload_visible(granted, "yrd", personal=True)
    assert not payload_visible(granted, "cn", personal=True)


def test_every_reader_may_be_granted_persons() -> None:
    """The star among readers of personal payloads means every reader of the feed, no one else."""
    granted = policy(("yrd",), ("*",))
    assert (
        payload_visible(granted, "yrd", personal=True),
        payload_visible(granted, "cn", personal=True),
    ) == (True, False)


def test_grant_for_persons_opens_no_feed() -> None:
    """Who is named for personal payloads alone cannot read the feed."""
    assert not payload_visible(policy((), ("cn",)), "cn", personal=True)


def test_policy_is_seen_by_readers_of_its_feed_only() -> None:
    """A catalogue tells of a feed only to those who may read it."""
    assert (policy_visible(policy(("yrd",)), "yrd"), policy_visible(policy(("yrd",)), "cn")) == (True, False)


def test_origin_without_owner_belongs_to_nobody() -> None:
    """A malformed origin names no owner, so no node id is taken for one."""
    assert (owner_of(policy()), owner_of(policy(origin="330100/lists"))) == ("330100", "")


@pytest.mark.parametrize(
    ("inquiry", "expected"),
    [
        (Inquiry("310000", "procurement", False), Granted()),
        (Inquiry("310000", "procurement", True), NotGranted("PERSON_PURPOSE_NOT_GRANTED")),
        (Inquiry("310000", "subject-request", True), Granted()),
        (Inquiry("310000", "joint-punishment", False), NotGranted("PURPOSE_NOT_GRANTED")),
        (Inquiry("310000", "curiosity", False), NotGranted("PURPOSE_UNKNOWN")),
        (Inquiry("320000", "joint-incentive", False), Granted()),
        (Inquiry("320000", "procurement", False), NotGranted("PURPOSE_NOT_GRANTED")),
    ],
)
def test_purposes(standards: Standards, inquiry: Inquiry, expected: Granted | NotGranted) -> None:
    """A question is answered for a known purpose that the requester was granted; for persons it is granted apart."""
    grants = {
        "310000": PurposeGrant(frozenset({"procurement"}), frozenset({"subject-request"})),
        "*": PurposeGrant(frozenset({"joint-incentive"})),
    }
    assert expected == may_ask(inquiry, grants, standards.purposes)


def test_no_grant_at_all(standards: Standards) -> None:
    """Nobody named and no star: nothing is granted."""
    asked = Inquiry("310000", "procurement", False)
    assert NotGranted("PURPOSE_NOT_GRANTED") == may_ask(asked, {}, standards.purposes)
