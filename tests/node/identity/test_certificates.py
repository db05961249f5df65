# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""TLS identities: what is made, what it may speak for, and who is believed."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from federation.errors import ConfigFault
from node.identity.certificates import (
    SpiffeId,
    create_identity,
    issue,
    issued_by,
    load_certificates,
    load_key,
    renew,
    spiffe_id,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DAY = timedelta(days=1)
OWN = SpiffeId("delta.example", "330100")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The keys folder of 330100."""
    create_identity(tmp_path, OWN.federation, OWN.node_id, NOW)
    return tmp_path


def read(folder: Path, name: str) -> x509.Certificate:
    """One certificate."""
    return load_certificates((folder / f"{name}.pem").read_bytes(), name)[0]


def test_the_leaf_names_the_node_both_ways(folder: Path) -> None:
    """One URI for the identity, one DNS name for servers, both uses."""
    leaf = read(folder, "tls")
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    uses = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value

    assert OWN == spiffe_id(leaf)
    assert ["330100.delta.example"] == names.get_values_for_type(x509.DNSName)
    assert {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH} == set(uses)


def test_lives_are_a_year_and_ten(folder: Path) -> None:
    """The leaf lives a year, the authority ten."""
    assert NOW + timedelta(days=365) == read(folder, "tls").not_valid_after_utc
    assert 10 == read(folder, "ca").not_valid_after_utc.year - NOW.year


def test_the_authority_may_speak_for_its_own_names_only(folder: Path) -> None:
    """Name constraints: the node's DNS name, URIs of the federation."""
    limits = read(folder, "ca").extensions.get_extension_for_class(x509.NameConstraints)

    assert limits.critical
    assert [x509.DNSName("330100.delta.example"), x509.UniformResourceIdentifier("delta.example")] == (
        limits.value.permitted_subtrees
    )


def test_keys_are_closed_to_others(folder: Path) -> None:
    """Both keys are 0600."""
    assert [0o600, 0o600] == [stat.S_IMODE((folder / name).stat().st_mode) for name in ("ca.key", "tls.key")]


@pytest.mark.parametrize("left", ["ca.key", "ca.pem", "tls.key", "tls.pem"])
def test_nothing_is_overwritten(folder: Path, left: str) -> None:
    """With one file left, nothing is made and the file stays."""
    for name in {"ca.key", "ca.pem", "tls.key", "tls.pem"} - {left}:
        (folder / name).unlink()
    before = (folder / left).read_bytes()
    with pytest.raises(ConfigFault, match="KEY_EXISTS"):
        create_identity(folder, OWN.federation, OWN.node_id, NOW)

    assert [(left, before)] == [(path.name, path.read_bytes()) for path in folder.iterdir()]


def test_renewal_keeps_the_key_and_the_authority(folder: Path) -> None:
    """A renewed leaf lives a year from now, under the same key and authority."""
    later = NOW + 300 * DAY
    old = read(folder, "tls")
    renew(folder, OWN.federation, OWN.node_id, later)
    new = read(folder, "tls")

    assert later + timedelta(days=365) == new.not_valid_after_utc
    assert old.public_key() == new.public_key()
    assert issued_by(new, [read(folder, "ca")], later)


def test_a_business_certificate_is_for_clients(folder: Path) -> None:
    """It names the business system below the node, has no DNS name and cannot serve; its key is 0600."""
    till = SpiffeId("delta.example", "330100", "tax-office")
    issue(folder, till, folder / "tax", NOW)
    leaf = read(folder, "tax")
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert till == spiffe_id(leaf)
    assert [] == names.get_values_for_type(x509.DNSName)
    assert [ExtendedKeyUsageOID.CLIENT_AUTH] == list(
        leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    )
    assert load_key(folder / "tax.key").public_key() == leaf.public_key()


def test_a_business_certificate_is_not_overwritten(folder: Path) -> None:
    """A second one under the same file name is refused."""
    till = SpiffeId("delta.example", "330100", "tax")
    issue(folder, till, folder / "tax", NOW)
    before = (folder / "tax.pem").read_bytes()
    with pytest.raises(ConfigFault, match="KEY_EXISTS"):
        issue(folder, till, folder / "tax", NOW)

    assert before == (folder / "tax.pem").read_bytes()


@pytest.mark.parametrize("business", ["", "Tax", "-tax", "a/b", "x" * 65])
def test_a_business_name_has_one_form(folder: Path, business: str) -> None:
    """Names that could be read as something else are refused."""
    with pytest.raises(ConfigFault, match="IDENTITY_INVALID"):
        issue(folder, SpiffeId("delta.example", "330100", business), folder / "tax", NOW)


def test_the_issuer_is_believed_in_time(folder: Path) -> None:
    """Within the leaf's life, borders included; not before, not after."""
    leaf, ca = read(folder, "tls"), read(folder, "ca")
    second = timedelta(seconds=1)
    moments = [leaf.not_valid_before_utc, leaf.not_valid_after_utc]

    assert [True, True] == [issued_by(leaf, [ca], moment) for moment in moments]
    assert [False, False] == [issued_by(leaf, [ca], moment) for moment in (moments[0] - second, moments[1] + second)]


def test_an_authority_that_ran_out_is_not_believed(tmp_path: Path) -> None:
    """A leaf in time under an authority that is not: refused."""
    create_identity(tmp_path, OWN.federation, OWN.node_id, NOW)
    late = NOW + timedelta(days=3652) - DAY
    renew(tmp_path, OWN.federation, OWN.node_id, late)

    assert issued_by(read(tmp_path, "tls"), [read(tmp_path, "ca")], late)
    assert not issued_by(read(tmp_path, "tls"), [read(tmp_path, "ca")], late + 2 * DAY)


def test_another_authority_of_the_same_name_is_not_believed(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Names do not make an issuer; the signature does."""
    other = tmp_path_factory.mktemp("other")
    create_identity(other, OWN.federation, OWN.node_id, NOW)

    assert not issued_by(read(folder, "tls"), [read(other, "ca")], NOW)
    assert issued_by(read(folder, "tls"), [read(other, "ca"), read(folder, "ca")], NOW)


def test_a_leaf_is_no_authority_and_an_authority_no_leaf(folder: Path) -> None:
    """The CA flag is asked for on both sides."""
    assert not issued_by(read(folder, "tls"), [read(folder, "tls")], NOW)
    assert not issued_by(read(folder, "ca"), [read(folder, "ca")], NOW)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "spiffe://",
        "spiffe:///node/330100",
        "https://delta.example/node/330100",
        "spiffe://delta.example/node/",
        "spiffe://delta.example/node/330100/",
        "spiffe://delta.example/node/330100\n",
        "spiffe://delta.example/node/330100/business/",
        "spiffe://delta.example/node/330100/business/a/b",
        "spiffe://delta.example/nodes/330100",
        "SPIFFE://delta.example/node/330100",
        "spiffe://delta.example/node/３３",
    ],
)
def test_other_uris_are_nobody(uri: str) -> None:
    """Only the one form names somebody."""
    assert SpiffeId.parse(uri) is None


@pytest.mark.parametrize("identity", [OWN, SpiffeId("delta.example", "yrd", "tax-1")])
def test_an_identity_prints_as_it_parses(identity: SpiffeId) -> None:
    """print(parse(x)) == x."""
    assert identity == SpiffeId.parse(str(identity))
