# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What commands read of the loop of joint measures at a node's desk: counts, reports, and the duty to publish."""

from datetime import date
from pathlib import Path

from adapters.writing.table import TableFormat, write_table
from node.assemble.desk import Desk
from node.loop.counting import Counted, Counting, count
from node.loop.ports import Wanted
from node.loop.publication import PublicationDuty, Publishing
from node.loop.report import COLUMNS, report_rows


def loop_counts(desk: Desk, as_of: date) -> Counted:
    """What was issued, answered and overdue, per department and region, as of a day."""
    return count(desk.reader, Counting(desk.config.node.id, desk.book, desk.standards.working_days, as_of))


def write_report(desk: Desk, target: Path, form: str, wanted: Wanted) -> int:
    """Writes the report of a month's cases as `csv` or `xlsx`; how many it has.

    Raises:
        Misuse: FILE_UNWRITABLE or FILE_TOO_LARGE; the target is as it was.
    """
    rows = report_rows(desk.reader, wanted, desk.book.measures, desk.standards.masking)
    return write_table(target, TableFormat(form), COLUMNS, rows)


def publication_duty(desk: Desk, as_of: date, since: date | None) -> PublicationDuty:
    """The duty to publish own decisions, as of a day."""
    days = desk.standards.working_days
    return PublicationDuty(desk.reader, Publishing(desk.config.node.id, desk.book, days, as_of, since))
