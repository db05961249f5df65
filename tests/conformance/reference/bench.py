# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A bench: one federation's certificates and keys on disk, and the suite put to reference nodes with chosen faults."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from conformance.config import load
from conformance.register import CASES
from conformance.run import run
from conformance.verdict import Case, Result, Status
from tests.conformance.reference.authority import Authority, Pair
from tests.conformance.reference.degenerate import Always
from tests.conformance.reference.desk import GRANTED, REFUSED, Desk
from tests.conformance.reference.fault import Fault
from tests.conformance.reference.feed import Keys, verifier
from tests.conformance.reference.node import Node
from tests.conformance.reference.serve import Handlers, Trust, served
from tests.conformance.reference.world import (
    CLOSED,
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


@dataclass(frozen=True)
class Bench:
    """What every test of the suite needs: material on disk, keys, and a way to run the suite."""

    folder: Path
    trust: Trust
    nameless: Pair
    keys: Keys
    member_key: Ed25519PrivateKey

    @property
    def config(self) -> Path:
        """The configuration file that fits the correct node."""
        return self.folder / "conformance.toml"

    def variant(self, name: str, change: Callable[[str], str]) -> Path:
        """Write a changed copy of the configuration beside the material and return its path."""
        path = self.folder / f"{name}.toml"
        path.write_text(change(self.config.read_text(encoding="utf-8")), encoding="utf-8")
        return path

    def handlers(self, faults: frozenset[Fault]) -> Handlers:
        """Return a fresh node with faults."""
        node = Node(faults, self.keys)
        return Handlers(node, Desk(node, self.member_key.public_key()), self.trust)

    def trusting(self, faults: frozenset[Fault]) -> Trust:
        """Return the trust of a node, with another server certificate when its fault is to have no name."""
        server = self.nameless if Fault.SERVER_NAMELESS in faults else self.trust.server
        return Trust(self.trust.member_ca, self.trust.other_ca, self.trust.foreign_ca, server)

    async def judge(
        self, *faults: Fault, always: Always | None = None, config: Path | None = None, cases: tuple[Case, ...] = CASES
    ) -> Result:
        """Serve a node with these faults (or one that answers always alike) and run the suite against it."""
        chosen = frozenset(faults)
        async with served(always or self.handlers(chosen), self.trusting(chosen), chosen) as address:
            return await run(address, load(config or self.config), cases)

    def serve(self, *faults: Fault, always: grpc.GenericRpcHandler | None = None) -> AbstractAsyncContextManager[str]:
        """Serve a node with these faults for the length of a block; yields host:port."""
        chosen = frozenset(faults)
        return served(always or self.handlers(chosen), self.trusting(chosen), chosen)


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
    member_ca.issue("member", ours)
    member_ca.issue("expired", ours, ended=True)
    member_ca.issue("unpinned", f"spiffe://{FEDERATION}/node/999998")
    other_ca.issue("impostor", ours)
    foreign_ca.issue("foreign", f"spiffe://{FEDERATION}/node/999997")
    member_key, keys = Ed25519PrivateKey.generate(), Keys()
    pem = member_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "message.key").write_bytes(pem)
    made = Bench(folder, Trust(member_ca, other_ca, foreign_ca, server), nameless, keys, member_key)
    made.config.write_text(_toml(keys), encoding="utf-8")
    return made


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
known = {{ kind = "UNIFIED_SOCIAL_CREDIT_CODE", code = "{code(3)}" }}
unknown = {{ kind = "OTHER_DOCUMENT", code = "{UNKNOWN_CODE}" }}
person = {{ kind = "OTHER_DOCUMENT", code = "{PERSON_CODE}" }}
{strangers}"""
