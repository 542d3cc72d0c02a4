"""Spinebench's surrogate as a landscape: in deviations between uniform members, known truth."""

import numpy as np

from proxy_tasks.landscape import SAMPLE, Landscape
from proxy_tasks.spinebench_surrogate import SpineBenchSurrogate
from search_space import Architecture, SearchSpace


class SpineBenchLandscape(Landscape):
    """`SpineBenchSurrogate` with the noise of a training as it was measured near such an AP.

    Args:
        surrogate: its seed is that of what the regression misses.
        seed: of the sample that it is standardised on.
        space: where mean and SD are taken; of networks that the surrogate answers for.
    """

    def __init__(self, surrogate: SpineBenchSurrogate, seed: int, space: SearchSpace) -> None:
        super().__init__(surrogate.expected, seed, space, noise=0.0)
        self._surrogate = surrogate
        rng = np.random.default_rng(seed)
        typical = [
            self._noise_sd(self.value(space.decode(space.sample(rng)))) for _ in range(SAMPLE // 8)
        ]
        self.noise = float(np.mean(typical))  # of parts of a training

    def evaluation_noise(self, architecture: Architecture, seed: int) -> float:
        """What a whole training is off by, which the network and a seed from 0 on fix."""
        rng = np.random.default_rng([seed, int(architecture.key, 16)])
        return self._noise_sd(self.value(architecture)) * float(rng.standard_normal())

    def _noise_sd(self, value: float) -> float:
        return self._surrogate.noise_sd(self._mean + self._sd * value) / self._sd
