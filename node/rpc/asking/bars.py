# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Orders to withdraw, bar and admit again, of whoever runs the node; a pair as in `node/rpc/wire.py`."""

from creditexchange.v1 import bar_pb2
from creditexchange.v1.bar_pb2 import SetBarRequest

from federation.errors import FieldFault
from node.exchange.bars import BarKind, BarOrder, check_order

_KIND_OF: dict[int, BarKind] = {bar_pb2.BarKind.Value(f"BAR_KIND_{kind.name}"): kind for kind in BarKind}


def order_to_wire(order: BarOrder) -> SetBarRequest:
    """An order."""
    return SetBarRequest(kind=f"BAR_KIND_{order.kind.name}", name=order.name, reason=order.reason, by=order.by)


def order_from_wire(request: SetBarRequest) -> BarOrder:
    """An order, checked.

    Raises:
        FieldFault: a field is missing, unknown or out of form.
    """
    kind = _KIND_OF.get(request.kind)
    if kind is None:
        raise FieldFault("kind", "VALUE_UNKNOWN" if request.kind else "FIELD_MISSING")
    order = BarOrder(kind, request.name, request.by, request.reason)
    check_order(order)
    return order
