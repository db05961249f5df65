# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The register of erasures: durable before the destruction, and stronger than any older copy of the store."""

from __future__ import annotations

import shutil
import stat
from typing import TYPE_CHECKING

import pytest

from federation.errors import StoreFault
from federation.log.entry import PayloadState
from node.storage.reapply import reapply
from node.storage.register import REGISTER_NAME, Erased, Register
from node.storage.store import open_store
from tests.node.region.oracle import verify_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.node.region.member import Node
    from tests.node.region.samples import Samples

ONE, TWO = Erased("delta.example/330100/lists/1", 7, 1), Erased("delta.example/330100/lists/1", 8, 2)


def test_what_is_written_is_read_by_its_owner_only(tmp_path: Path) -> None:
    """Lines in their order, their length told; the file is nobody else's to read."""
    register = Register(tmp_path / "r")

    sizes = [register.append([ONE]), register.append([TWO, TWO])]

    assert [ONE, TWO, TWO] == list(register.read())
    assert register.size() == sizes[-1] == 3 * sizes[0]
    assert 0o600 == stat.S_IMODE(register.path.stat().st_mode)


def test_none_is_an_empty_one(tmp_path: Path) -> None:
    """A node that never erased has no file."""
    assert (0, []) == (Register(tmp_path / "r").size(), list(Register(tmp_path / "r").read()))


def test_a_line_that_a_crash_left_half_is_no_line(tmp_path: Path) -> None:
    """Its destruction was never committed; the next line takes its place."""
    register = Register(tmp_path / "r")
    register.append([ONE])
    with register.path.open("ab") as file:
        file.write(b'{"origin":"delta')

    assert [ONE] == list(register.read())
    register.append([TWO])
    assert [ONE, TWO] == list(register.read())


@pytest.mark.parametrize("line", ["{}\n", "nonsense\n", '{"origin":1,"index":2,"time_ms":3}\n', "[]\n"])
def test_a_damaged_line_is_a_fault(tmp_path: Path, line: str) -> None:
    """It names the line and says what to mend: to skip it could bring a record back."""
    register = Register(tmp_path / "r")
    register.append([ONE])
    with register.path.open("a") as file:
        file.write(line)

    with pytest.raises(StoreFault, match=r"ERASURES_UNREADABLE.*line 2.*mend:"):
        list(register.read())


def test_an_older_copy_of_the_store_loses_what_was_erased_since(
    hangzhou: Node, samples: Samples, tmp_path: Path
) -> None:
    """Before it is used: the entry is ERASED although its ERASE entry is not there yet, and the store is whole."""
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    origin, path = hangzhou.origin("lists"), hangzhou.config.store_path
    hangzhou.stages.store.close()
    shutil.copy2(path, tmp_path / "yesterday")
    hangzhou.open()
    hangzhou.stages.eraser.order(origin, [0], "ground")
    hangzhou.stages.publish_pending()
    hangzhou.stages.store.close()
    shutil.copy2(tmp_path / "yesterday", path)
    hangzhou.open()
    assert PayloadState.PRESENT is hangzhou.reader.held(origin, 0, 1)[0].state

    assert (1, 0) == (reapply(hangzhou.stages.store), reapply(hangzhou.stages.store))

    gone, stands = hangzhou.reader.held(origin, 0, 9)
    assert (PayloadState.ERASED, b"", PayloadState.PRESENT) == (gone.state, gone.payload, stands.state)
    assert [] == list(verify_of(hangzhou).run())
    hangzhou.stages.ledger.review()
    assert not hangzhou.decision(origin, 0).counts
    assert hangzhou.decision(origin, 1).counts


def test_an_erasure_repeated_after_a_restore_is_published(hangzhou: Node, samples: Samples, tmp_path: Path) -> None:
    """The order is given again on the older copy: it ends in an ERASE entry, as if nothing had happened."""
    hangzhou.publish("lists", samples.black(1))
    Register(hangzhou.config.folder / REGISTER_NAME).append([Erased(hangzhou.origin("lists"), 0, 1)])
    assert 1 == reapply(hangzhou.stages.store)

    hangzhou.stages.eraser.order(hangzhou.origin("lists"), [0], "ground")
    hangzhou.stages.publish_pending()

    held = hangzhou.reader.held(hangzhou.origin("lists"), 0, 9)
    assert [PayloadState.ERASED, PayloadState.NONE] == [entry.state for entry in held]
    assert [] == list(verify_of(hangzhou).run())


def test_a_register_of_feeds_that_are_not_held_does_no_harm(hangzhou: Node) -> None:
    """Nor does one that names entries beyond the end of an older copy."""
    register = hangzhou.stages.store.register
    assert register is not None
    register.append([Erased("delta.example/000000/lists/1", 3, 1), Erased(hangzhou.origin("lists"), 99, 1)])

    assert 0 == reapply(hangzhou.stages.store)
    assert [] == list(verify_of(hangzhou).run())


def test_a_register_is_kept_where_it_is_said(hangzhou: Node, tmp_path: Path) -> None:
    """Beside the store's file unless another place is named."""
    hangzhou.stages.store.close()

    with open_store(hangzhou.config.store_path, hangzhou.stages.foundation.owner, tmp_path / "r") as named:
        assert tmp_path / "r" == (named.register.path if named.register else None)
    hangzhou.open()
    beside = hangzhou.stages.store.register
    assert hangzhou.config.folder / REGISTER_NAME == (beside.path if beside else None)
