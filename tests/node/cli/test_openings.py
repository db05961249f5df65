# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`openings`, `exchanges about`: two persons open what stands behind entries; a subject is told who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from federation.records.codec import encode
from federation.records.exchange import AccessKind, Exchange, ExchangeSide, Question
from federation.rules.exchange import Accessed
from federation.standards.identity import CodeKind
from node.assemble.stages import Stages, standard_clock
from node.config import load_config
from node.exchange.exchange_log import ToLog
from node.exchange.inquire import uuid7
from node.exchange.openings import behind_question

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Xinqiao = Callable[..., Any]

CODE, OTHER = "91330106PDY209008Q", "91330106PDY2000038"
NOW_MS = standard_clock()
EXCHANGE_ID = uuid7(NOW_MS, bytes(10))


def question(requester: str, responder: str, number: int) -> ToLog:
    """An entry with the question behind it, about the company."""
    side = ExchangeSide.RESPONDER if responder == "330100" else ExchangeSide.REQUESTER
    asked = Question(
        exchange_id=uuid7(NOW_MS, number.to_bytes(10, "big")),
        requester=requester,
        responder=responder,
        purpose="procurement",
        legal_basis="政府采购法",
        case_number="采〔2026〕7号",
        code_kind=CodeKind.USCC,
        code=CODE,
        asked_at_ms=NOW_MS,
        salt=bytes(32),
    )
    exchange = Exchange(
        exchange_id=asked.exchange_id,
        requester=requester,
        responder=responder,
        side=side,
        purpose="procurement",
        outcome="ANSWERED",
        question_sha256=bytes(32),
        answer_sha256=bytes(32),
        commitment=bytes(32),
        logged_at_ms=NOW_MS,
    )
    return ToLog(exchange, behind=behind_question(asked, encode(asked)))


@pytest.fixture
def asked(empty_node: Path) -> Path:
    """A node that was asked about a company, asked about it, and checked it, alone and in a batch with another."""
    with Stages.open(load_config(empty_node)) as stages:
        accesses = [
            Accessed(AccessKind.CHECK, "330100/licensing", "", (CODE,)),
            Accessed(AccessKind.BATCH_CHECK, "330100", "", (OTHER, CODE)),
            Accessed(AccessKind.CHECK, "330100/licensing", "", (OTHER,)),
        ]
        entries = [question("310000", "330100", 0), question("330100", "310000", 1)]
        stages.exchange_log.log_all([*entries, *map(stages.accesses.entry, accesses)])
        stages.publish_pending()
    return empty_node


@pytest.fixture
def persons(xinqiao: Xinqiao, asked: Path, tmp_path: Path) -> dict[str, Path]:
    """The private keys of two persons whom the configuration names, and of one whom it does not."""
    files = {}
    for name in ("wang", "li", "zhao"):
        files[name] = tmp_path / f"{name}.pem"
        key = xinqiao("openings", "new-key", name, files[name], "--node", asked, "--json").document["key"]
        if name != "zhao":
            with (asked / "xinqiao.toml").open("a", encoding="utf-8") as config:
                config.write(f'\n[[operator]]\nkey = "{key}"\n')
    return files


def test_two_persons_open_what_stands_behind_an_entry(
    xinqiao: Xinqiao, asked: Path, persons: dict[str, Path], tmp_path: Path
) -> None:
    """One asks with a reason, another one grants; what is shown is logged before."""
    warrant, gone = tmp_path / "warrant", uuid7(NOW_MS, b"gone gone ")
    node, ids = ("--node", asked, "--json"), (EXCHANGE_ID, gone)
    said = xinqiao("openings", "ask", *ids, "--reason", "核查", "--key", persons["wang"], "-o", warrant, *node)
    alone = xinqiao("openings", "read", warrant, "--node", asked)
    granted = xinqiao("openings", "grant", warrant, "--key", persons["li"], *node)
    shown = xinqiao("openings", "read", warrant, *node).document
    read = xinqiao("openings", "read", warrant, "--node", asked).out

    assert ((0, 0), 2, 0o600) == ((said.code, granted.code), alone.code, warrant.stat().st_mode & 0o777)
    assert "WARRANT_NOT_GRANTED" in alone.err
    assert ["delta.example/330100/li", "delta.example/330100/wang"] == shown["signed"]
    opened = {each["id"]: each for each in shown["opened"]}
    first = opened[EXCHANGE_ID]
    assert (CODE, "采〔2026〕7号", "310000") == (first["code"], first["case_number"], first["requester"])
    assert ({"id": gone, "behind": None}, False) == (opened[gone], "salt" in first)
    assert "政府采购法" in read
    with Stages.open(load_config(asked)) as stages:
        held = stages.store.reader.held("delta.example/330100/_exchange/1", 0, 99)
    records = [entry.record() for entry in held]
    assert 2 == sum(getattr(record, "kind", None) is AccessKind.OPENING for record in records)


