# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The help says everything in both languages."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import typer.main

from node.cli.main import COMMANDS, program
from node.cli.printing import MEANINGS, ExitCode

Xinqiao = Callable[..., Any]
CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile("[A-Za-z]{3}")


def every_command(group: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command of the program with its words, groups included."""
    for name, command in getattr(group, "commands", {}).items():
        yield (*path, name), command
        yield from every_command(command, (*path, name))


ALL = dict(every_command(typer.main.get_command(program(list(COMMANDS)))))


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_each_command_says_what_it_does_in_both_languages(words: tuple[str, ...]) -> None:
    """The sentence of each command is Chinese and English."""
    said = ALL[words].help

    assert CHINESE.search(said)
    assert ENGLISH.search(said)


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_each_argument_is_named_in_both_languages(words: tuple[str, ...]) -> None:
    """Every argument and option of each command has a help text that is Chinese and English."""
    own = [parameter for parameter in ALL[words].params if parameter.name != "help"]

    lacking = [
        parameter.name
        for parameter in own
        if not (parameter.help and CHINESE.search(parameter.help) and ENGLISH.search(parameter.help))
    ]
    assert [] == lacking


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_each_command_can_print_json(words: tuple[str, ...]) -> None:
    """Every command has --json."""
    assert any("--json" in parameter.opts for parameter in ALL[words].params)


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_help_of_each_command_is_shown(xinqiao: Xinqiao, words: tuple[str, ...]) -> None:
    """--help works everywhere and ends with 0."""
    said = xinqiao(*words, "--help")

    assert (0, "") == (said.code, said.err)
    assert words[-1] in said.out


def test_the_help_lists_every_command_and_exit_code(xinqiao: Xinqiao) -> None:
    """Without arguments the whole is shown: each command, and each exit code with its meaning."""
    said = xinqiao()

    assert [] == [name for name in COMMANDS if name not in said.out]
    flat = re.sub(r"\s+", " ", said.out)
    assert [] == [code.name for code in ExitCode if f"{code.value} {MEANINGS[code][0]}" not in flat]


def test_the_version_is_told(xinqiao: Xinqiao) -> None:
    """--version prints one line."""
    said = xinqiao("--version")

    assert (0, 1) == (said.code, len(said.out.splitlines()))
