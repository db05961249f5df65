# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""On what authority a question is asked, as a person says it on the command line."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from federation.errors import Misuse
from federation.records.exchange import AuthorisationKind
from node.cli import opening
from node.cli.asking.options import SaidAuthority
from node.cli.opening import today


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A signed document."""
    path = tmp_path / "consent.pdf"
    path.write_bytes(b"signed")
    return path


def consent(paper: Path, **changes: object) -> SaidAuthority:
    """A whole consent, with changes."""
    days = {"valid_from": "2026-11-01", "valid_until": "2026-12-31"}
    said: dict[str, Any] = {"consent": paper, "consent_number": "授2026-7", **days, **changes}
    return SaidAuthority(**said)


def test_a_consent_is_its_number_its_days_and_the_hash_of_its_file(paper: Path) -> None:
    """The document itself is in no field."""
    said = consent(paper).authorisation()

    assert said is not None
    assert (AuthorisationKind.CONSENT, "授2026-7") == (said.kind, said.reference)
    assert hashlib.sha256(b"signed").digest() == said.sha256
    assert ("2026-11-01", "2026-12-31") == (str(said.valid_from), str(said.valid_until))


def test_a_duty_holds_today_where_no_days_are_said(paper: Path) -> None:
    """It needs its clause and a document that shows it."""
    said = SaidAuthority(duty="《社会保险法》第七十七条", duty_document=paper).authorisation()

    assert said is not None
    assert (AuthorisationKind.STATUTORY_DUTY, today(), today()) == (said.kind, said.valid_from, said.valid_until)


def test_nothing_said_is_no_authority() -> None:
    """Questions about organisations need none."""
    assert SaidAuthority().authorisation() is None


@pytest.mark.parametrize(
    "changes",
    [{"consent_number": None}, {"valid_until": None}, {"duty": "条"}, {"consent": None}, {"duty_document": Path("x")}],
)
def test_half_an_authority_or_two_are_refused(paper: Path, changes: dict[str, Any]) -> None:
    """What is missing is not made up, and which one counts is not guessed."""
    with pytest.raises(Misuse, match="USAGE_WRONG"):
        consent(paper, **changes).authorisation()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"valid_from": "1.11.2026"}, "DATE_MALFORMED"),
        ({"valid_until": "2026-10-31"}, "DATES_OUT_OF_ORDER"),
        ({"consent": Path("/nowhere/consent.pdf")}, "FILE_UNREADABLE"),
        ({"consent": Path("/dev/zero")}, "FILE_UNREADABLE"),
    ],
)
def test_an_authority_that_cannot_be_is_refused_with_its_reason(
    paper: Path, changes: dict[str, Any], reason: str
) -> None:
    """Days that are none or out of order, and documents that are no files; an endless one is not read."""
    with pytest.raises(Misuse, match=reason):
        consent(paper, **changes).authorisation()


def test_a_document_over_the_limit_is_refused(paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not read at all."""
    monkeypatch.setattr(opening, "MAX_DOCUMENT_BYTES", 5)
    with pytest.raises(Misuse, match="FILE_TOO_LARGE"):
        consent(paper).authorisation()
