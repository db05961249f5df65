# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The judge, as a candidate would run it, against a real node."""

import json
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from federation.records.codec import encode
from federation.records.list_entry import ListEntry
from federation.records.subject import Identity
from federation.standards.calendar import china_date
from federation.standards.identity import CodeKind, SubjectClass
from federation.standards.numbers.citizen_number import citizen_check
from node.assemble.making.card import node_card
from node.assemble.making.feeds import create_feeds
from node.identity.certificates import create_identity, load_key
from node.intake import Accepted, submission_of
from tests.flow.world import FEDERATION, FILING_OFFICE, Node, Region, black, removal, submitted, uscc

pytestmark = pytest.mark.slow

ENTRIES = 70
PERSON = "33010619800101990"
BLACK_MEASURES = [
    "awards-limit", "closer-inspection", "funds-limit", "land-grant-limit", "preference-withdrawal",
    "procurement-limit", "publication", "trade-notice",
]  # fmt: skip
RED_MEASURES = ["fast-track", "fewer-inspections"]


def _person() -> ListEntry:
    """An entry about an invented natural person."""
    code = PERSON + citizen_check(PERSON)
    who = Identity(name="虚构某", subject_class=SubjectClass.NATURAL_PERSON, code_kind=CodeKind.CITIZEN, code=code)
    return black(990).model_copy(update={"identity": who, "responsible_persons": ()})


def _issued(folder: Path, name: str, keys: Path, uri: str, ends: datetime) -> dict[str, str]:
    """A client certificate of the authority in `keys`; file names for the configuration."""
    authority = x509.load_pem_x509_certificate((keys / "ca.pem").read_bytes())
    signer, key = load_key(keys / "ca.key"), generate_private_key(SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=30))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / f"{name}.key").write_bytes(pem)
    return {"certificate": f"{name}.pem", "key": f"{name}.key"}


def _configured(region: Region, target: Node, member: Node, other: Node) -> Path:
    """The suite's configuration file, with every stranger it wants."""
    folder, keys = region.folder, member.folder / "keys"
    (folder / "foreign").mkdir()
    create_identity(folder / "foreign", FEDERATION, "310000", datetime.now(UTC))
    soon, past = datetime.now(UTC) + timedelta(days=1), datetime.now(UTC) - timedelta(days=1)
    ours = f"spiffe://{FEDERATION}/node/310000"
    strangers = {
        "foreign": _issued(folder, "stranger", folder / "foreign", ours, soon),
        "expired": _issued(folder, "expired", keys, ours, past),
        "unpinned": _issued(folder, "unpinned", keys, f"spiffe://{FEDERATION}/node/999999", soon),
        "impostor": _issued(folder, "impostor", other.folder / "keys", ours, soon),
    }
    card = dict(line.split(" = ", 1) for line in node_card(target.config).split("\n") if " = " in line)
    origin = f"{FEDERATION}/330100"
    lines = [
        "[target]",
        f'node_id = "330100"\nfederation = "{FEDERATION}"\nca = "330100/keys/ca.pem"',
        "[identity]",
        'node_id = "310000"\ncertificate = "310000/keys/tls.pem"\nkey = "310000/keys/tls.key"',
        'message_key = "310000/keys/message.pem"',
        *(line for name in ("coordinator", "relay") for line in _another(name)),
        "[keys]",
        *(f"{name} = {card[f'{name}_key']}" for name in ("log", "clock", "message")),
        "[feeds]",
        f'open = "{origin}/lists/1"\nclosed = "{origin}/closed/1"\nperson = "{origin}/lists/1"',
        "[questions]",
        'granted_purpose = "joint-punishment"\nrefused_purpose = "procurement"',
        'person_purpose = "joint-punishment"\npart_purpose = "land-supply"\npart_hidden = ["responsible_persons"]',
        f'known = {{ kind = "UNIFIED_SOCIAL_CREDIT_CODE", code = "{uscc(1)}" }}',
        f'ended = {{ kind = "UNIFIED_SOCIAL_CREDIT_CODE", code = "{uscc(3)}" }}',
        f'unknown = {{ kind = "CITIZEN_NUMBER", code = "{"33010619800101991" + citizen_check("33010619800101991")}" }}',
        f'person = {{ kind = "CITIZEN_NUMBER", code = "{PERSON + citizen_check(PERSON)}" }}',
        *_peered(folder, target, member),
        "[strangers]",
        *(f'{name} = {{ certificate = "{at["certificate"]}", key = "{at["key"]}" }}' for name, at in strangers.items()),
    ]
    path = folder / "conformance.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _another(name: str) -> list[str]:
    """The table of another member whom the suite speaks for: it is coordinator and relay in one."""
    return [
        f"[{name}]",
        'node_id = "330000"\ncertificate = "330000/keys/tls.pem"\nkey = "330000/keys/tls.key"',
        'message_key = "330000/keys/message.pem"',
    ]


