# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Nodes that answer everything alike. None may ever be called conformant."""

from collections.abc import AsyncIterator

import grpc

from tests.conformance.reference.fault import Fault
from tests.conformance.reference.refusal import CODES, No
from tests.conformance.reference.serve import Context

# Lets every request through that the transport lets through.
ACCEPT_ALL = frozenset(
    {
        Fault.UNPINNED_SERVED,
        Fault.IMPOSTOR_BELIEVED,
        Fault.FEED_GUESSED,
        Fault.RANGE_CLAMPED,
        Fault.TOKEN_IGNORED,
        Fault.LOCAL_SERVED,
        Fault.CLOSED_READ,
        Fault.QUESTION_UNVERIFIED,
        Fault.RESPONDER_UNCHECKED,
        Fault.REQUESTER_UNCHECKED,
        Fault.PURPOSE_UNCHECKED,
        Fault.ID_REUSED,
        Fault.QUESTION_UNCHECKED,
        Fault.OFFICER_UNCHECKED,
        Fault.AUTHORISATION_UNCHECKED,
        Fault.WILDCARD_TAKEN,
        Fault.CHECK_DIGIT_IGNORED,
        Fault.NUMBERS_TRIED,
        Fault.RELAY_SIGNS,
        Fault.ANYBODY_RELAYS,
        Fault.CLOCK_UNCHECKED,
        Fault.DEADLINE_UNCHECKED,
        Fault.LOG_OPEN_TO_ALL,
        Fault.CALLS_UNLIMITED,
        Fault.OVERSIZE_TAKEN,
        Fault.FIELDS_UNBOUNDED,
        Fault.CONTROLS_TAKEN,
    }
)


class Always(grpc.GenericRpcHandler):
    """Answers every method with the same refusal, or with the same message when no reason is given."""

    def __init__(self, reason: str = "", message: bytes = b"") -> None:
        """Take the reason to refuse with, or the bytes to answer with."""
        self._reason, self._message = reason, message

    def service(self, _: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        """Return the one handler."""
        return grpc.unary_stream_rpc_method_handler(self._answer)

    async def _answer(self, _: bytes, context: Context) -> AsyncIterator[bytes]:
        if self._reason:
            no = No(self._reason)
            context.set_trailing_metadata(no.trailer())
            await context.abort(CODES[no.reason], no.text)
        yield self._message
