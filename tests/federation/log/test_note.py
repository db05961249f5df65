# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Signed notes: one reading only, and known signatures that fail reject."""

from base64 import b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.errors import ConfigFault, FieldFault, NoteFault
from federation.log.note import (
    COSIGNATURE,
    ED25519,
    IN_EFFECT,
    Note,
    SignatureLine,
    Verifier,
    cosign_note,
    sign_note,
    verify_note,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
LOG = Verifier("delta.example/log", ED25519, PUBLIC)
CLOCK = Verifier("delta.example/clock", COSIGNATURE, PUBLIC)
TEXT = "first\n\nthird\n"
SIGNED = sign_note(TEXT, LOG.name, KEY, PUBLIC)
COSIGNED = cosign_note(TEXT, CLOCK.name, KEY, PUBLIC, 1_700_000_000)
NOTE = Note(TEXT, (SIGNED, COSIGNED))
STRANGER = SignatureLine("未来.example", b"\x00\x01\x02\x03", b"anything")

# the published example of c2sp.org/tlog-cosignature
PUBLISHED = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()
# the example of the package golang.org/x/mod/sumdb/note, which the format was taken from
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()


def test_the_published_example_reads_and_prints_back() -> None:
    """The example of the cosignature format has two lines, the second with the time given in its text."""
    note = Note.parse(PUBLISHED)
    witness = Verifier("witness.example.com/w1", COSIGNATURE, PUBLIC)
    assert note.encode() == PUBLISHED
    assert ["example.com/behind-the-sofa", witness.name] == [line.name for line in note.signatures]
    assert witness.time_of(note.signatures[1].signature) == 1679315147


def test_a_note_of_another_implementation_verifies() -> None:
    """Verifier text, key id and signature of the reference example are read as they were meant."""
    verifier = Verifier.parse(NEUMANN)
    assert verify_note(Note.parse(NEUMANN_NOTE), [verifier]).signed(verifier)


def test_the_key_id_is_the_hash_of_name_kind_and_key() -> None:
    """Key id = SHA-256(name, newline, kind, key), first four bytes; so another kind has another id."""
    assert sha256(b"delta.example/log\n\x01" + PUBLIC).digest()[:4] == LOG.key_id
    assert sha256(b"delta.example/clock\n\x04" + PUBLIC).digest()[:4] == CLOCK.key_id


def test_a_verifier_reads_back() -> None:
    """The text form names the key, its id and its bytes, and reads back as the same verifier."""
    expected = f"delta.example/log+{LOG.key_id.hex()}+{b64encode(bytes([1]) + PUBLIC).decode()}"
    assert expected == LOG.text()
    assert Verifier.parse(expected) == LOG


@pytest.mark.parametrize(
    "text",
    [
        "",
        "delta.example/log",
        LOG.text() + "\n",
        " " + LOG.text(),
        LOG.text().replace("log+", "lag+"),
        LOG.text().upper(),
        LOG.text()[:-1],
        LOG.text().replace("+", " "),
        "a b" + LOG.text(),
        LOG.text().removeprefix("delta.example/log"),
        "a+00000000+AQ==",
        "a+00000000+",
        "\ud800" + LOG.text(),
        f"a+00000000+{b64encode(bytes([2]) + PUBLIC).decode()}",
    ],
)
def test_other_verifier_texts_are_refused(text: str) -> None:
    """A wrong id, another spelling, a short key or a kind not known here is refused."""
    with pytest.raises(FieldFault, match="VERIFIER_MALFORMED"):
        Verifier.parse(text)


def test_renaming_keeps_the_key_and_changes_the_id() -> None:
    """One log key under another origin has another key id, so that signatures do not carry over."""
    other = LOG.renamed("delta.example/other")
    assert (LOG.public_key, LOG.kind) == (other.public_key, other.kind)
    assert other.key_id != LOG.key_id


def test_a_signed_note_verifies() -> None:
    """Signature and cosignature of known keys are found, with the time."""
    verified = verify_note(Note.parse(NOTE.encode()), [LOG, CLOCK])
    assert verified.signed(LOG)
    assert not verified.signed(CLOCK)
    assert verified.cosigned_at_s(CLOCK) == 1_700_000_000
    assert verified.cosigned_at_s(LOG) is None


def test_unknown_signatures_are_ignored() -> None:
    """A line of a key that is not known does not matter, whatever it says."""
    assert verify_note(Note(TEXT, (STRANGER, SIGNED)), [LOG]).signed(LOG)


@pytest.mark.parametrize("line", [STRANGER, SignatureLine(LOG.name, STRANGER.key_id, SIGNED.signature)])
def test_a_note_without_a_known_signature_is_rejected(line: SignatureLine) -> None:
    """No known name and id together means no signature, even if the bytes would verify."""
    with pytest.raises(NoteFault, match="NOTE_UNSIGNED"):
        verify_note(Note(TEXT, (line,)), [LOG])


def test_the_newest_cosignature_counts() -> None:
    """Of two cosignatures of one key the later time is given, in whichever order they stand."""
    older = cosign_note(TEXT, CLOCK.name, KEY, PUBLIC, 5)
    assert verify_note(Note(TEXT, (COSIGNED, older)), [CLOCK]).cosigned_at_s(CLOCK) == 1_700_000_000


def test_what_is_held_and_what_is_in_effect_are_told_apart() -> None:
    """One key signs both, under key ids and texts of its two roles: neither line can be taken for the other."""
    effect = CLOCK.in_effect()
    line = cosign_note(TEXT, CLOCK.name, KEY, PUBLIC, 7, IN_EFFECT)

    assert (
        effect.key_id
        == line.key_id
        == sha256(b"delta.example/clock\n\xffcreditexchange/in-effect/1\n" + PUBLIC).digest()[:4]
    )
    assert [(CLOCK, 1_700_000_000), (effect, 7)] == list(
        verify_note(Note(TEXT, (COSIGNED, line)), [CLOCK, effect]).cosigners
    )
    assert verify_note(Note(TEXT, (COSIGNED, line)), [CLOCK]).cosigners == ((CLOCK, 1_700_000_000),)
    for taken, signed in ((effect, COSIGNED), (CLOCK, line)):
        with pytest.raises(NoteFault, match="NOTE_SIGNATURE_INVALID"):
            verify_note(Note(TEXT, (SignatureLine(taken.name, taken.key_id, signed.signature),)), [taken])


def test_a_key_in_the_role_of_effect_is_never_read() -> None:
    """It is made of a cosigner's key; whoever pins such a text has pinned the wrong one."""
    with pytest.raises(FieldFault, match="VERIFIER_MALFORMED"):
        Verifier.parse(CLOCK.in_effect().text())


@pytest.mark.parametrize("line", [SIGNED, COSIGNED])
def test_every_bit_of_a_known_signature_counts(line: SignatureLine) -> None:
    """A known signature with any bit changed rejects the note, although another known one is good."""
    good = COSIGNED if line is SIGNED else SIGNED
    for bit in range(len(line.signature) * 8):
        changed = bytearray(line.signature)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(NoteFault, match="NOTE_SIGNATURE_INVALID"):
            verify_note(Note(TEXT, (good, SignatureLine(line.name, line.key_id, bytes(changed)))), [LOG, CLOCK])


@pytest.mark.parametrize(
    ("line", "signature"),
    [
        (SIGNED, SIGNED.signature[:-1]),
        (SIGNED, SIGNED.signature + b"\x00"),
        (SIGNED, bytes(8) + SIGNED.signature),
        (COSIGNED, COSIGNED.signature[8:]),
        (COSIGNED, COSIGNED.signature[:4]),
        (COSIGNED, COSIGNED.signature + b"\x00"),
    ],
)
def test_signatures_of_another_length_are_rejected(line: SignatureLine, signature: bytes) -> None:
    """A known signature cut, padded, or of the other type's length rejects the note."""
    with pytest.raises(NoteFault, match="NOTE_SIGNATURE_INVALID"):
        verify_note(Note(TEXT, (SignatureLine(line.name, line.key_id, signature),)), [LOG, CLOCK])


def test_a_signature_does_not_carry_over_to_another_text() -> None:
    """The text is what is signed."""
    with pytest.raises(NoteFault, match="NOTE_SIGNATURE_INVALID"):
        verify_note(Note("other\n", (SIGNED,)), [LOG])


def test_a_cosignature_with_an_impossible_time_is_rejected() -> None:
    """A time beyond 2**63 - 1 is refused although correctly signed."""
    time_s = 2**63
    signature = time_s.to_bytes(8, "big") + KEY.sign(f"cosignature/v1\ntime {time_s}\n{TEXT}".encode())
    with pytest.raises(NoteFault, match="NOTE_SIGNATURE_INVALID"):
        verify_note(Note(TEXT, (SignatureLine(CLOCK.name, CLOCK.key_id, signature),)), [CLOCK])


@pytest.mark.parametrize("time_s", [-1, 2**63])
def test_no_cosignature_is_made_for_an_impossible_time(time_s: int) -> None:
    """Our own code cannot state a time that the form does not hold."""
    with pytest.raises(FieldFault, match="COSIGNATURE_TIME"):
        cosign_note(TEXT, CLOCK.name, KEY, PUBLIC, time_s)


def test_a_signer_that_does_not_fit_its_key_is_found_out() -> None:
    """A signature that would not verify never leaves: the configuration is wrong."""
    other = Ed25519PrivateKey.from_private_bytes(bytes([8]) * 32)
    with pytest.raises(ConfigFault, match="SIGNER_MISMATCH"):
        sign_note(TEXT, LOG.name, other, PUBLIC)
    with pytest.raises(ConfigFault, match="SIGNER_MISMATCH"):
        cosign_note(TEXT, CLOCK.name, other, PUBLIC, 5)


LINE = SIGNED.text().encode()
BODY = TEXT.encode() + b"\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        TEXT.encode(),
        BODY,
        BODY + LINE[:-1],
        BODY + b"\n",
        BODY + LINE + b"\n",
        BODY + LINE + b"trailing\n",
        b"one line\n" + LINE,
        BODY + LINE.replace(b"\n", b"\r\n"),
        b"tab\there\n" + BODY + LINE,
        b"next\x0cpage\n" + BODY + LINE,
        b"separator\x1d\n" + BODY + LINE,
        b"\xff\n" + BODY + LINE,
        b"\xed\xa0\x80\n" + BODY + LINE,
        BODY + LINE.replace("—".encode(), b"-"),
        BODY + LINE.replace("— ".encode(), "—  ".encode()),
        BODY + LINE.replace("— ".encode(), "—".encode()),
        BODY + b" " + LINE,
        BODY + LINE.replace(b"=\n", b"\n"),
        BODY + LINE.replace(b"=\n", b"= \n"),
        BODY + LINE.replace(b"delta.example/log", b"delta+example/log"),
        BODY + LINE.replace(b"delta.example/log", "delta\u2003example/log".encode()),
        BODY + "— name\n".encode(),
        BODY + "—  AAAAAAA=\n".encode(),
        BODY + "— name AAAAAA==\n".encode(),
        BODY + "— name AAAAAAB=\n".encode(),
    ],
)
def test_malformed_notes_are_refused_with_the_bytes(raw: bytes) -> None:
    """Each way in which two readers could disagree is refused; the fault carries what was received."""
    with pytest.raises(NoteFault) as caught:
        Note.parse(raw)
    assert ("NOTE_MALFORMED", (raw,)) == (caught.value.reason, caught.value.evidence)


