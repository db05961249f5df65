# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`openings`: what stands behind entries of the exchange log, opened by two persons: one asks, another one grants."""

from pathlib import Path
from typing import Annotated

import typer

from federation.errors import FieldFault, Misuse, NoteFault
from federation.log.note import ED25519, MAX_NOTE_BYTES, Note, SignatureLine, Verifier, sign_note
from federation.records.exchange import Question
from federation.rules.audit.warrant import Warrant
from federation.standards.calendar import china_time
from node.assemble.auditing.logbook import Logbook, Opened
from node.cli.auditing.files import write_alone
from node.cli.opening import CURRENT, AsJson, NodeFolder, desk_at, now_ms
from node.cli.printing import Document, print_facts, print_json, print_table
from node.config import Config, load_config
from node.identity.keys import FileSigner, create_signer, load_signer

Ids = Annotated[
    list[str], typer.Argument(metavar="ID...", help="交换编号或查阅编号 / Exchange ids or access ids to be opened")
]
Reason = Annotated[str, typer.Option("--reason", help="理由，一行 / Why, in one line")]
KeyFile = Annotated[Path, typer.Option("--key", metavar="FILE", help="本人的私钥文件 / File of the own private key")]
Target = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="要写出的开封单 / Warrant to write")]
WarrantFile = Annotated[Path, typer.Argument(metavar="FILE", help="开封单 / Warrant, as `openings ask` wrote it")]
PersonName = Annotated[str, typer.Argument(metavar="NAME", help="人员代号，如 wang / Short name of the person")]
NewKey = Annotated[
    Path, typer.Argument(metavar="FILE", help="要写出的私钥文件（0600）/ Private key file to write (0600)")
]

openings = typer.Typer(
    help="交换日志条目背后的内容：须两人同意方可开封 / What stands behind log entries; two persons open it together",
    invoke_without_command=True,
)


@openings.callback()
def show_operators(ctx: typer.Context, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """列出可申请或同意开封的人员 / List the persons who may ask for an opening, or grant it."""
    if ctx.invoked_subcommand is not None:
        return
    names = [Verifier.parse(each.key).name for each in load_config(node).operator]
    if as_json:
        print_json({"operators": names})
    else:
        print_table(f"人员 / Operators: {len(names)}", ("",), [(name,) for name in names])


@openings.command("new-key")
def new_key(name: PersonName, file: NewKey, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """为一名人员生成密钥，并打印配置段 / Make a person's key, and print the block for the configuration."""
    config = load_config(node)
    try:
        signer = create_signer(file)
        text = Verifier(f"{config.node.federation}/{config.node.id}/{name}", ED25519, signer.public_key).text()
    except FieldFault as fault:
        raise Misuse(fault.reason, fault.detail) from None
    except OSError as wrong:
        raise Misuse("FILE_UNWRITABLE", f"{file}: {wrong.strerror}") from None
    if as_json:
        print_json({"key": text, "file": str(file)})
    else:
        print_facts("写入 xinqiao.toml / For xinqiao.toml", [("[[operator]]", f'key = "{text}"')])


@openings.command("ask")
def ask(
    ids: Ids, *, reason: Reason, key: KeyFile, output: Target, node: NodeFolder = CURRENT, as_json: AsJson = False
) -> None:
    """申请开封，写出由本人签署的开封单 / Ask for an opening: writes a warrant with the own signature."""
    config, signer = load_config(node), load_signer(key)
    warrant = Warrant(f"{config.node.federation}/{config.node.id}", now_ms(), reason, tuple(sorted(set(ids))))
    write_alone(output, (Note(warrant.text(), (_line(config, signer, warrant.text()),)).encode(),))
    _show(warrant, output, as_json=as_json)


@openings.command("grant")
def grant(file: WarrantFile, key: KeyFile, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """由另一人同意开封，在开封单上加签 / Grant an opening, as another person: adds a signature to the warrant."""
    config, note = load_config(node), _note(file)
    warrant = Warrant.parse(note.text)
    line = _line(config, load_signer(key), note.text)
    if any((each.name, each.key_id) == (line.name, line.key_id) for each in note.signatures):
        raise Misuse("WARRANT_NOT_GRANTED", "whoever asked cannot grant; another person has to")
    write_alone(file, (Note(note.text, (*note.signatures, line)).encode(),))
    _show(warrant, file, as_json=as_json)


@openings.command("read")
def read(file: WarrantFile, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """凭两人签署的开封单查看内容；先记入日志 / Show what a warrant of two persons opens, once that is logged."""
    raw = _note(file).encode()
    with desk_at(node) as desk:
        names, found = Logbook(desk).open(raw)
    if as_json:
        print_json({"signed": list(names), "opened": [_document(each) for each in found]})
        return
    rows = [
        (each.id, "\n".join(f"{name}: {value}" for name, value in _document(each).items() if name != "id"))
        for each in found
    ]
    print_table(f"已开封 / Opened by {', '.join(names)}: {len(found)}", ("编号 / Id", "内容 / Behind it"), rows)


def _document(opened: Opened) -> Document:
    """What stands behind one entry as JSON."""
    match opened.behind:
        case None:
            return {"id": opened.id, "behind": None}
        case Question() as question:
            return {"id": opened.id, "behind": "question", **question.model_dump(mode="json", exclude={"salt"})}
        case accessed:
            said: Document = {"id": opened.id, "behind": accessed.kind.value, "caller": accessed.caller}
            return {**said, "reference": accessed.reference, "codes": list(accessed.codes)}


def _line(config: Config, signer: FileSigner, text: str) -> SignatureLine:
    """A person's signature, under the name that the configuration knows the key by.

    Raises:
        Misuse: OPERATOR_UNKNOWN.
    """
    for section in config.operator:
        verifier = Verifier.parse(section.key)
        if verifier.public_key == signer.public_key:
            return sign_note(text, verifier.name, signer, signer.public_key)
    raise Misuse("OPERATOR_UNKNOWN", "put the block that `openings new-key` printed into xinqiao.toml")


def _note(file: Path) -> Note:
    try:
        with file.open("rb") as opened:
            return Note.parse(opened.read(MAX_NOTE_BYTES + 1))
    except FileNotFoundError:
        raise Misuse("FILE_NOT_FOUND", f"there is no file {file}") from None
    except OSError as wrong:
        raise Misuse("FILE_UNREADABLE", f"{file}: {wrong.strerror}") from None
    except NoteFault as fault:
        raise Misuse("WARRANT_MALFORMED", fault.detail) from None


def _show(warrant: Warrant, file: Path, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {"file": str(file), "reason": warrant.reason, "asked_ms": warrant.asked_ms, "ids": list(warrant.ids)}
        )
        return
    facts = [
        ("文件 / file", str(file)),
        ("理由 / reason", warrant.reason),
        ("申请 / asked", china_time(warrant.asked_ms)),
    ]
    print_facts("开封单 / Warrant", [*facts, *(("开封 / open", name) for name in warrant.ids)])
