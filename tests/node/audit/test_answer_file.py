# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The form of an answer file, and the folder of cards that it is judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.errors import EntriesFault, Misuse
from federation.rules.audit.proof import Verdict
from node.audit.answers import answered_at_ms
from node.audit.bundle import MAX_BUNDLE_BYTES, AnswerBundle
from node.audit.trust import read_trust

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


from tests.node.audit.kept import Kept, judged, keys_of_card, reasons

ALTERED = Verdict.ALTERED


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw[:-1],
        lambda raw: raw + b"\n",
        lambda raw: raw.replace(b"@v1", b"@v2", 1),
        lambda raw: raw.replace(b"question ", b"answer ", 1),
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: raw.replace(b"question ", b"question AA", 1),
        lambda raw: raw.replace(b"question ", b"question \xff", 1),
        lambda raw: raw.rpartition(b"=")[0] + b"\n",
        lambda raw: raw[:0],
        lambda raw: raw[:40],
        lambda raw: raw + b"x",
    ],
)
async def test_a_file_in_another_form_is_found_out(kept: Kept, change: Callable[[bytes], bytes]) -> None:
    """Cut short, added to, turned round, in other line ends or letters, over its limit."""
    raw = change(kept.bundle.encode())
    found = judged(kept, raw)

    assert (ALTERED, {"ANSWER_FILE_MALFORMED"}, None) == (found.verdict, reasons(found), answered_at_ms(raw))
    with pytest.raises(EntriesFault):
        AnswerBundle.parse(raw)


async def test_an_answer_over_the_limit_is_no_answer_file(kept: Kept) -> None:
    """Though it is in the form: nobody sends one as long."""
    long = kept.answered(b"a" * MAX_BUNDLE_BYTES, sealed=False)

    with pytest.raises(EntriesFault, match="too long"):
        AnswerBundle.parse(long.encode())


def test_two_cards_of_one_member_at_one_time_are_refused(kept: Kept, tmp_path: Path) -> None:
    """Nobody could say by which keys something was judged; one after the other they stand beside each other."""
    keys = keys_of_card(kept.answering)
    lines = (f'{name}_key = "{getattr(keys, name).text()}"' for name in ("log", "clock", "message"))
    card = "\n".join(("[[peer]]", *lines, ""))
    (tmp_path / "old.toml").write_text(card.replace("[[peer]]", "[[peer]]\nvalid_until = 2026-01-01T00:00:00Z"))
    (tmp_path / "new.toml").write_text(card.replace("[[peer]]", "[[peer]]\nvalid_from = 2026-01-01T00:00:00Z"))
    border = 1_767_225_600_000
    assert [1, 1, 1] == [len(read_trust(tmp_path, at_ms).members) for at_ms in (border - 1, border, None)]

    (tmp_path / "other.toml").write_text(card)
    with pytest.raises(Misuse, match="CARD_MALFORMED"):
        read_trust(tmp_path, border)
