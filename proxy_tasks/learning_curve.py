"""What an AP is after a part of a training: the curves of landscapes.

Measured on 40 uniform networks of `spinenet-49`, `quick`, at 1/16, 1/8, 1/4 and 1/2 of the steps
(docs/proxy.md, "How early it shows"): the slope of the AP on that at the end is 0.06, 0.26, 0.47
and 0.76, and what it is off that line by hardly correlates from one part to the next.
"""

import math

RATE, LATE = 2.6, 0.035  # of the curve that fits these slopes: 0.08, 0.23, 0.47, 0.76
START = 1e-3  # from here on there is some AP; before, curves stay above 0


def curve_level(share: float) -> float:
    """Of an AP at the end, what it is after a share of the training in (0, 1]: rises to 1."""
    risen = 1 - math.exp(-RATE * (share - LATE))
    return max(risen / (1 - math.exp(-RATE * (1 - LATE))), START * share)


def curve_noise(share: float) -> float:
    """SD of what an AP after a share of the training, brought to the level of the end, is off the
    end's by, in SDs of a seed: as if parts of a training were independent measurements.
    """
    return math.sqrt(1 / share - 1)
