# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A server that answers with whatever bytes a test wants."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import grpc


@dataclass
class Liar:
    """A server with the real certificate of 330100 that answers whatever bytes it is told, in the guard's absence."""

    address: str
    answers: dict[str, Callable[..., object]]


class Liars(grpc.GenericRpcHandler):
    """Answers by method, whatever is asked."""

    def __init__(self, answers: Mapping[str, Callable[..., object]]) -> None:
        self._answers = answers

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes] | None":
        """Finds what is told for a method; streams are told by generators."""
        told = self._answers.get(str(handler_call_details.method).rpartition("/")[2])
        if told is None:
            return None
        if inspect.isasyncgenfunction(told):
            return grpc.unary_stream_rpc_method_handler(told)
        return grpc.unary_unary_rpc_method_handler(told)
