# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`xinqiao-conformance`: puts the cases to a node and says what came of it. README.md is its manual.

Exit codes: 0 conformant, 1 failed, 2 inconclusive or an error of the suite, 3 configuration.
"""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TextColumn

from conformance.config import Config, ConfigProblems, load
from conformance.preflight import preflight
from conformance.register import CASES, find
from conformance.report import inert, show, to_json, to_junit
from conformance.run import run
from conformance.verdict import EXIT_CODES, EXIT_CONFIGURATION, Case, Conclusion, Result

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    target: str
    config: Path
    json: Path | None
    junit: Path | None
    only: tuple[str, ...]


@app.command()
def conformance(
    target: Annotated[str | None, typer.Option(help="HOST:PORT of the node under test.")] = None,
    config: Annotated[Path | None, typer.Option(help="The TOML file that README.md describes.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write the result here as JSON.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the result here as JUnit XML.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Put only this case (may be repeated; partial run).")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the cases and stop.")] = False,
) -> int:
    """Judge whether a node keeps the contract creditexchange.v1.

    Exit codes: 0 conformant, 1 failed, 2 inconclusive or an error of the suite, 3 configuration.
    """
    console, errors = Console(), Console(stderr=True)
    if list_:
        _list(console)
        return 0
    if target is None or config is None:
        return _unusable(errors, ["--target and --config are both needed; see --help"])
    return _judge(Options(target, config, json, junit, tuple(only or ())), console, errors)


def _list(console: Console) -> None:
    for case in CASES:
        line = f"{case.id:<24} {' '.join(case.clauses):<9} {case.title.en} / {case.title.zh}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _unusable(errors: Console, lines: list[str]) -> int:
    for line in lines:
        errors.print(f"configuration: {inert(line)}", markup=False, highlight=False, soft_wrap=True)
    return EXIT_CONFIGURATION


def _judge(options: Options, console: Console, errors: Console) -> int:
    unknown = [f"--only {name}: no such case; see --list" for name in options.only if find(name) is None]
    if unknown:
        return _unusable(errors, unknown)
    try:
        config = load(options.config)
    except ConfigProblems as problems:
        return _unusable(errors, list(problems.lines))
    result = asyncio.run(_put(options, config, errors))
    if isinstance(result, list):
        return _unusable(errors, result)
    show(result, console)
    return _write(options, result, errors)


def _write(options: Options, result: Result, errors: Console) -> int:
    for path, text in ((options.json, to_json), (options.junit, to_junit)):
        try:
            if path is not None:
                path.write_text(text(result), encoding="utf-8")
        except OSError as wrong:
            # A verdict that could not be delivered is none.
            errors.print(f"{path} cannot be written: {wrong.strerror}", markup=False, highlight=False, soft_wrap=True)
            return EXIT_CODES[Conclusion.INCONCLUSIVE]
    return result.exit_code


async def _put(options: Options, config: Config, errors: Console) -> Result | list[str]:
    problems = await preflight(options.target, config)
    if problems:
        return [f"{problem.what}: {problem.mend}" for problem in problems]
    cases: tuple[Case, ...] = tuple(case for case in CASES if not options.only or case.id in options.only)
    with Progress(
        TextColumn("{task.description}"), console=errors, transient=True, disable=not errors.is_terminal
    ) as progress:
        task = progress.add_task("…")
        return await run(
            options.target,
            config,
            cases,
            lambda done: progress.update(task, description=f"{done.case.id} {done.status}"),
        )


def main() -> None:
    """Run the command and leave with its exit code; a command line that cannot be read is configuration (3)."""
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as wrong:
        code = _unusable(Console(stderr=True), [wrong.format_message()])
    except typer.Abort:
        code = EXIT_CODES[Conclusion.INCONCLUSIVE]
    sys.exit(code)
