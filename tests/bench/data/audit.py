# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Audit files of any number of honest exchanges, written in flat memory; and the trust folder they are checked with."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from federation.log.checkpoint import Checkpoint
from federation.log.entry import PayloadState, RawEntry
from federation.log.leaf import Committer, Leaf, LeafKind
from federation.log.merkle import CompactRange, leaf_hash
from federation.log.note import Note, cosign_note, sign_note
from federation.records.codec import EXCHANGE_SCHEMA, encode
from federation.records.exchange import ExchangeSide
from federation.rules.audit.form import MAGIC, SEAL_TYPE, Head, Part, encode_entries, part
from federation.rules.exchange import pae
from tests.node.audit.logs import ANSWERING, ASKING, FEDERATION, PERIOD, exchange, honest, keys_of

OF_SIDE = {ASKING: ExchangeSide.REQUESTER, ANSWERING: ExchangeSide.RESPONDER}
TOGETHER = 500


def audit_files(folder: Path, count: int) -> tuple[list[str], str]:
    """Writes both sides' files, and a folder with both cards.

    Returns:
        Paths of the files, and of the folder.
    """
    trust = folder / "trust"
    trust.mkdir(parents=True, exist_ok=True)
    paths = []
    for node_id in OF_SIDE:
        paths.append(str(_write(folder / f"{node_id}.{count}.audit", node_id, count)))
        keys = keys_of(node_id)
        named = {"log": keys.log_verifier(keys.name), "clock": keys.clock_verifier, "message": keys.message_verifier}
        lines = [f'{name}_key = "{key.text()}"\n' for name, key in named.items()]
        (trust / f"{node_id}.toml").write_text("[[peer]]\n" + "".join(lines), encoding="utf-8")
    return paths, str(trust)


def _write(path: Path, node_id: str, count: int) -> Path:
    """One file: the entries go to a file of their own first, since the checkpoint stands before them."""
    origin, keys, tree = f"{FEDERATION}/{node_id}/_exchange/1", keys_of(node_id), CompactRange.empty()
    body = path.with_suffix(".body")
    with body.open("wb") as out:
        for entries in _entries(origin, OF_SIDE[node_id], count):
            tree = tree.extended([leaf_hash(entry.leaf) for entry in entries])
            out.write(part(Part.ENTRIES, encode_entries(entries)))
    text = Checkpoint(origin, count, tree.root()).text()
    clock = cosign_note(text, keys.name, keys.clock, keys.clock.public_key, PERIOD.until_ms // 1000 + 1)
    note = Note(text, (sign_note(text, origin, keys.log, keys.log.public_key), clock)).encode()
    head = Head(origin, node_id, PERIOD.until_ms, PERIOD.from_ms, PERIOD.until_ms, 0, 0, count, count, count)
    before = MAGIC + part(Part.HEAD, head.encode()) + part(Part.CHECKPOINT, note)
    before += part(Part.EDGE, CompactRange.empty().to_bytes()) + part(Part.PATH, b"")
    hashed = hashlib.sha256(before)
    with path.open("wb") as out, body.open("rb") as entries_in:
        out.write(before)
        while chunk := entries_in.read(1 << 20):
            hashed.update(chunk)
            out.write(chunk)
        seal = keys.message_verifier.key_id + keys.message.sign(pae(SEAL_TYPE, hashed.digest()))
        out.write(part(Part.SEAL, seal))
    body.unlink()
    return path


def _entries(origin: str, side: ExchangeSide, count: int) -> Iterator[list[RawEntry]]:
    """What one side logs, some hundred at once."""
    committer, together = Committer(origin), list[RawEntry]()
    for number, at_ms in enumerate(honest(count)):
        payload, salt = encode(exchange(number, side, at_ms)), number.to_bytes(32, "big")
        committed = committer.commitment(EXCHANGE_SCHEMA, salt, payload)
        leaf = Leaf(LeafKind.ADD, at_ms + 230, EXCHANGE_SCHEMA, None, committed).encode()
        together.append(RawEntry(leaf, PayloadState.PRESENT, salt, payload))
        if len(together) == TOGETHER:
            yield together
            together = []
    if together:
        yield together