def _decided(number: int, day: date) -> ListEntry:
    """A black entry decided on some day: whether its repair is too early depends on that."""
    days = {"decided_on": day, "valid_from": day, "valid_until": day + timedelta(days=900)}
    return black(number).model_copy(update=days)


def _peered(folder: Path, target: Node, member: Node) -> list[str]:
    """What the suite needs to be Shanghai, whose lists and filings Hangzhou follows."""
    soon = datetime.now(UTC) + timedelta(days=1)
    uri = f"spiffe://{FEDERATION}/node/330100/business/tests"
    business = _issued(folder, "business", target.folder / "keys", uri, soon)
    return [
        "[peer]",
        f'listen = "{member.config.listen.peers}"\nstate = "peer-state"\nbound_seconds = 20',
        'log_key = "310000/keys/log.pem"\nclock_key = "310000/keys/clock.pem"',
        f'feedback = "{FEDERATION}/330100/feedback-310000/1"',
        'downstream = { node_id = "330000", clock_key = "330000/keys/clock.pem" }',
        "[peer.local]",
        f'address = "{target.config.listen.local}"',
        f'certificate = "{business["certificate"]}"\nkey = "{business["key"]}"',
        f'[peer.early]\norigin = "{FEDERATION}/330100/lists/1"\nindex = {ENTRIES}',
        f'[peer.ripe]\norigin = "{FEDERATION}/330100/lists/1"\nindex = {ENTRIES + 1}',
        "[peer.lists]",
        'field = "eco-environment"',
        'black = "yrd-eco-environment-black@2"\nred = "yrd-eco-environment-red@1"',
        'authority = { name = "上海市生态环境局", code = "11310000PDY003018D" }',
        f"black_measures = {json.dumps(BLACK_MEASURES)}",
        f"red_measures = {json.dumps(RED_MEASURES)}",
        "[peer.filings]",
        'category = "credit-rating"\nregion = "330100"\nelsewhere = "440300"',
        'authority = { name = "上海市发展和改革委员会", code = "11310000PDY003042X" }',
        f'home_authority = {{ name = "{FILING_OFFICE.name}", code = "{FILING_OFFICE.code}" }}',
    ]


def _grant_persons(target: Node) -> None:
    """Lets the suite ask about persons, too."""
    path, granted = target.folder / "xinqiao.toml", 'may_ask = ["joint-punishment", "land-supply"]'
    text = path.read_text(encoding="utf-8")
    assert text.count(granted) == 1
    persons = f'{granted}\nmay_ask_about_persons = ["joint-punishment"]'
    path.write_text(text.replace(granted, persons), encoding="utf-8")


@pytest.mark.timeout(300)
def test_a_real_node_is_conformant(region: Region) -> None:
    """Every case passes against a served node that holds organisations, a person, endings and a closed feed."""
    target, member = region.node("330100"), region.node("310000")
    other = region.node("330000", roles=("relay", "coordinator"))
    feeds = ("310000/lists/1", "310000/filings/1", "310000/subjects/1")
    region.pin(target, member, *feeds, may_ask=("joint-punishment", "land-supply"))
    region.pin(target, other, may_ask=("joint-punishment", "procurement"))
    _grant_persons(target)
    with (target.folder / "xinqiao.toml").open("a", encoding="utf-8") as config:
        config.write('\n[[feed]]\nname = "closed"\ndataset = "lists"\nreaders = []\n')
        config.write('[[feed]]\nname = "feedback-310000"\ndataset = "feedback"\nreaders = ["310000"]\n')
        # a rate that the suite's flood outruns on the slowest machine
        config.write("[follow]\nmax_backoff_s = 0.5\n[limits]\nburst_calls = 400\ncalls_per_second = 50\n")
    create_feeds(target.config)
    person = _person()
    today = china_date(time.time_ns() // 1_000_000)
    dated = (_decided(ENTRIES, today - timedelta(days=30)), _decided(ENTRIES + 1, today - timedelta(days=500)))
    listed = [black(number) for number in range(ENTRIES)]
    target.submit("lists", *map(submitted, (*listed, *dated)))
    assert [Accepted, Accepted] == [
        type(outcome) for outcome in target.submit("lists", submission_of(person, encode(person)), removal(3))
    ]
    target.serve()

    judged = subprocess.run(
        [
            Path(sys.executable).with_name("xinqiao-conformance"),
            *("--target", target.config.listen.peers, "--config", _configured(region, target, member, other)),
            *("--json", region.folder / "result.json", "--junit", region.folder / "result.xml"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )

    assert 0 == judged.returncode, judged.stdout + judged.stderr
    result = json.loads((region.folder / "result.json").read_text(encoding="utf-8"))
    assert {"PASS"} == {case["status"] for case in result["cases"]}
    assert (region.folder / "result.xml").read_text(encoding="utf-8").startswith("<?xml")
