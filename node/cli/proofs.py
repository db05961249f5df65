# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`proof` writes the evidence of one record; `verify-proof` checks it with nothing but the file and a key."""

import os
from pathlib import Path
from typing import Annotated

import typer

from federation.errors import FieldFault, Misuse, PeerFault
from federation.log.checkpoint import Origin
from federation.log.note import Verifier
from federation.log.proof import MAX_EVIDENCE_BYTES, Evidence, VerifiedEvidence, verify_evidence
from federation.records.codec import Record, decode
from federation.standards.bundle import shipped_standards
from node.cli.opening import CURRENT, AsJson, IndexArgument, NodeFolder, OriginArgument, desk_at, origin_of
from node.cli.printing import (
    ExitCode,
    print_facts,
    print_json,
    print_problem,
    print_text,
    record_document,
    record_line,
)
from node.exchange.inquire import evidence_of

OutOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="写入此文件；缺省则打印 / File to write; else printed"),
]
ProofArgument = Annotated[Path, typer.Argument(metavar="FILE", help="证明文件 / Proof file, as `proof` wrote it")]
KeyOption = Annotated[
    str,
    typer.Option(
        "--key", metavar="VKEY", help="源的验证公钥，见 feeds --keys / Verifier key of the origin: feeds --keys"
    ),
]


def proof(
    origin: OriginArgument,
    index: IndexArgument,
    output: OutOption = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """写出一条记录的证据，第三方可离线核验 / Write a record's evidence for anybody to check offline."""
    with desk_at(node) as desk:
        whole = origin_of(desk, origin)
        raw = evidence_of(desk.query.evidence(whole, index)).encode()
        keys = desk.feed_keys(whole)
    if output is not None:
        _write(output, raw)
    key = keys.log.text() if keys else None
    if as_json:
        text = None if output else raw.decode("utf-8")
        file = str(output) if output else None
        print_json({"origin": whole, "index": index, "file": file, "proof": text, "key": key})
    elif output is None:
        print_text(raw.decode("utf-8").rstrip("\n"))
    else:
        facts = [("条目 / entry", f"{whole} {index}"), ("文件 / file", str(output)), ("公钥 / key", key or "—")]
        print_facts("证明已写出 / The proof is written", facts)


def _write(path: Path, raw: bytes) -> None:
    """Writes a proof for its owner alone: the record in it may be about a person.

    Raises:
        Misuse: FILE_UNWRITABLE.
    """
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(raw)
    except OSError as wrong:
        raise Misuse("FILE_UNWRITABLE", f"{path}: {wrong.strerror}") from None


def verify_proof(file: ProofArgument, key: KeyOption, as_json: AsJson = False) -> None:
    """离线核验证明，只需文件和公钥 / Check a proof offline; needs only the file and the key."""
    try:
        evidence = Evidence.parse(_read(file))
        verified = verify_evidence(evidence, _verifier(key, evidence.origin))
    except PeerFault as fault:
        print_problem(fault.reason, fault.detail)
        raise typer.Exit(ExitCode.REFUSED) from None
    record = _record(verified)
    if as_json:
        print_json(
            {
                "verified": True,
                "origin": evidence.origin,
                "index": evidence.index,
                "checkpoint_size": verified.checkpoint.size,
                "published_at_ms": verified.leaf.time_ms,
                "record": record_document(record),
            }
        )
        return
    facts = [
        ("源 / origin", evidence.origin),
        ("序号 / index", f"{evidence.index} / {verified.checkpoint.size}"),
        ("内容 / record", record_line(record, shipped_standards().masking)),
    ]
    print_facts("✓ 证明有效 / The proof holds", facts)


def _read(path: Path) -> bytes:
    """The bytes of a proof file, not more than any proof can have.

    Raises:
        Misuse: FILE_NOT_FOUND or FILE_UNREADABLE.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_EVIDENCE_BYTES + 1)
    except FileNotFoundError:
        raise Misuse("FILE_NOT_FOUND", f"there is no file {path}") from None
    except OSError as wrong:
        raise Misuse("FILE_UNREADABLE", f"{path}: {wrong.strerror}") from None


def _verifier(text: str, origin: str) -> Verifier:
    """The key, for this origin: a member's card names its log key after the node, a feed's key is named as the origin.

    Raises:
        Misuse: VERIFIER_MALFORMED.
    """
    try:
        verifier = Verifier.parse(text)
        node_name = Origin.parse(origin).node_name
    except FieldFault as fault:
        raise Misuse(fault.reason, fault.detail) from None
    return verifier.renamed(origin) if verifier.name == node_name else verifier


def _record(verified: VerifiedEvidence) -> Record | str:
    """The record that was proven; a reason code when it cannot be read."""
    try:
        return decode(verified.leaf.schema, verified.payload)
    except FieldFault as fault:
        return fault.reason
