# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the cases need in which the suite is a peer: `[peer]` and the tables inside it. README.md is its reference."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.settings.table import Credential, Table


@dataclass(frozen=True)
class Body:
    """A public body by name and unified code."""

    name: str
    code: str


@dataclass(frozen=True)
class Lists:
    """What our list entries say so that the target recognises them, and what follows from them there."""

    field: str
    black: str
    red: str
    authority: Body
    black_measures: frozenset[str]
    red_measures: frozenset[str]


@dataclass(frozen=True)
class Filings:
    """What our filings say so that the target recognises them, and how an agency would be filed there once more.

    Attributes:
        region: the target's, six digits; `elsewhere` is one that has nothing to do with it.
        home_authority: a body of the target's own that takes filings, into its feed of the short name `home_feed`.
    """

    category: str
    authority: Body
    region: str
    elsewhere: str
    home_authority: Body
    home_feed: str


@dataclass(frozen=True)
class Place:
    """A position in a feed of the target's own."""

    origin: str
    index: int


@dataclass(frozen=True)
class Local:
    """The target's local port, and the certificate of one of its business systems."""

    address: str
    credential: Credential


@dataclass(frozen=True)
class Downstream:
    """A second member that the target has pinned: the suite speaks for it as one that follows behind the target."""

    node_id: str
    clock_key: Ed25519PrivateKey


@dataclass(frozen=True)
class Peering:
    """The suite as a peer; a part that is None makes its cases NOT_TESTABLE.

    Attributes:
        listen: host:port that the target has pinned as our address.
        state: folder in which our feeds are kept between runs: a history that was shown once is never rewritten.
        log_key: signs our checkpoints.
        clock_key: states their time.
        bound_seconds: within it, everything published must have its effect.
        feedback: origin of the target's feed of feedback for us.
        early: an entry of the target's whose repair would be too early now.
        ripe: one whose repair may be applied for now.
    """

    listen: str
    state: Path
    log_key: Ed25519PrivateKey
    clock_key: Ed25519PrivateKey
    bound_seconds: float
    local: Local
    lists: Lists
    filings: Filings | None
    feedback: str | None
    early: Place | None
    ripe: Place | None
    downstream: Downstream | None


def peering_of(root: Table) -> Peering | None:
    """Read the table `[peer]`; None when there is none."""
    table = root.table("peer")
    if table is None:
        return None
    peering = Peering(
        table.text("listen"),
        table.folder / table.text("state"),
        table.private_key("log_key"),
        table.private_key("clock_key"),
        table.number("bound_seconds", 60),
        _local(table.need("local")),
        _lists(table.need("lists")),
        _filings(table.table("filings")),
        table.maybe("feedback"),
        _place(table.table("early")),
        _place(table.table("ripe")),
        _downstream(table.table("downstream")),
    )
    table.done()
    return peering


def _local(table: Table) -> Local:
    local = Local(table.text("address"), table.credential())
    table.done()
    return local


def _body(table: Table) -> Body:
    body = Body(table.text("name"), table.text("code"))
    table.done()
    return body


def _lists(table: Table) -> Lists:
    lists = Lists(
        table.text("field"),
        table.text("black"),
        table.text("red"),
        _body(table.need("authority")),
        frozenset(table.texts("black_measures")),
        frozenset(table.texts("red_measures")),
    )
    for key in ("black_measures", "red_measures"):
        if not table.values.get(key):
            table.problems.append(f"[{table.name}] {key} must name at least one measure")
    table.done()
    return lists


def _filings(table: Table | None) -> Filings | None:
    if table is None:
        return None
    filings = Filings(
        table.text("category"),
        _body(table.need("authority")),
        table.text("region"),
        table.text("elsewhere"),
        _body(table.need("home_authority")),
        table.maybe("home_feed") or "filings",
    )
    table.done()
    return filings


def _place(table: Table | None) -> Place | None:
    if table is None:
        return None
    place = Place(table.text("origin"), table.index("index"))
    table.done()
    return place


def _downstream(table: Table | None) -> Downstream | None:
    if table is None:
        return None
    downstream = Downstream(table.text("node_id"), table.private_key("clock_key"))
    table.done()
    return downstream
