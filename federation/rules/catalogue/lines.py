# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Where in a TOML text a table or key stands, for messages: the parser of the standard library does not say.

Reads well-formed texts only. What stands inside a text of several lines is passed over.
"""

import re
from functools import cached_property

_TABLE = re.compile(r"\s*\[{1,2}\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*=")
_SAID = re.compile(r"\(at line ([0-9]+), column [0-9]+\)")
_LONG = ('"""', "'''")


class Lines:
    """The lines of a text, gone through once, when the first is asked for.

    Args:
        text: a well-formed TOML text.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def of(self, table: str, key: str) -> int:
        """The line, from 1, of a key; of its table where the key is not there, and 1 where the table is not.

        Args:
            table: dotted name of the table; empty for the root.
            key: name of the key; empty for the table itself.
        """
        return self._places.get((table, key)) or self._places.get((table, ""), 1)

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        places: dict[tuple[str, str], int] = {}
        table = closing = ""
        for number, line in enumerate(self._text.split("\n"), 1):
            if closing:
                closing = "" if closing in line else closing
                continue
            heading, entry = _TABLE.match(line), _KEY.match(line)
            if heading:
                table = ".".join(part.strip().strip("\"'") for part in heading[1].split("."))
                places.setdefault((table, ""), number)
            elif entry:
                places.setdefault((table, entry[1]), number)
                closing = next((mark for mark in _LONG if line.count(mark) == 1), "")
        return places


def line_said(message: str, text: str) -> int:
    """The line that the parser's complaint names; the last one where it speaks of the end."""
    said = _SAID.search(message)
    return int(said[1]) if said else text.count("\n") + 1
