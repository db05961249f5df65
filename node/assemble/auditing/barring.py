# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is said at a node's desk of authorisations and officers: logged, and then in force."""

from federation.records.exchange import AccessKind
from node.assemble.desk import Desk
from node.exchange.bars import BarOrder, check_order


def carry_out(desk: Desk, order: BarOrder) -> bool:
    """Withdraws, bars or admits again, directly or through the node that is being served.

    That it is done is in the exchange log before it is, so that nobody is barred, or admitted again, unseen.

    Returns:
        False when it is so already; else it is in force.

    Raises:
        FieldFault: as `check_order`.
        StoreFault, UnreachableFault: nothing was done.
        ConfigFault: as `Desk.submit`.
    """
    check_order(order)
    verb = "bar" if order.reason else "lift"
    desk.log_access(AccessKind.BAR, f"{verb} {order.kind} {order.name} {order.by}")
    return desk.written(lambda stages: stages.bars.carry_out(order), lambda client: client.set_bar(order))
