# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How far two samples of times are apart, and when that is enough to tell which is which.

The probability that one of the first takes longer than one of the second (AUC, the Mann-Whitney U of both sides divided
by the number of pairs; 0.5 for no difference, of 150 of each standard error 0.033), and the difference of the medians.
Two kinds are told apart when AUC is further than 0.2 from 0.5, six standard errors, and the medians by more than a
tenth. Noise can only hide a difference: so whoever uses it shows that it finds one that is there.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

SAMPLE = 150
"""Times of each kind that the bounds are made for."""


@dataclass(frozen=True)
class Apart:
    """How far two samples are apart: the AUC, and the difference of the medians as a share of the second."""

    auc: float
    medians: float

    @property
    def told(self) -> bool:
        """Whether that is enough to tell which is which."""
        return abs(self.auc - 0.5) > 0.2 and abs(self.medians) > 0.1


def apart(first: Sequence[int], second: Sequence[int]) -> Apart:
    """The statistic; ties count half."""
    wins = sum((one > other) + (one == other) / 2 for one in first for other in second)
    middle = statistics.median(second)
    return Apart(wins / (len(first) * len(second)), (statistics.median(first) - middle) / middle)
