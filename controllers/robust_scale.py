"""Rewards as numbers that a model can be fitted to, whatever their unit and their outliers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_SD_OF_MAD = 1.4826  # SD of a normal distribution by its median absolute deviation
_LEAST_SCALE = 1e-300  # what is divided by it stays finite
_LOWEST, _LINEAR = -2.0, 3.0  # below is all alike; above, logarithmic


def robust_targets(rewards: Sequence[float | None]) -> NDArray[np.float64]:
    """Deviations from the median in robust SDs, `[n]`; at least one reward is a number.

    An affine change of the rewards changes nothing. Bad rewards, which tell nothing of where the
    good ones are, stop at -2, and beyond 3 deviations grow as logarithms. A failed candidate
    counts as the worst that did not fail.
    """
    known = np.array([reward for reward in rewards if reward is not None])
    # to within 1 by a power of two: exact, and no difference of huge rewards is infinite
    size = -int(np.frexp(np.abs(known).max())[1])
    known = np.ldexp(known, size)
    middle = np.median(known)
    scale = _SD_OF_MAD * np.median(np.abs(known - middle)) or known.std() or 1.0
    worst = known.min()
    filled = [worst if reward is None else np.ldexp(reward, size) for reward in rewards]
    targets = np.maximum((np.array(filled) - middle) / max(scale, _LEAST_SCALE), _LOWEST)
    beyond = np.maximum(targets - _LINEAR, 0.0)
    # rounded, so that the unit's rounding errors decide nothing
    return np.asarray(np.round(np.minimum(targets, _LINEAR) + np.log1p(beyond), 9))
