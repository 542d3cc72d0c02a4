"""Rewards of unequal trainings on one scale that a model can be fitted to."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from controllers.observed_networks import ObservedNetwork
from controllers.robust_scale import robust_targets

_STANDARD = NormalDist()


def rung_targets(networks: Sequence[ObservedNetwork]) -> NDArray[np.float64]:
    """Targets `[n]` of a model, larger is better; at least one network has a reward.

    Of one fidelity: `robust_targets`. Of more: the normal score of a network's place, the higher
    rung before the lower and then by reward, as who reached a rung was among the best of the one
    below; a failed candidate counts as the worst that did not fail.
    """
    rewards = [network.reward for network in networks]
    if len({network.fidelity for network in networks}) == 1:
        return robust_targets(rewards)
    places = [
        (-np.inf, 0.0) if reward is None else (network.fidelity, reward)
        for network, reward in zip(networks, rewards, strict=True)
    ]
    worst = min(place for place in places if place[0] > 0)
    places = [max(place, worst) for place in places]
    order = sorted(places)
    middle = {
        place: bisect_left(order, place) + bisect_right(order, place) for place in set(places)
    }
    scores = [_STANDARD.inv_cdf(middle[place] / (2 * len(order))) for place in places]
    return np.round(np.array(scores), 9)
