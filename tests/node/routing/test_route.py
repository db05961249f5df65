# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a letter goes next."""

import pytest

from node.routing.route import Routes

ROUTES = Routes("310000", frozenset({"yrd", "cn", "330000"}), {"330100": ("330000", "gone")}, ("cn", "yrd"))


@pytest.mark.parametrize(
    ("destination", "sender", "back", "expected"),
    [
        ("yrd", "", "", ("yrd",)),
        ("yrd", "yrd", "", ()),
        ("yrd", "cn", "330000", ("yrd",)),
        ("330100", "", "", ("330000", "cn", "yrd")),
        ("330100", "330000", "", ("cn", "yrd")),
        ("330100", "", "yrd", ("yrd", "330000", "cn")),
        ("330100", "", "gone", ("330000", "cn", "yrd")),
        ("320000", "", "", ("cn", "yrd")),
        ("320000", "cn", "", ("yrd",)),
    ],
    ids=[
        "directly",
        "never back to who brought it, though it is for them",
        "directly, in no other way",
        "by whom its feed comes, then by relays",
        "not back",
        "first the way the case came",
        "but not by who cannot be reached",
        "by relays",
        "by other relays",
    ],
)
def test_the_ways_of_a_letter(destination: str, sender: str, back: str, expected: tuple[str, ...]) -> None:
    """Best first, each once."""
    assert expected == ROUTES.hops(destination, sender, back)


def test_a_node_that_knows_nobody_has_no_way() -> None:
    """It says so; the letter stays with whoever has it."""
    assert () == Routes("310000", frozenset(), {}, ()).hops("330100")
