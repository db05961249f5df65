# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The contract: linted, and its generated code is what the sources give."""

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def _compared(left: Path, right: Path) -> list[str]:
    """Files that are in one tree only, or differ."""
    compared = filecmp.dircmp(left, right, ignore=["__pycache__"])
    differing = [*compared.left_only, *compared.right_only]
    _, mismatch, errors = filecmp.cmpfiles(left, right, compared.common_files, shallow=False)
    differing += [*mismatch, *errors]
    for name in compared.common_dirs:
        differing += [f"{name}/{below}" for below in _compared(left / name, right / name)]
    return differing


def test_generated_code_is_fresh(tmp_path: Path) -> None:
    """Generating anew from the sources changes nothing in `protos/gen`."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-test.lock"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "protos" / "creditexchange", tmp_path / "protos" / "creditexchange")
    (tmp_path / ".venv").symlink_to(BIN.parent)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}

    subprocess.run(
        ["make", "-s", "-o", ".venv/.test", "proto"], cwd=tmp_path, env=environment, check=True, capture_output=True
    )

    assert [] == _compared(ROOT / "protos" / "gen", tmp_path / "protos" / "gen")


def test_contract_is_clean() -> None:
    """`buf lint` and `buf format` have nothing to say."""
    for arguments in (["lint"], ["format", "-d", "--exit-code"]):
        done = subprocess.run(
            [BIN / "buf", *arguments], cwd=ROOT / "protos", capture_output=True, text=True, check=False
        )

        assert (0, "") == (done.returncode, done.stdout)


def test_breaking_check_bites(tmp_path: Path) -> None:
    """The breaking-change check passes on the contract itself, and refuses a renumbered field."""
    module = tmp_path / "protos"
    shutil.copytree(ROOT / "protos" / "creditexchange", module / "creditexchange")
    shutil.copy(ROOT / "protos" / "buf.yaml", module)
    command = [str(BIN / "buf"), "breaking", "--against", str(ROOT / "protos")]
    same = subprocess.run(command, cwd=module, capture_output=True, check=False)
    entry = module / "creditexchange" / "v1" / "entry.proto"
    entry.write_text(entry.read_text().replace("bytes salt = 3;", "bytes salt = 9;"))

    changed = subprocess.run(command, cwd=module, capture_output=True, text=True, check=False)

    assert 0 == same.returncode
    assert 0 != changed.returncode
    assert "entry.proto" in changed.stdout
