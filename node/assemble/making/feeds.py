# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Creates the feeds that a node's configuration names."""

from collections.abc import Sequence

from federation.errors import ConfigFault
from node.assemble.stages import Stages, standard_clock
from node.config import Config


def create_feeds(config: Config) -> Sequence[str]:
    """Creates the configured feeds that the store has not, each with a signed checkpoint of size 0.

    Returns:
        Origins of the feeds that were created.
    """
    with Stages.open(config, standard_clock) as stages:
        if not stages.store.lead():
            raise ConfigFault("STORE_BUSY", "the node is being served; mend: stop it first")
        made = [policy.origin for policy in stages.policies if stages.sequencer(policy.origin).create(policy.dataset)]
        stages.propose_policies()
        stages.publish_pending()
        stages.ledger.reevaluate()  # nothing is decided yet; the store keeps the rules from its first day
    return made
