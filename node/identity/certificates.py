# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The node's TLS identity: its own certificate authority, its certificate, and certificates for its business systems.

    ca.pem, ca.key      the authority that other members pin; 10 years; may speak only for this node's names
    tls.pem, tls.key    the node's certificate for both directions; 1 year; `renew` replaces it under the same key
    URI SAN             spiffe://<federation>/node/<node id>[/business/<name>] (SPIFFE X.509-SVID: exactly one URI)
    DNS SAN             <node id>.<federation>, which binds a server to its node id for clients that check names

Keys are P-256, since BoringSSL offers no Ed25519 certificates by default. Key files are 0600 and never overwritten.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from federation.errors import ConfigFault
from node.identity.keys import read_secret, write_secret

CA_LIFE = timedelta(days=3652)
LEAF_LIFE = timedelta(days=365)
SKEW = timedelta(minutes=5)
_PATH = re.compile(r"/node/([a-z0-9][a-z0-9-]{0,31})(?:/business/([a-z0-9][a-z0-9-]{0,63}))?", re.ASCII)
_MAX_COMMON_NAME = 64
_UNREADABLE = (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError)


@dataclass(frozen=True, slots=True)
class SpiffeId:
    """Who a certificate speaks for.

    Attributes:
        federation: trust domain.
        node_id: the member.
        business: name of one of its business systems; empty for the node itself.
    """

    federation: str
    node_id: str
    business: str = ""

    @classmethod
    def parse(cls, uri: str) -> Self | None:
        """Reads a URI in its one allowed form; None for any other."""
        scheme, _, rest = uri.partition("://")
        federation, slash, path = rest.partition("/")
        match = _PATH.fullmatch(slash + path)
        if scheme != "spiffe" or not federation or match is None:
            return None
        return cls(federation, match[1], match[2] or "")

    def __str__(self) -> str:
        business = f"/business/{self.business}" if self.business else ""
        return f"spiffe://{self.federation}/node/{self.node_id}{business}"

    @property
    def dns_name(self) -> str:
        """`<node id>.<federation>`, the name a server is checked against."""
        return f"{self.node_id}.{self.federation}"


def spiffe_id(certificate: x509.Certificate) -> SpiffeId | None:
    """Who a certificate speaks for; None when it has no URI SAN, several, or one of another form."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    except _UNREADABLE:
        return None
    return SpiffeId.parse(uris[0]) if len(uris) == 1 else None


def issued_by(leaf: x509.Certificate, cas: Sequence[x509.Certificate], now: datetime) -> bool:
    """Whether one of the authorities issued the leaf directly, and both are in time.

    Args:
        leaf: certificate of a caller or server; must not be an authority itself.
        cas: pinned authorities; during a change there are two.
        now: the time, with its zone.

    Returns:
        True when signature, validity and the CA flags of both sides are right.
    """
    if not _in_time(leaf, now) or _is_authority(leaf):
        return False
    return any(_is_authority(ca) and _in_time(ca, now) and _signed(leaf, ca) for ca in cas)


def _in_time(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except _UNREADABLE:
        return False


def _signed(leaf: x509.Certificate, ca: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(ca)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def load_certificates(content: bytes, name: str) -> tuple[x509.Certificate, ...]:
    """Reads one or more PEM certificates.

    Raises:
        ConfigFault: CERTIFICATE_MALFORMED, with the name given.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(content))
    except ValueError:
        raise ConfigFault("CERTIFICATE_MALFORMED", f"{name} holds no PEM certificate") from None


def create_identity(folder: Path, federation: str, node_id: str, now: datetime) -> None:
    """Makes authority and certificate of a new node.

    Args:
        folder: where `ca.pem`, `ca.key`, `tls.pem` and `tls.key` go; must exist.
        federation: federation name in DNS form.
        node_id: the node.
        now: the time, with its zone; validity starts five minutes before, for clocks that lag.

    Raises:
        ConfigFault: KEY_EXISTS when any of the files is there; nothing of what exists is touched.
    """
    taken = [name for name in ("ca.key", "ca.pem", "tls.key", "tls.pem") if (folder / name).exists()]
    if taken:
        raise ConfigFault("KEY_EXISTS", f"{taken[0]} is there already and is not overwritten")
    subject = SpiffeId(federation, node_id)
    authority = _Authority.create(subject, now)
    key = generate_private_key(SECP256R1())
    write_secret(folder / "ca.key", _key_pem(authority.key))
    write_secret(folder / "tls.key", _key_pem(key))
    _replace(folder / "ca.pem", _pem(authority.certificate))
    _replace(folder / "tls.pem", _pem(authority.issue(subject, key.public_key(), now)))


