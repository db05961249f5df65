# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the suite signs as a peer is what others read: form, keys and times."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.breach import Breach
from conformance.proof.note import COSIGNATURE, ED25519, IN_EFFECT, Head, VerifierKey, cosigned_at, log_signed, strict
from conformance.proof.signing import checkpoint, stated
from federation.log.note import Note, Verifier, verify_note

ORIGIN, NAME = "delta.example/310000/lists/1", "delta.example/310000"
LOG, CLOCK = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
LOG_KEY = VerifierKey(ORIGIN, ED25519, LOG.public_key().public_bytes_raw())
CLOCK_KEY = VerifierKey(NAME, COSIGNATURE, CLOCK.public_key().public_bytes_raw())


def test_a_checkpoint_reads_strictly_and_verifies() -> None:
    """Origin, size and root as given, signed by the log key under the origin."""
    note = checkpoint(ORIGIN, 3, bytes(32), LOG)
    assert strict(note) == Head(ORIGIN, 3, bytes(32))
    assert log_signed(note, LOG_KEY)


@pytest.mark.parametrize("kind", [COSIGNATURE, IN_EFFECT])
def test_a_timed_signature_states_its_time_for_its_use_alone(kind: int) -> None:
    """What states one thing is never read as the other."""
    note = stated(checkpoint(ORIGIN, 3, bytes(32), LOG), NAME, CLOCK, kind, 1_790_000_000)
    times = {COSIGNATURE: cosigned_at(note, CLOCK_KEY), IN_EFFECT: cosigned_at(note, CLOCK_KEY.stating())}
    assert times == {COSIGNATURE: None, IN_EFFECT: None} | {kind: 1_790_000_000}


def test_a_statement_over_another_text_is_a_breach() -> None:
    """A line moved from a smaller head states nothing of the larger one."""
    line = stated(checkpoint(ORIGIN, 3, bytes(32), LOG), NAME, CLOCK, IN_EFFECT, 5).splitlines(keepends=True)[-1]
    with pytest.raises(Breach, match="COSIGNATURE_INVALID"):
        cosigned_at(checkpoint(ORIGIN, 4, bytes(32), LOG) + line, CLOCK_KEY.stating())


def test_another_implementation_reads_it() -> None:
    """The node's own reader accepts head and both timed signatures: two programs, one wire form."""
    note = stated(checkpoint(ORIGIN, 3, bytes(32), LOG), NAME, CLOCK, COSIGNATURE, 5)
    note = stated(note, NAME, CLOCK, IN_EFFECT, 6)
    clock = Verifier(NAME, COSIGNATURE, CLOCK_KEY.public)
    verified = verify_note(Note.parse(note), [Verifier(ORIGIN, ED25519, LOG_KEY.public), clock, clock.in_effect()])
    assert [time for _, time in verified.cosigners] == [5, 6]
