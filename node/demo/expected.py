# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the sample files promise: the table in their README, which the script that makes them writes."""

import re
from collections import Counter
from dataclasses import dataclass

from node.demo.process import Document, failed
from node.demo.topology import SAMPLES

_ROW = re.compile(r"\| (\d{6}/[\w.]+) \| [^|]* \| [^|]* \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|")
_REASONS = re.compile(r"- (\d{6}/[\w.]+): (.*)")
_REASON = re.compile(r"([A-Z][A-Z0-9_]*) (\d+)")


@dataclass(frozen=True, slots=True)
class Rows:
    """Counts of one file, or of several together."""

    read: int
    accepted: int
    duplicate: int
    refused: Counter[str]

    @property
    def sound(self) -> bool:
        """Whether every row became exactly one thing."""
        return self.read == self.accepted + self.duplicate + self.refused.total()

    def __add__(self, other: "Rows") -> "Rows":
        return Rows(
            self.read + other.read,
            self.accepted + other.accepted,
            self.duplicate + other.duplicate,
            self.refused + other.refused,
        )

    def document(self) -> Document:
        """As JSON."""
        refused = dict(sorted(self.refused.items()))
        return {"read": self.read, "accepted": self.accepted, "duplicate": self.duplicate, "refused": refused}


def promised() -> dict[str, Rows]:
    """The counts that each sample file promises, by `<node id>/<file>`.

    Raises:
        Fault: DEMO_FAILED, the README has no such table.
    """
    text = (SAMPLES / "README.md").read_text(encoding="utf-8")
    reasons = {
        name: Counter({code: int(count) for code, count in _REASON.findall(listed)})
        for name, listed in _REASONS.findall(text)
    }
    found = {
        name: Rows(int(read), int(accepted), int(duplicate), reasons.get(name, Counter()))
        for name, read, accepted, duplicate, _ in _ROW.findall(text)
    }
    if not found:
        raise failed("the README of the samples has no table of counts")
    return found


def imported(document: Document) -> Rows:
    """The counts of one file, as `import --json` tells them."""
    return Rows(document["read"], document["accepted"], document["duplicates"], Counter(document["refused"]))


def check_import(node_id: str, documents: list[Document], promises: dict[str, Rows]) -> None:
    """Compares what became of each file with what was promised.

    Raises:
        Fault: DEMO_FAILED, naming the file and both counts.
    """
    for document in documents:
        name = f"{node_id}/{document['file'].rsplit('/', 1)[-1]}"
        rows, promise = imported(document), promises.get(name)
        if rows != promise or not rows.sound:
            expected = promise.document() if promise else None
            raise failed(f"{name}: expected {expected}, imported {rows.document()}")
