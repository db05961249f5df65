# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: N802 -- the contract names the methods
"""NodeService: who this node is."""

from creditexchange.v1.node_service_pb2 import GetNodeRequest, GetNodeResponse
from creditexchange.v1.node_service_pb2_grpc import NodeServiceServicer

from node.rpc.wire import NodeStatement, node_to_wire


class NodeServicer(NodeServiceServicer):
    """Says who this node is, to any member."""

    def __init__(self, statement: NodeStatement) -> None:
        self._answer = node_to_wire(statement)

    async def GetNode(self, _request: GetNodeRequest, _context: object) -> GetNodeResponse:
        """Returns the node's statement."""
        return self._answer
