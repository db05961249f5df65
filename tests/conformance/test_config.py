# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The configuration is refused whole, with one line for each thing to mend."""

from pathlib import Path

import pytest

from conformance.config import ConfigProblems, load
from tests.conformance.reference.bench import Bench


def _problems(path: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigProblems) as refused:
        load(path)
    return refused.value.lines


def test_a_good_file_is_read(bench: Bench) -> None:
    """Defaults are filled in: the TLS name follows from node id and federation."""
    assert load(bench.config).target.tls_name == "330100.delta.example"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("[feeds]", '[feeds]\nopne = "x"', "[feeds] opne is unknown: remove it or mend its spelling"),
        ("[target]", "colour = 1\n[target]", "colour is unknown: remove it or mend its spelling"),
        ('node_id = "310000"', "", "[identity] node_id is missing: add it"),
        ('node_id = "310000"', "node_id = 7", "[identity] node_id must be a text in quotes, not empty"),
        (
            "deadline_seconds = 5",
            "deadline_seconds = 0",
            "[target] deadline_seconds must be a whole number from 1 to 86400",
        ),
        ('open = "delta.example/', 'open = "', "[feeds] open must read <federation>/<node id>/<feed>/<epoch>"),
        (
            '"OTHER_DOCUMENT", code = "E00000009"',
            '"PASSPORT", code = "E9"',
            "CodeKind of the contract without its prefix",
        ),
        ('message_key = "message.key"', 'message_key = "member.key"', "unencrypted Ed25519 private key in PEM"),
        ("330100/lists/1", "310000/lists/1", "[feeds] open must be a feed of the target's own"),
        ('ca = "server-ca.pem"', 'ca = "gone.pem"', "[target] ca: no such file"),
        ('key = "foreign.key"', "", "[strangers.foreign] key is missing: add it"),
        ('message_key = "second.key"', "", "[coordinator] message_key is missing: add it"),
        ('node_id = "330000"', 'node_id = "310000"', "[coordinator] node_id must be another member than"),
        ("[relay]", "[relai]", "relai is unknown: remove it or mend its spelling"),
        ("burst = 40", 'authorisation = "FRIENDSHIP"', "[questions] authorisation must be CONSENT or STATUTORY_DUTY"),
        ("calls = 200", "calls = 0", "[limits] calls must be a whole number from 1 to 86400"),
    ],
)
def test_one_mistake_gets_one_line(bench: Bench, old: str, new: str, line: str) -> None:
    """Each mistake is told in one line that says what to mend."""
    lines = _problems(bench.variant("mistake", lambda text: text.replace(old, new, 1)))
    assert [line in found for found in lines] == [True]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "[peer.lists]",
            '[peer.lists]\ncolour = "x"',
            "[peer.lists] colour is unknown: remove it or mend its spelling",
        ),
        ('log_key = "peer-log.key"', "", "[peer] log_key is missing: add it"),
        ("bound_seconds = 1", "bound_seconds = 0", "[peer] bound_seconds must be a whole number from 1 to 86400"),
        ('black_measures = ["limited"]', "black_measures = []", "[peer.lists] black_measures must name at least one"),
        ('red_measures = ["fast-track"]', "red_measures = 1", "[peer.lists] red_measures must be a list of texts"),
        ("[peer.local]", "[peer.locale]", "[peer.local] is missing: add the table"),
    ],
)
def test_one_mistake_about_the_peer_gets_its_line(bench: Bench, old: str, new: str, line: str) -> None:
    """The tables of the suite as a peer are held to the same: what is wrong is said in one line."""
    path = bench.folder / "peer-mistake.toml"
    path.write_text(bench.peered.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert any(line in found for found in _problems(path))


def test_every_mistake_is_told_at_once(bench: Bench) -> None:
    """Three mistakes get three lines: nobody mends one to find the next."""

    def spoil(t: str) -> str:
        return t.replace("[feeds]", "[feeds]\nx = 1").replace("= 5", "= 0").replace('"310000"', '""')

    assert len(_problems(bench.variant("mistakes", spoil))) == 3


def test_a_verifier_key_with_a_wrong_id_is_refused_with_the_right_one(bench: Bench) -> None:
    """A key that was mistyped is noticed by its id."""
    text = bench.config.read_text(encoding="utf-8")
    right = text.split('log = "')[1].split("+")[1]
    wrong = bench.variant("wrong-id", lambda t: t.replace(f"+{right}+", "+00000000+", 1))
    assert _problems(wrong) == (f"[keys] log: the key id should read {right}",)


def test_a_clock_key_of_another_kind_is_refused(bench: Bench) -> None:
    """A log key in the place of the clock key is noticed."""
    text = bench.config.read_text(encoding="utf-8")
    log, clock = (text.split(f'{name} = "')[1].split('"')[0] for name in ("log", "clock"))
    swapped = bench.variant("swapped", lambda t: t.replace(clock, log))
    assert _problems(swapped) == ("[keys] clock must be a key of kind 0x04",)


def test_a_file_that_is_not_toml_is_refused(bench: Bench) -> None:
    """A broken file gets a line, not a trace."""
    assert "is not TOML" in _problems(bench.variant("broken", lambda _: "[target"))[0]


def test_a_missing_file_is_refused(bench: Bench) -> None:
    """A file that is not there gets a line, not a trace."""
    assert "cannot be read" in _problems(bench.folder / "nowhere.toml")[0]


def test_an_empty_file_names_every_table(bench: Bench) -> None:
    """The tables that are needed are named when all is missing."""
    lines = _problems(bench.variant("empty", lambda _: ""))
    assert [line for line in lines if "is missing: add the table" in line] == [
        f"[{name}] is missing: add the table" for name in ("target", "identity", "keys", "feeds")
    ]
