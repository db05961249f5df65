# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The options of a question to members beyond purpose and case: on what authority, what is wanted, and how long.

The document of an authority is hashed here and stays where it is.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from federation.errors import FieldFault, Misuse
from federation.records.exchange import Authorisation, AuthorisationKind
from federation.records.feed_policy import Dataset
from federation.standards.identity import CodeAccepted, CodeKind
from node.cli.opening import day_of, document_sha256, today
from node.exchange.inquire import Matter

MAX_TIMEOUT_S = 600
MAX_AGE_OPTION_S = 366 * 24 * 60 * 60

Consent = Annotated[
    Path | None,
    typer.Option("--consent", metavar="FILE", help="本人签署的授权书，只送摘要 / Signed consent; its hash travels"),
]
ConsentNumber = Annotated[
    str | None, typer.Option("--consent-number", metavar="NUMBER", help="授权书编号 / Number of the consent")
]
ValidFrom = Annotated[
    str | None,
    typer.Option("--valid-from", metavar="DATE", help="授权或职责起始日（YYYY-MM-DD）/ First day of the authority"),
]
ValidUntil = Annotated[
    str | None,
    typer.Option("--valid-until", metavar="DATE", help="授权或职责截止日（YYYY-MM-DD）/ Last day of the authority"),
]
Duty = Annotated[
    str | None,
    typer.Option("--duty", metavar="CLAUSE", help="设定法定职责的条款，代替授权书 / Clause of law, not a consent"),
]
DutyDocument = Annotated[
    Path | None,
    typer.Option("--duty-document", metavar="FILE", help="履职依据文件，只送摘要 / Its document; a hash travels"),
]
Batch = Annotated[
    str | None, typer.Option("--batch", metavar="ID", help="所属批量查询的编号 / Id of the batch that this belongs to")
]
Datasets = Annotated[
    list[Dataset] | None,
    typer.Option("--dataset", help="只要此类记录，可重复 / Only records of this kind, repeatable"),
]
MaxAge = Annotated[
    int,
    typer.Option(
        "--max-age",
        metavar="SECONDS",
        min=0,
        max=MAX_AGE_OPTION_S,
        help="数据最长时效，0 为不限 / Greatest age of what is answered from; 0 takes any",
    ),
]
Timeout = Annotated[
    float,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        min=0,
        max=MAX_TIMEOUT_S,
        help="最长等待 / Longest wait",
    ),
]


@dataclass(frozen=True, slots=True)
class SaidAuthority:
    """On what authority a person says that it asks; all may be absent.

    Attributes:
        consent: the signed consent.
        consent_number: its number.
        duty: the clause of law.
        duty_document: a document that shows the duty.
        valid_from: first day.
        valid_until: last day.
    """

    consent: Path | None = None
    consent_number: str | None = None
    duty: str | None = None
    duty_document: Path | None = None
    valid_from: str | None = None
    valid_until: str | None = None

    def authorisation(self) -> Authorisation | None:
        """The authorisation that is said; None where nothing is. A duty holds today, where no days are said.

        Raises:
            Misuse: USAGE_WRONG, half of one is said, or two are; FILE_UNREADABLE, FILE_TOO_LARGE, DATE_MALFORMED; or
                why a text or a day is wrong.
        """
        said = (self.consent, self.consent_number, self.duty, self.duty_document, self.valid_from, self.valid_until)
        if said == (None,) * len(said):
            return None
        kind, reference, document = self._kind()
        day = today().isoformat()
        first, last = self.valid_from or day, self.valid_until or day
        try:
            return Authorisation(
                kind=kind,
                reference=reference,
                sha256=document_sha256(document),
                valid_from=day_of(first, "--valid-from"),
                valid_until=day_of(last, "--valid-until"),
            )
        except FieldFault as fault:
            raise Misuse(fault.reason, f"the authority: {fault.detail}") from None

    def _kind(self) -> tuple[AuthorisationKind, str, Path]:
        """Kind, reference and document; whole, or none at all."""
        dated = self.valid_from is not None and self.valid_until is not None
        match (self.consent, self.consent_number, self.duty, self.duty_document):
            case (Path() as document, str() as number, None, None) if dated:
                return AuthorisationKind.CONSENT, number, document
            case (None, None, str() as clause, Path() as document):
                return AuthorisationKind.STATUTORY_DUTY, clause, document
            case _:
                whole = "--consent, --consent-number, --valid-from and --valid-until"
                raise Misuse("USAGE_WRONG", f"give {whole}, or --duty and --duty-document")


@dataclass(frozen=True, slots=True)
class SaidWishes:
    """What a person wants of the answer; nothing where nothing is said."""

    batch: str | None
    datasets: list[Dataset] | None
    max_age_s: int
    timeout_s: float


def matter_said(
    subject: CodeAccepted, why: tuple[str | None, ...], authority: SaidAuthority, wishes: SaidWishes
) -> Matter:
    """What is asked about a subject.

    Args:
        subject: whom the question is about.
        why: purpose, legal basis, case, officer and office, as they were said.
        authority: on what authority.
        wishes: what is wanted.

    Raises:
        Misuse: USAGE_WRONG, something that says why is missing; or as `SaidAuthority.authorisation`.
    """
    match why:
        case (str() as purpose, str() as basis, str() as case, str() as officer, str() as office) if all(why):
            return Matter(
                purpose,
                basis,
                case,
                subject.kind if isinstance(subject.kind, CodeKind) else CodeKind.OTHER,
                subject.value,
                officer,
                office,
                authority.authorisation(),
                wishes.batch or "",
                tuple(dict.fromkeys(wishes.datasets or ())),
                wishes.max_age_s,
                int(wishes.timeout_s * 1000),
            )
        case _:
            raise Misuse("USAGE_WRONG", "asking members needs --purpose, --legal-basis, --case, --officer and --office")
