# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A bench: one federation's certificates and keys on disk, and the suite put to reference nodes with chosen faults."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from conformance.config import load
from conformance.register import CASES
from conformance.run import run
from conformance.verdict import Case, Result, Status
from tests.conformance.reference.authority import Authority, Pair
from tests.conformance.reference.degenerate import Always
from tests.conformance.reference.desk import Desk
from tests.conformance.reference.exchanging.terms import GRANTED, PARTLY, REFUSED
from tests.conformance.reference.fault import Fault
from tests.conformance.reference.feed import Keys, verifier
from tests.conformance.reference.following.asking import Asking
from tests.conformance.reference.following.casework import EARLY, RIPE, Casework, Counter
from tests.conformance.reference.following.follower import following
from tests.conformance.reference.following.local import Local, local_port
from tests.conformance.reference.following.misrule import Misrule
from tests.conformance.reference.following.returning import DOWNSTREAM, FEEDBACK, Returning
from tests.conformance.reference.following.ruling import (
    BLACK_STANDARD,
    CATEGORY,
    ELSEWHERE,
    FIELD,
    RED_STANDARD,
    REGION,
)
from tests.conformance.reference.node import Node
from tests.conformance.reference.serve import Handlers, Trust, served
from tests.conformance.reference.world import (
    CLOSED,
    COORDINATOR_ID,
    ENDED,
    FEDERATION,
    MEMBER_ID,
    NODE,
    NODE_ID,
    OPEN,
    PERSON,
    PERSON_CODE,
    UNKNOWN_CODE,
    code,
)
from tests.loopback import free_ports

PEERED = tuple(case for case in CASES if case.run.__module__.startswith("conformance.cases.peered."))
ASKING = tuple(case for case in CASES if case not in PEERED)
_PARTS = ({"TI", "WC"}, {"LP", "FE", "PS", "AU", "FR"}, {"QU", "QP", "EA"}, {"LA"})
GROUPS = tuple(tuple(case for case in ASKING if case.id[:2] in part) for part in _PARTS)
"""The cases in which the suite only asks: of the door and the wire, of feeds, of questions and their log, of limits.

A fault is put to the part that it is of: in the others it is only found again, in what rests on it.
"""
QUICK = (
    ("grpc.initial_reconnect_backoff_ms", 10),
    ("grpc.min_reconnect_backoff_ms", 5_000),  # also the least time that a handshake has, of many at once
    ("grpc.max_reconnect_backoff_ms", 50),
)


@dataclass(frozen=True)
class Seat:
    """Ports of the suite as a peer and of the node's business systems."""

    suite_port: int
    local_port: int

    @property
    def suite(self) -> str:
        """Where the suite listens."""
        return f"127.0.0.1:{self.suite_port}"

    @property
    def local(self) -> str:
        """Where the node's business systems call."""
        return f"127.0.0.1:{self.local_port}"


