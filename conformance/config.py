# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The configuration file: what the suite must know about the target and may use. README.md is its reference.

The file is refused whole, with one line for each thing to mend, before anything is connected to. Paths are relative to
the file. Secrets are read where they are used and never printed.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from creditexchange.v1 import identity_pb2, question_pb2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.proof.note import COSIGNATURE, ED25519, VerifierKey, verifier_key
from conformance.settings.peered import Peering, peering_of
from conformance.settings.table import Credential, Table

MAX_CONFIG_BYTES = 1 << 20
DEFAULT_CALLS, DEFAULT_BURST = 5000, 1000
STRANGERS = ("foreign", "expired", "unpinned", "impostor")


class ConfigProblems(Exception):
    """The configuration cannot be used.

    Attributes:
        lines: one line for each thing to mend.
    """

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class Subject:
    """A number to ask about: `kind` is a number of the contract's CodeKind."""

    kind: int
    code: str


@dataclass(frozen=True)
class Target:
    """The node under test; durations in seconds."""

    node_id: str
    federation: str
    ca: Path
    tls_name: str
    freshness_bound_seconds: int
    deadline_seconds: int


@dataclass(frozen=True)
class Identity:
    """A member the suite speaks as."""

    node_id: str
    credential: Credential
    message_key: Ed25519PrivateKey


@dataclass(frozen=True)
class Feeds:
    """Origins to read; `closed` and `person` are None when not given."""

    open: str
    closed: str | None
    person: str | None


@dataclass(frozen=True)
class Questions:
    """What to ask; a part that is not given makes its cases NOT_TESTABLE.

    Attributes:
        authorisation: the kind of authorisation that questions about persons bear.
        part_purpose: a purpose for which only a part of the records about `known` is shown.
        part_hidden: fields of theirs that are then not shown, by their names in the record.
        burst: questions of one officer with numbers that follow each other, more of them than the target allows.
    """

    granted_purpose: str | None = None
    refused_purpose: str | None = None
    person_purpose: str | None = None
    known: Subject | None = None
    unknown: Subject | None = None
    person: Subject | None = None
    ended: Subject | None = None
    authorisation: question_pb2.AuthorisationKind = question_pb2.AUTHORISATION_KIND_STATUTORY_DUTY
    burst: int = DEFAULT_BURST
    part_purpose: str | None = None
    part_hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """How far the suite goes: `calls` that one member makes as fast as it can must be more than the target allows."""

    calls: int


@dataclass(frozen=True)
class Keys:
    """The target's public keys: log and message of kind 0x01, clock of kind 0x04."""

    log: VerifierKey
    clock: VerifierKey
    message: VerifierKey


@dataclass(frozen=True)
class Config:
    """One frozen tree, checked; without `peer`, the cases in which the suite is a peer are NOT_TESTABLE.

    Attributes:
        coordinator: another member, who may read exchange logs; without it, the cases that need one likewise.
        relay: another member, who may bring questions of others; without it likewise.
    """

    target: Target
    identity: Identity
    coordinator: Identity | None
    relay: Identity | None
    keys: Keys
    feeds: Feeds
    questions: Questions
    limits: Limits
    strangers: Mapping[str, Credential]
    peer: Peering | None


def load(path: Path) -> Config:
    """Read and check a configuration file.

    Args:
        path: the TOML file.

    Returns:
        The configuration.

    Raises:
        ConfigProblems: with one line for each thing to mend.
    """
    try:
        values = tomllib.loads(path.read_bytes()[:MAX_CONFIG_BYTES].decode("utf-8"))
    except OSError as wrong:
        raise ConfigProblems((f"{path} cannot be read: {wrong.strerror}",)) from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ConfigProblems((f"{path} is not TOML: {wrong}",)) from wrong
    problems: list[str] = []
    root = Table("", values, path.parent, problems)
    config = Config(
        _target(root),
        _identity(root.need("identity")),
        _other(root, "coordinator"),
        _other(root, "relay"),
        _keys(root),
        _feeds(root),
        _questions(root),
        _limits(root),
        _strangers(root),
        peering_of(root),
    )
    root.done()
    for name, other in (("coordinator", config.coordinator), ("relay", config.relay)):
        if other is not None and other.node_id == config.identity.node_id != "":
            problems.append(f"[{name}] node_id must be another member than that of [identity]")
    if problems:
        raise ConfigProblems(tuple(problems))
    return config