def test_one_person_opens_nothing(xinqiao: Xinqiao, asked: Path, persons: dict[str, Path], tmp_path: Path) -> None:
    """Whoever asked cannot grant, and whom the configuration does not name can do neither; a broken file is none."""
    warrant = tmp_path / "warrant"
    words = ("openings", "ask", EXCHANGE_ID, "--reason", "核查", "-o", warrant, "--node", asked, "--key")
    assert 0 == xinqiao(*words, persons["wang"]).code
    for tried, reason in (
        (("openings", "grant", warrant, "--key", persons["wang"], "--node", asked), "WARRANT_NOT_GRANTED"),
        (("openings", "grant", warrant, "--key", persons["zhao"], "--node", asked), "OPERATOR_UNKNOWN"),
        ((*words, persons["zhao"]), "OPERATOR_UNKNOWN"),
        (("openings", "read", tmp_path / "nowhere", "--node", asked), "FILE_NOT_FOUND"),
        (("openings", "read", asked / "xinqiao.toml", "--node", asked), "WARRANT_MALFORMED"),
    ):
        said = xinqiao(*tried)
        assert (2, True) == (said.code, reason in said.err), said.err


def test_the_persons_are_listed(xinqiao: Xinqiao, asked: Path, persons: dict[str, Path]) -> None:
    """By the names of their keys; a key is never overwritten."""
    shown = xinqiao("openings", "--node", asked, "--json").document
    again = xinqiao("openings", "new-key", "wang", persons["wang"], "--node", asked)

    assert ["delta.example/330100/wang", "delta.example/330100/li"] == shown["operators"]
    assert "delta.example/330100/li" in xinqiao("openings", "--node", asked).out
    assert (2, True) == (again.code, "KEY_EXISTS" in again.err)


def test_a_subject_is_told_who_asked_about_it(xinqiao: Xinqiao, asked: Path) -> None:
    """In which hour, what kind of office, what for: nothing of others, of cases or of who it was."""
    words = ("exchanges", "about", CODE, "--reference", "申请〔2026〕3号", "--node", asked)
    said, again = xinqiao(*words, "--json"), xinqiao(*words)
    told = said.document["asked"]

    assert [
        ("business", "check"),
        ("member", "procurement"),
        ("operator", "batch-check"),
        ("own", "procurement"),
    ] == sorted((each["office"], each["purpose"]) for each in told)
    assert {0} == {each["hour_ms"] % 3_600_000 for each in told}
    hidden = (OTHER, "310000", "licensing", "采〔2026〕7号", EXCHANGE_ID)
    assert not any(word in said.out + again.out for word in hidden)
    assert "业务系统 / a business system" in again.out
    assert 0 == len(xinqiao("exchanges", "about", "91330100MA2PDY0152", *words[3:], "--json").document["asked"])


def test_a_subject_that_is_none_is_not_looked_for(xinqiao: Xinqiao, asked: Path) -> None:
    """A number that fails its check is refused, and nothing is logged of it."""
    said = xinqiao("exchanges", "about", "91330106PDY2090080", "--reference", "x", "--node", asked)
    assert (2, True) == (said.code, "CODE_" in said.err)