@dataclass(frozen=True)
class Bench:
    """What every test of the suite needs: material on disk, keys, and a way to run the suite."""

    folder: Path
    trust: Trust
    nameless: Pair
    keys: Keys
    member_key: Ed25519PrivateKey
    seat: Seat
    downstream: Ed25519PrivateKey
    second_key: Ed25519PrivateKey

    @property
    def config(self) -> Path:
        """The configuration file that fits the correct node, for the cases in which the suite only asks."""
        return self.folder / "conformance.toml"

    @property
    def peered(self) -> Path:
        """The same with all that the cases need in which the suite is a peer."""
        return self.folder / "peered.toml"

    def variant(self, name: str, change: Callable[[str], str]) -> Path:
        """Write a changed copy of the configuration beside the material and return its path."""
        path = self.folder / f"{name}.toml"
        path.write_text(change(self.config.read_text(encoding="utf-8")), encoding="utf-8")
        return path

    def handlers(self, faults: frozenset[Fault]) -> Handlers:
        """Return a fresh node with faults."""
        node = Node(faults, self.keys)
        return Handlers(node, self.desk(node), self.trust)

    def desk(self, node: Node) -> Desk:
        """Return the question desk of a node."""
        return Desk(node, self.member_key.public_key(), self.second_key.public_key())

    def trusting(self, faults: frozenset[Fault]) -> Trust:
        """Return the trust of a node, with another server certificate when its fault is to have no name."""
        server = self.nameless if Fault.SERVER_NAMELESS in faults else self.trust.server
        return Trust(self.trust.member_ca, self.trust.other_ca, self.trust.foreign_ca, server)

    async def judge(
        self,
        *faults: Fault,
        always: Always | None = None,
        config: Path | None = None,
        cases: tuple[Case, ...] = ASKING,
    ) -> Result:
        """Serve a node with these faults (or one that answers always alike) and run the suite against it.

        Unless said otherwise, with the cases in which the suite only asks: a node's two halves share no fault.
        """
        chosen = frozenset(faults)
        async with served(always or self.handlers(chosen), self.trusting(chosen), chosen) as address:
            return await run(address, load(config or self.config), cases)

    def serve(self, *faults: Fault, always: grpc.GenericRpcHandler | None = None) -> AbstractAsyncContextManager[str]:
        """Serve a node with these faults for the length of a block; yields host:port."""
        chosen = frozenset(faults)
        return served(always or self.handlers(chosen), self.trusting(chosen), chosen)

    @asynccontextmanager
    async def following(self, *misrules: Misrule, seat: Seat | None = None) -> AsyncIterator[str]:
        """Serve a node that follows the suite and rules wrongly in these ways; yields host:port."""
        node, pair, roots = Node(frozenset(), self.keys), self.trust.server, self.trust.member_ca.path.read_bytes()
        handlers = Handlers(node, self.desk(node), self.trust)
        seat = seat or self.seat
        credentials = grpc.ssl_channel_credentials(roots, pair.key.read_bytes(), pair.certificate.read_bytes())
        name = ("grpc.ssl_target_name_override", f"{MEMBER_ID}.{FEDERATION}")
        channel = grpc.aio.secure_channel(seat.suite, credentials, options=(name, *QUICK))
        async with following(node, channel, frozenset(misrules)) as follower:
            cases = Casework(follower, self.member_key.public_key())
            asking = Asking(follower, self.member_key.public_key())
            returning = Returning(follower, self.downstream.public_key())
            async with (
                served(handlers, self.trust, frozenset(), Counter(cases)) as address,
                local_port(Local(follower, cases, returning, asking), seat.local, pair, roots),
            ):
                yield address

    async def judge_follower(self, *misrules: Misrule, cases: tuple[Case, ...] = PEERED) -> Result:
        """Serve a node that follows the suite and rules wrongly in these ways, and put the cases of a peer to it.

        Each time with ports and a history of its own, so that many may be judged side by side.
        """
        config, seat = load(self.peered), Seat(*free_ports(2))
        assert config.peer is not None
        local = replace(config.peer.local, address=seat.local)
        with TemporaryDirectory(dir=self.folder) as state:
            peer = replace(config.peer, listen=seat.suite, local=local, state=Path(state), bound_seconds=0.4)
            async with self.following(*misrules, seat=seat) as address:
                return await run(address, replace(config, peer=peer), cases)


def failures(result: Result) -> dict[str, str]:
    """Return the reason of every case that did not pass, by its id without the slug."""
    failed = (j for j in result.judgements if j.status is not Status.PASSED)
    return {judgement.case.id.split("/")[0]: judgement.reason for judgement in failed}


