"""Student's t distribution: how far an estimate may be off whose noise is itself estimated."""

import math
from functools import lru_cache
from typing import Final

import numpy as np

from results.rank_agreement import NORMAL_975

MANY: Final = 1000.0  # degrees of freedom from which on Cornish and Fisher's expansion serves
NODES: Final = 200
HALVINGS: Final = 60
SHARE: Final = 0.475  # of the distribution, between 0 and the quantile


@lru_cache
def student_975(freedom: float) -> float:
    """Its quantile 0.975, to 1e-6; infinite with less than one degree of freedom.

    The integral is of cos(x)^(freedom - 1), x = atan(t / sqrt(freedom)), by Gauss and Legendre.
    """
    if freedom < 1:
        return math.inf
    if freedom >= MANY:
        return NORMAL_975 + (NORMAL_975**3 + NORMAL_975) / (4 * freedom)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2))
    low, high = 0.0, math.pi / 2
    for _ in range(HALVINGS):
        angle = (low + high) / 2
        heights = np.cos((nodes + 1) / 2 * angle) ** (freedom - 1)
        share = scale / math.sqrt(math.pi) * angle / 2 * float(weights @ heights)
        low, high = (angle, high) if share < SHARE else (low, angle)
    return math.sqrt(freedom) * math.tan(low)
