# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`catalogue`: rule files and tables of standards: those in force, a shipped one's text, a file's errors, a preview."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from federation.errors import Misuse
from federation.rules.catalogue.check import check_rule_file, check_table
from federation.rules.catalogue.rule_file import Problem
from federation.rules.rule_book import files_in_use, shipped_rules
from federation.standards.bundle import SHIPPED_NAMES, Standards, shipped_standards
from federation.standards.catalogue import ReasonTexts
from federation.standards.reading import shipped
from node.assemble.stages import Foundation, rule_files, standard_files
from node.cli.catalogue.disclosure import show_disclosure
from node.cli.catalogue.files import TABLES, path_of, read_file
from node.cli.catalogue.preview import preview_rules
from node.cli.opening import CURRENT, AsJson, NodeFolder
from node.cli.printing import Document, ExitCode, print_json, print_table, print_text, problem_line
from node.config import CONFIG_NAME, load_config

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE…",
        help="规则或代码表文件，所在文件夹表明种类 / Rule files or tables; the folder each is in tells its kind",
    ),
]
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="目录名，可带版本 / Name of a catalogue, with or without its version")
]

catalogue = typer.Typer(
    help="目录：生效情况、随附文本、文件检查、变更预览 / Catalogues: in force, shipped, errors, what would change",
    invoke_without_command=True,
)


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that was looked at.

    Attributes:
        file: as it was given.
        problems: what is wrong with it.
    """

    file: Path
    problems: tuple[Problem, ...]


@catalogue.callback()
def show_catalogues(ctx: typer.Context, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """显示本节点生效的规则和代码表 / Show the rules and tables that this node goes by."""
    if ctx.invoked_subcommand is not None:
        return
    rows = list(_in_force(node))
    if as_json:
        print_json({"catalogues": [dict(zip(("kind", "name", "own"), row, strict=True)) for row in rows]})
        return
    columns = ("种类 / Kind", "目录 / Catalogue", "来源 / From")
    named = {True: "本节点 / this node", False: "随附 / shipped"}
    print_table("生效目录 / In force", columns, [(kind, name, named[own]) for kind, name, own in rows])


@catalogue.command("show")
def show_shipped(name: Name, as_json: AsJson = False) -> None:
    """打印随附的文件，作为自编文件的起点 / Print a file that ships, to begin an own one with."""
    for path, raw in _all_shipped().items():
        file = path.rpartition("/")[2]
        if name in (file.partition("@")[0], file.rpartition(".")[0], file):
            text = raw.decode()
            if as_json:
                print_json({"file": path, "text": text})
            else:
                print_text(text.rstrip())
            return
    raise Misuse("DATA_MISSING", f"{name} does not ship with this program; `xinqiao catalogue` names what is in force")


@catalogue.command("check")
def check_files(files: Files, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """检查规则或代码表文件，逐行说明错误 / Explain every error in rule files or tables, by line."""
    standards = Foundation(load_config(node)).standards if (node / CONFIG_NAME).exists() else shipped_standards()
    examined = [Examined(file, _problems(file, standards)) for file in files]
    if as_json:
        print_json({"files": [_document(each, standards.reasons) for each in examined]})
    else:
        for each in examined:
            for line in _lines(each, standards.reasons):
                print_text(line)
    if any(each.problems for each in examined):
        raise typer.Exit(ExitCode.REFUSED)


catalogue.command("preview")(preview_rules)
catalogue.command("disclosure")(show_disclosure)


def _in_force(node: Path) -> Iterator[tuple[str, str, bool]]:
    """Kind and pinned name of each file that counts, and whether it is the node's own."""
    config = load_config(node)
    for path in sorted(files_in_use(rule_files(config))):
        kind, _, file = path.partition("/")
        yield kind, file.removesuffix(".toml"), (config.rules_folder / path).exists()
    own = standard_files(config)
    for name in Foundation(config).standards.versions():
        yield TABLES, name, name.partition("@")[0] in own


def _all_shipped() -> Mapping[str, bytes]:
    """Every file that ships, by path."""
    return {**shipped_rules(), **{f"{TABLES}/{name}": shipped(name) for name in SHIPPED_NAMES.values()}}


def _problems(file: Path, standards: Standards) -> tuple[Problem, ...]:
    """What is wrong with a file.

    Raises:
        Misuse: FILE_TOO_LARGE.
    """
    raw, path = read_file(file), path_of(file)
    folder = path.partition("/")[0]
    return check_table(path, raw) if folder == TABLES else check_rule_file(path, raw, standards)


def _document(examined: Examined, reasons: ReasonTexts) -> Document:
    return {
        "file": str(examined.file),
        "sound": not examined.problems,
        "problems": [_problem_document(problem, reasons) for problem in examined.problems],
    }


def _problem_document(problem: Problem, reasons: ReasonTexts) -> Document:
    code = problem.cause or problem.reason
    text = reasons.of(code)
    where: Document = {"line": problem.line, "table": problem.table, "field": problem.field}
    return {**where, "reason": code, "zh": text.zh, "en": text.en, "detail": problem.detail}


def _lines(examined: Examined, reasons: ReasonTexts) -> Iterator[str]:
    """One line for each problem, as compilers write them; or that there is none."""
    if not examined.problems:
        yield f"✓ {examined.file}"
    for problem in examined.problems:
        line = problem_line(problem.cause or problem.reason, _printable(problem.detail), reasons)
        yield f"✗ {examined.file}:{problem.line}: {line}"


def _printable(text: str) -> str:
    """A text without what could steer a terminal: a key of somebody else's file may hold anything."""
    return "".join(character if character.isprintable() else "�" for character in text)
