# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The node's configuration: one frozen tree read from `xinqiao.toml`, refused whole before anything opens.

Units stand in the names. Unknown keys are refused. Paths are relative to the file's folder. Every setting is listed,
with its meaning, in the README's configuration chapter.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from federation.errors import ConfigFault, FieldFault
from federation.log.checkpoint import Origin
from federation.log.note import Verifier
from federation.records.feed_policy import Dataset, NodeId, Readers
from federation.records.holders.index import MAX_INDEX_BITS

CONFIG_NAME = "xinqiao.toml"
_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
Federation = Annotated[str, StringConstraints(pattern=rf"^{_LABEL}(\.{_LABEL})+\z", max_length=100)]
_PORTS = range(65536)


def _with_port(address: str) -> str:
    if int(address.rpartition(":")[2]) not in _PORTS:
        raise ValueError("the port must be 0 to 65535")
    return address


Address = Annotated[
    str,
    StringConstraints(pattern=r"^([a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}\z"),
    AfterValidator(_with_port),
]
FeedName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}\z")]
Role = Literal["source", "relay", "consumer", "responder", "requester", "coordinator"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NodeSection(_Section):
    """Who this node is."""

    id: NodeId
    """Node id, for instance 330100. Part of every origin: never change it."""
    federation: Federation
    """Federation name in DNS form, for instance delta.example. Part of every origin."""
    roles: tuple[Role, ...] = ("source", "consumer", "responder", "requester")
    """Roles the node states to others."""


class ListenSection(_Section):
    """Where the node listens. Every port asks for a client certificate."""

    peers: Address = "127.0.0.1:7443"
    """For members: NodeService, FeedService, QueryService, health."""
    local: Address = "127.0.0.1:7444"
    """For the node's own business systems: LocalService. Loopback only."""
    admin: Address = "127.0.0.1:7445"
    """For operators: health and reflection. Loopback only."""

    @field_validator("local", "admin")
    @classmethod
    def _loopback(cls, address: str) -> str:
        if address.rpartition(":")[0] not in {"127.0.0.1", "localhost", "[::1]"}:
            raise ValueError("must be a loopback address (127.0.0.1, localhost or [::1])")
        return address


class StoreSection(_Section):
    """Where the node keeps what it holds."""

    path: Annotated[str, StringConstraints(min_length=1)] = "store.db"
    """The SQLite file, absolute or in the node's folder; not used where `postgres` is set."""
    postgres: Annotated[str, StringConstraints(pattern=r"^postgres(ql)?://\S+\z")] | None = Field(None, repr=False)
    """URL of a PostgreSQL database, as libpq understands it; absent: the SQLite file.

    A password is better kept in a password file (`passfile` in the URL, or PGPASSFILE) than here.
    """
    postgres_schema: Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]{0,62}\z")] = "xinqiao"
    """Schema in that database which holds this node's store and nothing else."""


class PublishSection(_Section):
    """How the own feeds are published."""

    cadence_ms: Annotated[int, Field(ge=0, le=3_600_000)] = 50
    """Longest wait for more entries before a batch is signed."""
    max_batch_entries: Annotated[int, Field(ge=1, le=10_000)] = 2000
    """Most entries under one new checkpoint."""
    heartbeat_s: Annotated[int, Field(ge=1, le=3600)] = 60
    """How often the clock key cosigns the newest checkpoint when nothing changes."""


class FollowSection(_Section):
    """How peers' feeds are followed."""

    max_age_s: Annotated[int, Field(ge=1, le=86_400)] = 300
    """Cosignatures older than this make a feed stale."""
    call_timeout_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    """Deadline of one unary call, and of one chunk on a stream."""
    max_backoff_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    """Longest pause between two tries at a failing peer."""


class RetentionSection(_Section):
    """What happens to own records that are past their term."""

    enforce: bool = False
    """Whether the node that is served erases them, once a day; destroying cannot be undone."""


