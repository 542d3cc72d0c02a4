"""The moving baseline: what a reward is worth among the rewards before it."""

from collections import deque
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

_STANDARD = NormalDist()


class NormalScores:
    """A reward's place among the last `window` rewards, as a standard normal number.

    The baseline (score 0) is the median of the window. Only the order of rewards counts: an affine
    change of all rewards changes nothing, and no outlier dominates a batch. A failed candidate
    ranks below every other.
    """

    def __init__(self, window: int) -> None:
        self.rewards: deque[float | None] = deque(maxlen=window)

    def add(self, reward: float | None) -> None:
        """Enters the window; the oldest leaves."""
        self.rewards.append(reward)

    def score(self, reward: float | None) -> float:
        """Quantile of the standard normal at the reward's mid-rank, 0 for an empty window."""
        ordered = self._ordered()
        below = int(np.searchsorted(ordered, _number(reward), "left"))
        equal = int(np.searchsorted(ordered, _number(reward), "right")) - below
        # The reward itself counts, so that the share is never 0 or 1.
        missing = equal == 0
        share = (below + (equal + missing) / 2) / (len(ordered) + missing)
        return _STANDARD.inv_cdf(share)

    def _ordered(self) -> NDArray[np.float64]:
        return np.sort([_number(reward) for reward in self.rewards])


def _number(reward: float | None) -> float:
    return -np.inf if reward is None else reward
