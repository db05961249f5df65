# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a signed holder index has to keep, and what it says of a subject.

An index covers feeds that every member may read, and in them organisations and sole traders by their unified codes.
Natural persons are never in one: a person's number has so few forms that all can be tried. Records that have ended or
lapsed are not in it, since no answer shows them. So a miss says that the covered feeds held nothing, as of a time; of
persons, of other datasets and of feeds that are not covered it says nothing, and a hit says nothing at all.

That an index hides something can be proven later: by the signed index, and one record with its proof from a feed and
below the size that the index covers.
"""

import hashlib
import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from federation.errors import FieldFault, PeerFault
from federation.log.checkpoint import MAX_SKEW_S, Origin
from federation.records.exchange import Standing
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.records.holders.index import CoveredFeed, HolderIndex
from federation.rules.holders.filter import MILLION, ones_of

HOLDER_INDEX_TYPE = "application/vnd.creditexchange.holder-index.v1"
COVERED = frozenset({Dataset.SUBJECTS, Dataset.LICENCES, Dataset.PENALTIES, Dataset.LISTS, Dataset.FILINGS})
"""Kinds of record that members ask about."""
_EVERYBODY = "*"
_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_RATE_TOLERANCE = 2
"""A filter with so many times the false positives that it states is refused; chance stays far below that."""
_GONE = frozenset({Standing.ENDED, Standing.LAPSED, Standing.REFUSED})


def may_be_covered(policy: FeedPolicy) -> bool:
    """Whether a feed may be covered: every member may read it, and it holds what members ask about."""
    return policy.dataset in COVERED and _EVERYBODY in policy.readers


def may_be_in(code: str, *, personal: bool) -> bool:
    """Whether a subject may be in an index: by a code of the form of a unified code, and never a natural person."""
    return not personal and _CODE.fullmatch(code) is not None


def shows(standing: Standing) -> bool:
    """Whether a record that stands so is in an index: what no answer shows is not."""
    return standing not in _GONE


@dataclass(frozen=True, slots=True)
class NothingHeld:
    """In the feeds that the index covers nothing is held about the subject: it need not be asked about there.

    Attributes:
        as_of_ms: as of when.
    """

    as_of_ms: int


@dataclass(frozen=True, slots=True)
class MayHold:
    """Something may be held, in these of the datasets asked about."""

    datasets: frozenset[Dataset]


@dataclass(frozen=True, slots=True)
class CannotSay:
    """The index says nothing about it, for a stable reason.

    Attributes:
        reason: SUBJECT_NOT_COVERED, it is no organisation or sole trader; HOLDER_INDEX_STALE, too old for whoever asks;
            FEED_NOT_COVERED, there is a feed that may be read and is not covered, or a dataset that never is;
            CATALOGUE_NOT_HELD, nobody here knows which other feeds there are.
    """

    reason: str


HolderSaid = NothingHeld | MayHold | CannotSay


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be known of one node.

    Attributes:
        code: the subject's unified code; empty for a subject that has none.
        datasets: kinds of record asked about.
        origins: feeds of that node that whoever asks may read, as far as known.
    """

    code: str
    datasets: AbstractSet[Dataset] = COVERED
    origins: AbstractSet[str] = frozenset()


def said_by(
    index: HolderIndex, has: Callable[[Dataset, str], bool], wanted: Wanted, now_ms: int, max_age_ms: int
) -> HolderSaid:
    """What an index says of a subject.

    Args:
        index: verified.
        has: asks its filter.
        wanted: what is to be known.
        now_ms: the time.
        max_age_ms: an index whose `as_of_ms` is older says nothing.
    """
    if not may_be_in(wanted.code, personal=False):
        return CannotSay("SUBJECT_NOT_COVERED")
    if now_ms - index.as_of_ms > max_age_ms:
        return CannotSay("HOLDER_INDEX_STALE")
    if not wanted.datasets <= COVERED or not wanted.origins <= {feed.origin for feed in index.feeds}:
        return CannotSay("FEED_NOT_COVERED")
    datasets = {feed.dataset for feed in index.feeds} & wanted.datasets
    found = frozenset(dataset for dataset in datasets if has(dataset, wanted.code))
    return MayHold(found) if found else NothingHeld(index.as_of_ms)


def require_sound(index: HolderIndex, node_id: str, federation: str, now_ms: int) -> None:
    """Sees that a header is what a node may say; its signature was checked.

    Raises:
        PeerFault: HOLDER_INDEX_FOREIGN, it is another node's, or covers feeds that are not that node's, or that hold
            what nobody asks about; HOLDER_INDEX_FROM_FUTURE, its clock is ahead: it could not be replaced for long.
    """
    if index.node_id != node_id:
        raise PeerFault("HOLDER_INDEX_FOREIGN", f"an index of {index.node_id} in place of one of {node_id}")
    for feed in index.feeds:
        if feed.dataset not in COVERED or _owner_of(feed) != (federation, node_id):
            raise PeerFault("HOLDER_INDEX_FOREIGN", f"{node_id} covers {feed.origin}")
    if index.as_of_ms > now_ms + MAX_SKEW_S * 1000:
        raise PeerFault("HOLDER_INDEX_FROM_FUTURE", f"{node_id} states a time that lies ahead")


def _owner_of(feed: CoveredFeed) -> tuple[str, str] | None:
    """Federation and node id in a feed's origin; None where it is no origin."""
    try:
        origin = Origin.parse(feed.origin)
    except FieldFault:
        return None
    return origin.federation, origin.node_id


def require_newer(index: HolderIndex, held: HolderIndex) -> None:
    """Sees that an index does not take the place of a newer one: an old one would hide what came since.

    Raises:
        PeerFault: HOLDER_INDEX_OLDER.
    """
    if index.as_of_ms < held.as_of_ms or (index.as_of_ms == held.as_of_ms and index != held):
        raise PeerFault("HOLDER_INDEX_OLDER", f"{index.node_id} stated a newer one before")


def require_bits(index: HolderIndex, bits: bytes) -> None:
    """Sees that a filter is the one that its header states, and as good as that says.

    Raises:
        PeerFault: HOLDER_INDEX_ALTERED, other bytes; HOLDER_INDEX_FALSE, more or fewer ones than its keys can have
            made, or more false positives than it states.
    """
    if len(bits) * 8 != index.bits or hashlib.sha256(bits).digest() != index.bits_sha256:
        raise PeerFault("HOLDER_INDEX_ALTERED", f"{index.node_id}: the filter is not the one that was signed")
    ones = ones_of(bits)
    rate = (ones / index.bits) ** index.hashes
    if rate * MILLION > _RATE_TOLERANCE * index.false_positives_per_million:
        raise PeerFault("HOLDER_INDEX_FALSE", f"{index.node_id}: more false positives than are stated")
    if ones > index.keys * index.hashes or (index.keys and not ones):
        raise PeerFault("HOLDER_INDEX_FALSE", f"{index.node_id}: the filter is not made of so many keys")
