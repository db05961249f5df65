# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The command `xinqiao` and its exit. Every fault ends in one line on standard error and a documented exit code."""

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Annotated

import typer

from federation.errors import Fault
from node.cli.printing import ExitCode, codes_help, exit_of, print_fault, print_interrupted, print_problem, print_text

COMMANDS = {
    "init": "node.cli.making.init:init",
    "import": "node.cli.sources:import_files",
    "serve": "node.cli.setup:serve",
    "renew": "node.cli.setup:renew",
    "status": "node.cli.overview:status",
    "peers": "node.cli.peers:peers",
    "feeds": "node.cli.overview:feeds",
    "feed": "node.cli.feed.refill:feed",
    "list": "node.cli.overview:list_counting",
    "filings": "node.cli.filings.group:filings",
    "query": "node.cli.subjects:query",
    "check": "node.cli.loop.check:check",
    "explain": "node.cli.deciding.explain:explain",
    "replay": "node.cli.deciding.replay:replay",
    "end": "node.cli.entries:end",
    "mark": "node.cli.entries:mark",
    "objection": "node.cli.cases.filing:objection",
    "repair": "node.cli.cases.filing:repair",
    "cases": "node.cli.cases.handling:cases",
    "feedback": "node.cli.loop.feedback:feedback",
    "loop": "node.cli.loop.loop:loop",
    "duty": "node.cli.loop.duty:duty",
    "erase": "node.cli.erasing.erase:erase",
    "retention": "node.cli.erasing.retention:retention",
    "propagation": "node.cli.propagating.propagation:propagation",
    "holders": "node.cli.holders.group:holders",
    "exchanges": "node.cli.auditing.exchanges:exchanges",
    "openings": "node.cli.auditing.openings:openings",
    "authorisations": "node.cli.asking.barring:authorisations",
    "officers": "node.cli.asking.barring:officers",
    "audit": "node.cli.auditing.group:audit",
    "proof": "node.cli.proofs:proof",
    "verify-proof": "node.cli.proofs:verify_proof",
    "verify": "node.cli.overview:verify",
    "store": "node.cli.store.group:store",
    "backup": "node.cli.store.keeping:backup",
    "restore": "node.cli.store.keeping:restore",
    "migrate": "node.cli.store.keeping:migrate",
    "catalogue": "node.cli.catalogue.group:catalogue",
    "report": "node.cli.auditing.kept:report",
    "verify-answer": "node.cli.auditing.kept:verify_answer",
    "check-code": "node.cli.subjects:check_codes",
    "demo": "node.cli.setup:demo",
}
"""Each command and the function behind it. Its module is loaded when it is called: nobody waits for the others."""


def program(names: Sequence[str]) -> typer.Typer:
    """The program with some of its commands."""
    made = typer.Typer(
        name="xinqiao",
        help="信桥：公共信用信息跨区域互认节点 / Xinqiao: a federated credit exchange node",
        epilog=codes_help(),
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    made.callback()(_root)
    for name in names:
        module, _, function = COMMANDS[name].partition(":")
        command = getattr(import_module(module), function)
        if isinstance(command, typer.Typer):
            made.add_typer(command, name=name)
        else:
            made.command(name)(command)
    return made


def _version(wanted: bool) -> None:
    if wanted:
        metadata = import_module("importlib.metadata")  # takes longer to load than to read, and no other command asks
        try:
            print_text(metadata.version("xinqiao"))
        except metadata.PackageNotFoundError:
            print_text("unknown")
        raise typer.Exit


def _root(
    shown: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本 / Show the version")
    ] = False,
) -> None:
    """信桥：公共信用信息跨区域互认节点 / Xinqiao: a federated credit exchange node."""


def main() -> None:
    """Runs the command of this process and exits; what the terminal's encoding lacks is printed as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs one command.

    Args:
        arguments: what stands after the program's name; nothing shows the help.

    Returns:
        The exit code, one of `ExitCode`.
    """
    # gRPC writes lines of its own beside ours, about each handshake that fails; whoever wants them asks for them
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    wanted = [name for name in arguments[:1] if name in COMMANDS]
    try:
        app = program(wanted or list(COMMANDS))
        _loaded()
        code = app(list(arguments) or ["--help"], prog_name="xinqiao", standalone_mode=False)
    except typer.TyperException as wrong:
        print_problem("USAGE_WRONG", f"{wrong.format_message()} (--help)")
        return ExitCode.USAGE
    except Fault as fault:
        print_fault(fault)
        return exit_of(fault)
    except OSError as wrong:  # of the last files without a door of their own: a folder that cannot be made or read
        print_problem("FILE_UNREADABLE", f"{wrong.filename or ''}: {wrong.strerror}")
        return ExitCode.UNAVAILABLE
    except (KeyboardInterrupt, typer.Abort):
        code = ExitCode.INTERRUPTED
    if code == ExitCode.INTERRUPTED:  # typer itself makes a code of most interruptions
        print_interrupted()
    return code if isinstance(code, int) else ExitCode.DONE


def _loaded() -> None:
    """Looks for garbage from here on, if nobody has so far (`node.__main__`): not in what was loaded, which stays."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