def test_line_separators_of_other_kinds_do_not_split() -> None:
    """U+2028 and U+0085 are part of a text line, as every implementation but splitlines() has it."""
    text = "one\u2028still one\u0085still\n"
    assert text == Note.parse(text.encode() + b"\n" + LINE).text


@pytest.mark.parametrize("raw", [b"x" * 16384 + b"\n\n" + LINE, BODY + LINE * 65])
def test_a_note_over_its_caps_is_refused(raw: bytes) -> None:
    """More than 16 KiB, or more than 64 signature lines."""
    with pytest.raises(NoteFault, match="NOTE_SIZE"):
        Note.parse(raw)


def test_a_note_at_its_caps_is_read() -> None:
    """Exactly 16 KiB and exactly 64 lines pass."""
    raw = BODY + LINE * 64
    raw = b"x" * (16384 - len(raw)) + raw
    assert raw == Note.parse(raw).encode()


@pytest.mark.parametrize(
    "note",
    [
        Note("no newline", (SIGNED,)),
        Note(TEXT, ()),
        Note(TEXT + "\n" + SIGNED.text(), ()),
        Note(TEXT, (SignatureLine("a b", bytes(4), b"x"),)),
        Note(TEXT, (SignatureLine("x AAAAAAA=\n\u2014 y", bytes(4), b"x"),)),
        Note(TEXT, (SignatureLine("x", bytes(5), b"x"),)),
    ],
)
def test_a_note_that_would_read_back_otherwise_is_not_printed(note: Note) -> None:
    """What our own code puts together wrongly does not leave as something else."""
    with pytest.raises(NoteFault, match="NOTE_MALFORMED"):
        note.encode()