def set_up(folder: Path) -> Bench:
    """Write authorities, certificates, keys and a configuration into a folder and return the bench over it."""
    member_ca, other_ca, foreign_ca, false_ca = (
        Authority(folder, name) for name in ("member-ca", "other-ca", "foreign-ca", "server-ca")
    )
    ours, dns = f"spiffe://{FEDERATION}/node/{MEMBER_ID}", f"{NODE_ID}.{FEDERATION}"
    server = false_ca.issue("server", f"spiffe://{FEDERATION}/node/{NODE_ID}", dns)
    nameless = false_ca.issue("nameless", f"spiffe://{FEDERATION}/node/999999", dns)
    member_ca.issue("member", ours, f"{MEMBER_ID}.{FEDERATION}")
    member_ca.issue("expired", ours, ended=True)
    member_ca.issue("unpinned", f"spiffe://{FEDERATION}/node/999998")
    other_ca.issue("impostor", ours)
    other_ca.issue("coordinator", f"spiffe://{FEDERATION}/node/{COORDINATOR_ID}")
    foreign_ca.issue("foreign", f"spiffe://{FEDERATION}/node/999997")
    member_key, keys = Ed25519PrivateKey.generate(), Keys()
    own = {name: Ed25519PrivateKey.generate() for name in ("peer-log", "peer-clock", "downstream", "second")}
    own["message"] = member_key
    for name, key in own.items():
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.key").write_bytes(pem)
    trust = Trust(member_ca, other_ca, foreign_ca, server)
    made = Bench(folder, trust, nameless, keys, member_key, Seat(*free_ports(2)), own["downstream"], own["second"])
    made.config.write_text(_toml(keys), encoding="utf-8")
    made.peered.write_text(_toml(keys) + _peer(made.seat), encoding="utf-8")
    return made


def _peer(seat: Seat) -> str:
    return f"""
[peer]
listen = "{seat.suite}"
state = "peer-state"
log_key = "peer-log.key"
clock_key = "peer-clock.key"
bound_seconds = 1
feedback = "{FEEDBACK}"
downstream = {{ node_id = "{DOWNSTREAM}", clock_key = "downstream.key" }}
[peer.local]
address = "{seat.local}"
certificate = "member.pem"
key = "member.key"
[peer.early]
origin = "{OPEN}"
index = {EARLY}
[peer.ripe]
origin = "{OPEN}"
index = {RIPE}
[peer.lists]
field = "{FIELD}"
black = "{BLACK_STANDARD}"
red = "{RED_STANDARD}"
authority = {{ name = "丙市丁局", code = "11310000PDY003018D" }}
black_measures = ["limited"]
red_measures = ["fast-track"]
[peer.filings]
category = "{CATEGORY}"
authority = {{ name = "丙市戊局", code = "11310000PDY003042X" }}
region = "{REGION}"
elsewhere = "{ELSEWHERE}"
home_authority = {{ name = "甲市己局", code = "11330100PDY001047C" }}
"""


def _toml(keys: Keys) -> str:
    strangers = "".join(
        f'[strangers.{name}]\ncertificate = "{name}.pem"\nkey = "{name}.key"\n'
        for name in ("foreign", "expired", "unpinned", "impostor")
    )
    return f"""
[target]
node_id = "{NODE_ID}"
federation = "{FEDERATION}"
ca = "server-ca.pem"
freshness_bound_seconds = 300
deadline_seconds = 5
[identity]
node_id = "{MEMBER_ID}"
certificate = "member.pem"
key = "member.key"
message_key = "message.key"
[coordinator]
node_id = "{COORDINATOR_ID}"
certificate = "coordinator.pem"
key = "coordinator.key"
message_key = "second.key"
[relay]
node_id = "{COORDINATOR_ID}"
certificate = "coordinator.pem"
key = "coordinator.key"
message_key = "second.key"
[keys]
log = "{verifier(NODE, 1, keys.log)}"
clock = "{verifier(NODE, 4, keys.clock)}"
message = "{verifier(NODE, 1, keys.message)}"
[feeds]
open = "{OPEN}"
closed = "{CLOSED}"
person = "{PERSON}"
[questions]
granted_purpose = "{GRANTED}"
refused_purpose = "{REFUSED}"
person_purpose = "{GRANTED}"
part_purpose = "{PARTLY}"
part_hidden = ["responsible_persons"]
burst = 40
known = {{ kind = "UNIFIED_SOCIAL_CREDIT_CODE", code = "{code(3)}" }}
unknown = {{ kind = "OTHER_DOCUMENT", code = "{UNKNOWN_CODE}" }}
ended = {{ kind = "UNIFIED_SOCIAL_CREDIT_CODE", code = "{code(ENDED)}" }}
person = {{ kind = "OTHER_DOCUMENT", code = "{PERSON_CODE}" }}
[limits]
calls = 200
{strangers}"""
