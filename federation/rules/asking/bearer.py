# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may bring a question: whoever asks it, or a relay on its behalf.

A relay lends its connection and nothing else. The question is the requester's, signed with the requester's message key,
and judged by the requester's rights alone: a hub can neither ask in another's name nor use its own rights for another's
question, as its signature is not the requester's and its grants are never looked at.
"""

from collections.abc import Set

RELAY_ROLE = "relay"
"""Role of a member that may bring questions of others; it is pinned, never what a member says of itself."""


def brought_by(caller: str, requester: str, relays: Set[str]) -> bool:
    """Whether a caller may bring a requester's question.

    Args:
        caller: node id of who brings it, from the TLS identity.
        requester: node id that the question names as who asks.
        relays: members that are pinned as relays.
    """
    return caller == requester or caller in relays
