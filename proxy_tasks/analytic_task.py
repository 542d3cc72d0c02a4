"""A task whose answer is a formula: for plumbing, demonstrations and tests. It trains nothing."""

import math
import time
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from search_space import Architecture


@dataclass(frozen=True, slots=True)
class AnalyticTask:
    """Scores an architecture by the mean scale change of its edges, plus seeded noise.

    Args:
        optimum: the mean change of level at which the noiseless AP is largest, 1.0.
        noise: standard deviation of the noise; a seed and an architecture have one value.
        seconds: how long an evaluation pretends to take.
    """

    METRICS: ClassVar[tuple[str, ...]] = ("AP", "seconds")

    optimum: float = 1.5
    noise: float = 0.0
    seconds: float = 0.0

    def evaluate(self, architecture: Architecture, seed: int) -> dict[str, float]:
        """`AP` in 0..1 and the wall `seconds` it took."""
        begin = time.perf_counter()
        changes = [
            abs(architecture.feature_level(parent) - block.level)
            for block in architecture.blocks
            for parent in block.inputs
        ]
        ap = math.exp(-((sum(changes) / len(changes) - self.optimum) ** 2))
        if self.noise:
            rng = np.random.default_rng([seed, int(architecture.key, 16)])
            ap += self.noise * rng.standard_normal()
        time.sleep(self.seconds)
        return {"AP": min(max(ap, 0.0), 1.0), "seconds": time.perf_counter() - begin}
