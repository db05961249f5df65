# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Code sets and the texts of reasons: lists of stable codes with Chinese and English names, versioned as data.

The code tables of GB/T 39441 and GB/T 39446 could not be read; until they can, the codes are local mnemonics, and the
sets are replaceable files. A set is immutable and may be shared between threads.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from federation.errors import ConfigFault
from federation.standards.reading import HEADER_KEYS, Header, Section, decode, parse_header, parse_toml

_CODE = re.compile(r"[a-z][a-z0-9-]{0,63}")
_REASON = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
# Departments write the specification of "other" after any of these: 其他-停业整顿, 其他—停业整顿.
_OPEN_MARKS = "-—–"


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a set.

    Attributes:
        code: the stable code that records carry.
        zh: the Chinese name, as source tables write it.
        en: the English name.
        aliases: other Chinese spellings of the same thing.
        demands: what else a row must fill in when it uses the code; the set's file says what the words mean.
        open_ended: whether the Chinese text goes on after a dash with a specification (其他-XX).
    """

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    demands: frozenset[str] = frozenset()
    open_ended: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CodeSet:
    """A code set of one version.

    Attributes:
        header: id, version, source and first day.
        codes: every code, by code, in the order of the file.
    """

    header: Header
    codes: Mapping[str, Code]
    _texts: Mapping[str, Code]

    def knows(self, code: str) -> bool:
        """Tells whether the code is in the set."""
        return code in self.codes

    def by_text(self, text: str) -> Code | None:
        """Returns the code whose Chinese name or alias is `text`; None when there is none.

        White space and full or half width make no difference. An open-ended code matches with its specification too,
        provided that something follows the dash.
        """
        folded = _fold(text)
        return self._texts.get(folded) or self._open_ended(folded)

    def _open_ended(self, folded: str) -> Code | None:
        cuts = [cut for cut, character in enumerate(folded[:-1]) if character in _OPEN_MARKS]
        code = self._texts.get(folded[: cuts[0]]) if cuts else None
        return code if code and code.open_ended else None


@dataclass(frozen=True, slots=True)
class ReasonText:
    """What a reason code says to people: one sentence in each language."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True, eq=False)
class ReasonTexts:
    """The `reasons` catalogue of one version: the sentences by reason code."""

    header: Header
    texts: Mapping[str, ReasonText]

    def of(self, reason: str) -> ReasonText:
        """Returns the sentences; for a reason of a newer program, the bare code in both languages."""
        return self.texts.get(reason) or ReasonText(reason, reason)


def parse_code_set(raw: bytes, expected: str, place: str) -> CodeSet:
    """Reads a code set.

    Args:
        raw: the file, TOML in UTF-8: the head and one table `codes.<code>` for each code.
        expected: the id that the file must carry.
        place: name of the file, for messages.

    Raises:
        ConfigFault: DATA_MALFORMED, DATA_FIELD, DATA_OTHER, or DATA_DUPLICATE when two codes share a Chinese text.
    """
    root = parse_toml(decode(raw, place), place)
    root.only(*HEADER_KEYS, "codes")
    header = parse_header(root, expected)
    codes = {name: _parse_code(name, section) for name, section in root.sections("codes").items()}
    return CodeSet(header, MappingProxyType(codes), MappingProxyType(_index(codes.values(), place)))


def parse_reasons(raw: bytes, place: str) -> ReasonTexts:
    """Reads a `reasons` catalogue: the head, and a table named by each reason code with `en` and `zh`.

    Raises:
        ConfigFault: DATA_MALFORMED, DATA_FIELD or DATA_OTHER.
    """
    root = parse_toml(decode(raw, place), place)
    header = parse_header(root, "reasons")
    texts = {name: _parse_reason(name, section) for name, section in root.rest(*HEADER_KEYS).items()}
    return ReasonTexts(header, MappingProxyType(texts))


def _parse_code(name: str, section: Section) -> Code:
    if not _CODE.fullmatch(name):
        raise ConfigFault("DATA_FIELD", f"{section.place}: a code is lower case letters, digits and hyphens")
    section.only("zh", "en", "aliases", "demands", "open_ended")
    return Code(
        name,
        section.text("zh"),
        section.text("en"),
        section.texts("aliases"),
        frozenset(section.texts("demands")),
        section.flag("open_ended"),
    )


def _parse_reason(name: str, section: Section) -> ReasonText:
    if not _REASON.fullmatch(name):
        raise ConfigFault("DATA_FIELD", f"{section.place}: a reason code is capitals, digits and underscores")
    section.only("en", "zh")
    return ReasonText(section.text("en"), section.text("zh"))


def _index(codes: Iterable[Code], place: str) -> dict[str, Code]:
    texts: dict[str, Code] = {}
    for code in codes:
        for text in (code.zh, *code.aliases):
            if texts.setdefault(_fold(text), code) is not code:
                raise ConfigFault("DATA_DUPLICATE", f"{place}: {text} stands for two codes, one is {code.code}")
    return texts


@functools.lru_cache(maxsize=4096)
def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
