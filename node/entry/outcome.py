# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of a submission. Values, matched to the end."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Accepted:
    """Durable; it will be published. `warnings` are doubtful points, by reason code."""

    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same key and bytes were accepted before."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Not taken; `field` names the field at fault, or is empty; `detail` says what the reason does not."""

    field: str
    reason: str
    detail: str = ""


Outcome = Accepted | Duplicate | Refused