def _target(root: Table) -> Target:
    table = root.need("target")
    node_id, federation = table.text("node_id"), table.text("federation")
    target = Target(
        node_id,
        federation,
        table.file("ca"),
        table.maybe("tls_name") or f"{node_id}.{federation}",
        table.number("freshness_bound_seconds", 300),
        table.number("deadline_seconds", 10),
    )
    table.done()
    return target


def _identity(table: Table) -> Identity:
    identity = Identity(table.text("node_id"), table.credential(), table.private_key("message_key"))
    table.done()
    return identity


def _other(root: Table, name: str) -> Identity | None:
    table = root.table(name)
    return None if table is None else _identity(table)


def _keys(root: Table) -> Keys:
    table = root.need("keys")
    keys = Keys(_key(table, "log", ED25519), _key(table, "clock", COSIGNATURE), _key(table, "message", ED25519))
    table.done()
    return keys


def _key(table: Table, name: str, kind: int) -> VerifierKey:
    text = table.text(name)
    try:
        key = verifier_key(text)
    except ValueError as wrong:
        if text:
            table.problems.append(f"[{table.name}] {name}: {wrong}")
        return VerifierKey(name, kind, bytes(32))
    if key.kind != kind:
        table.problems.append(f"[{table.name}] {name} must be a key of kind 0x{kind:02x}")
    return key


def _feeds(root: Table) -> Feeds:
    table, target = root.need("feeds"), root.values.get("target")
    own = "/".join(str(target.get(key)) for key in ("federation", "node_id")) if isinstance(target, dict) else ""
    feeds = Feeds(table.text("open"), table.maybe("closed"), table.maybe("person"))
    for key, origin in vars(feeds).items():
        if origin and len([part for part in origin.split("/") if part]) != 4:
            table.problems.append(f"[feeds] {key} must read <federation>/<node id>/<feed>/<epoch>")
    if feeds.open.count("/") == 3 and own and not feeds.open.startswith(f"{own}/"):
        table.problems.append(f"[feeds] open must be a feed of the target's own: {own}/<feed>/<epoch>")
    table.done()
    return feeds


def _questions(root: Table) -> Questions:
    table = root.table("questions")
    if table is None:
        return Questions()
    questions = Questions(
        table.maybe("granted_purpose"),
        table.maybe("refused_purpose"),
        table.maybe("person_purpose"),
        _subject(table, "known"),
        _subject(table, "unknown"),
        _subject(table, "person"),
        _subject(table, "ended"),
        _authorisation(table),
        table.number("burst", DEFAULT_BURST),
        table.maybe("part_purpose"),
        table.texts("part_hidden"),
    )
    table.done()
    return questions


def _authorisation(table: Table) -> question_pb2.AuthorisationKind:
    text = table.maybe("authorisation") or "STATUTORY_DUTY"
    kinds = {
        "CONSENT": question_pb2.AUTHORISATION_KIND_CONSENT,
        "STATUTORY_DUTY": question_pb2.AUTHORISATION_KIND_STATUTORY_DUTY,
    }
    if text not in kinds:
        table.problems.append(f"[{table.name}] authorisation must be CONSENT or STATUTORY_DUTY")
    return kinds.get(text, question_pb2.AUTHORISATION_KIND_UNSPECIFIED)


def _subject(parent: Table, name: str) -> Subject | None:
    table = parent.table(name)
    if table is None:
        return None
    kind, code = table.text("kind"), table.text("code")
    table.done()
    number = dict(identity_pb2.CodeKind.items()).get(f"CODE_KIND_{kind}", 0)
    if kind and not number:
        table.problems.append(f"[{table.name}] kind must be a CodeKind of the contract without its prefix")
    return Subject(number, code)


def _limits(root: Table) -> Limits:
    table = root.table("limits")
    if table is None:
        return Limits(DEFAULT_CALLS)
    limits = Limits(table.number("calls", DEFAULT_CALLS))
    table.done()
    return limits


def _strangers(root: Table) -> dict[str, Credential]:
    table = root.table("strangers")
    if table is None:
        return {}
    found = {}
    for name in STRANGERS:
        inner = table.table(name)
        if inner is not None:
            found[name] = inner.credential()
            inner.done()
    table.done()
    return found
