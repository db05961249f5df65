# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One node over a real store, keys and rules; what it accepted is remembered outside."""

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from federation.log.checkpoint import Checkpoint
from federation.log.note import Note, cosign_note, sign_note
from federation.records.act import Annotation, Ending
from federation.records.codec import Record, encode, schema_of
from federation.records.feed_policy import Dataset
from federation.rules.rule_book import RuleBook, parse_rule_book, shipped_rules
from node.assemble.stages import Foundation, Stages, Views
from node.config import Config, FeedSection
from node.entry.holding import Decision
from node.identity.keys import KEY_NAMES, KeyRing, write_secret
from node.intake import Accepted, Duplicate, Outcome, Submission
from node.storage.opening.checks import StoreOwner
from node.storage.opening.creation import create_store
from node.storage.read.reader import Reader
from tests.node.region.trouble import Clock, FaultyStore, Trouble

FEDERATION = "delta.example"
IDS = ("330100", "310000", "330000", "yrd")
BUSINESS = (Dataset.SUBJECTS, Dataset.LICENCES, Dataset.PENALTIES, Dataset.LISTS, Dataset.FILINGS)
FEEDS = tuple(FeedSection(name=dataset.value, dataset=dataset) for dataset in BUSINESS)


@cache
def _book(files: tuple[tuple[str, bytes], ...]) -> RuleBook:
    return parse_rule_book(dict(files))


class Ground(Foundation):
    """A foundation that parses each set of rules once for all tests."""

    @cached_property
    def book(self) -> RuleBook:
        """The rules in the node's folder."""
        folder = self.config.rules_folder
        return _book(tuple((str(path.relative_to(folder)), path.read_bytes()) for path in sorted(folder.glob("*/*"))))


def signing(node_id: str, name: str) -> Ed25519PrivateKey:
    """The key of a node by its name, the same in every run."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"{node_id} {name}".encode()).digest())


def settle(folder: Path, config: Config, clock: Clock) -> None:
    """Makes a node: keys, rules, store, feeds with their policies published."""
    config.keys_folder.mkdir(parents=True)
    for name in KEY_NAMES:
        pem = signing(config.node.id, name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_secret(config.keys_folder / f"{name}.pem", pem)
    for path, content in shipped_rules(config.node.id).items():
        target = config.rules_folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    create_store(config.store_path, StoreOwner(FEDERATION, config.node.id))
    foundation = Ground(config, clock)
    with Stages(foundation, FaultyStore(config.store_path, foundation.owner, Trouble())) as stages:
        for policy in stages.policies:
            stages.sequencer(policy.origin).create(policy.dataset)
        stages.propose_policies()
        stages.publish_pending()


@dataclass
class Node:
    """One node. What it accepted is remembered outside, for the oracle."""

    config: Config
    clock: Clock
    trouble: Trouble = field(default_factory=Trouble)
    accepted: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    made: int = 0
    _known: set[tuple[str, bytes]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Open its store."""
        self.open()

    def open(self) -> None:
        """Opens the store, as a new process would."""
        foundation = Ground(self.config, self.clock)
        store = FaultyStore(self.config.store_path, foundation.owner, self.trouble)
        self.stages = Stages(foundation, store)
        views = Views(foundation, store.reader)
        self.reader: Reader = store.reader
        self.publisher, self.query = views.publisher, views.query

    def reopen(self) -> None:
        """The process dies, and another one starts on a mended disk."""
        self.stages.store.close()
        self.trouble.mend()
        self.open()

    @property
    def id(self) -> str:
        """Node id."""
        return self.config.node.id

    @property
    def keys(self) -> KeyRing:
        """Its keys."""
        return self.stages.foundation.keys

    def origin(self, feed: str) -> str:
        """Origin of an own feed."""
        return self.stages.foundation.origin(feed)

    def offer(self, feed: str, *submissions: Submission, amend: bool = False) -> list[Outcome]:
        """Submits; what is accepted, now or before, is remembered."""
        outcomes = self.stages.intake.submit(self.origin(feed), submissions, amend=amend)
        kept = self.accepted[self.origin(feed)]
        for submission, outcome in zip(submissions, outcomes, strict=True):
            known = (submission.key, submission.payload)
            if isinstance(outcome, Accepted | Duplicate) and known not in self._known:
                self._known.add(known)
                kept.append(submission.payload)
        return outcomes

    def item(self, record: Record, ref: int | None = None, key: str | None = None) -> Submission:
        """A submission under the record's own key, or one made up for an act."""
        self.made += 1
        own = key or (f"act/{self.made}" if isinstance(record, Ending | Annotation) else record.key)
        return Submission(own, schema_of(record), encode(record), ref)

    def publish(self, feed: str, *records: Record, ref: int | None = None) -> list[Outcome]:
        """Submits and publishes; decides, too."""
        outcomes = self.offer(feed, *(self.item(record, ref) for record in records))
        while self.stages.sequencer(self.origin(feed)).sequence() or self.stages.ledger.apply(self.origin(feed)):
            pass
        return outcomes

    def other_history(self, feed: str, size: int) -> bytes:
        """A checkpoint of another tree of that size, signed and cosigned by this very node."""
        text = Checkpoint(self.origin(feed), size, hashlib.sha256(b"another tree").digest()).text()
        line = sign_note(text, self.origin(feed), self.keys.log, self.keys.log.public_key)
        clock = cosign_note(text, self.keys.name, self.keys.clock, self.keys.clock.public_key, self.clock() // 1000)
        return Note(text, (line, clock)).encode()

    def tamper(self, place: str, origin: str, twist: Callable[[Any], Any], index: int | None = None) -> list[Any]:
        """Changes cells of one feed, given as `table.column`, while its process is away; gives what they held."""
        before: list[Any] = []

        def twisting(held: object) -> bytes | str | int | None:
            before.append(held)
            changed: bytes | str | int | None = twist(held)
            return changed

        table, column = place.split(".")
        here = "" if index is None else f" AND idx = {index}"
        self.stages.store.close()
        with closing(sqlite3.connect(self.config.store_path)) as connection, connection:
            connection.create_function("twist", 1, twisting)
            feed = "feed = (SELECT feed FROM feed WHERE origin = ?)"
            changed = f"UPDATE {table} SET {column} = twist({column}) WHERE {feed}{here}"  # noqa: S608 - names of ours
            assert connection.execute(changed, [origin]).rowcount > 0
        self.open()
        return before

    def decide(self) -> None:
        """Applies the rules to all that is held, catalogues first."""
        origins = [view.origin for view in self.reader.feeds()]
        for origin in sorted(origins, key=lambda origin: ("_catalogue" not in origin, origin)):
            while self.stages.ledger.apply(origin):
                pass
        while self.stages.ledger.reevaluate():
            pass

    def decision(self, origin: str, index: int) -> Decision:
        """What was decided about an entry."""
        decision = self.reader.decision(origin, index)
        assert decision is not None
        return decision