class HoldersSection(_Section):
    """Holder indexes: which subjects the open feeds of a node hold something about, without naming one."""

    publish: bool = False
    """Whether the node makes an index of its own feeds that every member may read, and hands it out."""
    follow: bool = False
    """Whether it fetches the indexes of the pinned members, asks fewer questions by them, and hands them on."""
    every_s: Annotated[int, Field(ge=1, le=86_400)] = 900
    """How often the own index is made anew, if its feeds have moved, and the others are asked for."""
    false_positive_rate: Annotated[float, Field(ge=0.0001, le=0.1)] = 0.01
    """Share of subjects that are not in the own index and seem to be."""
    max_age_s: Annotated[int, Field(ge=1, le=604_800)] = 10_800
    """A member's index that was last stated longer ago says nothing: the member is asked."""
    max_index_bytes: Annotated[int, Field(ge=128, le=MAX_INDEX_BITS // 8)] = 16 * 1024 * 1024
    """Longest filter that is taken from a member."""


class LimitsSection(_Section):
    """What callers may use."""

    concurrent_calls: Annotated[int, Field(ge=1, le=10_000)] = 256
    """Calls served at once; more are refused with LIMIT_EXCEEDED."""
    calls_per_second: Annotated[float, Field(gt=0, le=1_000_000)] = 500.0
    """Sustained calls a second and caller."""
    burst_calls: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    """Calls a caller may make at once before the rate applies."""


class TelemetrySection(_Section):
    """Where measurements go. Nothing leaves the node unless set."""

    prometheus: Address | None = None
    """Address of a pull endpoint; needs the `telemetry` extra."""
    otlp_endpoint: str | None = None
    """OTLP/gRPC collector, for instance http://127.0.0.1:4317; needs the `telemetry` extra."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe line that is logged."""


class FeedSection(_Section):
    """One own feed."""

    name: FeedName
    """Short name; part of the origin for ever."""
    dataset: Dataset
    """Kind of record the feed holds."""
    epoch: Annotated[int, Field(ge=1, le=2**31)] = 1
    """Epoch of the origin."""
    readers: Readers = ("*",)
    """Members that may read it; `*` is every pinned member."""
    person_payload_readers: Readers = ()
    """Members that may also read payloads about natural persons."""

    @model_validator(mode="after")
    def _addressed(self) -> Self:
        if self.dataset is Dataset.FEEDBACK and "*" in (*self.readers, *self.person_payload_readers):
            raise ValueError(
                "feedback is for the members it names in readers: one city must not read what another is told"
            )
        return self


class OperatorSection(_Section):
    """One person who may ask that what stands behind entries of the exchange log is opened, or agree to it."""

    key: str
    """Verifier key text, as `openings new-key` prints it; two persons, each with a key of their own, open together."""

    @field_validator("key")
    @classmethod
    def _verifier(cls, text: str) -> str:
        return _verifier_text(text)


class PeerSection(_Section):
    """One pinned member."""

    id: NodeId
    """Node id, as its certificate says."""
    address: Address | None = None
    """Where its peers port is; absent for members known only through a hub."""
    ca: str
    """The member's CA certificates: a PEM text, or the path of a PEM file."""
    log_key: str
    """Verifier key text of its log key."""
    clock_key: str
    """Verifier key text of its clock key."""
    message_key: str
    """Verifier key text of its message key."""
    roles: tuple[Role, ...] = ()
    """Roles of the member; a coordinator may read the exchange log, a relay may bring signed questions of others."""
    follow: tuple[str, ...] = ()
    """Origins to follow from this peer: its own, or those it mirrors, without the federation: `330100/lists/1`."""
    may_ask: tuple[str, ...] = ()
    """Purposes this member may ask questions about organisations and sole traders for."""
    may_ask_about_persons: tuple[str, ...] = ()
    """Purposes this member may ask questions about natural persons for."""
    may_ask_in_batches: tuple[str, ...] = ()
    """Purposes of these that it may ask for in batches, many subjects in a short time."""

    @field_validator("log_key", "clock_key", "message_key")
    @classmethod
    def _verifier(cls, text: str) -> str:
        return _verifier_text(text)


def _verifier_text(text: str) -> str:
    try:
        Verifier.parse(text)
    except (FieldFault, ConfigFault) as fault:
        raise ValueError(f"not a verifier key text ({fault.detail or fault.reason})") from None
    return text


class Config(_Section):
    """The whole tree, and where it was read from."""

    folder: Path = Field(exclude=True)
    node: NodeSection
    listen: ListenSection = ListenSection()
    store: StoreSection = StoreSection()
    publish: PublishSection = PublishSection()
    follow: FollowSection = FollowSection()
    retention: RetentionSection = RetentionSection()
    holders: HoldersSection = HoldersSection()
    limits: LimitsSection = LimitsSection()
    telemetry: TelemetrySection = TelemetrySection()
    feed: tuple[FeedSection, ...] = ()
    peer: tuple[PeerSection, ...] = ()
    operator: tuple[OperatorSection, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [section.name for section in self.feed]
        peers = [section.id for section in self.peer]
        if len(set(names)) < len(names):
            raise ValueError("feed: two feeds have the same name")
        if len(set(peers)) < len(peers) or self.node.id in peers:
            raise ValueError("peer: a node id stands twice, or is this node's own")
        for peer in self.peer:
            self._check_follow(peer, {*peers, self.node.id})
        return self

    def _check_follow(self, peer: PeerSection, known: set[str]) -> None:
        if peer.follow and peer.address is None:
            raise ValueError(f"peer {peer.id}: follow needs an address")
        for followed in peer.follow:
            try:
                node_id = Origin.parse(f"{self.node.federation}/{followed}").node_id
            except FieldFault:
                raise ValueError(f"peer {peer.id}: {followed} is not <node id>/<feed>/<epoch>") from None
            if node_id not in known or node_id == self.node.id:
                raise ValueError(f"peer {peer.id}: {followed} is of no pinned member; pin {node_id} first")

    @property
    def keys_folder(self) -> Path:
        """Folder of the node's keys and certificates."""
        return self.folder / "keys"

    @property
    def rules_folder(self) -> Path:
        """Folder of the agreements, list standards, authorities and measures in force, and of own law."""
        return self.folder / "rules"

    @property
    def store_path(self) -> Path:
        """The SQLite file, unless `[store]` names a PostgreSQL database."""
        return self.folder / self.store.path


def load_config(folder: Path) -> Config:
    """Reads and checks `xinqiao.toml` in a node's folder.

    Raises:
        ConfigFault: CONFIG_MISSING, CONFIG_MALFORMED or CONFIG_INVALID; `detail` says which key, and what to mend.
    """
    path = folder / CONFIG_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigFault("CONFIG_MISSING", f"{path} is not there; `xinqiao init` makes a node") from None
    except UnicodeDecodeError as error:
        raise ConfigFault("CONFIG_MALFORMED", f"{path}: {error.reason} at byte {error.start}") from None
    return parse_config(text, folder)


def parse_config(text: str, folder: Path) -> Config:
    """Checks the text of a `xinqiao.toml` that stands, or will stand, in a folder.

    Raises:
        ConfigFault: CONFIG_MALFORMED or CONFIG_INVALID, as `load_config`.
    """
    path = folder / CONFIG_NAME
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigFault("CONFIG_MALFORMED", f"{path}: {error}") from None
    if "folder" in tree:
        raise ConfigFault("CONFIG_INVALID", f"{path}: folder: unknown key")
    try:
        return Config.model_validate({**tree, "folder": folder})
    except ValidationError as error:
        raise ConfigFault("CONFIG_INVALID", f"{path}: {_complaints(error)}") from None


def _complaints(error: ValidationError) -> str:
    """Every complaint in one line each, without the values: they may be secret."""
    lines = []
    for item in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in item["loc"]) or "file"
        text = "unknown key" if item["type"] == "extra_forbidden" else item["msg"].removeprefix("Value error, ")
        lines.append(f"{place}: {text}")
    return "; ".join(lines)
