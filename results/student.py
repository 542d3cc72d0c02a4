"""Student's t distribution: how far an estimate may be off whose noise is itself estimated.

Its integral is of cos(x)^(freedom - 1), x = atan(t / sqrt(freedom)), by Gauss and Legendre.
"""

import math
from functools import lru_cache
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from results.rank_agreement import NORMAL_975

Array = NDArray[np.float64]

MANY: Final = 1000.0  # degrees of freedom from which on Cornish and Fisher's expansion serves
NODES: Final = 200
HALVINGS: Final = 60
SHARE: Final = 0.475  # of the distribution, between 0 and the quantile


@lru_cache
def student_975(freedom: float) -> float:
    """Its quantile 0.975, to 1e-6; infinite with less than one degree of freedom."""
    if freedom < 1:
        return math.inf
    if freedom >= MANY:
        return NORMAL_975 + (NORMAL_975**3 + NORMAL_975) / (4 * freedom)
    return _quantile(SHARE, freedom)


@lru_cache(maxsize=4096)
def student_bound(level: float, freedom: float) -> float:
    """What |t| exceeds with probability `level`, 0 < level < 1; `freedom` from 1 on."""
    if freedom >= MANY:
        normal = NormalDist().inv_cdf(1 - level / 2)
        return normal + (normal**3 + normal) / (4 * freedom)
    return _quantile((1 - level) / 2, freedom)


def student_p(t: float, freedom: float) -> float:
    """How probable it is that |t| is at least this large: the two-sided p of a test."""
    if math.isnan(t) or freedom < 1:
        return 1.0
    if math.isinf(freedom):
        return math.erfc(abs(t) / math.sqrt(2))
    return max(0.0, 1 - 2 * _share(math.atan(abs(t) / math.sqrt(freedom)), freedom))


def _quantile(wanted: float, freedom: float) -> float:
    """What is above 0 with so much of the distribution between 0 and itself."""
    low, high = 0.0, math.pi / 2
    for _ in range(HALVINGS):
        angle = (low + high) / 2
        low, high = (angle, high) if _share(angle, freedom) < wanted else (low, angle)
    return math.sqrt(freedom) * math.tan(low)


def _share(angle: float, freedom: float) -> float:
    """Of the distribution, between 0 and t = sqrt(freedom) tan(angle)."""
    nodes, weights = _nodes()
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2))
    heights = np.cos((nodes + 1) / 2 * angle) ** (freedom - 1)
    return scale / math.sqrt(math.pi) * angle / 2 * float(weights @ heights)


@lru_cache
def _nodes() -> tuple[Array, Array]:
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return nodes, weights
