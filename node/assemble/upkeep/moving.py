# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Moves a node to another store, and then has `xinqiao.toml` name it."""

import re
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from federation.errors import ConfigFault
from node.assemble.making.configuration import quoted, write_config
from node.assemble.stages import Foundation, place_of
from node.config import CONFIG_NAME, Config, StoreSection, load_config
from node.storage.moving.move import Moved, MoveProgress, move_store

Told = Callable[[MoveProgress], None]
"""Told how far a move has come."""

_SECTION = re.compile(r"^\[store\][ \t]*(#.*)?\n", re.M)
_NEXT = re.compile(r"^[ \t]*\[", re.M)
_SETTING = re.compile(r"^[ \t]*(path|postgres|postgres_schema)[ \t]*=.*\n", re.M)


def section_for(config: Config, to: str, schema: str | None) -> StoreSection:
    """The `[store]` section that names a place.

    Args:
        config: of the node.
        to: `postgresql://…`, or the path of a file.
        schema: schema in the database; the default where None.

    Raises:
        ConfigFault: CONFIG_INVALID, the URL or the schema is malformed.
    """
    if not to.startswith(("postgres:", "postgresql:")):
        path = Path(to).absolute()
        folder = config.folder.absolute()
        return StoreSection(path=str(path.relative_to(folder) if path.is_relative_to(folder) else path))
    try:
        return StoreSection.model_validate({"postgres": to} | ({} if schema is None else {"postgres_schema": schema}))
    except ValidationError:
        raise ConfigFault("CONFIG_INVALID", "--to is postgresql://… without blanks, --schema a plain name") from None


def move_node(config: Config, section: StoreSection, told: Told) -> Moved:
    """Moves the store of a node that is not served, and switches its configuration; goes on where it was interrupted.

    Raises:
        ConfigFault, StoreFault, OrderFault: as `move_store`; CONFIG_INVALID, the store has moved, but `[store]` cannot
            be edited: the detail says what to write there.
    """
    foundation = Foundation(config)
    target = config.model_copy(update={"store": section})
    moved = move_store((place_of(config), place_of(target)), foundation.owner, foundation.members.feed_keys, told)
    switch_store(config, section)
    return moved


def switch_store(config: Config, section: StoreSection) -> None:
    """Has `xinqiao.toml` name another store: the lines of `[store]` alone are replaced.

    Raises:
        ConfigFault: CONFIG_INVALID, the file is written in a way that cannot be edited; it stays as it was.
    """
    path = config.folder / CONFIG_NAME
    before = path.read_text(encoding="utf-8")
    lines = _lines(section)
    write_config(path, _edited(before, lines))
    try:
        after: Config | None = load_config(config.folder)
    except ConfigFault:
        after = None
    if after != config.model_copy(update={"store": section}):
        write_config(path, before)
        wanted = "; ".join(line.partition("=")[0].strip() for line in lines.splitlines())
        raise ConfigFault("CONFIG_INVALID", f"{path}: [store] cannot be edited; mend: set {wanted} there by hand")


def _lines(section: StoreSection) -> str:
    """The settings of the section, one a line, without those that have their default."""
    shown = section.model_dump(exclude_defaults=True)
    return "".join(f"{name} = {quoted(str(value))}\n" for name, value in shown.items())


def _edited(text: str, lines: str) -> str:
    """The configuration with other settings in `[store]`."""
    found = _SECTION.search(text)
    if found is None:
        return f"{text.rstrip()}\n\n[store]\n{lines}"
    following = _NEXT.search(text, found.end())
    end = len(text) if following is None else following.start()
    rest = _SETTING.sub("", text[found.end() : end])
    return text[: found.end()] + lines + rest + text[end:]
