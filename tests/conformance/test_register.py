# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The clauses of README.md and the cases hold each other: neither may exist without the other."""

import ast
import re
import sys
from dataclasses import fields
from pathlib import Path

import conformance
from conformance import config
from conformance.register import CASES
from conformance.settings import peered

FOLDER = Path(conformance.__file__).parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")
CLAUSE = re.compile(r"^- \*\*(C-[A-Z]{2}-\d{2})\*\* (.+)$", re.MULTILINE)
ROW = re.compile(r"^\| (C-[A-Z]{2}-\d{2}) \| (.+) \|$", re.MULTILINE)
ALLOWED = {"conformance", "creditexchange", "grpc", "cryptography", "typer", "rich", "google"}


def test_every_clause_has_a_case_and_every_case_a_clause() -> None:
    """No MUST is unjudged, and nothing is judged that is not written down."""
    written = {clause for clause, _ in CLAUSE.findall(README)}
    assert written == {clause for case in CASES for clause in case.clauses}


def test_every_clause_is_one_must_and_says_what_it_protects() -> None:
    """A clause is one sentence with one MUST that ends in what it protects."""
    loose = [c for c, text in CLAUSE.findall(README) if "MUST" not in text or text.count("; this protects ") != 1]
    assert loose == []


def test_the_table_of_the_readme_is_the_register() -> None:
    """The table from clause to cases says exactly what the register holds."""
    wanted: dict[str, list[str]] = {}
    for case in CASES:
        for clause in case.clauses:
            wanted.setdefault(clause, []).append(case.id)
    assert {clause: ids.split(", ") for clause, ids in ROW.findall(README)} == wanted


def test_ids_are_well_formed_and_used_once() -> None:
    """A case's id is group, number and slug; its number is used once."""
    ids = [case.id for case in CASES]
    assert [i for i in ids if not re.fullmatch(r"(TI|WC|LP|FE|PS|AU|FR|QU|QP|EA|LA|LM|RO|AF)-\d{2}/[a-z-]+", i)] == []
    assert len({i.split("/")[0] for i in ids}) == len(ids)


def test_every_case_speaks_both_languages() -> None:
    """Title and cure of every case are there in English and in Chinese."""
    texts = [text for case in CASES for text in (case.title, case.mend)]
    assert [text for text in texts if not text.en.isascii() or not re.search("[\u4e00-\u9fff]", text.zh)] == []


_TABLES = {"Local": peered.Local, "Lists": peered.Lists, "Filings": peered.Filings}


def _keys_of(kind: type) -> list[str]:
    """Keys of a table and of the tables inside it; bodies and places are written as inline tables."""
    found = []
    for one in fields(kind):
        inner = _TABLES.get(one.name.capitalize())
        found += [f"{one.name}.{key}" for key in _keys_of(inner)] if inner else [one.name]
    return [
        key for name in found for key in ([name] if name != "local.credential" else ["local.certificate", "local.key"])
    ]


def test_every_key_of_the_configuration_is_in_the_readme() -> None:
    """The reference of the configuration file names every key that the loader knows."""
    tables: dict[str, type] = {"target": config.Target, "keys": config.Keys, "feeds": config.Feeds}
    tables |= {"questions": config.Questions, "limits": config.Limits}
    keys = [f"{name}.{field.name}" for name, kind in tables.items() for field in fields(kind)]
    keys += [f"strangers.{name}" for name in config.STRANGERS]
    keys += [f"peer.{name}" for name in _keys_of(peered.Peering)]
    members = ("identity", "coordinator", "relay")
    keys += [f"{who}.{name}" for who in members for name in ("node_id", "certificate", "key", "message_key")]
    assert [key for key in keys if f"`{key}`" not in README] == []


def test_the_suite_shares_no_code_with_what_it_judges() -> None:
    """It imports the generated contract, the standard library and four public packages, and nothing of the node."""
    foreign = set()
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign |= {name.split(".")[0] for name in names}
    assert foreign - set(sys.stdlib_module_names) <= ALLOWED
