# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`catalogue disclosure`: who may see what of which records, for a purpose; by the files that are in force here."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from federation.errors import Misuse
from federation.records.contract.texts import names_of
from federation.records.feed_policy import Dataset
from federation.rules.disclosed.terms import KINDS, Caller, Shown, Terms, terms_for
from federation.rules.rule_book import parse_rule_book, shipped_law
from federation.standards.bundle import shipped_standards
from node.assemble.stages import Foundation
from node.audit.excerpts import title_of
from node.cli.opening import CURRENT, AsJson, NodeFolder, today
from node.cli.printing import Document, print_facts, print_json, print_table
from node.config import CONFIG_NAME, load_config

AskedFor = Annotated[str, typer.Option("--purpose", help="查询目的代码 / Code of the purpose that is asked for")]
Roles = Annotated[
    list[str],
    typer.Option(
        "--role", help="查询方的角色，可重复，例如 requester / Role of who asks, e.g. requester; may be repeated"
    ),
]
Member = Annotated[
    str,
    typer.Option("--member", metavar="NODE", help="查询方，用于仅对其适用的文件 / Who asks, for files for it alone"),
]
_TITLES = {
    Dataset.SUBJECTS: "主体基本信息 / subjects",
    Dataset.LICENCES: "行政许可 / licences",
    Dataset.PENALTIES: "行政处罚 / penalties",
    Dataset.LISTS: "名单 / lists",
    Dataset.FILINGS: "机构备案 / filings",
}
_ABOUT = {False: "法人及其他组织 / organisations", True: "自然人 / natural persons"}


def show_disclosure(
    purpose: AskedFor, role: Roles, member: Member = "", node: NodeFolder = CURRENT, as_json: AsJson = False
) -> None:
    """显示某角色为某目的可见的内容 / Show what a role may see for a purpose."""
    terms = _terms(purpose, Caller(member, frozenset(role)), node)
    if as_json:
        print_json({"purpose": purpose, "roles": sorted(role), **_document(terms)})
        return
    facts = [("文件 / file", terms.name or "—"), ("层级 / level", terms.level.value)]
    facts.append(("不披露的年龄 / ages that nothing is said of", f"< {terms.minors_under_years}"))
    print_facts(f"披露 / Disclosure: {purpose}, {' '.join(sorted(role))}", facts)
    columns = ("信息 / Records", "关于 / About", "可见 / Shown", "遮蔽 / Masked", "不提供 / Left out")
    print_table("可见范围 / What is shown", columns, _rows(terms))


def _terms(purpose: str, caller: Caller, node: Path) -> Terms:
    """What the files in force say: the node's, or those that ship where there is no node.

    Raises:
        Misuse: PURPOSE_UNKNOWN.
    """
    if (node / CONFIG_NAME).exists():
        foundation = Foundation(load_config(node))
        book, standards, home = foundation.book, foundation.standards, foundation.config.node.id
    else:
        book, standards, home = parse_rule_book(shipped_law()), shipped_standards(), ""
    if not standards.purposes.knows(purpose):
        raise Misuse("PURPOSE_UNKNOWN", f"{purpose!r} is not in {standards.purposes.header.name}")
    return terms_for(book.disclosure, home, caller, purpose, today())


def _kinds(terms: Terms) -> Iterator[tuple[Dataset, bool, Shown | None]]:
    """Each kind of record about either kind of subject; None where nothing of it is shown."""
    for dataset in KINDS:
        for personal in (False, True):
            yield dataset, personal, terms.shown(personal).get(dataset)


def _left_out(dataset: Dataset, shown: Shown) -> list[str]:
    return [name for name in names_of(KINDS[dataset]) if name not in shown.masks]


def _masked(shown: Shown) -> Mapping[str, str]:
    return {name: mask.value for name, mask in shown.masks.items() if mask is not None}


def _rows(terms: Terms) -> Iterator[tuple[str, ...]]:
    for dataset, personal, shown in _kinds(terms):
        named = _TITLES[dataset], _ABOUT[personal]
        if shown is None:
            yield *named, "不可见 / nothing", "", ""
        elif shown.whole:
            yield *named, "全部 / whole", "", ""
        else:
            masked, left_out = _titles(_masked(shown)), _titles(_left_out(dataset, shown))
            yield *named, "部分 / in part", masked, left_out


def _titles(names: Iterable[str]) -> str:
    return "\n".join(" / ".join(title_of(name)) for name in names)


def _document(terms: Terms) -> Document:
    kinds: list[Document] = []
    for dataset, personal, shown in _kinds(terms):
        how = "nothing" if shown is None else "whole" if shown.whole else "part"
        kinds.append(
            {
                "dataset": dataset.value,
                "about": "persons" if personal else "organisations",
                "shown": how,
                "masked": dict(_masked(shown)) if shown is not None else {},
                "left_out": _left_out(dataset, shown) if shown is not None else [],
            }
        )
    ages = {"minors_under_years": terms.minors_under_years, "made_under_years": terms.made_under_years}
    return {"disclosure": terms.name or None, "level": terms.level.value, **ages, "kinds": kinds}
