# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The five nodes while they live: made, joined, filled, served; asked through their commands; taken down again."""

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from node.demo.process import Document, Running, command, failed, free_addresses
from node.demo.topology import FEDERATION, PLACES, PURPOSE, Pin, Place

WORKERS = 4
PROCESSES = "2"
"""So many processes serve a node that is kept in a database."""
Item = TypeVar("Item")
Result = TypeVar("Result")


class Region:
    """The nodes of the demonstration, each with a folder of its own below one folder.

    Args:
        folder: the one folder.
        databases: URLs of the databases that nodes keep their stores in; the others keep a file.
    """

    def __init__(self, folder: Path, databases: Mapping[str, str]) -> None:
        self.folder = folder
        self.databases = databases
        self.cards: dict[str, Path] = {}
        self.keys: dict[str, str] = {}
        self.served: dict[str, Running] = {}

    def home(self, node_id: str) -> Path:
        """The folder of a node."""
        return self.folder / node_id

    def one(self, node_id: str, *arguments: str, codes: Sequence[int] = (0,)) -> Document:
        """Runs a command at a node that prints one object."""
        said = self.all(node_id, *arguments, codes=codes)
        if len(said) != 1:
            raise failed(f"xinqiao {' '.join(arguments)} printed {len(said)} objects")
        return said[0]

    def all(self, node_id: str, *arguments: str, codes: Sequence[int] = (0,)) -> list[Document]:
        """Runs a command at a node that prints any number of objects."""
        return command((*arguments, "--node", str(self.home(node_id))), codes=codes)

    def create(self) -> None:
        """Makes every node on ports that are free, and keeps the cards and keys that they show each other."""
        addresses = iter(free_addresses(3 * len(PLACES)))
        triples = [(place, next(addresses), next(addresses), next(addresses)) for place in PLACES]
        for place, made in zip(PLACES, at_once(self._create, triples), strict=True):
            self.cards[place.id] = self.folder / f"{place.id}.card.toml"
            self.cards[place.id].write_text(made["card"], encoding="utf-8")
            self.keys |= made["keys"]

    def _create(self, wanted: tuple[Place, str, str, str]) -> Document:
        place, peers, local, admin = wanted
        roles = [word for role in place.roles for word in ("--role", role)]
        ports = ("--peers", peers, "--local", local, "--admin", admin)
        store = ("--postgres", self.databases[place.id]) if place.id in self.databases else ()
        return self.one(place.id, "init", place.id, "--federation", FEDERATION, *ports, *roles, *store)

    def join(self) -> None:
        """Pins the members at each other, and says what is followed."""
        at_once(self._join, PLACES)

    def _join(self, place: Place) -> None:
        for pin in place.pins:
            cards = [str(self.cards[member]) for member in pin.members]
            self.one(place.id, "peers", "add", *cards, *_options(pin))

    def fill(self) -> Mapping[str, list[Document]]:
        """Imports the sample files; some rows are refused, as they must be.

        Returns:
            What became of each file, by node.
        """
        filled = [place for place in PLACES if place.files]
        said = at_once(self._fill, filled)
        return {place.id: one["files"] for place, one in zip(filled, said, strict=True)}

    def _fill(self, place: Place) -> Document:
        """Imports copies, since refused rows are written beside the files."""
        inbox = self.home(place.id) / "inbox"
        inbox.mkdir()
        copies = [str(shutil.copy(file, inbox)) for file in place.files]
        return self.one(place.id, "import", *copies, codes=(0, 4))

    def serve(self, closing: ExitStack) -> None:
        """Starts every node, and waits until each answers on its ports."""
        for place in PLACES:
            several = ("--workers", PROCESSES) if place.id in self.databases else ()
            arguments = ("serve", "--node", str(self.home(place.id)), *several)
            log = self.folder / f"{place.id}.log"
            self.served[place.id] = closing.enter_context(Running(arguments, log))
        for node in self.served.values():
            node.next()

    def stop(self) -> None:
        """Stops every node; each must end in order."""
        for node in self.served.values():
            node.ask_to_stop()
        for node_id, node in self.served.items():
            code = node.stop()
            if code:
                raise failed(f"{node_id} ended with {code} when it was told to stop")


def _options(pin: Pin) -> list[str]:
    """The options of `peers add` for one member."""
    options = [] if pin.reached else ["--address", ""]
    options += [word for feed in pin.follow for word in ("--follow", feed)]
    return [*options, "--may-ask", PURPOSE] if pin.may_ask else options


def at_once(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Does the same for each item, some at once; the results in order, the first failure raised."""
    with ThreadPoolExecutor(WORKERS) as workers:
        return list(workers.map(work, items))
