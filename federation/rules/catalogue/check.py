# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Everything that is wrong with an operator's file, before a node is given it: a rule file, or a table of standards.

Beyond what a node refuses to start with, codes are looked up: a rule for a field of regulation that no catalogue names
would be in force and never fit anything.
"""

import re
from collections.abc import Iterator
from itertools import islice

from federation.errors import ConfigFault
from federation.records.value import Value
from federation.rules.catalogue.lines import Lines, line_said
from federation.rules.catalogue.rule_file import MAX_PROBLEMS, Problem, RuleFile, read_rule_file
from federation.standards.bundle import Standards, build_standards
from federation.standards.catalogue import CodeSet
from federation.standards.reading import decode

_ROW = re.compile(r":([0-9]+): ")
_VALUE = re.compile(r"^[^\[:]+(?: \[([^\]]+)\])?: (?:([a-z_]+) is|unknown key '([^']+)')")
_TABLE = re.compile(r"^[^\[:]+ \[([^\]]+)\]: ")


def check_rule_file(path: str, raw: bytes, standards: Standards) -> tuple[Problem, ...]:
    """Tells all that is wrong with a rule file; nothing for a sound one.

    Args:
        path: `<folder>/<id>@<version>.toml`, with forward slashes.
        raw: its bytes.
        standards: the tables its codes are looked up in.
    """
    read = read_rule_file(path, raw)
    return read.problems or tuple(islice(_unknown_codes(path, raw.decode(), read, standards), MAX_PROBLEMS))


def check_table(path: str, raw: bytes) -> tuple[Problem, ...]:
    """Tells the first thing that is wrong with a table of standards; nothing for a sound one.

    Args:
        path: `standards/<id>@<version>.<ending>`.
        raw: its bytes.
    """
    try:
        build_standards({path.rpartition("/")[2].partition("@")[0]: raw})
    except ConfigFault as fault:
        return (_of_table(path, raw, fault),)
    return ()


def _of_table(path: str, raw: bytes, fault: ConfigFault) -> Problem:
    """A fault of a table, with the line as far as its detail tells where."""
    try:
        text = decode(raw, path)
    except ConfigFault:
        text = ""
    row, value, table = (pattern.search(fault.detail) for pattern in (_ROW, _VALUE, _TABLE))
    if row is not None or fault.reason == "DATA_MALFORMED":
        line = int(row[1]) if row else line_said(fault.detail, text)
        return Problem(fault.reason, line, "", "", "", f"{path}: {fault.detail}")
    of, key = (value[1] or "", value[2] or value[3]) if value else (table[1] if table else "", "")
    return Problem(fault.reason, Lines(text).of(of, key), of, key, "", f"{path}: {fault.detail}")


def _unknown_codes(path: str, text: str, read: RuleFile, standards: Standards) -> Iterator[Problem]:
    """Codes that stand in no catalogue."""
    lines = Lines(text)
    values = [("", read.root)] if read.root is not None else []
    values += [(f"{name}.{own}", value) for name, table in read.tables.items() for own, value in table.items()]
    for table, value in values:
        for key, code, codes, cause in _codes(value, standards):
            if not codes.knows(code):
                place = f"{path} [{table}]" if table else path
                detail = f"{place}: {key}: {code!r} is not in {codes.header.name}"
                yield Problem("DATA_FIELD", lines.of(table, key), table, key, cause, detail)


def _codes(value: Value, standards: Standards) -> Iterator[tuple[str, str, CodeSet, str]]:
    """Each code in a value: key, code, the set it should be of, and what to say if it is not."""
    kinds = {
        "field": (standards.fields, "FIELD_UNKNOWN"),
        "fields": (standards.fields, "FIELD_UNKNOWN"),
        "list_fields": (standards.fields, "FIELD_UNKNOWN"),
        "filing_categories": (standards.agency_categories, "CATEGORY_UNKNOWN"),
        "purpose": (standards.purposes, "PURPOSE_UNKNOWN"),
    }
    for key, (codes, cause) in kinds.items():
        found = getattr(value, key, ())
        for code in (found,) if isinstance(found, str) else found:
            yield key, code, codes, cause
