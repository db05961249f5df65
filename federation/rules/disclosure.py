# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may read what: feeds, payloads, and answers to questions.

The boundary of entitlement is the feed: whoever may read a feed sees every leaf of it, and inside it only payloads are
withheld. The owner's policy, published in its `_catalogue`, is enforced by whoever serves the feed on. Natural
persons' payloads take a grant of their own (standards document, section 6; Zhejiang regulation, articles 15 to 19).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from federation.records.feed_policy import FeedPolicy
from federation.standards.catalogue import CodeSet

_EVERYBODY = "*"


def owner_of(policy: FeedPolicy) -> str:
    """Node id of the owner of the feed that a policy speaks of; empty when its origin names none."""
    parts = policy.origin.split("/")
    return parts[1] if len(parts) == 4 else ""


def may_read_feed(policy: FeedPolicy, reader: str, owner: str) -> bool:
    """Whether a member may read a feed at all, its leaves included.

    Args:
        policy: the newest policy of the feed.
        reader: node id of the member, as its TLS identity states it.
        owner: node id of the feed's owner, who always may.
    """
    return reader == owner or not {_EVERYBODY, reader}.isdisjoint(policy.readers)


def payload_visible(policy: FeedPolicy, reader: str, personal: bool) -> bool:
    """Whether a member may read a payload of a feed; when it may not, the payload is answered as withheld.

    Args:
        policy: the newest policy of the feed.
        reader: node id of the member.
        personal: whether the payload is about a natural person. It then takes a grant of its own, beside the feed's:
            being named as a reader of personal payloads alone opens nothing.
    """
    owner = owner_of(policy)
    if not may_read_feed(policy, reader, owner):
        return False
    return not personal or reader == owner or not {_EVERYBODY, reader}.isdisjoint(policy.person_payload_readers)


def policy_visible(spoken_of: FeedPolicy, reader: str) -> bool:
    """Whether a member may read the `_catalogue` payload that is this policy: only with the feed it speaks of.

    So nobody learns from a catalogue of feeds, or of readers of feeds, that are closed to it.
    """
    return may_read_feed(spoken_of, reader, owner_of(spoken_of))


@dataclass(frozen=True, slots=True)
class Granted:
    """The question may be answered."""


@dataclass(frozen=True, slots=True)
class NotGranted:
    """It may not: PURPOSE_UNKNOWN, PURPOSE_NOT_GRANTED or PERSON_PURPOSE_NOT_GRANTED."""

    reason: str


@dataclass(frozen=True, slots=True)
class PurposeGrant:
    """What a member may ask for; empty grants nothing.

    Attributes:
        purposes: purposes of questions about organisations and sole traders.
        person_purposes: purposes of questions about natural persons; granted apart, as these are never public.
        batches: purposes whose questions may come in batches; a right beside that to the purpose.
    """

    purposes: frozenset[str] = frozenset()
    person_purposes: frozenset[str] = frozenset()
    batches: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Who asks, for what, and whether the subject is a natural person."""

    requester: str
    purpose: str
    personal: bool


def may_ask(inquiry: Inquiry, grants: Mapping[str, PurposeGrant], purposes: CodeSet) -> Granted | NotGranted:
    """Decides whether a question may be answered for its purpose; legal basis and signature are checked elsewhere.

    Args:
        inquiry: who asks, and for what.
        grants: what each member may ask for, by node id; `*` speaks for members that are not named.
        purposes: the code set `purposes`.
    """
    if not purposes.knows(inquiry.purpose):
        return NotGranted("PURPOSE_UNKNOWN")
    grant = grant_of(grants, inquiry.requester)
    if inquiry.personal:
        granted = inquiry.purpose in grant.person_purposes
        return Granted() if granted else NotGranted("PERSON_PURPOSE_NOT_GRANTED")
    return Granted() if inquiry.purpose in grant.purposes else NotGranted("PURPOSE_NOT_GRANTED")


def grant_of(grants: Mapping[str, PurposeGrant], requester: str) -> PurposeGrant:
    """What a member may ask for; `*` speaks for members that are not named, and nothing is granted to the others."""
    return grants.get(requester) or grants.get(_EVERYBODY, PurposeGrant())
