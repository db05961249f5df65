# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What questions are judged by, at the gates of both sides."""

import os
import time
from datetime import date
from functools import lru_cache

from federation.errors import ConfigFault
from federation.rules.asking.admission import AskingTerms
from federation.rules.asking.anomalies import anomaly_rules_of
from federation.rules.asking.terms import asking_rules_of
from node.assemble.stages import Foundation
from node.exchange.gate import Bars, Gate, OwnGate, Ruling
from node.exchange.scrutiny import Scrutiny

_KEY_BYTES = 32
_DAYS = 4


class Gates:
    """The gates of one process, over what is withdrawn and barred in its store.

    Args:
        foundation: rules, tables and members.
        bars: reads what is withdrawn and barred.
    """

    def __init__(self, foundation: Foundation, bars: Bars) -> None:
        scrutiny = Scrutiny(os.urandom(_KEY_BYTES), time.monotonic)
        ruling = Ruling(lru_cache(maxsize=_DAYS)(lambda day: asking_terms(foundation, day)), bars, scrutiny)
        self.members = Gate(ruling, foundation.members.grants)
        self.own = OwnGate(ruling)


def asking_terms(foundation: Foundation, day: date) -> AskingTerms:
    """What questions are judged by on a day.

    Raises:
        ConfigFault: DATA_MISSING, no rules are for this node; nothing is answered or asked without any.
    """
    book, home = foundation.book, foundation.config.node.id
    rules = asking_rules_of(book.asking, home, day)
    if rules is None:
        raise ConfigFault("DATA_MISSING", f"no file in rules/asking is for {home} on {day}")
    return AskingTerms(rules, foundation.standards, anomaly_rules_of(book.anomalies, home, day))
