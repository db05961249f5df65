# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a file of refused rows adds to the original: four columns at the end, and a guard before would-be formulas.

Spreadsheet programs run a cell that begins with `=`, `+`, `-` or `@`. The guard is one apostrophe before it; a cell
that already has apostrophes before such a sign gets one more, so that taking one off always gives the original back.
"""

import re

REFUSAL_COLUMNS = ("拒绝原因代码", "字段", "原因", "Reason")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guard(cell: str) -> str:
    """Returns the cell as it may stand in a file that a spreadsheet program opens."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """Returns the cell that `guard` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell
