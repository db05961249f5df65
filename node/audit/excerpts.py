# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Records that are shown in part, for people: how fields are called, and what is personal masked."""

from collections.abc import Iterator
from functools import cache

from federation.records.exchange import Excerpt
from federation.rules.catalogue.disclosure import FieldLevel, Level
from federation.rules.catalogue.rule_file import shipped_disclosure
from federation.standards.identity import SubjectClass
from federation.standards.masking import Masking


def title_of(name: str) -> tuple[str, str]:
    """What a field is called in Chinese and in English; its name where nobody knows it."""
    known = _fields().get(name)
    return (name, name) if known is None else (known.title_zh or name, known.title_en or name)


def excerpt_items(excerpt: Excerpt, masking: Masking) -> Iterator[tuple[str, str]]:
    """Title and value of each field that is shown; names and numbers of natural persons are masked."""
    organisation = excerpt.plain("identity.subject_class") not in (None, SubjectClass.NATURAL_PERSON.name)
    for field in excerpt.fields:
        known = _fields().get(field.name)
        value = field.value
        if known is not None and known.mask is not None and not field.masked and not _open(known, organisation):
            value = "\n".join(masking.mask(known.mask).of(line) for line in value.split("\n"))
        zh, en = title_of(field.name)
        yield f"{zh} / {en}", value


def _open(field: FieldLevel, organisation: bool) -> bool:
    """Whether a field that can be masked is shown as it is: an organisation's own name and numbers are public."""
    return organisation and field.level is Level.PUBLIC


@cache
def _fields() -> dict[str, FieldLevel]:
    return {field.name: field for field in shipped_disclosure().fields}
