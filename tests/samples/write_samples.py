# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes the demo's sample files and their README: `python -m tests.samples.write_samples [FOLDER]`, from the root.

Deterministic: the same bytes on every run. The README's counts are found by really translating and admitting each file,
and the script stops when a row does not become what its author expected.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from adapters.reading.table import open_source
from adapters.row import Translated
from adapters.translate import translate
from federation.records.act import Annotation, Ending
from federation.records.codec import encode
from federation.records.exchange import Exchange
from federation.records.feed_policy import FeedPolicy
from federation.rules.admission import Admitted, admit
from federation.rules.rule_book import RuleBook, parse_rule_book, shipped_rules
from federation.standards.bundle import shipped_standards
from tests.samples.files import FILES, SampleFile, content
from tests.samples.listings import OBJECTED, RED_HERE_BLACK_THERE, REPAIRED, STORY, STORY_NUMBER
from tests.samples.rows import ACCEPTED, DUPLICATE

FOLDER = Path(__file__).parents[2] / "node" / "demo" / "samples"
AS_OF = date(2026, 11, 20)
"""The day for which the counts are stated; no row's admission depends on a later one before 2086."""

_HEAD = """\
<!-- SPDX-FileCopyrightText: Xinqiao contributors -->
<!-- SPDX-License-Identifier: Apache-2.0 -->
# Sample files of the demo

Written by `python -m tests.samples.write_samples`; do not edit. All subjects and persons are invented; their codes
have valid check digits (organisation codes of the range PDY00001 to PDY99999, persons born before 1915).
""".splitlines()
_TABLE = """
| file | header | form | rows | accepted | duplicate | refused |
| --- | --- | --- | --- | --- | --- | --- |
""".splitlines()
_STORY = f"""
## The story

- {STORY.name} ({STORY.code}):
  black-listed by the Hangzhou ecology bureau, {STORY_NUMBER}; the demo removes it.
- {RED_HERE_BLACK_THERE.name} ({RED_HERE_BLACK_THERE.code}):
  red in Hangzhou, black in Shanghai.
- {OBJECTED.name} ({OBJECTED.code}):
  black-listed in Hangzhou; its objection, filed in Shanghai, is granted.
- {REPAIRED.name} ({REPAIRED.code}):
  black-listed in Hangzhou since 2025; its repair, applied for in Shanghai, is granted.

## Refused, by reason

""".splitlines()
_SPECIAL = """
## Special rows

Row numbers are those of a spreadsheet; the header is row 1.

| file | row | what it is | becomes |
| --- | --- | --- | --- |
""".splitlines()


def write(folder: Path) -> None:
    """Writes all files below a folder.

    Raises:
        AssertionError: a row becomes something else than expected.
    """
    found = {}
    for file in FILES:
        path = folder / file.node / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(file))
        found[file] = results(path, file)
        expected = [sample.expect for sample in file.samples()]
        differing = [
            (number, wanted, got)
            for number, (wanted, got) in enumerate(zip(expected, found[file], strict=True), 2)
            if wanted != got
        ]
        if differing:
            raise AssertionError(f"{file.node}/{file.name}: row, expected, found: {differing}")
    (folder / ".gitattributes").write_text("* -text\n", encoding="utf-8")
    (folder / "README.md").write_text("\n".join(_readme(found)) + "\n", encoding="utf-8")


def results(path: Path, file: SampleFile) -> list[str]:
    """Returns what becomes of each row of a file: ACCEPTED, DUPLICATE or the reason code of its refusal."""
    book = parse_rule_book(shipped_rules(file.node))
    keys: dict[str, bytes] = {}
    with open_source(path) as table:
        outcomes = translate(table, file.kind, shipped_standards())
        return [
            _admitted(outcome, book, file.node, keys) if isinstance(outcome, Translated) else outcome.reason
            for outcome in outcomes
        ]


def _admitted(row: Translated, book: RuleBook, home: str, keys: dict[str, bytes]) -> str:
    record = row.record
    assert not isinstance(record, Ending | Annotation | FeedPolicy | Exchange)
    verdict = admit(record, shipped_standards(), book, AS_OF, home)
    if not isinstance(verdict, Admitted):
        return verdict.reason
    payload = encode(record)
    known = keys.setdefault(record.key, payload)
    if known is payload:
        return ACCEPTED
    return DUPLICATE if known == payload else "KEY_CONFLICT"


def _readme(found: dict[SampleFile, list[str]]) -> Iterator[str]:
    rows = sum(map(len, found.values()))
    yield from _HEAD
    yield f"{rows} rows in {len(found)} files. Counts hold for an import of each file into its own node, from nothing."
    yield from _TABLE
    for file, outcomes in found.items():
        counts = Counter(outcomes)
        refused = len(outcomes) - counts[ACCEPTED] - counts[DUPLICATE]
        form = "XLSX" if file.name.endswith(".xlsx") else f"CSV, {file.encoding}"
        header = f"{file.header}, reversed" if file.reverse else file.header
        yield (
            f"| {file.node}/{file.name} | {header} | {form} | {len(outcomes)} | {counts[ACCEPTED]} "
            f"| {counts[DUPLICATE]} | {refused} |"
        )
    yield from _STORY
    for file, outcomes in found.items():
        counts = Counter(outcome for outcome in outcomes if outcome not in (ACCEPTED, DUPLICATE))
        listed = ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()))
        yield f"- {file.node}/{file.name}: {listed or 'none'}"
    yield from _SPECIAL
    for file in found:
        for number, sample in enumerate(file.samples(), 2):
            if sample.why:
                yield f"| {file.node}/{file.name} | {number} | {sample.why} | {sample.expect} |"


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
