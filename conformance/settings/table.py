# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One table of the configuration file as it is read: values of the kinds that are used, and all that is wrong."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key


@dataclass(frozen=True)
class Credential:
    """A certificate (chain) and its private key, both PEM files."""

    certificate: Path
    key: Path


@dataclass
class Table:
    """One table of the file: hands out values, remembers what was asked for, collects what is wrong."""

    name: str
    values: dict[str, Any]
    folder: Path
    problems: list[str]
    asked: set[str] = field(default_factory=set)

    def text(self, key: str) -> str:
        """Return a required text; empty after noting a problem."""
        found = self.maybe(key)
        if self.values.get(key) is None:
            self.problems.append(f"[{self.name}] {key} is missing: add it")
        return found or ""

    def maybe(self, key: str) -> str | None:
        """Return an optional text."""
        self.asked.add(key)
        found = self.values.get(key)
        if found is not None and (not isinstance(found, str) or not found):
            self.problems.append(f"[{self.name}] {key} must be a text in quotes, not empty")
            return None
        return found

    def number(self, key: str, default: int) -> int:
        """Return a number from 1 to 86400."""
        self.asked.add(key)
        found = self.values.get(key, default)
        if not isinstance(found, int) or isinstance(found, bool) or not 1 <= found <= 86400:
            self.problems.append(f"[{self.name}] {key} must be a whole number from 1 to 86400")
            return default
        return found

    def file(self, key: str) -> Path:
        """Return the path of a file that exists."""
        text = self.text(key)
        path = self.folder / text
        if text and not path.is_file():
            self.problems.append(f"[{self.name}] {key}: no such file: {path}")
        return path

    def credential(self) -> Credential:
        """Return the certificate and key of this table."""
        return Credential(self.file("certificate"), self.file("key"))

    def private_key(self, key: str) -> Ed25519PrivateKey:
        """Return the Ed25519 private key in a PEM file."""
        path = self.file(key)
        # A throw-away key stands in while problems are collected; a file with problems is never used.
        found: object = Ed25519PrivateKey.generate()
        if path.is_file():
            try:
                found = load_pem_private_key(path.read_bytes(), password=None)
            except (ValueError, TypeError, OSError):
                found = None
        if isinstance(found, Ed25519PrivateKey):
            return found
        self.problems.append(f"[{self.name}] {key} must be an unencrypted Ed25519 private key in PEM")
        return Ed25519PrivateKey.generate()

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; empty when it is not given."""
        self.asked.add(key)
        found = self.values.get(key, [])
        if not isinstance(found, list) or not all(isinstance(text, str) and text for text in found):
            self.problems.append(f"[{self.name}] {key} must be a list of texts in quotes")
            return ()
        return tuple(found)

    def index(self, key: str) -> int:
        """Return a required position in a feed."""
        self.asked.add(key)
        found = self.values.get(key)
        if not isinstance(found, int) or isinstance(found, bool) or found < 0:
            self.problems.append(f"[{self.name}] {key} must be a whole number from 0")
            return 0
        return found

    def need(self, key: str) -> "Table":
        """Return a required table inside this one; an empty one after noting a problem."""
        found = self.table(key, required=True)
        return found if found is not None else Table(key, {}, self.folder, [])

    def table(self, key: str, *, required: bool = False) -> "Table | None":
        """Return a table inside this one."""
        self.asked.add(key)
        name = f"{self.name}.{key}" if self.name else key
        found = self.values.get(key)
        if found is None and required:
            self.problems.append(f"[{name}] is missing: add the table")
        if found is None:
            return Table(name, {}, self.folder, []) if required else None
        if not isinstance(found, dict):
            self.problems.append(f"[{name}] must be a table")
            found = {}
        return Table(name, found, self.folder, self.problems)

    def done(self) -> None:
        """Note every key that nobody asked for."""
        where = f"[{self.name}] " if self.name else ""
        self.problems.extend(
            f"{where}{key} is unknown: remove it or mend its spelling" for key in sorted(set(self.values) - self.asked)
        )
