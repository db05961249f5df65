# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""As much as one member may see for one purpose: which feeds are searched, and how each record in them is shown.

All of it is settled before anything is looked up, from who asks and for what: so what lies outside is never read, and
whether something lies there cannot be told from the time that an answer takes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from federation.log.entry import PayloadState
from federation.records.exchange import Gap, Head
from federation.rules.disclosed.terms import Caller, Terms, terms_for
from federation.rules.disclosed.view import Eye, Hidden, Told, View, is_minor, view_of
from federation.rules.disclosure import payload_visible
from federation.standards.calendar import china_date
from node.entry.found import Sought
from node.entry.holding import HeldEntry
from node.ledger.rules import Rules
from node.publish import FeedView, Publisher
from node.query.seen import Scope, cosigned_at, freshness_of

MAX_FEEDS = 10_000
NOBODY = "-"
"""Looked up in the place of whom nothing is said about: nobody's number, at the price of anybody's."""
_MS = 1000


@dataclass(frozen=True, slots=True)
class Sight:
    """What one caller may search: views and scopes by origin, in order, the heads and the gaps.

    Attributes:
        views: of the feeds that are searched.
        scopes: of the feeds that are searched.
        heads: of all feeds that the answer rests on, searched or not: they are the same whoever is asked about.
        gaps: feeds that are too old.
        eye: what records are looked at with.
    """

    views: Mapping[str, FeedView]
    scopes: Mapping[str, Scope]
    heads: Sequence[Head]
    gaps: Sequence[Gap]
    eye: Eye

    def looked_up(self, sought: Sought) -> str:
        """The number to look up for a question: nobody's where the subject is a minor."""
        minor = is_minor(sought.kind, sought.subject, self.eye.terms, self.eye.day)
        return NOBODY if minor else sought.subject

    def shows(self, entry: HeldEntry) -> bool:
        """Whether an entry is in sight; one without a good payload is not."""
        scope = self.scopes.get(entry.origin)
        if scope is None or entry.index >= scope.stop or entry.personal > scope.personal:
            return False
        return entry.state is PayloadState.PRESENT and entry.fault is None

    def view_of(self, entry: HeldEntry) -> View:
        """How an entry that is in sight is shown."""
        record = entry.record()
        return view_of(record, entry.payload, self.eye) if isinstance(record, Told) else Hidden()


class Sights:
    """Who may see what. Safe from any thread.

    Args:
        publisher: knows who may read feeds.
        roles: roles of the members, by node id.
        rules: the rule book and the masks.
        now_ms: the clock.
        max_age_s: agreed age of a fresh feed.
    """

    def __init__(
        self,
        publisher: Publisher,
        roles: Mapping[str, frozenset[str]],
        rules: Rules,
        now_ms: Callable[[], int],
        max_age_s: int,
    ) -> None:
        self._publisher = publisher
        self._roles = roles
        self._rules = rules
        self._now_ms = now_ms
        self._max_age_s = max_age_s

    def of(self, sought: Sought, views: Sequence[FeedView]) -> Sight:
        """What the caller of a question may search for it.

        Args:
            sought: the question; whom it is about makes no difference, but for whether that is a person.
            views: every feed held.
        """
        now_ms, book, home = self._now_ms(), self._rules.book, self._rules.home
        day = china_date(now_ms)
        caller = Caller(sought.caller, self._roles.get(sought.caller, frozenset()))
        terms = terms_for(book.disclosure, home, caller, sought.purpose, day)
        searched: list[FeedView] = []
        heads: list[Head] = []
        gaps: list[Gap] = []
        for view, note in self._wanted(sought, terms, views):
            if sought.max_age_s and _older(view, now_ms, sought.max_age_s):
                gaps.append(Gap(origin=view.origin, reason="FEED_TOO_OLD"))
                continue
            heads.append(Head(checkpoint=note, freshness=freshness_of(view, now_ms, self._max_age_s)))
            if not sought.personal or _sees_persons(view, sought.caller, home):
                searched.append(view)
        return Sight(
            {view.origin: view for view in searched},
            {view.origin: Scope(view.origin, view.size, sought.personal) for view in searched},
            heads,
            gaps,
            Eye(terms, self._rules.standards.masking, book.prohibited, day),
        )

    def _wanted(self, sought: Sought, terms: Terms, views: Sequence[FeedView]) -> Sequence[tuple[FeedView, bytes]]:
        """The feeds with a head that the caller may read, that its purpose needs and that it wants."""
        needed = terms.shown(sought.personal).keys()
        wanted = needed & sought.datasets if sought.datasets else needed
        readable = self._publisher.readable([view for view in views if view.dataset in wanted], sought.caller)
        return [(view, view.note) for view in readable[:MAX_FEEDS] if view.note is not None]


def _older(view: FeedView, now_ms: int, max_age_s: int) -> bool:
    """Whether what is held of a feed is older than a bound: by its cosignature, or by what its origin signed since."""
    signed = cosigned_at(view)
    since = view.behind_since_ms
    if signed is None or now_ms - signed * _MS > max_age_s * _MS:
        return True
    return since is not None and now_ms - since > max_age_s * _MS


def _sees_persons(view: FeedView, caller: str, home: str) -> bool:
    """Whether a caller may see payloads about natural persons."""
    if caller in {home, view.owner}:
        return True
    return view.policy is not None and payload_visible(view.policy, caller, personal=True)
