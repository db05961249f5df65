# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""LA: messages that are too large or too deep, and texts that mean harm to whoever shows them."""

import grpc

from conformance.breach import require
from conformance.cases.abuse.lasting import after, before
from conformance.cases.asking import draft, envelope, put_refused, sent
from conformance.session import GET_NODE, Refusal, Session, expect_refusal
from conformance.verdict import Case, Text

LARGEST_MESSAGE = 4 << 20
LARGEST_TEXTS = {"legal_basis": 400, "case_number": 128}
DEPTH = 50_000
# A field that no message of the contract has: number 2000, as bytes with their length, and as the start of a group.
_UNKNOWN, _GROUP = b"\x82\x7d", b"\x83\x7d"
_GONE = frozenset({"DEADLINE_EXCEEDED", "UNAVAILABLE", "CANCELLED"})
UNFIT = ("bell \x07", "escape \x1b[2J", "reversed \u202egnp.exe", "nothing \x00")
INERT = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://127.0.0.1")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "'; DROP TABLE entry; --",
    "${jndi:ldap://127.0.0.1/a} %s%n {0}",
)


async def oversize(session: Session) -> None:
    """A message above 4 MiB, packed or not, and a text above its limit are refused; one that nests deep is harmless."""
    await before(session)
    await _too_large(session, grpc.Compression.NoCompression, {"RESOURCE_EXHAUSTED"})
    # a node need not know a compression: then it refuses that
    await _too_large(session, grpc.Compression.Gzip, {"RESOURCE_EXHAUSTED", "UNIMPLEMENTED"})
    for field, most in LARGEST_TEXTS.items():
        signed = envelope(session, draft(session).with_(**{field: "长" * (most + 1)}).encoded())
        await put_refused(session, signed, "INVALID_ARGUMENT", "QUESTION_INVALID")
    code = await _raw(session, _GROUP * DEPTH, grpc.Compression.NoCompression)
    require(code not in _GONE, "NODE_GONE", f"an end to a call {DEPTH} groups deep", code)
    await after(session, f"a message {DEPTH} groups deep")


async def _too_large(session: Session, compression: grpc.Compression, codes: set[str]) -> None:
    large = _UNKNOWN + _varint(LARGEST_MESSAGE) + bytes(LARGEST_MESSAGE)
    code = await _raw(session, large, compression)
    wanted = f"{' or '.join(sorted(codes))} for {len(large)} bytes, compression {compression.name}"
    require(bool(code), "CALL_ANSWERED", wanted, "an answer")
    require(code in codes, "WRONG_CODE", wanted, code)


async def _raw(session: Session, body: bytes, compression: grpc.Compression) -> str:
    """Send bytes to a method; return the code of the refusal, empty for an answer."""
    stub = session.channel.unary_unary(GET_NODE.path, bytes, bytes)
    try:
        await stub(body, timeout=session.seconds, compression=compression)
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return ""


def _varint(number: int) -> bytes:
    groups = []
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])


async def texts(session: Session) -> None:
    """Control and bidirectional characters are refused; other hostile text is inert; neither is ever said back."""
    await before(session)
    for field in LARGEST_TEXTS:
        for text in UNFIT:
            signed = envelope(session, draft(session).with_(**{field: text}).encoded())
            await put_refused(session, signed, "INVALID_ARGUMENT", "QUESTION_INVALID")
        for text in INERT:
            await _inert(session, field, text)
    await after(session, "texts that mean harm")


async def _inert(session: Session, field: str, text: str) -> None:
    """Hold that a text which may be a legal basis somewhere is answered or refused as a text, and not said back."""
    response = await sent(session, envelope(session, draft(session).with_(**{field: text}).encoded()))
    if isinstance(response, Refusal):
        echoed = text in response.message or text.encode() in response.details
        require(not echoed, "TEXT_ECHOED", "refusals that repeat nothing of the question", repr(text))
        require(response.code not in _GONE, "NODE_GONE", f"{text!r} answered or refused", str(response))
        expect_refusal(response, "INVALID_ARGUMENT", "QUESTION_INVALID")
    else:
        echoed = text.encode() in response.answer.payload
        require(not echoed, "TEXT_ECHOED", "answers that repeat nothing of the question's ground", repr(text))


CASES = (
    Case(
        "LA-02/oversize",
        ("C-LA-02",),
        Text("What is too large or too deep is refused and harms nobody", "过大过深的消息被拒绝且无害"),
        Text(
            "Bound messages by their uncompressed size, texts by the contract, nesting by the parser.",
            "按解压后大小限制消息，按合同限制文本，并限制嵌套深度。",
        ),
        oversize,
    ),
    Case(
        "LA-03/hostile-text",
        ("C-LA-03",),
        Text("Hostile text is refused or inert", "恶意文本被拒绝或不起作用"),
        Text(
            "Refuse control and bidirectional characters; never say back what a question said.",
            "拒绝控制字符与双向控制字符；不回显问题内容。",
        ),
        texts,
    ),
)
