# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The command as people and build servers run it: exit codes, files, plain lines in a pipe."""

import asyncio
import json
import sys
from pathlib import Path

from conformance.register import CASES
from tests.conformance.reference.bench import Bench
from tests.conformance.reference.fault import Fault

ROOT = Path(__file__).parents[2]


async def _run(*arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "conformance", *arguments,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_the_correct_node_exits_0_and_writes_both_files(bench: Bench, tmp_path: Path) -> None:
    """A full run leaves JSON and JUnit files that agree with the exit code."""
    files = ("--json", str(tmp_path / "r.json"), "--junit", str(tmp_path / "r.xml"))
    async with bench.following() as address:
        code, out, _ = await _run("--target", address, "--config", str(bench.peered), *files)
    assert code == 0
    assert out.rstrip().split("\n")[-1] == f"CONFORMANT 符合: {len(CASES)} PASS"
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["exit_code"] == 0
    assert (tmp_path / "r.xml").read_text(encoding="utf-8").startswith("<?xml")


async def test_a_faulty_node_exits_1_and_the_failure_is_told(bench: Bench) -> None:
    """The failure names case, clause and reason on one line."""
    async with bench.serve(Fault.CLOCK_STOPPED) as address:
        code, out, _ = await _run("--target", address, "--config", str(bench.config))
    assert code == 1
    assert "FAIL FR-01/fresh C-FR-01 HEAD_STALE" in out.split("\n")


async def test_only_one_case_is_a_partial_run_and_exits_2(bench: Bench) -> None:
    """A passed part proves nothing about the whole."""
    async with bench.serve() as address:
        code, out, _ = await _run("--target", address, "--config", str(bench.config), "--only", "LP-01/form")
    assert (code, out.rstrip().split("\n")[-1]) == (2, "INCONCLUSIVE 无法判定: 1 PASS; partial run")


async def test_a_bad_file_exits_3_with_one_line_for_each_mistake(bench: Bench) -> None:
    """The operator's mistake is told in lines, without a trace."""
    path = bench.variant("cli", lambda text: text.replace("[feeds]", "[feeds]\nopne = 1"))
    code, out, err = await _run("--target", "127.0.0.1:1", "--config", str(path))
    line = "configuration: [feeds] opne is unknown: remove it or mend its spelling\n"
    assert (code, out, err) == (3, "", line)


async def test_an_unknown_option_exits_3() -> None:
    """A command line that cannot be read is configuration, not an inconclusive run."""
    code, out, err = await _run("--colour")
    assert (code, out, err) == (3, "", "configuration: No such option: --colour\n")


async def test_the_list_needs_no_node() -> None:
    """Every case is listed, in order, without a candidate."""
    code, out, _ = await _run("--list")
    assert code == 0
    assert [line.split()[0] for line in out.rstrip().split("\n")] == [case.id for case in CASES]
