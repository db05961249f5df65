# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Checks a node's whole store: on every core, and on from where an interrupted run had come to.

What was found whole is noted beside the store every few seconds (`<store>.verify`, for its owner alone) and forgotten
when a run has come to its end. A resumed run does not read again what the note covers; see `node.verify.whole` for what
that leaves unsaid. Parts are checked here, and in processes of their own once those have started.
"""

import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from federation.log.checkpoint import FeedKeys
from federation.log.merkle import CompactRange
from node.assemble.sharing import Shared
from node.assemble.stages import Foundation, place_of
from node.config import Config
from node.storage.dialect.place import StorePlace
from node.storage.store import open_reader
from node.verify.confirmed import MAX_BYTES, confirmed_from_text, confirmed_to_text
from node.verify.ports import Finding, Progress
from node.verify.whole import Verify

NOTED_EVERY_S = 2.0
ALONE_ENTRIES = 500_000
"""Another process takes about a second to start: a store up to this size is checked as quickly without it."""
_OWNER_ONLY = 0o600


def verify_store(
    config: Config, progress: Callable[[Progress], None], *, from_start: bool = False
) -> Iterator[Finding]:
    """Re-checks a node's whole store from its stored bytes, whoever writes it meanwhile.

    Args:
        config: the node.
        progress: told after each part.
        from_start: leave aside what an interrupted run had noted.

    Raises:
        ConfigFault: the store cannot be opened.
        StoreFault: it cannot be read.
    """
    foundation = Foundation(config)
    place = place_of(config)
    with ExitStack() as closing:
        reader = closing.enter_context(open_reader(place, foundation.owner))
        views = reader.feeds()
        keys: dict[str, FeedKeys] = {}
        for view in views:
            found = foundation.members.feed_keys(view.origin)
            if found is not None:
                keys[view.origin] = found
        noted = Noted(config, place, from_start=from_start)
        closing.callback(noted.save)
        checked = None
        if sum(reader.follow_range(view.origin).size for view in views) > ALONE_ENTRIES:
            checked = closing.enter_context(Shared(place, foundation.owner, reader))
        yield from Verify(reader, keys, progress, checked, noted.edges, noted.reached).run()
        noted.finish()


class Noted:
    """What was found whole, beside the store.

    Args:
        config: the node.
        place: its store.
        from_start: begin with nothing.

    Attributes:
        edges: what an earlier run had noted of this very store.
    """

    def __init__(self, config: Config, place: StorePlace, *, from_start: bool = False) -> None:
        beside = place if isinstance(place, Path) else config.store_path
        self._path = beside.with_name(f"{beside.name}.verify")
        self._store = _identity(place)
        self.edges: Mapping[str, CompactRange] = {} if from_start else self._load()
        self._now = dict(self.edges)
        self._due_s = time.monotonic() + NOTED_EVERY_S
        self._changed = False

    def reached(self, origin: str, edge: CompactRange) -> None:
        """Notes how far a feed was found whole; written now and then."""
        self._now[origin] = edge
        self._changed = True
        if time.monotonic() >= self._due_s:
            self.save()

    def save(self) -> None:
        """Writes the note, in one step, if there is news. What cannot be written is only done again some day."""
        if not self._changed:
            return
        self._changed = False
        part = self._path.with_name(f"{self._path.name}.part")
        with suppress(OSError):
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "w") as file:
                file.write(confirmed_to_text(self._store, self._now))
            part.replace(self._path)
        self._due_s = time.monotonic() + NOTED_EVERY_S

    def finish(self) -> None:
        """Forgets: the run has come to its end."""
        self._changed = False
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _load(self) -> Mapping[str, CompactRange]:
        """What was noted, unless others could have written it."""
        try:
            with os.fdopen(os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW), encoding="utf-8") as file:
                found = os.fstat(file.fileno())
                private = stat.S_ISREG(found.st_mode) and stat.S_IMODE(found.st_mode) & ~_OWNER_ONLY == 0
                own = found.st_uid == os.getuid() and found.st_size <= MAX_BYTES
                return confirmed_from_text(file.read(), self._store) if private and own else {}
        except (OSError, UnicodeDecodeError):
            return {}


def _identity(place: StorePlace) -> str:
    """What tells a store from a copy of it that was put in its place: the file itself, or the address and schema."""
    if isinstance(place, Path):
        found = place.stat()
        return f"file {found.st_dev}:{found.st_ino}"
    return f"schema {hashlib.sha256(f'{place.url} {place.schema}'.encode()).hexdigest()}"
