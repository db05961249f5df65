# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Orders to withdraw and to bar: what can be carried out comes over whole, from whoever runs the node alone."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from federation.errors import AccessFault, FieldFault
from node.exchange.bars import BarKind, BarOrder
from node.rpc.asking.bars import order_from_wire, order_to_wire
from node.rpc.caller import Caller, set_current_caller
from tests.node.rpc.casing import doors

DOCUMENT = "ab" * 32


@dataclass
class Bars:
    """Remembers the orders."""

    orders: list[BarOrder] = field(default_factory=list)

    def carry_out(self, order: BarOrder) -> bool:
        """The first of them changes something."""
        self.orders.append(order)
        return len(self.orders) == 1


@pytest.mark.parametrize(
    "order",
    [
        BarOrder(BarKind.AUTHORISATION, DOCUMENT, "root", "本人撤回"),
        BarOrder(BarKind.OFFICER, "330100/sh-017", "ops.2", "调离"),
        BarOrder(BarKind.OFFICER, "330100/sh-017", "ops.2", ""),
    ],
)
async def test_an_order_comes_over_whole(order: BarOrder) -> None:
    """And is carried out; what was so before is said to be."""
    set_current_caller(Caller("330100"))
    bars = Bars()
    with ThreadPoolExecutor(1) as executor:
        _, local = doors(bars, executor)
        answers = [await local.SetBar(order_to_wire(order), None) for _ in range(2)]

    assert ([True, False], [order, order]) == ([answer.changed for answer in answers], bars.orders)


async def test_a_business_system_bars_nobody() -> None:
    """Its certificate opens the local port, and this is not for it."""
    set_current_caller(Caller("330100", "licensing"))
    bars = Bars()
    with ThreadPoolExecutor(1) as executor, pytest.raises(AccessFault, match="CALLER_NOT_ENTITLED"):
        await doors(bars, executor)[1].SetBar(order_to_wire(BarOrder(BarKind.OFFICER, "330100/1", "x", "y")), None)

    assert [] == bars.orders


@pytest.mark.parametrize(
    ("order", "wrong"),
    [
        (BarOrder(BarKind.AUTHORISATION, "AB" * 32, "root", "x"), "name"),
        (BarOrder(BarKind.AUTHORISATION, "330100/17", "root", "x"), "name"),
        (BarOrder(BarKind.OFFICER, DOCUMENT, "root", "x"), "name"),
        (BarOrder(BarKind.OFFICER, "330100/张三", "root", "x"), "name"),
        (BarOrder(BarKind.OFFICER, "330100/17", "", "x"), "by"),
        (BarOrder(BarKind.OFFICER, "330100/17", "x" * 65, "x"), "by"),
        (BarOrder(BarKind.OFFICER, "330100/17", "root", "x" * 201), "reason"),
        (BarOrder(BarKind.OFFICER, "330100/17", "root", "x\x1b[2J"), "reason"),
        (BarOrder(BarKind.AUTHORISATION, DOCUMENT, "root", ""), "reason"),
    ],
)
def test_an_order_out_of_form_is_refused_by_its_field(order: BarOrder, wrong: str) -> None:
    """Names of persons are no ids; a withdrawal is not lifted; nothing steers a terminal later."""
    with pytest.raises(FieldFault) as caught:
        order_from_wire(order_to_wire(order))

    assert wrong == caught.value.field


def test_an_order_of_an_unknown_kind_is_refused() -> None:
    """It may be of a later revision: it is not guessed."""
    message = order_to_wire(BarOrder(BarKind.OFFICER, "330100/17", "root", "x"))
    for kind, reason in ((0, "FIELD_MISSING"), (99, "VALUE_UNKNOWN")):
        message.kind = kind  # type: ignore[assignment]
        with pytest.raises(FieldFault, match=reason):
            order_from_wire(message)
