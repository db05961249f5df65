# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Outcomes of orders to erase, as values and as wire messages; reading is strict, as in `node/rpc/wire.py`."""

from typing import assert_never

from creditexchange.v1 import local_service_pb2
from creditexchange.v1.local_service_pb2 import Erasure as WireErasure

from federation.errors import FieldFault
from node.erase.order import AlreadyOrdered, NotErasable, Ordered, Outcome


def erasure_to_wire(outcome: Outcome) -> WireErasure:
    """What became of an order to erase one entry."""
    match outcome:
        case Ordered(index=index, others=others):
            return WireErasure(index=index, kind=local_service_pb2.ERASURE_KIND_ORDERED, others=others)
        case AlreadyOrdered(index=index):
            return WireErasure(index=index, kind=local_service_pb2.ERASURE_KIND_REPEATED)
        case NotErasable(index=index, reason=reason):
            return WireErasure(index=index, kind=local_service_pb2.ERASURE_KIND_REFUSED, reason=reason)
        case _:
            assert_never(outcome)


def erasure_from_wire(message: WireErasure) -> Outcome:
    """What became of it. FieldFault: the kind is unspecified or unknown."""
    match message.kind:
        case local_service_pb2.ERASURE_KIND_ORDERED:
            return Ordered(message.index, tuple(message.others))
        case local_service_pb2.ERASURE_KIND_REPEATED:
            return AlreadyOrdered(message.index)
        case local_service_pb2.ERASURE_KIND_REFUSED:
            return NotErasable(message.index, message.reason)
        case _:
            raise FieldFault("kind", "VALUE_UNKNOWN")
