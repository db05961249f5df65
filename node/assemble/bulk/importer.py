# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One file into one feed: who reads it, and which way its rows go.

nobody serves the node    this process leads: rows go straight into the log, and are admitted where they are read
the node is served        rows go to it as submissions; it decodes and admits what it is given
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.layout import Heading, match_header
from adapters.refused import RefusedRows
from adapters.row import TableKind, Untranslated
from federation.errors import OrderFault
from federation.standards.catalogue import ReasonTexts
from node.assemble.bulk.process import FileReader, collecting_rarely
from node.assemble.bulk.rows import Batch, Opened, Order, Ready, read
from node.assemble.bulk.straight import Straight
from node.assemble.stages import Foundation, Stages
from node.intake import Outcome, Submission

__all__ = ["Batch", "Importer", "Ready", "RefusedRows", "Source", "TableKind", "Untranslated"]

SUBMITTED_AT_ONCE = 500
LARGE_FILE_BYTES = 2 << 20
"""From this size on a file is worth a process of its own: starting one takes as long as reading some thousand rows."""

Submit = Callable[[str, Sequence[Submission], bool], list[Outcome]]


@dataclass(frozen=True, slots=True)
class Source:
    """One open file.

    Attributes:
        opened: kind of table, form, header.
        batches: its rows, lazily, once.
    """

    opened: Opened
    batches: Iterator[Batch]
    heading: Heading
    reasons: ReasonTexts

    def refused_rows(self, target: Path) -> RefusedRows:
        """Where refused rows go, to be mended and imported again."""
        return RefusedRows(target, self.opened.header, self.reasons)


class Importer:
    """Imports one file. For one thread.

    Args:
        foundation: the node's.
        stages: the writing stages of this process; None while another one serves the node.
        reader: reads large files; closed by whoever made it.
        submit: takes submissions for a feed by its short name, and whether to amend; at most 500 at once.
        before_signing: called with an origin before the first signature, to refuse it where history was lost.
    """

    def __init__(
        self,
        foundation: Foundation,
        stages: Stages | None,
        reader: FileReader,
        submit: Submit,
        before_signing: Callable[[str], None],
    ) -> None:
        self._foundation = foundation
        self._stages = stages
        self._reader = reader
        self._submit = submit
        self._before_signing = before_signing
        self._straight: Straight | None = None

    @contextmanager
    def open(self, path: Path, kind: TableKind | None) -> Iterator[Source]:
        """Opens a file.

        Args:
            path: CSV or XLSX.
            kind: kind of table; None recognises it by its header.

        Raises:
            Misuse: the file cannot be read, or is no table of a known kind; may come after some batches.
            UnreachableFault: READING_STOPPED, likewise.
        """
        order = self._order(path, kind)
        with ExitStack() as opened:
            if _worth_a_process(path):
                opened.enter_context(collecting_rarely())
                items = opened.enter_context(self._reader.reading(order))
            else:
                items = read(order, self._foundation.clock)
            yield self._source(items)

    def take(self, feed: str, rows: Sequence[Ready], *, amend: bool) -> list[Outcome]:
        """Takes rows of the open file for an own feed, by its short name.

        Returns:
            One outcome for each, in order; accepted ones are durable.

        Raises:
            ConfigFault: FEED_UNKNOWN; HISTORY_LOST, nothing is signed.
            StoreFault: nothing of this call was kept.
            UnreachableFault: the served node does not answer.
        """
        if self._stages is not None and self._stages.store.lead():
            if self._straight is None:
                origin = self._foundation.origin(feed)
                self._before_signing(origin)
                self._straight = Straight(self._stages, origin)
            return self._straight.take([row.checked for row in rows], amend=amend)
        submissions = [Submission(row.key, row.checked.schema, row.checked.payload) for row in rows]
        outcomes: list[Outcome] = []
        for start in range(0, len(submissions), SUBMITTED_AT_ONCE):
            outcomes += self._submit(feed, submissions[start : start + SUBMITTED_AT_ONCE], amend)
        return outcomes

    def _order(self, path: Path, kind: TableKind | None) -> Order:
        foundation = self._foundation
        if self._stages is None:
            return Order(path, kind, SUBMITTED_AT_ONCE, foundation.standard_files, None, foundation.config.node.id)
        at_once = foundation.config.publish.max_batch_entries
        return Order(path, kind, at_once, foundation.standard_files, foundation.rule_files, foundation.config.node.id)

    def _source(self, items: Iterator[Opened | Batch]) -> Source:
        opened = next(items)
        if not isinstance(opened, Opened):
            raise OrderFault("RECORD_UNEXPECTED", "rows came before the header")
        heading = match_header(opened.header, opened.kind, self._foundation.standards.masking)
        batches = (item for item in items if isinstance(item, Batch))
        return Source(opened, batches, heading, self._foundation.standards.reasons)


def _worth_a_process(path: Path) -> bool:
    """Whether a file is large, and there is a second core to read it; what is no file is told by whoever opens it."""
    try:
        return path.stat().st_size >= LARGE_FILE_BYTES and len(os.sched_getaffinity(0)) > 1
    except OSError:
        return False
