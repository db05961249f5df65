# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands behind entries of the exchange log, sealed: without it a commitment says nothing of whom it was about.

An opening is kept apart from the log, in the same transaction; it never travels. It is encrypted under a key of its own
(`keys/opening.key`, 0600), so that neither the store nor a copy of it tells anybody who was asked about; whoever
destroys the key has destroyed every opening. Subjects are found by keyed tags: one by an index, the many of a batch
packed into one value that is searched. Openings are destroyed when their term is over.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from federation.errors import FieldFault, StoreFault
from federation.records.codec import decode_as
from federation.records.exchange import AccessKind, Question
from federation.rules.exchange import Accessed

OPENING_KEY_NAME = "opening.key"
"""File of the key, among the node's keys."""
KEY_BYTES = 32
TAG_BYTES = 16
_NONCE_BYTES = 12
_QUESTION, _ACCESS = b"Q", b"A"


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind one entry.

    Attributes:
        content: the bytes to be sealed.
        codes: the subjects it is about.
    """

    content: bytes
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SealedOpening:
    """One opening as it is stored.

    Attributes:
        id: exchange id, or access id.
        tag: keyed tag of its one subject; None when it has none, or many.
        tags: tags of its many subjects, one after the other; None when it has one or none.
        sealed: nonce, and the encrypted content.
        time_ms: when it was kept.
    """

    id: str
    tag: bytes | None
    tags: bytes | None
    sealed: bytes
    time_ms: int = 0


def behind_question(question: Question, raw: bytes) -> Behind:
    """What stands behind both sides' entries of an exchange: the question's signed bytes, with its salt."""
    return Behind(_QUESTION + raw, (question.code,))


def behind_access(accessed: Accessed, salt: bytes) -> Behind:
    """What stands behind the entry of an access."""
    fields = [accessed.kind.value, accessed.caller, accessed.reference, list(accessed.codes), salt.hex()]
    return Behind(_ACCESS + json.dumps(fields, ensure_ascii=False).encode(), accessed.codes)


def read_behind(content: bytes) -> Question | tuple[Accessed, bytes]:
    """The question, or what was accessed and the salt, in an opening's content.

    Raises:
        StoreFault: OPENING_UNREADABLE.
    """
    try:
        if content[:1] == _QUESTION:
            return decode_as(Question, content[1:])
        kind, caller, reference, codes, salt = json.loads(content[1:])
        return Accessed(AccessKind(kind), caller, reference, tuple(codes)), bytes.fromhex(salt)
    except (FieldFault, ValueError, TypeError):
        raise StoreFault("OPENING_UNREADABLE", "the content of an opening is not in its form") from None


class Sealer:
    """Seals and unseals. Safe from any thread.

    Args:
        key: 32 bytes.
        random_bytes: nonces.
    """

    def __init__(self, key: bytes, random_bytes: Callable[[int], bytes]) -> None:
        self._cipher = AESGCM(key)
        self._tag_key = hashlib.blake2b(key, digest_size=32, person=b"opening-tag").digest()
        self._random_bytes = random_bytes

    def seal(self, name: str, behind: Behind) -> SealedOpening:
        """Seals what stands behind the entry of an id."""
        nonce = self._random_bytes(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, behind.content, name.encode())
        tags = [self.tag(code) for code in behind.codes]
        if len(tags) <= 1:
            return SealedOpening(name, tags[0] if tags else None, None, sealed)
        return SealedOpening(name, None, b"".join(tags), sealed)

    def unseal(self, opening: SealedOpening) -> bytes:
        """The content of an opening.

        Raises:
            StoreFault: OPENING_UNREADABLE, it was sealed under another key or for another entry, or was changed.
        """
        nonce, sealed = opening.sealed[:_NONCE_BYTES], opening.sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, sealed, opening.id.encode())
        except (InvalidTag, ValueError):
            raise StoreFault("OPENING_UNREADABLE", f"the opening of {opening.id} cannot be decrypted") from None

    def tag(self, code: str) -> bytes:
        """By which openings about a subject are found, here alone."""
        return hashlib.blake2b(code.encode(), digest_size=TAG_BYTES, key=self._tag_key).digest()

    def is_about(self, opening: SealedOpening, code: str) -> bool:
        """Whether an opening is about a subject, one of many or alone."""
        return self.tag(code) in _tags(opening)


def _tags(opening: SealedOpening) -> Sequence[bytes]:
    if opening.tag is not None:
        return (opening.tag,)
    packed = opening.tags or b""
    return [packed[at : at + TAG_BYTES] for at in range(0, len(packed), TAG_BYTES)]
