# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The suite as one peer: its feeds, what it hears, and its server, for the length of a run."""

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from creditexchange.v1 import feed_policy_pb2, schema_pb2

from conformance.config import Config
from conformance.peer import records
from conformance.peer.desk import Desk
from conformance.peer.feed import Feed, Signer
from conformance.peer.heard import Heard
from conformance.peer.invented import Inventor
from conformance.peer.serving import Services, served
from conformance.proof.leaf import ADD
from conformance.proof.note import COSIGNATURE, ED25519, VerifierKey
from conformance.settings.peered import Peering


@dataclass
class Peer:
    """What the cases have in hand. For one event loop.

    Attributes:
        settings: the table `[peer]`.
        lists: our feed of list entries.
        filings: our feed of agency filings.
        subjects: our feed of basic information on subjects.
        heard: what the target says to us.
        desk: what the target asks us.
        inventor: makes the subjects of this run.
        absent: that the target was waited for once and never came.
    """

    settings: Peering
    lists: Feed
    filings: Feed
    subjects: Feed
    heard: Heard
    desk: Desk
    inventor: Inventor
    absent: bool = False


@asynccontextmanager
async def attending(config: Config) -> AsyncIterator[Peer | None]:
    """Serve our feeds until the block ends; None without a table `[peer]`.

    Raises:
        OSError: our address cannot be listened at, or what was published cannot be kept.
    """
    settings = config.peer
    if settings is None:
        yield None
        return
    settings.state.mkdir(parents=True, exist_ok=True)
    name = f"{config.target.federation}/{config.identity.node_id}"
    signer = Signer(name, settings.log_key, settings.clock_key)

    def feed(short: str, dataset: feed_policy_pb2.Dataset) -> Feed:
        return Feed(f"{name}/{short}/1", dataset, settings.state, signer)

    lists = feed("lists", feed_policy_pb2.DATASET_LISTS)
    filings = feed("filings", feed_policy_pb2.DATASET_FILINGS)
    subjects = feed("subjects", feed_policy_pb2.DATASET_SUBJECTS)
    catalogue = feed("_catalogue", feed_policy_pb2.DATASET_CATALOGUE)
    now_ms = time.time_ns() // 1_000_000
    if catalogue.size == 0:
        for each in (lists, filings, subjects):
            said = records.policy(each.origin, each.dataset).SerializeToString(deterministic=True)
            catalogue.add(ADD, schema_pb2.SCHEMA_FEED_POLICY, said, now_ms)
    for each in (lists, filings, subjects, catalogue):
        await each.show(each.head(now_ms))
    heard = Heard(_clock(config), VerifierKey(name, ED25519, settings.log_key.public_key().public_bytes_raw()))
    inventor = Inventor(secrets.token_hex(16), settings.lists.authority.code[2:8])
    desk = Desk(config, lists)
    services = Services(config, {each.origin: each for each in (lists, filings, subjects, catalogue)}, heard, desk)
    async with served(config, settings.listen, services):
        yield Peer(settings, lists, filings, subjects, heard, desk, inventor)


def _clock(config: Config) -> VerifierKey:
    """Return the target's clock key under the node's name."""
    return VerifierKey(f"{config.target.federation}/{config.target.node_id}", COSIGNATURE, config.keys.clock.public)
