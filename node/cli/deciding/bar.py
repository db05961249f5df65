# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How far going through all decisions has come, for people."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress as Bar

from node.ledger.replay import Progress


@contextmanager
def decisions_bar(text: str) -> Iterator[Callable[[Progress], None]]:
    """A bar on standard error while it is a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=None)
        yield lambda progress: bar.update(task, completed=progress.done, total=progress.total)
