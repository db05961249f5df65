# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the files `repair/` and `severity/` say: versions of the repair rules, and how grave an act is; values only.

The rules were made anew in 2019, 2023, 2025 and 2026, and each has classes of its own: so a version names the scheme of
severity rules that it goes by, and a decision names the version it was made with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from federation.records.feed_policy import Dataset
from federation.records.value import (
    Contradiction,
    Fen,
    Mnemonic,
    Text64,
    Text200,
    Text512,
    Value,
    Versioned,
    in_order,
)
from federation.rules.agreement import Codes, Kind, Provision, within

Days = Annotated[int, Field(ge=0, le=366)]
Term = Annotated[int, Field(ge=0, le=1200)]
Words = Annotated[tuple[Text64, ...], Field(max_length=100)]


class Severity(StrEnum):
    """How grave an act is, least first; which of them there are is for each version to say."""

    MINOR = "minor"  # 轻微
    ORDINARY = "ordinary"  # 一般
    SERIOUS = "serious"  # 严重
    GRAVE = "grave"  # 特定严重, of 2019

    @property
    def rank(self) -> int:
        """Its place among them, 0 for the least."""
        return list(Severity).index(self)


class Document(StrEnum):
    """What an applicant hands in."""

    APPLICATION = "application"  # 申请表
    IDENTITY = "identity"  # 营业执照、身份证明
    PERFORMANCE = "performance"  # 已履行义务、纠正失信行为的证明
    COMMITMENT = "commitment"  # 信用修复承诺书
    TRAINING = "training"  # 信用修复专题培训
    REPORT = "report"  # 信用报告


class Scope(StrEnum):
    """Which of the two clocks a repair stops."""

    DISPLAY = "display"  # publication, sharing and use
    ARCHIVE = "archive"  # what a region's archive goes on holding


class Start(StrEnum):
    """The day that the periods count from; it is not counted itself."""

    DECIDED = "decided"  # the decision
    EFFECTIVE = "effective"  # the first day of effect, where the record names one


class Transition(StrEnum):
    """Which version's periods hold for an act that was decided under an earlier one."""

    APPLICATION = "application"  # those of the day of application
    SHORTER = "shorter"  # of both, the shorter ones


class Handling(StrEnum):
    """How a penalty was decided."""

    SIMPLIFIED = "simplified"  # 简易程序
    ORDINARY = "ordinary"  # 普通程序


Severities = tuple[Annotated[Severity, Field(strict=False)], ...]


class RepairClass(Value):
    """What a version says of one class.

    Attributes:
        displayed: whether acts of this class are published at all.
        repairable: whether they can be repaired before their longest period has run.
        min_months: months that must have run before a repair; 0 for at once.
        max_months: months after which display ends of itself; None where the version sets none.
        documents: what must be handed in.
    """

    severity: Annotated[Severity, Field(strict=False)]
    title_zh: Text200
    title_en: Text200
    displayed: bool = True
    repairable: bool = True
    min_months: Term
    max_months: Term | None = None
    documents: tuple[Annotated[Document, Field(strict=False)], ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.max_months is not None and self.max_months < self.min_months:
            raise Contradiction("max_months", "PERIODS_OUT_OF_ORDER")
        return self


class RepairException(Value):
    """Another shortest period in some fields of regulation.

    Attributes:
        severities: classes it holds for; empty for all.
    """

    code: Mnemonic
    title_zh: Text200
    title_en: Text200
    fields: Annotated[tuple[Mnemonic, ...], Field(min_length=1, max_length=100)]
    severities: Severities = ()
    min_months: Term

    def holds(self, severity: Severity) -> bool:
        """Whether it is one for acts of a class."""
        return not self.severities or severity in self.severities


class RepairVersion(Provision):
    """One version of the repair rules, but for its classes and exceptions.

    Attributes:
        region: as of a retention term; `*` for the whole country.
        scope: which clock it is about.
        scheme: the severity rules it goes by.
        datasets: what is repaired by its periods. A list entry of a version that leaves out `lists` goes by the exit
            conditions of its list standard alone.
        last_day_rolls: whether a period that ends on a day of rest ends on the next working day (Civil Code, 203).
        not_while_listed: no repair while the subject is on a list for serious breaches for another act.
        no_new_of_kind: no repair after another act of the same kind.
        marks_pending: whether the entry bears a mark while an application for its repair runs; it counts all the same.
        accept_days: working days to say whether an application is taken up.
        decide_days: working days after that to decide.
        extend_days: working days that a difficult case may take beyond.
        feedback_days: working days until the subject hears of it, and display has ended.
    """

    title_zh: Text200
    title_en: Text200
    basis: Text512
    scope: Annotated[Scope, Field(strict=False)]
    scheme: Mnemonic
    datasets: Annotated[tuple[Annotated[Dataset, Field(strict=False)], ...], Field(min_length=1)]
    counted_from: Annotated[Start, Field(strict=False)]
    transition: Annotated[Transition, Field(strict=False)]
    last_day_rolls: bool = False
    not_while_listed: bool = False
    no_new_of_kind: bool = False
    marks_pending: bool = False
    accept_days: Days | None = None
    decide_days: Days | None = None
    extend_days: Days | None = None
    feedback_days: Days | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RepairRules:
    """One version with its classes and exceptions; immutable."""

    version: RepairVersion
    classes: Mapping[Severity, RepairClass]
    exceptions: tuple[RepairException, ...]


class SeverityRule(Value):
    """One row of the table that says how grave an act is; what it leaves out does not matter to it.

    Attributes:
        policy: `id@version` of the file.
        scheme: the repair versions that go by it name this.
        words: one of them stands in the kind of penalty, as its decision words it.
        fields: fields of regulation.
        handlings: how it was decided.
        list_kinds: kinds of list; a rule with them speaks of list entries, one without of penalties.
        fine_from_fen: least fine, in fen.
        fine_until_fen: the fine is less than this.
    """

    policy: Versioned
    scheme: Mnemonic
    code: Mnemonic
    title_zh: Text200
    title_en: Text200
    severity: Annotated[Severity, Field(strict=False)]
    words: Words = ()
    fields: Codes = ()
    handlings: tuple[Annotated[Handling, Field(strict=False)], ...] = ()
    list_kinds: tuple[Kind, ...] = ()
    fine_from_fen: Fen | None = None
    fine_until_fen: Fen | None = None
    valid_from: date
    valid_until: date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        in_order(self.valid_from, self.valid_until, "valid_until")
        if self.fine_until_fen is not None and self.fine_until_fen <= (self.fine_from_fen or 0):
            raise Contradiction("fine_until_fen", "PERIODS_OUT_OF_ORDER")
        if self.list_kinds and (self.words or self.handlings or self.has_amount):
            raise Contradiction("list_kinds", "FIELD_MALFORMED")
        return self

    @property
    def name(self) -> str:
        """The pinned form `id@version/code`."""
        return f"{self.policy}/{self.code}"

    @property
    def has_amount(self) -> bool:
        """Whether the fine matters to it."""
        return self.fine_from_fen is not None or self.fine_until_fen is not None

    def in_force(self, day: date) -> bool:
        """Whether the row was in force on a day."""
        return within(self.valid_from, self.valid_until, day)

    def fits_fine(self, fen: int | None) -> bool:
        """Whether a fine lies in its span; one that is not known lies in none."""
        if not self.has_amount:
            return True
        if fen is None or fen < (self.fine_from_fen or 0):
            return False
        return self.fine_until_fen is None or fen < self.fine_until_fen