texts = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), min_size=1, max_size=4)


@given(texts, st.lists(st.binary(min_size=1, max_size=80), min_size=1, max_size=5))
def test_every_note_reads_back(lines: list[str], signatures: list[bytes]) -> None:
    """Any text of lines, any signatures: parse(print(note)) == note."""
    text = "".join(line + "\n" for line in lines)
    note = Note(text, tuple(SignatureLine(f"key.example/{at}", bytes(4), raw) for at, raw in enumerate(signatures)))
    assert note == Note.parse(note.encode())


@settings(max_examples=400)
@given(st.data())
def test_a_mutated_note_is_refused_or_prints_back(data: st.DataObject) -> None:
    """Bytes cut, inserted or changed are refused or print back exactly."""
    raw = NOTE.encode()
    at = data.draw(st.integers(0, len(raw)))
    inserted = data.draw(st.binary(max_size=3) | st.sampled_from([b"\n", b"\n\n", b" ", b"=", b"\r\n", LINE]))
    raw = raw[:at] + inserted + raw[at + data.draw(st.integers(0, 3)) :]
    try:
        note = Note.parse(raw)
    except NoteFault as fault:
        assert (fault.reason, fault.evidence) == ("NOTE_MALFORMED", (raw,))
    else:
        assert raw == note.encode()