def renew(folder: Path, federation: str, node_id: str, now: datetime) -> None:
    """Issues the node's certificate anew for a year, under the same key.

    One file is replaced, in one step, so that a running server and a crash see either the old or the new certificate.

    Raises:
        ConfigFault: a key is missing, open to others or malformed.
    """
    key = load_key(folder / "tls.key")
    authority = _Authority.load(folder)
    _replace(folder / "tls.pem", _pem(authority.issue(SpiffeId(federation, node_id), key.public_key(), now)))


def issue(folder: Path, subject: SpiffeId, target: Path, now: datetime) -> None:
    """Issues a certificate for one of the node's business systems: client use only, a year.

    Args:
        folder: the node's keys folder.
        subject: with a business name.
        target: files `<target>.pem` and `<target>.key` are made.
        now: the time, with its zone.

    Raises:
        ConfigFault: KEY_EXISTS; IDENTITY_INVALID when the name has another form; or a key of the node is unusable.
    """
    if not subject.business or SpiffeId.parse(str(subject)) != subject:
        raise ConfigFault("IDENTITY_INVALID", "a business name is 1 to 64 of a-z, 0-9 and -, and starts with no dash")
    authority = _Authority.load(folder)
    certificate_path = target.with_name(target.name + ".pem")
    if certificate_path.exists():
        raise ConfigFault("KEY_EXISTS", f"{certificate_path.name} is there already and is not overwritten")
    key = generate_private_key(SECP256R1())
    write_secret(target.with_name(target.name + ".key"), _key_pem(key))
    _replace(certificate_path, _pem(authority.issue(subject, key.public_key(), now)))


def load_key(path: Path) -> EllipticCurvePrivateKey:
    """Loads a TLS key.

    Raises:
        ConfigFault: as `read_secret`, or KEY_MALFORMED.
    """
    try:
        key = load_pem_private_key(read_secret(path), password=None)
    except (ValueError, TypeError):
        raise ConfigFault("KEY_MALFORMED", f"{path} is not an unencrypted PKCS#8 PEM key") from None
    if not isinstance(key, EllipticCurvePrivateKey):
        raise ConfigFault("KEY_MALFORMED", f"{path} is not an elliptic curve key")
    return key


@dataclass(frozen=True, slots=True)
class _Authority:
    """A node's certificate authority."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey

    @classmethod
    def create(cls, subject: SpiffeId, now: datetime) -> Self:
        """A new authority, only for the node's DNS name and URIs of its federation (RFC 5280 section 4.2.1.10)."""
        key = generate_private_key(SECP256R1())
        name = _name(f"CA {subject.dns_name}")
        allowed = [x509.DNSName(subject.dns_name), x509.UniformResourceIdentifier(subject.federation)]
        builder = (
            _builder(name, name, key.public_key(), now, CA_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
            .add_extension(x509.NameConstraints(allowed, None), critical=True)
        )
        return cls(builder.sign(key, SHA256()), key)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The authority kept in a keys folder."""
        path = folder / "ca.pem"
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise ConfigFault("KEY_MISSING", f"{path} is not there; `xinqiao init` makes it") from None
        return cls(load_certificates(content, str(path))[0], load_key(folder / "ca.key"))

    def issue(self, subject: SpiffeId, public_key: CertificatePublicKeyTypes, now: datetime) -> x509.Certificate:
        """A leaf: both directions and a DNS name for the node, client use only for a business system."""
        names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(str(subject))]
        uses = [ExtendedKeyUsageOID.CLIENT_AUTH]
        if not subject.business:
            names.append(x509.DNSName(subject.dns_name))
            uses.append(ExtendedKeyUsageOID.SERVER_AUTH)
        issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        name = _name(subject.business or subject.dns_name)
        return (
            _builder(name, self.certificate.subject, public_key, now, LEAF_LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(issuer_key, critical=False)
            .sign(self.key, SHA256())
        )


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: CertificatePublicKeyTypes, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _name(text: str) -> x509.Name:
    """A subject for people to read; identity is in the SAN, so that cutting it at the limit of X.520 harms nothing."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:_MAX_COMMON_NAME])])


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _key_pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _replace(path: Path, content: bytes) -> None:
    """Writes a public file durably and puts it in place in one step."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
